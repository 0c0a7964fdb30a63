import FlowCore
import FlowTime
import Testing

@Suite struct FindingTests {
  private func problems(_ text: String, as expected: ValueType? = nil, in naming: Naming)
    -> [ExpressionProblem]
  {
    Expression.compile(text, as: expected, in: naming).1
  }

  /// One finding, exactly there.
  @Test(arguments: [
    ("⟨propsal⟩.amount > 1", "unknown-name"), ("⟨foo⟩", "unknown-name"),
    ("proposal.⟨amuont⟩ > 1", "unknown-field"),
    ("contact.name.⟨first⟩", "unknown-field"), ("⟨reply⟩", "unknown-field"), ("reply.⟨txt⟩", "unknown-field"),
    ("event.⟨buy⟩", "unknown-field"), ("run.⟨days⟩ > 1", "unknown-field"),
    ("⟨later⟩ < run.started", "not-in-scope"),
    ("⟨ask⟩", "not-in-scope"), ("⟨lenght⟩(contact.name) > 1", "unknown-function"),
    ("⟨length()⟩ > 1", "wrong-type"), ("length(⟨1⟩) > 1", "wrong-type"),
    ("starts_with(contact.name, ⟨3⟩)", "wrong-type"),
    ("⟨proposal.expires⟩ > 2026-01-01", "optional"), ("lower(⟨contact.first_name⟩) == \"a\"", "optional"),
    ("⟨owner.manager.name⟩ == \"x\"", "optional"), ("1 + ⟨proposal.price⟩", "optional"),
    ("proposal.due == ⟨2027-02-30⟩", "bad-date"), ("proposal.due == ⟨2027-2-3⟩", "bad-date"),
    ("proposal.sent > ⟨2027-02-03T10:00⟩", "bad-date"),
    ("proposal.due + ⟨3 dyas⟩ == proposal.due", "bad-duration"),
    ("proposal.due + ⟨2d⟩ == proposal.due", "bad-duration"),
    ("proposal.due + ⟨1.5 days⟩ == proposal.due", "bad-duration"),
    ("proposal.due + ⟨0 days⟩ == proposal.due", "bad-duration"),
    ("proposal.due + ⟨3 hours⟩ == proposal.due", "wrong-type"),
    ("⟨proposal.due + 3⟩ == proposal.due", "wrong-type"),
    ("⟨proposal.due - proposal.sent⟩", "wrong-type"), ("⟨contact.name + 1⟩", "wrong-type"),
    ("⟨\"a\" + \"b\"⟩", "wrong-type"), ("⟨proposal.amount > \"5\"⟩", "wrong-type"),
    ("⟨proposal.due == \"2026-01-01\"⟩", "wrong-type"), ("⟨proposal.sent == 2026-01-01⟩", "wrong-type"),
    ("⟨contact == owner⟩", "wrong-type"), ("⟨proposal.paid < true⟩", "wrong-type"),
    ("⟨1 day < 2 days⟩", "wrong-type"), ("⟨contact.name⟩ and true", "wrong-type"), ("not ⟨1⟩", "wrong-type"),
    ("-⟨contact.name⟩", "wrong-type"), ("1 in ⟨contact.name⟩", "wrong-type"),
    ("⟨1⟩ in proposal.tags", "wrong-type"),
    ("1 in [1, ⟨\"a\"⟩]", "wrong-type"), ("any(⟨proposal.tags⟩, x)", "wrong-type"),
    ("any(⟨contact⟩, x)", "wrong-type"), ("any(proposal.items, ⟨id⟩)", "wrong-type"),
    ("any(proposal.items, ⟨latte⟩)", "unknown-name"), ("any(proposal.items, ⟨due⟩ > 2026-01-01)", "optional"),
    ("any(proposal.items, due is present) and ⟨due⟩", "unknown-name"),
    ("proposal.size == ⟨\"smal\"⟩", "unknown-value"), ("⟨\"x\"⟩ != proposal.size", "unknown-value"),
    ("proposal.size in [\"small\", ⟨\"big\"⟩]", "unknown-value"),
    ("any(proposal.items, status == ⟨\"opne\"⟩)", "unknown-value"),
    ("contact.first_name ?? ⟨3⟩", "wrong-type"),
    ("proposal⟨=⟩1", "expression-syntax"), ("true ⟨&&⟩ false", "expression-syntax"),
    ("⟨!⟩true", "expression-syntax"),
    ("1 + ⟨⟩", "expression-syntax"), ("⟨(⟩1 + 2", "expression-syntax"), ("1 ⟨)⟩", "expression-syntax"),
    ("1 ⟨2⟩", "expression-syntax"), ("⟨\"⟩abc", "expression-syntax"), ("\"a⟨\\x⟩\"", "expression-syntax"),
    ("⟨“⟩a", "expression-syntax"), ("proposal.amount ⟨|⟩ money", "expression-syntax"),
    ("1 < 2 ⟨<⟩ 3", "expression-syntax"),
    ("proposal.expires ⟨is not present⟩", "expression-syntax"),
    ("proposal.expires is ⟨there⟩", "expression-syntax"),
    ("1 ⟨not in⟩ [1]", "expression-syntax"), ("proposal.count ⟨-⟩1 > 0", "expression-syntax"),
    ("⟨5-3⟩ > 0", "expression-syntax"), ("⟨1 + 1⟩ is present", "expression-syntax"),
    ("⟨⟩", "expression-syntax"),
    ("length(⟨,⟩)", "expression-syntax"), ("⟨9223372036854775808⟩ > 1", "expression-syntax"),
    ("\"\u{E9}\" == ⟨§⟩", "expression-syntax"), ("round(1.5, ⟨10⟩)", "wrong-type"),
    ("min(1, ⟨2026-01-01⟩)", "wrong-type"),
  ])
  func finding(_ source: String, _ code: String) {
    let (text, range) = marked(source)
    let found = problems(text, in: Fixture.naming())
    #expect(found.map(\.code.name) == [code], "\(text): \(found)")
    #expect(found.first?.range == range, "\(text): \(found)")
  }

  @Test func allAtOnce() {
    let found = problems("propsal.a > 1 and contact.nme == \"x\" or lenght(3) > 1", in: Fixture.naming())
    #expect(found.map(\.code) == ["unknown-name", "unknown-field", "unknown-function"])
  }

  @Test func theWayOut() {
    func help(_ text: String) -> String? { problems(text, in: Fixture.naming()).first?.help }
    func fix(_ text: String) -> String? { problems(text, in: Fixture.naming()).first?.fix }
    #expect(
      help("proposal.expires > 2026-01-01")
        == "say what stands for it, proposal.expires ?? …, or test \"proposal.expires is present\" before")
    #expect(
      help("propsal.id")
        == "did you mean \"proposal\"? the names here are contact, owner, proposal, reply, event, task, "
        + "run, last-offer, receipt")
    #expect(fix("propsal.id") == "proposal")
    #expect(fix("proposal.amuont") == "amount")
    #expect(fix("receipt-contact") == "receipt - contact")
    #expect(fix("proposal.amount-discount") == "amount - discount")
    #expect(fix("proposal.size == 'smal'") == "\"small\"")
    #expect(fix("5-3") == "5 - 3")
    #expect(help("proposal.expires is not present") == "write not proposal.expires is present")
    #expect(help("proposal.sent - proposal.due") == "write days_between(proposal.due, proposal.sent)")
    #expect(help("proposal.due == '2026-01-01'") == "a date stands without quotes: 2026-01-01")
    #expect(help("later < run.started") == "the step later has not been passed here")
  }

  @Test func whatIsInScope() {
    let naming = Fixture.naming(allowsReply: false, allowsTask: false, event: false)
    for text in ["reply.text == \"\"", "event.by == \"\"", "task.note == \"\"", "event.time > run.started"] {
      #expect(problems(text, in: naming).map(\.code) == ["not-in-scope"], "\(text)")
    }
    var classes = Fixture.naming()
    classes.replyClasses = ["interested", "declined"]
    #expect(problems("reply.class == \"declined\"", in: classes) == [])
    #expect(problems("reply.class == \"declind\"", in: classes).map(\.fix) == ["\"declined\""])
    // An input of that name is the input.
    let own = Naming(inputs: [Field("task", .record([Field("title", .text)]))])
    #expect(problems("task.title == \"x\"", in: own) == [])
    let owned = Naming(ownerType: .person)
    #expect(Expression.compile("owner.name", as: .text, in: owned).0?.uses.first?.name == .owner)
    #expect(problems("owner.name", in: Naming()).map(\.code) == ["unknown-name"])
  }

  @Test func expectedTypes() {
    let zones = FixedZones([], version: "test")
    var naming = Fixture.naming()
    naming.zones = zones
    func codes(_ text: String, _ type: ValueType) -> [Code] {
      problems(text, as: type, in: naming).map(\.code)
    }
    #expect(codes("contact.timezone ?? \"UTC\"", .timezone) == [])
    #expect(codes("contact.timezone ?? \"Europe/Berln\"", .timezone) == ["unknown-zone"])
    #expect(codes("contact.timezone", .timezone) == ["optional"])
    #expect(codes("contact.name", .timezone) == ["wrong-type"])
    #expect(codes("owner.manager ?? owner", .person) == [])
    #expect(codes("proposal.count", .number) == [])
    #expect(codes("proposal.amount", .integer) == ["wrong-type"])
    #expect(codes("\"large\"", .oneOf(["small", "large"])) == [])
    #expect(codes("\"lrge\"", .oneOf(["small", "large"])) == ["unknown-value"])
    #expect(codes("contact.name", .oneOf(["small"])) == ["wrong-type"])
    #expect(codes("contact.first_name", .optional(.text)) == [])
    #expect(codes("proposal.amount", .boolean) == ["wrong-type"])
    #expect(codes("\"ada\"", .email) == ["wrong-type"])
    #expect(codes("\"ada@acme.test\"", .email) == [])
    #expect(codes("[1, 2]", .list(.number)) == [])
    #expect(codes("[]", .list(.text)) == [])
    #expect(codes("contact.first_name ?? 3", .text) == ["wrong-type"])
    #expect(codes("contact.first_name ?? contact.company", .text) == ["optional"])
    #expect(codes("[\"a\", 3]", .list(.text)) == ["wrong-type"])
    #expect(codes("proposal.nope", .boolean) == ["unknown-field"])
  }

  @Test func narrowing() {
    func codes(_ text: String, present: Set<String> = []) -> [Code] {
      problems(text, in: Fixture.naming(present: present)).map(\.code)
    }
    #expect(codes("proposal.expires > 2026-01-01", present: ["proposal.expires"]) == [])
    #expect(codes("owner.manager.name == \"x\"", present: ["owner.manager"]) == [])
    #expect(codes("owner.manager.manager.name == \"x\"", present: ["owner.manager"]) == ["optional"])
    #expect(codes("owner.manager.email is present and owner.manager.name == owner.manager.email") == [])
    #expect(codes("proposal.expires > 2026-01-01 and proposal.expires is present") == ["optional"])
    #expect(
      codes("(proposal.expires is present or proposal.paid) and proposal.expires > 2026-01-01") == [
        "optional"
      ])
    #expect(
      codes("not (proposal.expires is present and proposal.paid) or proposal.expires > 2026-01-01") == [])
    #expect(codes("reply.date is present and reply.date > proposal.due") == [])
  }
}
