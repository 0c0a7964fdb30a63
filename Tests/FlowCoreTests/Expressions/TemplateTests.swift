import FlowCore
import FlowTime
import Testing

@Suite struct TemplateTests {
  private func render(_ text: String, locale: String? = nil, present: Set<String> = []) throws -> RenderedText {
    let (template, problems) = Template.compile(text, in: Fixture.naming(present: present, allowsAsk: true))
    #expect(problems == [], "\(text)")
    let zone = try #require(Zone.fixed(seconds: 3600))
    return try #require(template).render(
      FixtureScope(), Formatting(zone: zone, locale: locale), asking: RenderedText("Shall we?"))
  }

  @Test(arguments: [
    ("", ""), ("plain { } }} text", "plain { } }} text"), ("Hi {{contact.name}}!", "Hi Ada!"),
    ("{{ contact.first_name ?? contact.name }}", "Ada"), ("{{ proposal.amount }}", "1250.5"),
    ("{{ proposal.amount | number }}", "1,250.5"), ("{{ proposal.amount | money }}", "1,250.50"),
    ("{{ proposal.count | money }}", "7.00"), ("{{ 1234567 | number }}", "1,234,567"),
    ("{{ -1234.5 | number }}", "-1,234.5"),
    ("{{ 2.345 | money }}", "2.35"), ("{{ 999 | number }}", "999"),
    ("{{ proposal.sent }}", "25 March 2026, 16:40"), ("{{ proposal.sent | date }}", "25 March 2026"),
    ("{{ proposal.sent | time }}", "16:40"), ("{{ proposal.due }}", "1 April 2026"),
    ("{{ proposal.due | date | upper }}", "1 APRIL 2026"), ("{{ proposal.expires ?? \"soon\" }}", "soon"),
    ("{{ proposal.expires ?? \"}} | {{\" }}", "}} | {{"), ("{{ 'it\\'s' }}", "it's"),
    ("{{ proposal.price ?? \"a price\" | money }}", "a price"),
    ("{{ proposal.count ?? \"none\" | money }}", "7.00"),
    ("{{ \"max mc'donald o'neil\" | title }}", "Max Mc'donald O'neil"),
    ("{{ \"straße\" | upper }}", "STRASSE"),
    ("{{ proposal.tags }}", "new, roof"), ("{{ proposal.paid }}", "false"),
    ("{{ proposal.within }}", "2 hours"),
    ("{{ ask }} - {{ask}}", "Shall we? - Shall we?"), ("a\r\n{{ contact.name }}\r\nb", "a\r\nAda\r\nb"),
    ("{{ owner.manager.name ?? owner.name }}", "Eve"), ("{{\n  contact.name\n  | upper\n}}", "ADA"),
  ])
  func prints(_ text: String, _ expected: String) throws {
    #expect(try render(text).plain == expected, "\(text)")
  }

  @Test(arguments: [
    ("de", "25. März 2026, 16:40", "1.250,50"), ("de-CH", "25. März 2026, 16:40", "1.250,50"),
    ("fr", "25 mars 2026, 16:40", "1\u{202F}250,50"), ("es-MX", "25 de marzo de 2026, 16:40", "1.250,50"),
    ("DE", "25. März 2026, 16:40", "1.250,50"), ("tr", "25 March 2026, 16:40", "1,250.50"),
    ("", "25 March 2026, 16:40", "1,250.50"),
  ])
  func localesPrint(_ locale: String, _ instant: String, _ money: String) throws {
    #expect(
      try render("{{ proposal.sent }}|{{ proposal.amount | money }}", locale: locale).plain
        == "\(instant)|\(money)")
  }

  @Test func theFirstInFrench() throws {
    #expect(try render("{{ proposal.due }}", locale: "fr").plain == "1er avril 2026")
  }

  /// A `{{` in somebody's data is text; and what came from data is marked, so that a channel can escape it.
  @Test func dataAreNeverTemplates() throws {
    let rendered = try render("**{{ proposal.title }}** by {{ contact.name }}{{ contact.name }}")
    #expect(
      rendered.pieces == [
        .init("**", isValue: false), .init("A {{ contact.name }} *roof*", isValue: true),
        .init("** by ", isValue: false),
        .init("Ada", isValue: true), .init("Ada", isValue: true),
      ])
  }

  @Test func anEmptyValueLeavesNoPiece() throws {
    #expect(try render("a{{ \"\" }}b").pieces == [.init("ab", isValue: false)])
  }

  @Test(arguments: [
    ("a ⟨{{⟩ contact.name", "unclosed-template"),
    ("{{ contact.name }} and ⟨{{⟩ contact.name }", "unclosed-template"),
    ("⟨{{⟩ contact.name {{ contact.name }}", "unclosed-template"), ("⟨{{ }}⟩", "expression-syntax"),
    ("é {{ ⟨proposal.expires⟩ }}", "optional"), ("{{ ⟨contact⟩ }}", "wrong-type"),
    ("{{ ⟨propsal⟩.id }}", "unknown-name"),
    ("{{ contact.name | ⟨titel⟩ }}", "unknown-filter"), ("{{ contact.name ⟨|⟩ }}", "expression-syntax"),
    ("{{ contact.name | ⟨date⟩ }}", "wrong-type"), ("{{ proposal.due | ⟨time⟩ }}", "wrong-type"),
    ("{{ proposal.amount | ⟨upper⟩ }}", "wrong-type"), ("{{ proposal.due | date | ⟨date⟩ }}", "wrong-type"),
    ("{{ proposal.due | ⟨date(\"x\")⟩ }}", "unknown-filter"), ("{{ ask | ⟨upper⟩ }}", "wrong-type"),
    ("{{ contact.name⟨'⟩s }} x {{ contact.name }}", "expression-syntax"), ("{{ ⟨2027-02-30⟩ }}", "bad-date"),
    ("{{ ⟨proposal.items⟩ }}", "wrong-type"), ("{{ contact.name ⟨contact.name⟩ }}", "expression-syntax"),
    ("{{ 1 +⟨⟩ }}", "expression-syntax"),
  ])
  func finding(_ source: String, _ code: String) {
    let (text, range) = marked(source)
    let (template, problems) = Template.compile(text, in: Fixture.naming(allowsAsk: true))
    #expect(template == nil)
    #expect(problems.map(\.code.name) == [code], "\(text): \(problems)")
    #expect(problems.first?.range == range, "\(text): \(problems)")
  }

  @Test func allAtOnce() {
    let (_, problems) = Template.compile(
      "{{ a }} {{ proposal.expires }} {{ contact.name | x }} {{ b | y }} {{ z", in: Fixture.naming())
    #expect(
      problems.map(\.code) == [
        "unknown-name", "optional", "unknown-filter", "unknown-filter", "unknown-name", "unclosed-template",
      ])
  }

  @Test func askStandsOnlyInABody() {
    let (_, problems) = Template.compile("{{ ask }}", in: Fixture.naming(allowsAsk: false))
    #expect(problems.map(\.code) == ["not-in-scope"])
  }

  @Test func usesAndCanonicalForm() throws {
    let first = try #require(Template.compile("x {{ contact.name|upper }}", in: Fixture.naming()).0)
    let second = try #require(Template.compile("x {{  contact.name | upper  }}", in: Fixture.naming()).0)
    #expect(first.canonical == second.canonical)
    #expect(first.uses == [Use(.input("contact"), path: ["name"], range: 5..<17)])
  }

  @Test func whatFailsNamesItsPlace() throws {
    let (template, _) = Template.compile("éé {{ 1 + 2 / (1 - 1) }}", in: Fixture.naming())
    #expect(throws: EvaluationError(.divisionByZero, "2 / (1 - 1)")) {
      try template?.render(FixtureScope(), Formatting(zone: .utc))
    }
    let (bare, _) = Template.compile(
      "{{ proposal.expires }}", in: Fixture.naming(present: ["proposal.expires"]))
    #expect(throws: EvaluationError(.absent, "proposal.expires")) {
      try bare?.render(FixtureScope(), Formatting(zone: .utc))
    }
  }
}
