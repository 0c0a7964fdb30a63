import FlowCore
import FlowTime
import Testing

@Suite struct EvaluationTests {
  private func evaluate(_ text: String, present: Set<String> = []) throws -> Value {
    let (expression, problems) = Expression.compile(text, as: nil, in: Fixture.naming(present: present))
    #expect(problems == [], "\(text)")
    return try #require(expression).evaluate(FixtureScope())
  }

  @Test(arguments: [
    ("1 + 2 * 3", "7"), ("(1 + 2) * 3", "9"), ("10 - 3 - 2", "5"), ("-3 + 5", "2"), ("- 3 + 5", "2"),
    ("--3", "3"),
    ("5 / 2", "2.5"), ("6 / 2", "3"), ("1 / 3", "0.333333333"), ("0.1 + 0.2", "0.3"), ("7 - 0.5", "6.5"),
    ("proposal.amount * 2", "2501"), ("proposal.amount - proposal.discount", "1250"),
    ("proposal.count + 1", "8"),
    ("-proposal.count", "-7"), ("round(2.5)", "3"), ("round(-2.5)", "-3"), ("round(1.005, 2)", "1.01"),
    ("min(3, 2)", "2"), ("max(3, 2.5)", "3"), ("min(proposal.prices) ?? 0", "1.5"),
    ("max(proposal.prices) ?? 0", "3"),
    ("length(\"h\u{E9}llo\")", "5"), ("length(proposal.tags)", "2"), ("proposal.price ?? 3", "3"),
    ("days_between(2026-03-25, proposal.due)", "7"), ("days_between(proposal.due, 2026-03-25)", "-7"),
    ("days_between(proposal.sent, 2026-03-26)", "1"), ("run.day", "3"), ("run.touches + run.day", "5"),
  ])
  func numbers(_ text: String, _ shown: String) throws {
    #expect(try evaluate(text).decimal?.description == shown, "\(text)")
  }

  @Test(arguments: [
    ("1 < 2", true), ("2 <= 1.5", false), ("1 == 1.0", true), ("1 != 2", true), ("\"a\" < \"b\"", true),
    ("\"Z\" < \"a\"", true), ("\"\u{E9}\" == \"e\u{301}\"", false), ("\"a\" == 'a'", true),
    ("'it\\'s' == \"it's\"", true),
    ("true and false or true", true), ("true or true and false", true), ("not true or true", true),
    ("not (true or true)", false), ("not 1 == 2", true), ("proposal.size == \"small\"", true),
    ("proposal.size in [\"small\", \"large\"]", true), ("\"roof\" in proposal.tags", true),
    ("not \"x\" in proposal.tags", true), ("3 in [1, 2]", false), ("1 in [1.0]", true),
    ("contains(proposal.title, \"roof\")", true), ("contains(proposal.tags, \"new\")", true),
    ("contains(\"aab\", \"ab\")", true), ("contains(\"abab\", \"abb\")", false),
    ("contains(\"x\", \"\")", true),
    ("starts_with(proposal.id, \"P-\")", true), ("ends_with(proposal.id, \"-2\")", false),
    ("lower(\"ÄB\") == \"äb\"", true), ("upper(\"i\") == \"I\"", true),
    ("trim(\" \\n a b \") == \"a b\"", true),
    ("proposal.expires is present", false), ("contact.name is present", true),
    ("contact.email is present", true),
    ("owner.manager.name is present", true), ("owner.manager.manager.name is present", false),
    ("proposal.expires is present and proposal.expires > 2026-01-01", false),
    ("not (proposal.expires is present) or proposal.expires > 2026-01-01", true),
    ("contact.email is present and contact.email == \"ada@acme.test\"", true),
    ("proposal.due == 2026-04-01", true), ("proposal.due < 2026-04-02", true),
    // 16:40 in the run's zone is after that day's first instant, and before the next one's.
    ("proposal.sent > 2026-03-25", true), ("proposal.sent < 2026-03-26", true),
    ("2026-03-25 <= proposal.sent", true),
    ("proposal.due + 3 days == 2026-04-04", true), ("2026-01-31 + 1 month == 2026-02-28", true),
    ("proposal.due - 1 week == 2026-03-25", true),
    // 3 April 2026 is a Friday.
    ("2026-04-03 + 1 business day == 2026-04-06", true),
    ("proposal.sent + 2 hours > proposal.sent + 1 hour", true),
    ("proposal.sent + proposal.within == proposal.sent + 120 minutes", true),
    ("2 days == 48 hours", false), ("1 week == 7 days", true), ("last-offer == run.started", true),
    ("any(proposal.items, late)", true), ("all(proposal.items, late)", false),
    ("any(proposal.items, status == \"open\")", true), ("all(proposal.items, status == \"open\")", false),
    ("any(proposal.items, amount > proposal.amount)", false), ("all(proposal.items, amount >= 10)", true),
    ("any(proposal.items, due is present and due > 2026-04-01)", true),
    ("any(proposal.items, id in [\"b\"])", true),
    ("event.by == \"Zoe\"", true), ("reply.class == \"interested\"", true), ("reply.date is present", false),
    ("proposal.paid or proposal.count > 6", true), ("contains(task.note, \"message\")", true),
  ])
  func conditions(_ text: String, _ expected: Bool) throws {
    #expect(try evaluate(text) == .boolean(expected), "\(text)")
  }

  @Test func coalescing() throws {
    #expect(try evaluate("contact.first_name ?? contact.name") == .text("Ada"))
    #expect(try evaluate("contact.first_name ?? contact.company ?? 'x'") == .text("x"))
    #expect(try evaluate("contact.first_name ?? contact.company") == .absent)
    #expect(try evaluate("owner.manager ?? owner")[path: ["name"]] == .text("Eve"))
    #expect(try evaluate("owner.manager.manager.name ?? owner.name") == .text("Max"))
    #expect(try evaluate("proposal.price ?? 3") == Fixture.number("3"))
    #expect(try evaluate("2 + (proposal.price ?? 3)") == Fixture.number("5"))
    #expect(try evaluate("proposal.expires", present: ["proposal.expires"]) == .absent)
  }

  /// `and`, `or` and `??` read no further than they must: a division by zero behind them does not happen.
  @Test func shortCircuit() throws {
    #expect(try evaluate("false and 1 / 0 > 1") == .boolean(false))
    #expect(try evaluate("true or 1 / 0 > 1") == .boolean(true))
    #expect(try evaluate("contact.email ?? contact.phone") == .text("ada@acme.test"))
  }

  @Test(arguments: [
    ("1 / 0", EvaluationError.Kind.divisionByZero, "1 / 0"),
    ("1 + 2 / (1 - 1) > 0", .divisionByZero, "2 / (1 - 1)"),
    ("9223372036854775807 + 1", .overflow, "9223372036854775807 + 1"),
    ("9223372036854775807 * 9.5", .overflow, "9223372036854775807 * 9.5"),
    ("-9223372036854775807 - 2", .overflow, "-9223372036854775807 - 2"),
    (
      "proposal.due + proposal.within == proposal.due",
      .duration("a date has no hours, so 2 hours cannot be counted from it"), "proposal.due + proposal.within"
    ),
    (
      "proposal.sent + 4 business hours > proposal.sent",
      .duration("there is no window or no business day to count 4 business hours by"),
      "proposal.sent + 4 business hours"
    ),
  ])
  func failures(_ text: String, _ kind: EvaluationError.Kind, _ place: String) {
    #expect(throws: EvaluationError(kind, place)) { try evaluate(text) }
  }

  @Test func dataOfAnotherTypeIsAnErrorNoTrap() throws {
    let (expression, _) = Expression.compile("proposal.count + 1", as: nil, in: Fixture.naming())
    var scope = FixtureScope()
    scope.data["proposal"] = .record(["count": .text("x")])
    #expect(throws: EvaluationError(.wrongType, "proposal.count + 1")) { try expression?.evaluate(scope) }
    scope.data["proposal"] = .absent
    #expect(throws: EvaluationError(.absent, "proposal.count + 1")) { try expression?.evaluate(scope) }
  }

  @Test func presence() throws {
    func presence(_ text: String) throws -> [[String]] {
      let (expression, problems) = Expression.compile(text, as: .boolean, in: Fixture.naming())
      #expect(problems == [])
      let compiled = try #require(expression)
      return [compiled.presence.sorted(), compiled.presenceWhenFalse.sorted()]
    }
    #expect(try presence("proposal.expires is present") == [["proposal", "proposal.expires"], []])
    #expect(try presence("not proposal.expires is present") == [[], ["proposal", "proposal.expires"]])
    #expect(
      try presence("reply.date is present and contact.email is present")
        == [["contact", "contact.email", "reply", "reply.date"], []])
    #expect(try presence("reply.date is present or contact.email is present") == [[], []])
    #expect(
      try presence("not reply.date is present or proposal.paid") == [[], ["reply", "reply.date"]])
    #expect(try presence("any(proposal.items, due is present)") == [[], []])
  }

  @Test func canonicalFormsIgnoreLayout() throws {
    func canonical(_ text: String) throws -> String {
      try #require(Expression.compile(text, as: nil, in: Fixture.naming()).0, "\(text)").canonical
    }
    #expect(
      try canonical("proposal.amount>1 and (not (1==2))") == canonical(" proposal.amount > 1 and not 1 == 2"))
    #expect(try canonical("'a' == \"a\"") == canonical("(\"a\")==(\"a\")"))
    #expect(try canonical("1 - 2 - 3") != canonical("1 - (2 - 3)"))
    #expect(try canonical("(1 + 2) * 3") != canonical("1 + 2 * 3"))
    #expect(try canonical("7 days == 1 week") == canonical("1 week == 7 days"))
    #expect(try canonical("\"1\"") != canonical("1"))
    #expect(try canonical("1.0 == 1") != canonical("1 == 1"))
  }

  @Test func uses() throws {
    let (expression, _) = Expression.compile(
      "owner.manager.name ?? event.by == reply.text", as: nil, in: Fixture.naming())
    #expect(
      try #require(expression).uses == [
        Use(.input("owner"), path: ["manager", "name"], range: 0..<18),
        Use(.eventField(slot: 2, "by"), range: 22..<30), Use(.replyText, range: 34..<44),
      ])
  }
}
