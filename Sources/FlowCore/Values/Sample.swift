import FlowTime

/// Made-up data of a type, for previews of a workflow without an input of one's own: the same for the same
/// type.
public enum Sample {
  /// When such data are made up for where nothing says when: Monday, 1 June 2026, 09:00 UTC.
  public static let instant = Instant(seconds: 1_780_304_400)

  /// - Parameter at: instants and dates lie on or after it.
  public static func record(_ fields: [Field], at start: Instant) -> [String: Value] {
    var values: [String: Value] = [:]
    for field in fields {
      let value = value(field.type, named: field.name, at: start, depth: 0)
      if !value.isAbsent { values[field.name] = value }
    }
    return values
  }

  static func value(_ type: ValueType, named name: String, at start: Instant, depth: Int) -> Value {
    switch type {
    case .text: return .text("a \(name.split(separator: "_").joined(separator: " "))")
    case .integer: return .integer(1)
    case .number: return .number(Decimal(100))
    case .boolean: return .boolean(true)
    case .date: return .date(Zone.utc.civil(at: start).date.adding(days: 14))
    case .instant: return .instant(start)
    case .duration: return .duration(.days(1))
    case .email: return .text("\(name)@example.test")
    case .phone: return .text(phone(of: name))
    case .url: return .text("https://example.test/\(name)")
    case .timezone: return .text("UTC")
    case .locale: return .text("en")
    case .contact:
      return .record([
        "name": .text("Ann Example"), "first_name": .text("Ann"),
        "email": .text("\(name == "contact" ? "ann" : name)@example.test"), "phone": .text(phone(of: name)),
        "company": .text("Example Ltd"),
      ])
    case .person:
      var person: [String: Value] = [
        "name": .text("Sam Example"), "email": .text("\(name)@example.test"),
      ]
      if depth == 0 { person["manager"] = value(.person, named: "\(name).manager", at: start, depth: 1) }
      return .record(person)
    case .record(let fields): return .record(record(fields, at: start))
    case .optional: return .absent
    case .list(let item): return .list([value(item, named: name, at: start, depth: depth)])
    case .oneOf(let words): return words.first.map { .text($0) } ?? .absent
    case .none: return .absent
    }
  }

  /// Two people have two numbers, as far as the range that is kept for examples goes.
  private static func phone(of name: String) -> String {
    let last = name == "contact" ? 0 : 1 + name.utf8.reduce(0) { ($0 * 31 + Int($1)) % 99 }
    return "+155501" + (last < 10 ? "0\(last)" : String(last))
  }
}
