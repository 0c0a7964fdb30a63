import FlowCore
import FlowTime
import Testing

/// The data that expressions in these tests speak of.
enum Fixture {
  static let proposal = ValueType.record([
    Field("id", .text), Field("title", .text), Field("amount", .number), Field("discount", .number),
    Field("count", .integer), Field("sent", .instant), Field("expires", .optional(.date)),
    Field("due", .date),
    Field("size", .oneOf(["small", "large"])), Field("tags", .list(.text)), Field("paid", .boolean),
    Field("within", .duration), Field("prices", .list(.number)), Field("price", .optional(.number)),
    Field("items", .list(item)),
  ])
  static let item = ValueType.record([
    Field("id", .text), Field("status", .oneOf(["open", "done"])), Field("late", .boolean),
    Field("due", .optional(.date)), Field("amount", .number),
  ])

  static func naming(
    present: Set<String> = [], allowsReply: Bool = true, allowsAsk: Bool = false, allowsTask: Bool = true,
    event: Bool = true
  ) -> Naming {
    Naming(
      inputs: [Field("contact", .contact), Field("owner", .person), Field("proposal", proposal)],
      event: event ? (slot: 2, fields: [Field("by", .text), Field("when", .optional(.instant))]) : nil,
      allowsReply: allowsReply, allowsTask: allowsTask, steps: ["last-offer": 4, "receipt": 0],
      present: present,
      allowsAsk: allowsAsk, explainAbsent: { $0 == "later" ? "the step later has not been passed here" : nil }
    )
  }

  /// 2026-03-25T16:40:00+01:00
  static let sent = Instant(milliseconds: (20_537 * 86_400 + 56_400) * 1000)
  static func day(_ text: String) -> Value { CivilDate(iso: text).map(Value.date) ?? .absent }
  static func number(_ text: String) -> Value { (try? Decimal.parse(text)).map(Value.number) ?? .absent }

  static let data: [String: Value] = [
    "contact": .record(["name": .text("Ada"), "email": .text("ada@acme.test")]),
    "owner": .record(["name": .text("Max"), "manager": .record(["name": .text("Eve")])]),
    "proposal": .record([
      "id": .text("P-1"), "title": .text("A {{ contact.name }} *roof*"), "amount": number("1250.5"),
      "discount": number("0.5"), "count": .integer(7), "sent": .instant(sent), "due": day("2026-04-01"),
      "size": .text("small"), "tags": .list([.text("new"), .text("roof")]), "paid": .boolean(false),
      "within": .duration(.hours(2)), "prices": .list([number("3"), number("1.5")]),
      "items": .list([
        .record(["id": .text("a"), "status": .text("open"), "late": .boolean(true), "amount": number("10")]),
        .record([
          "id": .text("b"), "status": .text("done"), "late": .boolean(false), "due": day("2026-04-02"),
          "amount": number("20"),
        ]),
      ]),
    ]),
  ]
}

struct FixtureScope: Scope {
  var data = Fixture.data
  var zone: Zone { Zone.fixed(seconds: 3600) ?? .utc }
  var calendar: BusinessCalendar { BusinessCalendar() }

  func value(of name: Name) -> Value {
    switch name {
    case .input(let root): data[root] ?? .absent
    case .replyText: .text("Yes, gladly")
    case .replyClass: .text("interested")
    case .replyDate: .absent
    case .runDay: .integer(3)
    case .runTouches: .integer(2)
    case .runStarted, .step, .eventTime: .instant(Fixture.sent)
    case .eventField(2, "by"): .text("Zoe")
    case .taskNote: .text("left a message")
    default: .absent
    }
  }
}

/// `a ⟨b⟩ c`: the text without the marks, and the UTF-8 range of what they enclose.
func marked(_ text: String) -> (text: String, range: Range<Int>) {
  var bytes: [UInt8] = []
  var start = 0
  var end = 0
  for scalar in text.unicodeScalars {
    switch scalar {
    case "⟨": start = bytes.count
    case "⟩": end = bytes.count
    default: bytes += Array(String(scalar).utf8)
    }
  }
  return (String(decoding: bytes, as: UTF8.self), start..<end)
}
