import FaultKit
import FlowCore
import FlowTime

/// Tries what may come of a workflow: starts on a grid around the days that matter, data at the edges of what the file
/// asks, and at each wait every event at each of a few instants, or none. It knows nothing of proofs: the machine runs,
/// and whoever asks sees each run to its end.
struct Teller {
  private let graph: Graph
  private let surroundings: Surroundings
  private let generated: Generated?
  private var chance: Chance
  /// Steps of the machine that are left.
  private var budget = 0

  /// - Parameter generated: what the graph was made from; nil where nothing is tried, only told.
  init(_ graph: Graph, _ surroundings: Surroundings, _ generated: Generated? = nil, seed: UInt64 = 0) {
    self.graph = graph
    self.surroundings = surroundings
    self.generated = generated
    chance = Chance(seed &+ 977)
  }

  /// Everything with no event and with one, then two events, as far as the budget reaches, in an order of chance, so
  /// that one that ends early has seen something of everything.
  /// - Parameters:
  ///   - contactZones: the contact's own; nil: the file says the zone.
  ///   - budget: steps of the machine.
  mutating func tryAll(contactZones: [String?], budget: Int, visit: (Tale) -> Void) {
    self.budget = budget
    guard let generated else { return }
    let beginnings = contactZones.flatMap { zone in
      Grid.starts(in: zone ?? defaultZone, surroundings.zones, &chance).flatMap { start in
        Grid.inputs(generated, around: start, zone: zone).map { (start, $0) }
      }
    }
    let shuffled = shuffle(beginnings)
    for (events, share) in [(0, 15), (1, 55), (2, 85)] {
      for (start, input) in shuffled where self.budget > budget - budget * share / 100 {
        begin(start, input, events: events, visit)
      }
    }
    while self.budget > 0, let (start, input) = chance.pick(shuffled) { wander(start, input, visit) }
  }

  private var defaultZone: String {
    let data: [String: Value] = ["contact": .record(["name": .text("")])]
    return Machine.start(graph, key: [], data: data, at: .epoch, surroundings).run.zone
  }

  private mutating func shuffle<Element>(_ all: [Element]) -> [Element] {
    var all = all
    for index in all.indices.reversed() where index > 0 { all.swapAt(index, chance.below(index + 1)) }
    return all
  }

  private mutating func begin(_ start: Instant, _ input: [String: Value], events: Int, _ visit: (Tale) -> Void) {
    guard case .runs(let enrolments) = Machine.enrol(graph, data: input, at: start, zones: surroundings.zones) else {
      return
    }
    for enrolment in enrolments {
      let tale = beginning(enrolment, at: start, input: input)
      follow(tale, now: start, events: events, depth: 0, visit)
    }
  }

  mutating func beginning(_ enrolment: Enrolment, at start: Instant, input: [String: Value]) -> Tale {
    budget -= 1
    let first = Machine.start(graph, key: enrolment.key, data: enrolment.data, at: start, surroundings)
    let zone = surroundings.zones.zone(named: first.run.zone) ?? .utc
    var tale = Tale(
      start: start, zone: zone, zones: surroundings.zones, input: input, told: [], entries: [],
      data: enrolment.data, run: first.run, held: 0,
      isEndless: false)
    tale.entries = first.entries
    noteFirstTouch(of: &tale, first)
    hear(first, &tale, at: start)
    return tale
  }

  /// One run into which much comes, by chance: what only many holds, or answers after answers, lead to.
  private mutating func wander(_ start: Instant, _ input: [String: Value], _ visit: (Tale) -> Void) {
    budget -= 1
    guard case .runs(let enrolments) = Machine.enrol(graph, data: input, at: start, zones: surroundings.zones),
      let enrolment = chance.pick(enrolments)
    else { return }
    var tale = beginning(enrolment, at: start, input: input)
    var now = start
    while let waiting = tale.run.waiting, tale.entries.count < 400 {
      let due = max(now, waiting.wakes)
      if tale.told.count < 20, chance.happens(60),
        let at = chance.pick(Grid.instants(from: now, to: due, zone: tale.zone, isFew: false)),
        let kind = chance.pick(kinds(waiting, of: tale.run, at: at))
      {
        now = at
        let event = Event(id: "\(tale.told.count)", at: at, kind: kind)
        tale.told.append(event)
        tell(event, to: &tale, at: at)
      } else {
        now = due
        tell(Event(id: "timer", at: now, kind: .timer), to: &tale, at: now)
      }
    }
    if tale.run.waiting == nil { visit(tale) }
  }

  /// Carries a run on: nothing comes, or one of the events at one of the instants.
  private mutating func follow(_ tale: Tale, now: Instant, events: Int, depth: Int, _ visit: (Tale) -> Void) {
    var (tale, now, depth) = (tale, now, depth)
    while let waiting = tale.run.waiting {
      guard depth < 400 else {
        tale.isEndless = true
        break
      }
      depth += 1
      let due = max(now, waiting.wakes)
      if events > 0, budget > 0 {
        for at in Grid.instants(from: now, to: due, zone: tale.zone, isFew: !tale.told.isEmpty) {
          for kind in kinds(waiting, of: tale.run, at: at) {
            guard budget > 0 else { break }
            let event = Event(id: "\(tale.told.count)", at: at, kind: kind)
            var branch = tale
            branch.told.append(event)
            tell(event, to: &branch, at: at)
            follow(branch, now: at, events: events - 1, depth: depth, visit)
          }
        }
      }
      now = due
      tell(Event(id: "timer", at: now, kind: .timer), to: &tale, at: now)
    }
    visit(tale)
  }

  /// By the language: what is emitted has the run's key as subject, and comes at once, when the run waits again.
  private mutating func hear(_ transition: Transition, _ tale: inout Tale, at now: Instant) {
    var ahead = transition.effects
    var count = 0
    while !ahead.isEmpty, tale.run.waiting != nil {
      guard case .emit(let name, let data) = ahead.removeFirst(),
        let event = graph.events.first(where: { $0.name == name }),
        !event.ofContact || tale.run.data["contact"]?[path: ["id"]] == .text(tale.run.key.joined(separator: "/")),
        count < 50
      else { continue }
      count += 1
      ahead += carry(Event(id: "own \(count)", at: now, kind: .named(name, data: data)), to: &tale, at: now).effects
    }
  }

  mutating func tell(_ event: Event, to tale: inout Tale, at now: Instant) {
    let transition = carry(event, to: &tale, at: now)
    hear(transition, &tale, at: now)
  }

  private mutating func carry(_ event: Event, to tale: inout Tale, at now: Instant) -> Transition {
    budget -= 1
    let movedBefore = tale.run.heldDays
    let transition = Machine.step(graph, tale.run, event, at: now, surroundings)
    // What came in may be told twice: an await takes what nothing has taken by then.
    var heard = event.kind == .timer ? tale.run.untaken : [event] + tale.run.untaken
    for (index, entry) in transition.entries.enumerated() {
      guard case .received(let name, _, _, _) = entry.kind, let place = heard.firstIndex(where: { $0.name == name })
      else { continue }
      if heard.remove(at: place).id.hasPrefix("own") { tale.own.insert(tale.entries.count + index) }
    }
    tale.run = transition.run
    tale.entries += transition.entries
    // Held time is whole days: from the day on which a hold begins to the one on which the held step goes on, or as
    // many as it has moved `day N`.
    let node = tale.run.waiting?.node
    let arrived = tale.run.waiting?.arrived
    let isHeld = transition.entries.contains { entry in
      if case .held = entry.kind { entry.step == node.map { graph.nodes[$0].name } } else { false }
    }
    let today = tale.zone.civil(at: now).date
    if let hold = tale.hold, node != hold.node || arrived != hold.arrived {
      let days = max(today.days(since: hold.day) + 1, tale.run.heldDays - hold.moved)
      tale.held += tale.zone.startOfDay(hold.day.adding(days: days)).milliseconds(since: tale.zone.startOfDay(hold.day))
      tale.hold = nil
    }
    if isHeld, tale.hold == nil, let node, let arrived { tale.hold = (node, arrived, today, movedBefore) }
    noteFirstTouch(of: &tale, transition)
    return transition
  }

  private func noteFirstTouch(of tale: inout Tale, _ transition: Transition) {
    if tale.heldAtFirstTouch == nil, transition.entries.contains(where: { $0.handover?.touch == true }) {
      tale.heldAtFirstTouch = tale.held
    }
  }

  // MARK: What may come

  private func kinds(_ waiting: Run.Waiting, of run: Run, at instant: Instant) -> [Event.Kind] {
    var kinds: [Event.Kind] = [.reply(text: "What is it about?"), .unsubscribe(channel: nil), .bounce(hard: true)]
    for one in graph.replies { if let text = one.patterns.first?.sample { kinds.append(.reply(text: text)) } }
    for event in graph.events {
      for data in Grid.data(of: event, around: instant) { kinds.append(.named(event.name, data: data)) }
    }
    let date = (surroundings.zones.zone(named: run.zone) ?? .utc).civil(at: instant).date
    if graph.replies.contains(where: { $0.name == "later" }) {
      kinds += [-1, 3, 16].map { .reply(text: "later, on \(date.adding(days: $0))") }
    }
    kinds += [.outOfOffice(return: nil), .outOfOffice(return: date.adding(days: 4))]
    let named = Set(graph.anytime.map(\.key) + awaited(waiting))
    if named.contains("auto-reply") { kinds.append(.autoReply) }
    if named.contains("opened") { kinds.append(.opened) }
    if named.contains("clicked") { kinds.append(.clicked) }
    switch (waiting.stage, graph.nodes[waiting.node].action) {
    case (.outcome, .channel(let action)):
      kinds += action.outcomes.map { .outcome($0, step: waiting.node, note: nil) }
    case (.escalating, _): kinds.append(.acknowledged)
    default: break
    }
    return kinds
  }

  private func awaited(_ waiting: Run.Waiting) -> [String] {
    // What comes before an await, since the last touch, it takes as well.
    graph.nodes.flatMap { node -> [String] in
      if case .await(let listening) = node.action { return listening.events }
      return []
    }
  }
}
