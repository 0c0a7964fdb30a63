import FlowCore
import FlowTime
import FuzzKit

/// Types, names and values for the readers that need some.
enum Samples {
  static let fields = [
    Field("contact", .contact), Field("owner", .person), Field("n", .integer), Field("amount", .number),
    Field("title", .text), Field("ok", .boolean), Field("sent", .instant), Field("day", .date),
    Field("length", .duration), Field("due", .optional(.date)), Field("tags", .list(.text)),
    Field("zone", .optional(.timezone)), Field("mail", .optional(.email)), Field("level", .oneOf(["low", "high"])),
    Field("items", .list(.record([Field("open", .boolean), Field("price", .number)]))),
  ]

  static let type = ValueType.record(fields)
  static let start = Instant(seconds: 1_774_450_800)
  static let values = Sample.record(fields, at: start)

  static let naming = Naming(
    inputs: fields, ownerType: .person, event: (slot: 0, fields: [Field("stage", .text)]), allowsReply: true,
    allowsTask: true, steps: ["receipt": 0], present: ["due"], allowsAsk: true, zones: Shipped.zones)

  /// A run's values where there are any; what is optional is absent.
  struct Values: Scope {
    let zone: Zone
    var calendar: BusinessCalendar { BusinessCalendar() }
    var hours: (window: Window, zone: Zone)? { (.always, zone) }

    func value(of name: Name) -> Value {
      switch name {
      case .input(let field): Samples.values[field] ?? .absent
      case .owner: Samples.values["owner"] ?? .absent
      case .replyText, .replyClass, .taskNote: .text("Sounds good, call me on 14 April.")
      case .replyDate: .absent
      case .eventField: .text("won")
      case .eventTime, .runStarted, .step: .instant(Samples.start)
      case .runTouches, .runDay: .integer(3)
      case .ask: .absent
      }
    }
  }
}

enum Expressions {
  static func read(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    let scope = Samples.Values(zone: Shipped.zones.zone(named: "Europe/Berlin") ?? .utc)
    for type in [nil, ValueType.boolean, .text, .instant] {
      let (expression, problems) = Expression.compile(text, as: type, in: Samples.naming)
      hold(problems, text, isResult: expression != nil)
      if let expression { _ = try? expression.evaluate(scope) }
    }
    let (template, problems) = Template.compile(text, in: Samples.naming)
    hold(problems, text, isResult: template != nil)
    if let template {
      for locale in [nil, "de", "tr"] {
        _ = try? template.render(scope, Formatting(zone: scope.zone, locale: locale), asking: RenderedText("Yes?"))
      }
    }
    if let type = try? ValueType.parse(text), (try? ValueType.parse(type.description)) != type {
      Said.broken("the type \(type) is not read as it is written")
    }
    if let pattern = try? ReplyPattern.parse(text) {
      _ = pattern.matches(text)
      // Marks and other blanks may join what stands beside them, and make other words of it.
      let isPlain = text.utf8.allSatisfy { (0x61...0x7a).contains($0) || " ()|*=".utf8.contains($0) }
      if isPlain, !pattern.matches(pattern.sample) {
        Said.broken("the sample of a pattern does not match it: \(pattern.sample)")
      }
    }
    _ = firstDate(in: text, receivedOn: CivilDate(dayNumber: 20_000))
  }

  private static func hold(_ problems: [ExpressionProblem], _ text: String, isResult: Bool) {
    if isResult != problems.isEmpty { Said.broken("an expression has a result and problems, or neither") }
    for problem in problems where problem.range.upperBound > text.utf8.count {
      Said.broken("\(problem.code) stands at \(problem.range) of \(text.utf8.count) bytes")
    }
  }
}
