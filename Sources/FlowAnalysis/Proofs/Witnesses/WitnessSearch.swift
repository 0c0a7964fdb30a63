import FlowCore
import FlowTime

/// Looks for a run that breaks a claim: the fewest events first, then the earliest end. It finds or does not
/// find; that it finds nothing proves nothing. The same graph and claim give the same run.
public struct WitnessSearch {
  let graph: Graph
  let zones: any ZoneSource
  let caps: Caps?
  let steps: Int
  private let starts: Starts
  private let inputs: Inputs
  private let scenarios: [Scenario]
  private let memory = Memory()

  /// What one look at the file's runs has shown, for all outcomes at once.
  private final class Memory {
    var enacted: [Play]?
    var shown: [String: Play]?
    var mostTouches = 0
  }

  /// So many things happen in a run at most.
  private static let mostEvents = 4
  /// So many runs with as many events go on to one event more.
  private static let width = 160
  /// So many are, where little else is.
  private static let fewest = 6
  /// So many different data are tried with events.
  private static let firstWidth = 24
  /// Where other dates leave the nearest run so far off, neither other times of the day nor the other runs are tried.
  private static let far: Int64 = 7 * 86_400_000
  /// So many runs that are alike but for their instants are kept.
  private static let alike = 3

  /// - Parameters:
  ///   - scenarios: runs that the file tells; one that breaks a claim is shown where no shorter one is found.
  ///   - steps: of the machine, for one claim.
  public init(
    graph: Graph, zones: any ZoneSource, caps: Caps? = nil, scenarios: [Scenario] = [], steps: Int = 60_000
  ) {
    self.scenarios = scenarios
    self.graph = graph
    self.zones = zones
    self.caps = caps
    self.steps = steps
    starts = Starts(graph)
    inputs = Inputs(graph, zones: zones)
  }

  /// A run that breaks the claim; of ``Claim/possible(outcome:)``, one that shows it.
  /// - Parameters:
  ///   - from: starts that are tried before all others.
  ///   - most: steps of the machine, where they are to be fewer than of the search.
  public func find(_ claim: Claim, from hints: [Instant] = [], most: Int = .max) -> Witness? {
    if case .possible(let outcome) = claim {
      let play = enacted().first { $0.run.outcome == outcome } ?? shown()[outcome]
      return play.map { witness($0, [$0.course.entries.count - 1]) }
    }
    let monitor = Monitor(claim, graph: graph, zones: zones)
    let hunt = search(claim, hints, steps: min(most, steps)) { monitor.judge($0) }
    let play = hunt?.play ?? enacted().first { monitor.judge($0.course).isBroken }
    return play.map { witness($0, monitor.judge($0.course).breach) }
  }

  /// Whether a run was seen with as many touches; others may have them where none was.
  public func hasSeen(touches count: Int) -> Bool {
    if enacted().contains(where: { $0.run.touches >= count }) { return true }
    _ = shown()
    return memory.mostTouches >= count || find(.touches(atMost: count - 1, verb: nil, span: nil)) != nil
  }

  /// The runs of the file's scenarios, the fewest events first, then the earliest end.
  private func enacted() -> [Play] {
    if let enacted = memory.enacted { return enacted }
    var player = Player(graph: graph, zones: zones, caps: caps, steps: steps)
    let plays = scenarios.compactMap { player.enact($0) }.sorted {
      ($0.told.count, $0.now.milliseconds(since: $0.start)) < ($1.told.count, $1.now.milliseconds(since: $1.start))
    }
    memory.enacted = plays
    return plays
  }

  /// The run that a scenario of the file tells, up to its end; nil where it starts none or does not end.
  public func course(of scenario: Scenario) -> Course? {
    var player = Player(graph: graph, zones: zones, caps: caps, steps: steps)
    return player.enact(scenario)?.course
  }

  /// For each outcome that the file writes a run that ends so, where one was found.
  private func shown() -> [String: Play] {
    if let shown = memory.shown { return shown }
    var player = Player(graph: graph, zones: zones, caps: caps, steps: steps)
    let wanted = Set(graph.writtenOutcomes.map(\.outcome))
    var hunt = Hunt(claim: .possible(outcome: ""), graph: graph, wanted: wanted) { _ in .kept }
    explore(&hunt, &player)
    memory.shown = hunt.shown
    memory.mostTouches = hunt.mostTouches
    return hunt.shown
  }

  private func explore(_ hunt: inout Hunt, _ player: inout Player) {
    guard let plain = inputs.choices.first, let start = starts.usual(in: zone(plain, &player)).first
    else { return }
    var begun: [(Play, Trace)] = []
    for choice in inputs.choices {
      guard let play = player.begin(inputs.data(choice, at: start), at: start) else { continue }
      if begun.count < Self.firstWidth { begun.append((play, Trace(choice: choice, incidents: []))) }
      var whole = play
      if player.finish(&whole), hunt.looks(at: whole, Trace(choice: choice, incidents: [])) { return }
    }
    let incidents = Incidents(graph, claim: hunt.claim)
    // An hour later is as good as any other time, for most, and the plainest data as good as any other: the
    // rest is tried with what steps are left.
    let soon = [Placement.soon]
    for (width, placements) in [(1, soon), (Self.firstWidth, soon), (Self.firstWidth, Placement.all)] {
      let spare = placements == soon ? player.stepsLeft / 2 : 0
      player.stepsLeft -= spare
      var layer = Array(begun.prefix(width))
      for _ in 1...Self.mostEvents {
        layer = next(layer, &hunt, &player, incidents, placements)
        if hunt.isOver { return }
      }
      player.stepsLeft += spare
    }
  }

  private func search(
    _ claim: Claim, _ hints: [Instant], steps: Int, _ judge: @escaping (Course) -> Monitor.Judgement
  ) -> Found? {
    var player = Player(graph: graph, zones: zones, caps: caps, steps: steps)
    var hunt = Hunt(claim: claim, graph: graph, judge: judge)
    if let found = silent(&hunt, &player, hints) { return found }
    if !claim.isOfSilence, let found = eventful(claim, &hunt, &player, hints, steps) { return found }
    if claim.isOfNumber, let found = oneMore(&hunt, &player, hints, steps) { return found }
    if claim.isOfSpacing, let found = nightly(&hunt, &player, steps) { return found }
    if claim.isOfTime, let found = scanned(&hunt, &player, steps) { return plainer(found, hunt, &player, steps) }
    if !claim.isOfSilence, let found = narrow(&hunt, &player, hints, steps) { return found }
    return nil
  }

  /// Without whatever it does not take to break the claim from that start: what was near with an event from another may
  /// be broken without it from this one.
  private func plainer(_ found: Found, _ hunt: Hunt, _ player: inout Player, _ steps: Int) -> Found {
    var found = found
    for index in found.trace.incidents.indices.reversed() {
      player.stepsLeft = max(player.stepsLeft, steps / 20)
      var trace = found.trace
      trace.incidents.remove(at: index)
      guard let play = replay(trace, from: found.play.start, &player) else { continue }
      let judgement = hunt.judge(play.course)
      if judgement.isBroken { found = Found(play: play, judgement: judgement, trace: trace) }
    }
    return found
  }

  /// By whose clock a run with such data turns: the contact's, where windows are read, else the one by which it reckons
  /// days.
  private func zone(_ choice: Inputs.Choice, _ player: inout Player) -> Zone { zones(choice, &player)[0] }

  /// The same, and that by which the run reckons days where it is another.
  private func zones(_ choice: Inputs.Choice, _ player: inout Player) -> [Zone] {
    let start = Sample.instant
    guard let course = player.begin(inputs.data(choice, at: start), at: start)?.course else { return [.utc] }
    guard graph.policy.window != nil, let name = course.data["contact"]?[path: ["timezone"]].text,
      let own = zones.zone(named: name), own.name != course.zone.name
    else { return [course.zone] }
    return [own, course.zone]
  }

  // MARK: Nothing comes

  private func silent(_ hunt: inout Hunt, _ player: inout Player, _ hints: [Instant]) -> Found? {
    for choice in inputs.choices {
      for start in hints + zones(choice, &player).flatMap({ starts.usual(in: $0) }) {
        guard var play = player.begin(inputs.data(choice, at: start), at: start) else { continue }
        guard player.finish(&play) else { return nil }
        if hunt.looks(at: play, Trace(choice: choice, incidents: [])) { return hunt.best }
      }
    }
    return nil
  }

  // MARK: Something comes

  /// Breadth first: all runs with one event, then what is new of those with two.
  private func eventful(
    _ claim: Claim, _ hunt: inout Hunt, _ player: inout Player, _ hints: [Instant], _ steps: Int
  ) -> Found? {
    guard let plain = inputs.choices.first else { return nil }
    let incidents = Incidents(graph, claim: hunt.claim)
    let usual = (hints + starts.usual(in: zone(plain, &player))).prefix(4)
    var fronts = usual.enumerated().map { round, start -> (stepsLeft: Int, layer: [(Play, Trace)]) in
      let begun = inputs.choices.prefix(round == 0 ? Self.firstWidth : 6).compactMap { choice in
        player.begin(inputs.data(choice, at: start), at: start).map {
          ($0, Trace(choice: choice, incidents: []))
        }
      }
      return (steps / (round == 0 ? 2 : 10), begun)
    }
    for count in 1...Self.mostEvents {
      for round in fronts.indices where fronts[round].stepsLeft > 0 {
        player.stepsLeft = fronts[round].stepsLeft
        let usual = claim.isQuick ? Placement.quick : Placement.usual
        let placements = count == 1 && round == 0 ? Placement.all : usual
        fronts[round].layer = next(fronts[round].layer, &hunt, &player, incidents, placements)
        fronts[round].stepsLeft = player.stepsLeft
        if let best = hunt.best { return best }
      }
    }
    return nil
  }

  /// With few data, and each event once in a wait: what two or three events would show is not lost among
  /// all that may come, at any time, with other data.
  private func narrow(_ hunt: inout Hunt, _ player: inout Player, _ hints: [Instant], _ steps: Int) -> Found? {
    guard let plain = inputs.choices.first,
      let start = (hints + starts.usual(in: zone(plain, &player))).first
    else { return nil }
    let incidents = Incidents(graph, claim: hunt.claim)
    // One event with many data, then several with few.
    for (width, events, placements) in [
      (Self.firstWidth, 1, [Placement.soon]), (1, Self.mostEvents, [.soon]), (Self.fewest, Self.mostEvents, [.soon]),
      (1, Self.mostEvents, [.soon, .before(60_000)]),
    ] {
      player.stepsLeft = events == 1 ? steps : steps / 2
      var layer = inputs.choices.prefix(width).compactMap { choice in
        player.begin(inputs.data(choice, at: start), at: start).map { ($0, Trace(choice: choice, incidents: [])) }
      }
      for _ in 1...events {
        layer = next(layer, &hunt, &player, incidents, placements, isNarrow: true)
        if let best = hunt.best { return best }
      }
    }
    return nil
  }

  /// What comes in where the data alone bring as many touches as may be.
  private func oneMore(_ hunt: inout Hunt, _ player: inout Player, _ hints: [Instant], _ steps: Int) -> Found? {
    guard let plain = inputs.choices.first, let start = (hints + starts.usual(in: zone(plain, &player))).first
    else { return nil }
    let most = hunt.nearest.filter { $0.slack == 0 && $0.trace.incidents.isEmpty }
    player.stepsLeft = max(player.stepsLeft, most.isEmpty ? 0 : steps / 2)
    let incidents = Incidents(graph, claim: hunt.claim)
    for near in most {
      let play = player.begin(inputs.data(near.trace.choice, at: start), at: start)
      var layer = play.map { [($0, near.trace)] } ?? []
      for _ in 1...2 {
        layer = next(layer, &hunt, &player, incidents, [.soon], isNarrow: true)
        if let best = hunt.best { return best }
      }
    }
    return nil
  }

  /// Holds that put a touch off past its window, night after night: by that it comes later, and what counts from the
  /// start does not.
  private func nightly(_ hunt: inout Hunt, _ player: inout Player, _ steps: Int) -> Found? {
    guard graph.policy.window != nil, graph.canBeHeld, let plain = inputs.choices.first,
      let start = starts.usual(in: zone(plain, &player)).first
    else { return nil }
    player.stepsLeft = max(player.stepsLeft, steps / 10)
    var layer =
      player.begin(inputs.data(plain, at: start), at: start).map {
        [($0, Trace(choice: plain, incidents: []))]
      } ?? []
    let incidents = Incidents(graph, claim: hunt.claim)
    // Each somewhat later in the evening than the one before it.
    let evening = (1...Self.mostEvents).reversed().map { Placement.midnight(-60_000 * Int64($0)) }
    for _ in evening {
      layer = next(layer, &hunt, &player, incidents, evening, isHeld: true)
      if let best = hunt.best { return best }
    }
    return nil
  }

  private func next(
    _ layer: [(Play, Trace)], _ hunt: inout Hunt, _ player: inout Player, _ incidents: Incidents,
    _ placements: [Placement], isHeld: Bool = false, isNarrow: Bool = false
  ) -> [(Play, Trace)] {
    var (next, seen): ([(Play, Trace)], [Signature: Int]) = ([], [:])
    for (play, trace) in layer {
      var play = play
      while let due = play.due {
        for kind in isHeld ? incidents.holding(at: play) : incidents.kinds(at: play) {
          for placement in placements {
            guard let at = placement.instant(in: play, due: due, graph: graph) else { continue }
            var told = play
            guard player.tell(&told, kind, at: at) else { continue }
            let way = trace.with(Incident(timers: play.timers, placement: placement, kind: kind))
            // What changes nothing shows nothing.
            if isNarrow, told.run == play.run, !incidents.named.contains(kind) { continue }
            let signature = hunt.signature(told, trace.choice)
            guard seen[signature, default: 0] < (hunt.isForOutcomes ? 1 : Self.alike) else { continue }
            seen[signature, default: 0] += 1
            if told.run.waiting != nil, next.count < Self.width { next.append((told, way)) }
            if player.finish(&told) { _ = hunt.looks(at: told, way) }
            if hunt.isOver { return next }
          }
        }
        guard player.goOn(&play) else { break }
      }
    }
    return next
  }

  // MARK: When it starts

  /// The runs that came nearest to breaking it, from every date that may matter, then from every time of the
  /// day on the dates that came nearest.
  private func scanned(_ hunt: inout Hunt, _ player: inout Player, _ steps: Int) -> Found? {
    let plain = inputs.choices.prefix(2).map {
      Hunt.Near(slack: 0, trace: Trace(choice: $0, incidents: []), days: 30)
    }
    var nearest = hunt.nearest.isEmpty ? Array(plain) : hunt.nearest
    // Another date makes one touch more of a run, seldom two.
    if hunt.claim.isOfNumber { nearest = nearest.filter { $0.slack == 0 } }
    for near in nearest {
      player.stepsLeft = steps / max(4, nearest.count)
      let zone = zone(near.trace.choice, &player)
      var slacks: [(slack: Int64, start: Instant)] = []
      for start in starts.dates(lasting: near.days, in: zone) {
        guard player.stepsLeft > 0, let slack = slack(of: near, from: start, &hunt, &player) else { continue }
        if hunt.best != nil { return hunt.best }
        slacks.append((slack, start))
      }
      slacks.sort { ($0.slack, $0.start) < ($1.slack, $1.start) }
      if let best = slacks.first, best.slack > Self.far { return nil }
      player.stepsLeft = max(player.stepsLeft, steps / 20)
      let clocks = zones(near.trace.choice, &player)
      for (_, start) in slacks.prefix(6) {
        for start in clocks.flatMap({ starts.near(start, in: $0) }) {
          _ = slack(of: near, from: start, &hunt, &player)
          if hunt.best != nil { return hunt.best }
        }
      }
      if let found = missed(near, &hunt, &player, zone, steps) { return found }
    }
    return nil
  }

  /// How near a run comes to it that begins elsewhere; the hunt has it where it breaks it. Of a first touch nothing
  /// after that matters.
  private func slack(of near: Hunt.Near, from start: Instant, _ hunt: inout Hunt, _ player: inout Player) -> Int64? {
    if case .firstTouch = hunt.claim, near.trace.incidents.isEmpty {
      guard var play = player.begin(inputs.data(near.trace.choice, at: start), at: start) else { return nil }
      while play.run.touches == 0, player.goOn(&play) {}
      let judgement = hunt.judge(play.course)
      if judgement.isBroken, player.finish(&play) { _ = hunt.looks(at: play, near.trace) }
      return judgement.slack
    }
    guard let play = replay(near.trace, from: start, &player) else { return nil }
    _ = hunt.looks(at: play, near.trace)
    return hunt.judge(play.course).slack
  }

  /// What starts, or is last heard of, at a wall time that is missing some days later.
  private func missed(
    _ near: Hunt.Near, _ hunt: inout Hunt, _ player: inout Player, _ zone: Zone, _ steps: Int
  ) -> Found? {
    let starts = starts.beforeMissing(lasting: near.days, in: zone)
    var traces = [near.trace]
    if let time = self.starts.missing(in: zone)?.time, let last = near.trace.incidents.indices.last {
      var trace = near.trace
      trace.incidents[last].placement = .midnight(Int64(time.milliseconds))
      traces.insert(trace, at: 0)
    }
    for trace in traces {
      player.stepsLeft = max(player.stepsLeft, steps / 20)
      for start in starts {
        guard let play = replay(trace, from: start, &player) else { continue }
        if hunt.looks(at: play, trace) { return hunt.best }
      }
    }
    return nil
  }

  private func replay(_ trace: Trace, from start: Instant, _ player: inout Player) -> Play? {
    guard var play = player.begin(inputs.data(trace.choice, at: start), at: start) else { return nil }
    for incident in trace.incidents {
      while play.timers < incident.timers { guard player.goOn(&play) else { return nil } }
      guard let due = play.due, let at = incident.placement.instant(in: play, due: due, graph: graph),
        player.tell(&play, incident.kind, at: at)
      else { return nil }
    }
    return player.finish(&play) ? play : nil
  }
}
