import FlowCore
import FlowTime

/// When an event comes while a run waits: by the wait, so that the same can be tried from another start.
enum Placement: Hashable, Sendable {
  /// Milliseconds after the wait began.
  case after(Int64)
  /// Milliseconds before it is over; 0: at that very instant, and first.
  case before(Int64)
  /// The next midnight of the run's zone, and so many milliseconds.
  case midnight(Int64)
  /// When a touch may next go out.
  case opening
  /// An hour after the wait began, or in the middle of a shorter one.
  case soon

  private static let minute: Int64 = 60_000
  private static let day: Int64 = 86_400_000
  /// What a person would try first.
  static let usual: [Placement] = [.after(60 * minute), .before(minute)]
  /// For a claim of what happens within so short a time: at once.
  static let quick: [Placement] = [.after(minute), .before(minute)]
  static let all: [Placement] =
    usual + [
      .after(minute), .before(0), .opening, .midnight(0), .midnight(-minute), .after(day), .before(day),
      .before(1000),
    ]

  /// Nil where it does not lie within the wait. An event comes later than what led to the wait, else the
  /// timer that led there would come after it.
  func instant(in play: Play, due: Instant, graph: Graph) -> Instant? {
    let instant: Instant
    switch self {
    case .after(let time): instant = play.now.adding(milliseconds: time)
    case .before(let time): instant = due.adding(milliseconds: -time)
    case .midnight(let time):
      let date = play.course.zone.civil(at: play.now).date.adding(days: 1)
      instant = play.course.zone.startOfDay(date).adding(milliseconds: time)
    case .opening:
      guard let window = graph.policy.window,
        let open = firstOpen(
          notBefore: play.now, window: window, zone: play.course.zone, holidays: graph.policy.holidays)
      else { return nil }
      instant = open
    case .soon:
      let middle = due.milliseconds(since: play.now) / 2
      instant = play.now.adding(milliseconds: min(60 * Self.minute, middle - middle % 1_000))
    }
    return instant > play.now && instant <= due ? instant : nil
  }
}

/// An event by where it comes in a run.
struct Incident: Hashable, Sendable {
  /// How often the clock alone goes on before it.
  var timers: Int
  var placement: Placement
  var kind: Event.Kind
}

/// Which events may come while a run waits.
struct Incidents {
  let graph: Graph
  /// Events that the claim names.
  let named: [Event.Kind]
  private let answers: [Event.Kind]
  private let anytime: [Event.Kind]
  private let readsDates: Bool
  /// The longest hold is tried, too.
  private let countsHolds: Bool

  init(_ graph: Graph, claim: Claim) {
    self.graph = graph
    let expressions = graph.expressions
    readsDates = expressions.contains { $0.uses.contains { $0.name == .replyDate } }
    let makes = Made(graph: graph, readsDates: readsDates, expressions: expressions)
    answers = makes.answers
    anytime = graph.anytime.flatMap { makes.events($0.key) } + makes.releases
    if case .follows = claim { countsHolds = true } else { countsHolds = false }
    named = claim.milestones.flatMap { milestone -> [Event.Kind] in
      switch milestone {
      case .reply(let own): makes.events(own)
      case .event(let name): makes.events(name)
      default: []
      }
    }
    self.makes = makes
    dated = graph.events.compactMap { Dated($0, read: makes.read($0)) }
  }

  private let makes: Made
  /// Events that bring an instant by which the run goes.
  private let dated: [Dated]

  /// Those that hold a run wherever it waits.
  func holding(at play: Play) -> [Event.Kind] {
    let own = graph.anytime.filter { one in
      switch one.target {
      case .hold: true
      case .node(let node): graph.isInAnytime(node)
      default: false
      }
    }.map(\.key)
    let keys = graph.anytime.contains { $0.key == "out-of-office" } ? own : own + ["out-of-office"]
    return keys.flatMap(makes.events)
  }

  /// Those that may lead elsewhere, the step's own first.
  func kinds(at play: Play) -> [Event.Kind] {
    guard let waiting = play.run.waiting else { return [] }
    var kinds: [Event.Kind] = []
    switch (waiting.stage, graph.nodes[waiting.node].action) {
    case (.listening, .await(let awaited)):
      kinds = awaited.cases.flatMap { makes.events($0.key) }
      for event in awaited.events { kinds += makes.events(event) }
    case (.outcome, .channel(let action)):
      kinds = action.outcomes.map { .outcome($0, step: nil, note: nil) }
    case (.escalating, .escalate): kinds = [.acknowledged]
    default: break
    }
    kinds += named + anytime
    // They come before the first touch, too: a contact may answer what somebody else has written.
    kinds += answers
    if countsHolds {
      let today = play.course.zone.civil(at: play.now).date
      // Before the shorter ones: of runs that are alike but for their instants few are kept.
      kinds.append(.outOfOffice(return: today.adding(days: 27)))
    }
    kinds += Made.automatic(at: play.now, in: play.course.zone)
    kinds += dated.flatMap { $0.events(at: play.now, in: play.course.zone) }
    var seen: Set<Event.Kind> = []
    return kinds.filter { seen.insert($0).inserted }
  }
}

/// Makes up events.
struct Made {
  let graph: Graph
  let readsDates: Bool
  let expressions: [Expression]

  /// One that no class takes, where there is one.
  var answers: [Event.Kind] {
    let text = ["I have to think about it.", "…", "Hm.", "xyzzy"].first { own(of: $0) == "reply" }
    return text.map { [.reply(text: $0)] } ?? []
  }

  static func automatic(at now: Instant, in zone: Zone) -> [Event.Kind] {
    let today = zone.civil(at: now).date
    return [
      .bounce(hard: true), .outOfOffice(return: nil), .outOfOffice(return: today.adding(days: 7)),
      .unsubscribe(channel: nil),
    ]
  }

  /// What a `hold until EVENT` waits for.
  var releases: [Event.Kind] {
    graph.holds.flatMap { hold -> [Event.Kind] in
      if case .event(let name, _)? = hold.until { return events(name) }
      return []
    }
  }

  private func own(of text: String) -> String {
    let words = ReplyWords(text)
    return graph.replies.first { $0.patterns.contains { $0.matches(words) } }?.name ?? "reply"
  }

  /// Events that a case of this key takes; none where none can be made up.
  func events(_ key: String) -> [Event.Kind] {
    if key == "timeout" { return [] }
    if key == "reply" { return answers }
    if let replies = graph.replies.first(where: { $0.name == key }) {
      // The first class that matches wins: a sample must not belong to an earlier one.
      guard let sample = replies.patterns.lazy.map(\.sample).first(where: { own(of: $0) == key }) else {
        return []
      }
      let dated = ["2026-06-22", "2026-07-20"].map { "\(sample) \($0)" }.filter {
        readsDates && own(of: $0) == key
      }
      return ([sample] + dated).map { .reply(text: $0) }
    }
    switch key {
    case "acknowledged", "ack": return [.acknowledged]
    case "out-of-office": return [.outOfOffice(return: nil)]
    case "bounce": return [.bounce(hard: true)]
    case "auto-reply": return [.autoReply]
    case "opened": return [.opened]
    case "clicked": return [.clicked]
    case "unsubscribe": return [.unsubscribe(channel: nil)]
    case "complaint": return [.complaint(channel: nil)]
    default: break
    }
    if let event = graph.events.first(where: { $0.name == key }) { return named(event) }
    let isOutcome = graph.nodes.contains { node in
      if case .channel(let action) = node.action { action.outcomes.contains(key) } else { false }
    }
    return isOutcome ? [.outcome(key, step: nil, note: nil)] : [.named(key, data: [:])]
  }

  /// Conditions on fields of the input that a `set` takes from what is read.
  private func conditionsAfter(_ reading: [Expression]) -> [Expression] {
    let paths = graph.nodes.flatMap { node -> [[String]] in
      guard case .set(let assignments) = node.action else { return [] }
      return assignments.filter { reading.contains($0.value) }.map(\.path)
    }
    return graph.conditions.filter { condition in
      condition.uses.contains { use in
        if case .input(let root) = use.name { paths.contains([root] + use.path) } else { false }
      }
    }
  }

  /// The fields of an event that something reads.
  func read(_ event: EventDeclaration) -> [Field] { event.fields.filter { !reading($0).isEmpty } }

  private func reading(_ field: Field) -> [Expression] {
    expressions.filter { expression in
      expression.uses.contains {
        if case .eventField(_, let name) = $0.name { name == field.name } else { false }
      }
    }
  }

  /// The event as such, and with each field at each value at which a condition may turn.
  private func named(_ event: EventDeclaration) -> [Event.Kind] {
    let base = Sample.record(event.fields, at: Sample.instant)
    var all = [base]
    for field in event.fields {
      let reading = reading(field)
      guard !reading.isEmpty else { continue }
      let later = conditionsAfter(reading)
      // Windows count where the contact is.
      let elsewhere = field.type.present == .timezone ? ["Asia/Tokyo"] : []
      let values = Turning.values(of: field.type, literals: (reading + later).flatMap { $0.bounds(in: graph) })
      for value in values + elsewhere.map({ .text($0) }) {
        var data = base
        data[field.name] = value.isAbsent ? nil : value
        all.append(data)
      }
    }
    return all.prefix(12).map { .named(event.name, data: $0) }
  }
}

/// An event whose instants lie ahead of when it comes; those of ``Made`` are of one day.
private struct Dated {
  let event: EventDeclaration
  private let fields: [Field]

  /// So many days ahead.
  private static let days = [10, 45]

  /// - Parameter read: its fields that something reads; nil where there is no instant among them.
  init?(_ event: EventDeclaration, read: [Field]) {
    fields = read.filter { $0.type.present == .date || $0.type.present == .instant }
    guard !fields.isEmpty else { return nil }
    self.event = event
  }

  func events(at now: Instant, in zone: Zone) -> [Event.Kind] {
    Self.days.map { days in
      var data = Sample.record(event.fields, at: now)
      for field in fields {
        let date = zone.civil(at: now).date.adding(days: days)
        data[field.name] = field.type.present == .date ? .date(date) : .instant(zone.startOfDay(date))
      }
      return .named(event.name, data: data)
    }
  }
}
