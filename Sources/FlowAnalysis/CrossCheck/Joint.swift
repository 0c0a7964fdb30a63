import FlowCore
import FlowTime

/// A workflow by itself, nobody answering: when its touches go out.
struct Profile {
  let graph: Graph
  let promises: [Claimed]
  /// Those of them that it keeps alone.
  let kept: [Claimed]
  /// The run with the most touches, of those that differ by their data.
  let play: Play
  let touches: [Instant]
  /// The most touches within the caps' span; all of them where there is none.
  let most: Int

  static func start(in zone: Zone) -> Instant {
    let time = CivilTime(milliseconds: 36_000_000)
    return CivilDate(year: 2026, month: 6, day: 1).map {
      zone.instant(of: CivilDateTime(date: $0, time: time))
    } ?? Instant(seconds: 1_780_308_000)
  }

  init(_ member: CrossCheck.Member, caps: Caps?, zones: any ZoneSource) {
    graph = member.graph
    promises = member.promises
    let start = Self.start(in: .utc)
    let inputs = Inputs(graph, zones: zones)
    var best = Play(
      start: start, input: [:], item: nil, run: Run(key: [], data: [:], started: start, zone: "UTC"), now: start,
      course: Course(zone: .utc, data: [:], entries: []))
    var player = Player(graph: graph, zones: zones, caps: caps, steps: 4_000)
    for choice in inputs.choices.prefix(8) {
      guard var play = player.begin(inputs.data(choice, at: start), at: start) else { continue }
      guard player.finish(&play) else { break }
      if play.run.touches > best.run.touches { best = play }
    }
    play = best
    let touched = best.run.touched
    touches = touched
    let (own, course) = (member.graph, best.course)
    kept = member.promises.filter { !Monitor($0.claim, graph: own, zones: zones).judge(course).isBroken }
    most = caps?.span.map { Self.most(touched, in: $0, best.course.zone) } ?? touched.count
  }

  private static func most(_ touches: [Instant], in span: Duration, _ zone: Zone) -> Int {
    let calendar = BusinessCalendar(business: .daily, holidays: .none)
    return touches.indices.map { first in
      let end = add(span, to: touches[first], zone: zone, calendar: calendar, hours: nil) ?? .distantFuture
      return touches[first...].prefix { $0 < end }.count
    }.max() ?? 0
  }

  /// Both may hold one contact at once.
  func mayMeet(_ other: Profile) -> Bool {
    guard graph.workflow != other.graph.workflow, !other.touches.isEmpty else { return false }
    if let group = graph.trigger.exclusive, group == other.graph.trigger.exclusive { return false }
    return graph.contactKind == other.graph.contactKind
  }

  func span(of entry: Entry) -> Span {
    entry.step.flatMap(graph.node(named:)).map { graph.nodes[$0].span } ?? graph.trigger.span
  }
}

/// Two runs of one contact, played together: each counts the other's touches.
struct Joint {
  private let own: Profile
  private let other: Profile
  private let zones: any ZoneSource
  private var player: Player
  private var rival: Player
  private(set) var first: Play
  private var second: Play
  private var isOwnBegun = false
  private var isOtherBegun = false
  private var lines: [Crossing.Line] = []

  init(_ own: Profile, _ other: Profile, caps: Caps?, zones: any ZoneSource) {
    self.own = own
    self.other = other
    self.zones = zones
    player = Player(graph: own.graph, zones: zones, caps: caps, steps: 2_000)
    rival = Player(graph: other.graph, zones: zones, caps: caps, steps: 2_000)
    (first, second) = (own.play, other.play)
  }

  /// - Returns: false where the data start no run then, or it takes too long.
  mutating func play(from start: Instant, beside other: Instant) -> Bool {
    var (ownStart, otherStart): (Instant?, Instant?) = (start, other)
    while true {
      let own = ownStart ?? (isOwnBegun ? first.due : nil)
      let theirs = otherStart ?? (isOtherBegun ? second.due : nil)
      // The other first at one instant: it is the own run that has to wait.
      if let own, theirs.map({ own < $0 }) ?? true {
        guard ownStart == nil ? goOnOwn() : beginOwn(at: own) else { return false }
        ownStart = nil
      } else if let theirs {
        guard otherStart == nil ? goOnOther() : beginOther(at: theirs) else { return false }
        otherStart = nil
      } else {
        return true
      }
    }
  }

  private mutating func beginOwn(at start: Instant) -> Bool {
    player.surroundings.touchesElsewhere = isOtherBegun ? second.run.touched : []
    guard let begun = player.begin(own.play.input, at: start) else { return false }
    (first, isOwnBegun) = (begun, true)
    note(own.graph.workflow, begun.course.entries[...])
    return true
  }

  private mutating func beginOther(at start: Instant) -> Bool {
    rival.surroundings.touchesElsewhere = isOwnBegun ? first.run.touched : []
    guard let begun = rival.begin(other.play.input, at: start) else { return false }
    (second, isOtherBegun) = (begun, true)
    note(other.graph.workflow, begun.course.entries[...])
    return true
  }

  private mutating func goOnOwn() -> Bool {
    player.surroundings.touchesElsewhere = isOtherBegun ? second.run.touched : []
    let known = first.course.entries.count
    guard player.goOn(&first) else { return false }
    note(own.graph.workflow, first.course.entries[known...])
    return true
  }

  private mutating func goOnOther() -> Bool {
    rival.surroundings.touchesElsewhere = isOwnBegun ? first.run.touched : []
    let known = second.course.entries.count
    guard rival.goOn(&second) else { return false }
    note(other.graph.workflow, second.course.entries[known...])
    return true
  }

  private mutating func note(_ workflow: String, _ entries: ArraySlice<Entry>) {
    lines += entries.map { Crossing.Line(workflow: workflow, entry: $0) }
  }

  // MARK: What came of it

  /// Where the caps have stood in the own run's way, and did not when it was alone.
  var cappedEntry: Entry? {
    func isCapped(_ entry: Entry) -> Bool {
      switch entry.kind {
      case .skipped(let because), .deferred(_, let because): Caps.isReason(because)
      default: false
      }
    }
    var alone = own.play.course.entries.filter(isCapped).map(\.step)
    for entry in first.course.entries where isCapped(entry) {
      // In a `repeat` as often as alone.
      guard let known = alone.firstIndex(of: entry.step) else { return entry }
      alone.remove(at: known)
    }
    // An end by the caps says no reason.
    guard first.run.outcome != own.play.run.outcome else { return nil }
    return first.course.entries.last
  }

  /// The first touch that goes out later than alone.
  var putOff: (entry: Entry, milliseconds: Int64)? {
    let touches = first.course.entries.filter { $0.handover?.touch == true }
    for (entry, alone) in zip(touches, own.touches) where entry.at > alone {
      return (entry, entry.at.milliseconds(since: alone))
    }
    return nil
  }

  /// A touch of the own run that follows one of the other's by less.
  func nearer(than gap: Duration) -> (earlier: Entry, later: Entry)? {
    var last: Crossing.Line?
    for line in lines where line.entry.handover?.touch == true {
      defer { last = line }
      guard let last, last.workflow != line.workflow, line.workflow == own.graph.workflow else { continue }
      let calendar = own.graph.policy.calendar
      guard let free = add(gap, to: last.entry.at, zone: first.course.zone, calendar: calendar, hours: nil),
        line.entry.at < free
      else { continue }
      return (last.entry, line.entry)
    }
    return nil
  }

  func crossing(_ kind: Crossing.Kind, _ span: Span, _ about: [Entry]) -> Crossing {
    Crossing(
      kind, workflow: own.graph.workflow, beside: other.graph.workflow, span: span,
      zone: first.course.zone, input: first.input, inputBeside: second.input, timeline: lines,
      breach: lines.indices.filter { about.contains(lines[$0].entry) })
  }
}
