import FlowCore
import FlowTime
import Testing

@Suite struct ReadingTests {
  private let zones = FixedZones([], version: "test")

  private func read(_ text: String, _ type: ValueType) throws -> (Value, [String]) {
    let (value, problems) = readValue(try JSONReader.read(text), as: type, zones: zones)
    return (value, problems.map(\.description))
  }

  @Test func wholeEvent() throws {
    let type = ValueType.record([
      Field("contact", .contact),
      Field(
        "proposal",
        .record([
          Field("id", .text), Field("amount", .number), Field("sent", .instant),
          Field("expires", .optional(.date)),
          Field("items", .list(.record([Field("id", .text), Field("due", .date)]))),
        ])),
    ])
    let (value, problems) = try read(
      """
      {"contact": {"name": "Ada", "email": "ada@example.test", "shoe": 41},
       "proposal": {"id": "P-1", "amount": 1250.50, "sent": "2026-03-25T16:40:00+01:00", "expires": null,
                    "items": [{"id": "a", "due": "2026-04-01"}]}, "more": []}
      """, type)
    #expect(problems == [])
    #expect(value[path: ["contact", "name"]] == .text("Ada"))
    #expect(value[path: ["contact", "shoe"]] == .absent)
    #expect(value[path: ["proposal", "amount"]].decimal?.description == "1250.5")
    // 2026-03-25T15:40:00Z; 20,537 days after 1970-01-01.
    #expect(
      value[path: ["proposal", "sent"]] == .instant(Instant(milliseconds: (20_537 * 86_400 + 56_400) * 1000)))
    #expect(value[path: ["proposal", "expires"]] == .absent)
    #expect(value[path: ["proposal", "items"]].list?.count == 1)
  }

  @Test func allProblemsAtOnce() throws {
    let type = ValueType.record([
      Field("contact", .contact), Field("amount", .number), Field("count", .integer), Field("due", .date),
      Field("size", .oneOf(["small", "large"])), Field("done", .boolean), Field("tags", .list(.text)),
      Field("zone", .timezone),
    ])
    let (_, problems) = try read(
      """
      {"contact": {"email": "ada"}, "amount": "5", "count": 1.5, "due": "2027-02-30", "size": "huge", "done": 1,
       "tags": ["a", 2], "zone": "Europe/Atlantis"}
      """, type)
    #expect(
      problems == [
        "contact.name is missing",
        "contact.email is \"ada\", no email address: it has no @",
        "amount is a text, where a number is wanted",
        "count is 1.5, where an integer is wanted",
        "due is \"2027-02-30\", no date: a date is written 2027-02-28",
        "size is \"huge\", no word of the set: it is not one of small | large",
        "done is a number, where a boolean is wanted",
        "tags[1] is a number, where a text is wanted",
        "zone is \"Europe/Atlantis\", no known time zone",
      ])
  }

  @Test(arguments: [
    "a@b", "ada.lovelace+x@example.test", "a@xn--mnchen-3ya.test", "o'brien@x.test",
  ])
  func takesEmail(_ text: String) throws {
    #expect(readValue(.string(text), as: .email, zones: zones).1 == [])
  }

  @Test(arguments: [
    "", "@", "a@", "@b", "a@b@c", "a b@c", "a@b\r\nBcc: x@y", "a@b\n", "\ta@b", "<a@b>", "a@b,c", "a@b..c",
    ".a@b",
    "a@b.", "a\u{0}@b", "a@b\u{85}", "a@b\u{2028}", "a\u{A0}@b", "\"a\"@b", "a:b@c",
    "a@b_c", "a@-b", "a@b-.c", "ü@x.test", "a@münchen.test",
  ])
  func refusesEmail(_ text: String) {
    #expect(readValue(.string(text), as: .email, zones: zones).1.count == 1)
  }

  /// What no channel could send to is said when it comes in.
  @Test func `letters of other scripts in an address are refused with a way out`() {
    func because(_ text: String) -> String {
      readValue(.string(text), as: .email, zones: zones).1.first?.description ?? ""
    }
    #expect(
      because("a@münchen.test").contains(
        "ü stands in its domain: write that in its form of ASCII, which begins with xn--"))
    #expect(because("ü@x.test").contains("ü stands before the @"))
  }

  @Test func phones() {
    func read(_ text: String) -> Value { readValue(.string(text), as: .phone, zones: zones).0 }
    #expect(read("+49 170 123-4567") == .text("+491701234567"))
    #expect(read("+12025550123") == .text("+12025550123"))
    #expect(read("+49 (30) 123.45/67") == .text("+49301234567"))
    for bad in [
      "0170 1234567", "+", "+0491701234567", "+1234", "+1234567890123456", "+49 (0) 170 123456", "+49(0)30 1234567",
      "+49\n1701234567",
    ] {
      #expect(read(bad) == .absent, "\(bad)")
    }
  }

  @Test func urlsAndLocales() {
    func fits(_ text: String, _ type: ValueType) -> Bool {
      readValue(.string(text), as: type, zones: zones).1.isEmpty
    }
    for good in [
      "https://acme.test", "HTTP://acme.test:8080/a?b=c#d", "https://[::1]/x", "https://münchen.test/",
    ] {
      #expect(fits(good, .url), "\(good)")
    }
    for bad in [
      "acme.test", "ftp://acme.test", "https://", "https:///x", "https://a b", "https://bank.test@evil.test/",
      "javascript:alert(1)", "https://a.test/\"onclick", "https://a.test/\r\n", "https://a:b/",
    ] {
      #expect(!fits(bad, .url), "\(bad)")
    }
    for good in ["de", "de-DE", "de_DE", "zh-Hant-TW", "gsw"] { #expect(fits(good, .locale), "\(good)") }
    for bad in ["", "d", "german", "de-", "de DE", "12"] { #expect(!fits(bad, .locale), "\(bad)") }
  }

  @Test func durationsInBothForms() throws {
    #expect(try read("\"3 business days\"", .duration).0 == .duration(.businessDays(3)))
    #expect(try read("\"P2D\"", .duration).0 == .duration(.days(2)))
    #expect(try read("\"2d\"", .duration).1.count == 1)
  }

  @Test func controlCharactersStayOutOfMessages() throws {
    let (_, problems) = try read(#"{"a": "x\r\u001b[31m"}"#, .record([Field("a", .date)]))
    #expect(problems == ["a is \"x\u{FFFD}\u{FFFD}[31m\", no date: a date is written 2027-02-28"])
  }

  /// Past the limit nothing more is read.
  @Test func managersInManagersEnd() {
    var json: JSONValue = ["name": "x"]
    for _ in 0..<500 { json = ["name": "x", "manager": json] }
    let (_, problems) = readValue(json, as: .person, zones: zones)
    #expect(problems.map(\.kind) == [.tooDeep])
  }

  @Test func valuesKeepTheirKindThroughJSON() throws {
    let value = Value.record([
      "a": .list([.text("x"), .integer(3), .boolean(true)]),
      "b": .date(try #require(CivilDate(iso: "2026-03-25"))),
      "c": .number(try Decimal.parse("2.50")),
      "d": .instant(Instant(milliseconds: 0)), "e": .duration(.days(2)),
    ])
    #expect(
      json(of: value, zone: .utc).write()
        == #"{"a":["x",3,true],"b":"2026-03-25","c":2.5,"d":"1970-01-01T00:00:00+00:00","e":"2 days"}"#)
    let changed = value.setting(["b"], to: .absent).setting(["f", "g"], to: .integer(1))
    #expect(changed[path: ["b"]] == .absent && changed[path: ["f", "g"]] == .integer(1))
    #expect(changed[path: ["a", "x"]] == .absent)
  }
}
