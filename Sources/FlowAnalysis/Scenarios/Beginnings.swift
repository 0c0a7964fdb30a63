import FlowCore
import FlowTime

/// How a run may begin: when, and with which data.
public struct Beginning: Hashable, Sendable {
  public var start: Instant
  public var input: [String: Value]
  /// Which item of the trigger's list is followed, from 1.
  public var item: Int?
  /// Where the data stand, as a scenario names it; nil once they have been changed.
  public var path: String?
  /// What is otherwise than in the data as they were given: `order.amount 99`; nil where nothing is.
  public var change: String?

  public init(
    start: Instant, input: [String: Value], item: Int? = nil, path: String? = nil, change: String? = nil
  ) {
    self.start = start
    self.input = input
    self.item = item
    self.path = path
    self.change = change
  }
}

/// Other beginnings: one field changed to what lies at the edge of what the file asks, and other times of day and days.
struct Variations {
  let graph: Graph
  let zone: Zone

  /// One a field and value, in the order of the input.
  func inputs(_ base: Beginning) -> [Beginning] {
    let constants = numbers
    return graph.triggerFields.flatMap { field in
      values(of: field.type, now: base.input[field.name] ?? .absent, constants, start: base.start, depth: 0).map {
        path, value in
        var changed = base
        let whole = (base.input[field.name] ?? .absent).setting(path[...], to: value)
        changed.input[field.name] = whole.isAbsent ? nil : whole
        let name = ([field.name] + path).joined(separator: ".")
        changed.change = value.isAbsent ? "no \(name)" : "\(name) \(value.words(in: zone))"
        changed.path = nil
        return changed
      }
    }
  }

  /// The key decides the arm of a `split`.
  func keys(_ base: Beginning) -> [Beginning] {
    guard let use = graph.trigger.key.first?.uses.first, case .input(let field) = use.name,
      let text = base.input[field]?[path: use.path].text
    else { return [] }
    return (2...24).map { number in
      var changed = base
      changed.input[field] = (base.input[field] ?? .absent).setting(use.path[...], to: .text("\(text)-\(number)"))
      changed.path = nil
      changed.change = "another key"
      return changed
    }
  }

  /// A second before the window closes, as it closes, at midnight, and over both changes of the clocks.
  func starts(_ base: Beginning) -> [Beginning] {
    let civil = zone.civil(at: base.start)
    var times: [CivilDateTime] = []
    if let rule = graph.policy.window?.rules.first {
      times.append(CivilDateTime(date: civil.date, time: CivilTime(milliseconds: rule.end.milliseconds - 1_000)))
      if rule.end < .endOfDay { times.append(CivilDateTime(date: civil.date, time: rule.end)) }
    }
    times += (1...7).map { CivilDateTime(date: civil.date.adding(days: $0), time: civil.time) }
    var transition = base.start
    for _ in 0..<2 {
      guard let next = zone.nextTransition(after: transition) else { break }
      times.append(CivilDateTime(date: zone.civil(at: next).date.adding(days: -1), time: civil.time))
      transition = next
    }
    return times.map { time in
      var changed = base
      changed.start = zone.instant(of: time)
      return changed
    }
  }

  /// After what the data name, and before it: by a day, and by so much that what comes some weeks before it comes, too.
  func late(_ base: Beginning) -> [Beginning] {
    dates(in: .record(base.input)).flatMap { date in
      [-1, 1, 60, -30].map { days in
        var changed = base
        changed.start = zone.instant(
          of: CivilDateTime(date: date.adding(days: days), time: zone.civil(at: base.start).time))
        return changed
      }
    }
  }

  private func dates(in value: Value) -> [CivilDate] {
    switch value {
    case .date(let date): [date]
    case .instant(let instant): [zone.civil(at: instant).date]
    case .list(let all): all.flatMap { dates(in: $0) }
    case .record(let fields): fields.sorted { $0.key < $1.key }.flatMap { dates(in: $0.value) }
    default: []
    }
  }

  private func values(
    of type: ValueType, now: Value, _ constants: [Int64], start: Instant, depth: Int
  ) -> [(path: [String], value: Value)] {
    switch type {
    case .boolean: return [([], .boolean(now != .boolean(true)))]
    case .integer: return constants.map { ([], .integer($0)) }
    case .number: return constants.map { ([], .number(Decimal($0))) }
    case .oneOf(let words): return words.filter { now.text != $0 }.map { ([], .text($0)) }
    case .optional(let inner):
      if !now.isAbsent {
        return [([], .absent)] + values(of: inner, now: now, constants, start: start, depth: depth + 1)
      }
      guard let value = Sample.record([Field("it", inner)], at: start)["it"] else { return [] }
      return [([], value)]
    case .list(let inner):
      guard now.list?.isEmpty ?? true else { return [([], .list([]))] }
      return [([], Sample.record([Field("it", .list(inner))], at: start)["it"] ?? .absent)]
    default:
      guard depth < 3, let fields = type.fields else { return [] }
      return fields.flatMap { field in
        values(of: field.type, now: now[path: [field.name]], constants, start: start, depth: depth + 1).map {
          ([field.name] + $0.path, $0.value)
        }
      }
    }
  }

  /// The whole numbers that conditions compare with, and those beside them.
  private var numbers: [Int64] {
    var found: Set<Int64> = []
    for condition in graph.expressions {
      for literal in condition.literals {
        if let number = literal.decimal?.integer { found.formUnion([number - 1, number, number + 1]) }
      }
    }
    return found.filter { $0 >= 0 }.sorted()
  }
}

extension Value {
  /// As the name of a scenario tells it.
  func words(in zone: Zone) -> String {
    switch self {
    case .text(let text): text
    case .record: "given"
    case .list(let items): items.isEmpty ? "empty" : "of \(items.count)"
    default:
      if case .string(let text) = json(of: self, zone: zone) { text } else { json(of: self, zone: zone).write() }
    }
  }
}
