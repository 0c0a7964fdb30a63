import FlowCore
import FlowTime

/// What both walkers and the queue share of a cohort: minutes, the contacts' data, the classes and outcomes that may
/// come.
///
/// A minute counts from the cohort's start.
final class CohortPlan {
  /// What a step may hand over, and what may come of it.
  struct Step {
    var verb: String
    var isTouch: Bool
    var isTask: Bool
    /// Its touch may be answered.
    var isAnswered: Bool
    /// Shares of 2^32, each with all before it, and the outcome's name.
    var outcomes: [(upTo: UInt64, name: String)]
    /// It waits for its window once its place has come.
    var window: (hours: Window?, holidays: HolidayCalendar)?
  }

  /// What a contact who comes on one day brings; nil where that starts no run.
  struct Day {
    var enrolment: Enrolment?
    var because: String?
  }

  let cohort: Cohort
  let graph: Graph
  let zone: Zone
  let contactZone: Zone
  /// What a touch may bring: classes of reply and events, with their shares of 2^32 together with all before; of a
  /// class a text that belongs to it.
  let replies: [(upTo: UInt64, name: String, text: String, kind: Event.Kind)]
  /// Of each whether it stops the touches that have not left.
  let stopsTouches: [Bool]
  /// How long each of them takes.
  let answers: [AnswerTimes]
  let steps: [Step]
  let chance: Chance
  private(set) var days: [Day] = []
  /// Many come one after the other.
  private var arrivalDay = (minutes: Int32(0)..<Int32(0), number: 0)
  private var replyDates: [[Int]: CivilDate?] = [:]
  private var dayByShift: [Int: Int] = [:]
  private var dayByChange: [Int: UInt16] = [:]

  init(_ cohort: Cohort) {
    self.cohort = cohort
    graph = cohort.graph
    chance = Chance(seed: cohort.seed)
    (zone, contactZone) = CohortPlan.zones(of: cohort)
    wall = Int32(zone.civil(at: cohort.start).time.milliseconds / 60_000)
    let texts = CohortPlan.texts(of: cohort.graph)
    var total: UInt64 = 0
    replies =
      cohort.assume.reply.compactMap { share in
        guard share.share > 0, let text = texts[share.name] else { return nil }
        total += CohortPlan.scaled(share.share)
        return (total, share.name, text, .reply(text: text))
      }
      + cohort.assume.events.compactMap { share in
        guard share.share > 0 else { return nil }
        total += CohortPlan.scaled(share.share)
        return (total, share.name, "", CohortPlan.event(share.name, cohort))
      }
    stopsTouches = replies.map { reply in
      switch reply.kind {
      case .reply, .unsubscribe, .complaint, .bounce(hard: true): true
      default: false
      }
    }
    let slow = AnswerTimes(medianMinutes: CohortPlan.minutes(cohort.assume.after ?? .days(1), of: cohort, zone))
    let prompt = AnswerTimes(medianMinutes: 1)
    answers = replies.map { Assumptions.prompt.contains($0.name) ? prompt : slow }
    steps = cohort.graph.nodes.map { CohortPlan.step($0, cohort) }
  }

  private static func event(_ name: String, _ cohort: Cohort) -> Event.Kind {
    switch name {
    case "bounce": .bounce(hard: true)
    case "out-of-office": .outOfOffice(return: nil)
    case "unsubscribe": .unsubscribe(channel: nil)
    case "complaint": .complaint(channel: nil)
    default:
      .named(
        name,
        data: Sample.record(cohort.graph.events.first { $0.name == name }?.fields ?? [], at: cohort.start))
    }
  }

  private static func scaled(_ share: Int) -> UInt64 { UInt64(max(0, share)) << 32 / 10_000 }

  private static func step(_ node: Node, _ cohort: Cohort) -> Step {
    let policy = cohort.graph.policy
    var total: UInt64 = 0
    let outcomes = (cohort.assume.steps.first { $0.name == node.name }?.shares ?? []).filter { $0.share > 0 }.map {
      share in
      total += scaled(share.share)
      return (upTo: total, name: share.name)
    }
    switch node.action {
    case .channel(let action):
      let window: (Window?, HolidayCalendar)? =
        switch node.window {
        case .any: nil
        case .policy: (policy.window, policy.holidays)
        case .own(let own): (own, policy.holidays)
        }
      return Step(
        verb: action.verb, isTouch: action.touch, isTask: action.isTask,
        isAnswered: action.touch && action.outcomes.isEmpty, outcomes: outcomes,
        window: action.touch ? window : nil)
    case .escalate(let escalation):
      return Step(verb: escalation.via, isTouch: false, isTask: false, isAnswered: false, outcomes: [], window: nil)
    default: return Step(verb: node.verb, isTouch: false, isTask: false, isAnswered: false, outcomes: [], window: nil)
    }
  }

  private static func minutes(_ duration: Duration, of cohort: Cohort, _ zone: Zone) -> Int {
    let hours = cohort.graph.policy.window.map { ($0, zone) }
    let end = add(duration, to: cohort.start, zone: zone, calendar: cohort.graph.policy.calendar, hours: hours)
    return Int((end ?? cohort.start).milliseconds(since: cohort.start) / 60_000)
  }

  /// A text for each class, such as no class before it takes; `reply` is what none takes.
  private static func texts(of graph: Graph) -> [String: String] {
    var texts = ["reply": ""]
    for one in graph.replies {
      texts[one.name] = one.patterns.lazy.map(\.sample).first { text in
        graph.replies.first { $0.patterns.contains { $0.matches(text) } }?.name == one.name
      }
    }
    return texts
  }

  private static func zones(of cohort: Cohort) -> (Zone, Zone) {
    guard
      case .runs(let runs) = Machine.enrol(
        cohort.graph, data: cohort.data, at: cohort.start, zones: cohort.zones), let first = runs.first
    else { return (.utc, .utc) }
    let run = Machine.start(
      cohort.graph, key: first.key, data: first.data, at: cohort.start, Surroundings(zones: cohort.zones)
    ).run
    let zone = cohort.zones.zone(named: run.zone) ?? .utc
    return (zone, first.contact[path: ["timezone"]].text.flatMap { cohort.zones.zone(named: $0) } ?? zone)
  }

  // MARK: Minutes

  func instant(_ minute: Int32) -> Instant { cohort.start.adding(milliseconds: Int64(minute) * 60_000) }

  /// The first minute not before an instant, within ten years and a bit.
  func minute(notBefore instant: Instant) -> Int32 {
    let milliseconds = instant.milliseconds(since: cohort.start)
    return Int32(clamping: (milliseconds + 59_999).flooredMinutes)
  }

  /// The wall's minutes from midnight to the cohort's start.
  let wall: Int32

  /// The beginning of a minute's quarter of an hour on the wall.
  func quarter(of minute: Int32) -> Int32 { part(15, of: minute) }

  /// The beginning of a part of the day, of so many minutes, on the wall.
  func part(_ minutes: Int32, of minute: Int32) -> Int32 { minute - ((minute &+ wall) % minutes + minutes) % minutes }

  /// How long the windows of some steps are open at least, in minutes; without any, for ever.
  func shortestOpen(_ nodes: some Sequence<Int>) -> Int32 {
    nodes.reduce(.max) { least, index in
      (steps[index].window?.hours?.rules ?? []).reduce(least) { least, rule in
        let minutes = Int32((rule.end.milliseconds - rule.start.milliseconds) / 60_000)
        return min(least, max(15, minutes > 0 ? minutes : minutes + 1440))
      }
    }
  }

  func arrival(_ contact: Int) -> Int32 {
    Int32(truncatingIfNeeded: Int64(contact) * Int64(cohort.spanMinutes) / Int64(max(1, cohort.contacts)))
  }

  // MARK: Data

  /// The number of the day on which somebody comes, among those that have been asked for.
  func day(ofArrival minute: Int32) -> Int {
    if arrivalDay.minutes.contains(minute) { return arrivalDay.number }
    let at = instant(minute)
    let number = day(ofArrival: at)
    let next = zone.startOfDay(zone.civil(at: at).date.adding(days: 1))
    arrivalDay = (minute..<max(minute, self.minute(notBefore: next)), number)
    return number
  }

  /// The last minute of the day of a minute at which somebody comes.
  func lastMinute(ofDayOfArrival minute: Int32) -> Int32 {
    _ = day(ofArrival: minute)
    return arrivalDay.minutes.upperBound - 1
  }

  private func day(ofArrival at: Instant) -> Int {
    let shift = zone.civil(at: at).date.days(since: zone.civil(at: cohort.dated).date)
    if let known = dayByShift[shift] { return known }
    let data = cohort.data.mapValues { shifted($0, by: shift) }
    var day = Day()
    switch Machine.enrol(graph, data: data, at: at, zones: cohort.zones) {
    case .refused(let because), .filtered(let because): day.because = because
    case .runs(let runs):
      day.enrolment = runs.dropFirst(cohort.item - 1).first
      if day.enrolment == nil { day.because = "there is no item \(cohort.item): the list has \(runs.count)" }
    }
    days.append(day)
    dayByShift[shift] = days.count - 1
    return days.count - 1
  }

  /// What a contact brings after a `set`, as the number of a day of its own.
  func day(_ day: Int, after node: NodeIndex) -> UInt16 {
    let change = day << 16 | node
    if let known = dayByChange[change] { return known }
    guard case .set(let assignments) = graph.nodes[node].action, var enrolment = days[day].enrolment else {
      return UInt16(clamping: day)
    }
    for assignment in assignments {
      guard let field = assignment.path.first,
        let value = try? assignment.value.evaluate(DataScope(plan: self, data: enrolment.data))
      else { break }
      let whole = (enrolment.data[field] ?? .absent).setting(assignment.path.dropFirst(), to: value)
      enrolment.data[field] = whole.isAbsent ? nil : whole
    }
    let same = days.firstIndex { $0.enrolment == enrolment }
    if same == nil { days.append(Day(enrolment: enrolment)) }
    let number = UInt16(clamping: same ?? days.count - 1)
    dayByChange[change] = number
    return number
  }

  /// The date that an answer of a class brings when it comes on a day.
  func date(inReply index: Int, on day: CivilDate) -> CivilDate? {
    guard replies.indices.contains(index) else { return nil }
    let key = [index, day.days(since: zone.civil(at: cohort.start).date)]
    if let known = replyDates[key] { return known }
    let date = firstDate(in: replies[index].text, receivedOn: day)
    replyDates[key] = .some(date)
    return date
  }

  private func shifted(_ value: Value, by days: Int) -> Value {
    guard days != 0 else { return value }
    return switch value {
    case .date(let date): .date(date.adding(days: days))
    case .instant(let instant): .instant(dayShift(from: instant, days: days, zone: zone))
    case .list(let values): .list(values.map { shifted($0, by: days) })
    case .record(let fields): .record(fields.mapValues { shifted($0, by: days) })
    default: value
    }
  }

  /// Which arm of a split a contact goes; nil where it has none.
  func arm(of contact: UInt32, _ enrolment: Enrolment, _ node: NodeIndex, _ split: Split) -> Int? {
    split.arm(of: key(of: contact, enrolment), step: graph.nodes[node].name)
  }

  /// Each contact's own.
  func key(of contact: UInt32, _ enrolment: Enrolment) -> [String] { enrolment.key + ["#\(contact)"] }
}

/// What the data say by themselves.
private struct DataScope: Scope {
  let plan: CohortPlan
  let data: [String: Value]
  var zone: Zone { plan.zone }
  var calendar: BusinessCalendar { plan.graph.policy.calendar }
  var hours: (window: Window, zone: Zone)? { plan.graph.policy.window.map { ($0, plan.contactZone) } }

  func value(of name: Name) -> Value {
    switch name {
    case .input(let field): data[field] ?? .absent
    case .owner: plan.graph.owner.flatMap { try? $0.evaluate(self) } ?? .absent
    default: .absent
    }
  }
}

/// What a walker has handed over, for the queue to deal with.
struct Handed {
  var node: Int32
  /// When the wait for its outcome ends; nil where none is waited for.
  var until: Int32?
}

/// A touch that waits for capacity. What it does not know of the contact's wait the walker does.
struct Waited {
  var node: Int32
  /// When it was counted.
  var counted: Int32
  /// When a touch of the contact last went out since; ``CompiledWalker/none`` where none has.
  var since = CompiledWalker.none
  /// When the contact came to what it waits for, and to which minute a hold has moved that since;
  /// ``CompiledWalker/none`` where that is not known, or none has.
  var arrived = CompiledWalker.none
  var floor = CompiledWalker.none
  /// Somebody has done something since it was counted, which has an instant of its own; and that before the contact
  /// came to what it waits for, which so does not count from when the touch leaves.
  var hasActed = false
  var isActedUpon = false
}

/// Whether a touch that was due may still go out.
enum Leaving: Equatable {
  case now
  case later(Int32)
  case never
}

/// What a contact is told.
enum Told {
  case timer
  /// An index in ``CohortPlan/replies``.
  case reply(Int)
  /// An index in ``CohortPlan/Step/outcomes``.
  case outcome(node: Int, index: Int)
}

/// Everything that a walker knows of a contact.
protocol WalkerState: Hashable {
  /// When the contact must be told `timer`; nil once the run has ended.
  var wakes: Int32? { get }
  /// The step whose outcome is waited for, or -1.
  var awaited: Int32 { get }
  /// The same, or the step whose people are told one after the other.
  var asked: Int32 { get }
  /// Until when it waits, whatever holds it; nothing of a run that has ended.
  var due: Int32 { get }
  var touchCount: Int { get }
  /// A number that equal states share, in every process; others seldom do.
  var tag: UInt64 { get }
}

/// Carries contacts through the graph; knows nothing of queues, chance and capacity.
///
/// What only reads is `mutating`, too: else a copy of the walker would be made for it.
protocol Walker {
  associatedtype State: WalkerState
  /// What the latest ``start(contact:day:at:)`` or ``tell(_:_:contact:at:)`` has handed over; emptied by the caller.
  var handed: [Handed] { get set }
  /// What came of it last may be another at another minute; where it is certain that not, no.
  var looked: Bool { get }
  mutating func start(contact: UInt32, day: Int, at minute: Int32) -> State
  mutating func tell(_ state: inout State, _ told: Told, contact: UInt32, at minute: Int32)
  /// The latest of both has begun another wait.
  var began: Bool { get }
  /// The last look at a touch that had to wait for capacity.
  /// - Parameters:
  ///   - behind: when what comes after it and has not left either was counted.
  ///   - capped: caps over all workflows are looked at, too.
  mutating func mayLeave(_ touch: Waited, _ state: State, behind: [Int32], capped: Bool, at minute: Int32) -> Leaving
  /// A touch that had to wait for capacity has gone out: what counts from it counts from now.
  mutating func wentOut(_ touch: Waited, _ state: inout State, at minute: Int32)
  /// Of a run that has ended.
  mutating func outcome(of state: State) -> String
  /// Makes equal what makes no difference from a minute on.
  mutating func simplify(_ state: inout State, at minute: Int32)
  /// The same of when the run began, once it has.
  mutating func simplifyStart(_ state: inout State)
  /// The state as if there had been no touch yet, and how many there were; nil where that may decide about something.
  /// Nobody is going to answer.
  mutating func countedApart(_ state: State) -> (state: State, touches: Int)?
  /// What a state becomes that hears an answer, as far as it is not said by the minute and by how many touches there
  /// were; nil where the wait may go on, or touches may decide about something. From states for which that is equal the
  /// same comes.
  mutating func alike(_ state: State, replying index: Int) -> State?
  /// As if there had been no touch yet.
  func untouched(_ state: State) -> State
  /// A number that states share, and others seldom do, that differ by nothing but when things are due and have been,
  /// and by that within one part of the wall's time, of so many minutes; where those are 0, however much.
  func tag(_ state: State, parts minutes: Int32) -> UInt64
}
