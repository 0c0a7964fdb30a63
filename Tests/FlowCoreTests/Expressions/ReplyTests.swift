import FlowCore
import FlowTime
import Testing

@Suite struct ReplyPatternTests {
  @Test(arguments: [
    ("sounds good", "Sounds good, call me tomorrow.", true), ("sounds good", "It SOUNDS \r\n\t good", true),
    ("sounds good", "sounds goody", false), ("sounds good", "resounds good", false),
    ("sounds good", "sounds, good", false), ("no thanks", "No\u{A0}thanks!", true),
    ("let's talk", "Let\u{2019}s talk", true), ("let\u{2019}s talk", "let's talk", true),
    ("lets talk", "let's talk", false), ("yes", "'Yes'", true), ("yes", "yes's", false),
    ("interest*", "I am interested", true), ("interest*", "Interest", true),
    ("interest*", "disinterest", false),
    ("(happy|glad) to", "I'd be glad to.", true), ("(happy|glad) to", "happy  TO help", true),
    ("(happy|glad) to", "sad to", false), ("(happy|glad) to", "happy glad", false),
    ("call me (tomorrow|next week|on mon*)", "Please call me next week", true),
    ("call me (tomorrow|next week|on mon*)", "Call me on Monday", true),
    ("call me (tomorrow|next week|on mon*)", "call me next year", false),
    ("(a|b) (c|d)", "x b c y", true), ("(a|b) (c|d)", "b d", true), ("(a|b) (c|d)", "c a", false),
    ("(a)", "a", true), ("( a | b b )", "x b  b", true),
    ("budget", "Budget?", true), ("budget", "budgets", false), ("budget", "", false),
    ("too expensive", "too too expensive", true), ("a a b", "a a a b", true),
    ("zu teuer", "Das ist zu TEUER!", true), ("kein Budget", "kein budget", true),
    ("très bien", "TRE\u{300}S BIEN", true), ("tre\u{300}s bien", "très bien", true),
    ("ecole", "école", false),
    ("e-mail me", "Just e-mail me.", true), ("e-mail me", "e mail me", false), ("ok!", "ok!", true),
    ("ok!", "ok", false),
    ("= fine", "Fine", true), ("= fine", "  fine. ", true), ("= fine", "Fine!!! ", true),
    ("= fine", "all fine", false),
    ("= fine", "fine with me", false), ("=fine", "fine", true), ("= fine.", "fine", true),
    ("= fine…", "fine", true), ("= fine }", "Fine }", true), ("= fine –", "fine", true), ("= fine€", "fine€", true),
    ("= fine", "fine\n\nthanks", false),
    ("= (yes|ok) thanks", "OK  thanks …", true), ("= (yes|ok)", "yes ok", false), ("= fine*", "finest", true),
    ("= 1", "1", true), ("= 1", "10", false), ("= fine", "", false),
    ("call \u{A0}me", "Please call me", true), ("call\u{A0} \u{2009}me", "call me", true),
    ("call\u{A0}me", "call  me", true), ("call \u{A0}me", "call\u{A0}\u{A0}me", true),
    ("(call \u{A0}me|ring\u{A0} me) now", "ring me now", true), ("call \u{200B} me", "call me", true),
    ("(a \u{200B} b|c)", "a b", true), ("= \u{A0}fine\u{A0} ", "fine", true), ("call\u{A0}me", "callme", false),
    ("(a|b) \u{A0}(c|d)", "b c", true), ("call  me", "call me", true), ("naïve", "NAÏVE", true),
    ("soft", "so\u{AD}ft", true),
    ("größe", "Welche GRÖSSE?", true), ("GRÖSSE", "welche größe", true), ("straße", "STRAẞE", true),
    ("größe", "gröse", false), ("gross*", "die Größe", false), ("groß*", "GROSSES", true),
    ("ΟΔΟΣ", "οδος", true), ("οδοσ", "ΟΔΟΣ", true), ("ſofort", "sofort", true), ("ﬁne", "FINE", true),
    ("ırak", "irak", false), ("İzmir", "i\u{307}zmir", true),
    // Where a picture stood in what somebody wrote; and what stands in place of a text.
    ("do not owe", "\u{FFFC} do not owe", true), ("= fine", "\u{FFFC}fine", false), ("terms", "\u{FFFC}terms", true),
    ("terms", OnlyFiles.text(["terms.pdf"]), false), ("files", OnlyFiles.text(["a", "b"]), false),
  ])
  func matching(_ pattern: String, _ text: String, _ expected: Bool) throws {
    #expect(try ReplyPattern.parse(pattern).matches(text) == expected, "\(pattern) / \(text)")
  }

  @Test(arguments: [
    ("⟨⟩", ReplyPatternError.Kind.empty), ("⟨   ⟩", .empty), ("⟨=⟩", .empty), ("a ⟨(⟩b|c", .unclosedGroup),
    ("a⟨)⟩", .unopenedGroup), ("(a|⟨(⟩b))", .nestedGroup), ("(a⟨|)⟩", .emptyAlternative),
    ("⟨(|⟩a)", .emptyAlternative),
    ("⟨()⟩", .emptyAlternative), ("a ⟨|⟩ b", .misplacedBar), ("⟨*⟩", .misplacedStar),
    ("a ⟨*⟩b", .misplacedStar),
    ("a⟨*⟩b", .misplacedStar), ("a⟨*⟩*", .misplacedStar), ("in⟨(⟩a|b)", .groupInWord),
    ("(in|un)⟨a⟩ble", .groupInWord),
  ])
  func refuses(_ source: String, _ kind: ReplyPatternError.Kind) {
    let (text, range) = marked(source)
    #expect(throws: ReplyPatternError(kind, range)) { try ReplyPattern.parse(text) }
  }

  @Test(arguments: [
    ("(does not|doesn't) work", "does not work"), ("a (b c|d) e*", "a b c e"), ("= (x y z|x) done", "x y z done"),
    ("went with (another|someone else)", "went with another"),
  ])
  func sample(_ pattern: String, _ expected: String) throws {
    let pattern = try ReplyPattern.parse(pattern)
    #expect(pattern.sample == expected)
    #expect(pattern.matches(pattern.sample))
  }

  @Test func isExact() throws {
    #expect(try ReplyPattern.parse("= fine").isExact)
    #expect(try !ReplyPattern.parse("fine").isExact)
  }

  /// Time in proportion to the text: neither pattern nor text can make it otherwise.
  @Test func isLinear() throws {
    let start = processorSeconds()
    let pattern = try ReplyPattern.parse(String(repeating: "(a|a a|a*) ", count: 100) + "b")
    #expect(!pattern.matches(String(repeating: "a ", count: 5_000)))
    #expect(throws: ReplyPatternError.self) {
      try ReplyPattern.parse(String(repeating: "(a|", count: 100_000))
    }
    #expect(!(try ReplyPattern.parse("b").matches(String(repeating: "a", count: 1 << 20))))
    #expect(processorSeconds() - start < 10)
  }
}

@Suite struct DateInTextTests {
  /// The reply came in on Wednesday, 25 March 2026.
  @Test(arguments: [
    ("Back on 2026-04-09.", "2026-04-09"), ("call me 9 April", "2026-04-09"), ("April 9", "2026-04-09"),
    ("April 9th, 2027 works", "2027-04-09"), ("the 9th of April", "2026-04-09"), ("9. April", "2026-04-09"),
    ("am 9.4.2026 zurück", "2026-04-09"), ("ab 09.04. wieder", "2026-04-09"), ("9. 4. 2026", "2026-04-09"),
    ("09.04.26", "2026-04-09"), ("bis 3. März 2027", "2027-03-03"), ("bis 3. Maerz", "2027-03-03"),
    ("le 1er avril", "2026-04-01"), ("le 14 juillet 2026", "2026-07-14"),
    ("el 9 de abril de 2026", "2026-04-09"),
    ("25 March", "2026-03-25"), ("24 March", "2027-03-24"), ("24 Mar.", "2027-03-24"),
    ("1. Januar", "2027-01-01"),
    ("29 February", "2028-02-29"), ("29.02.", "2028-02-29"), ("31 April or 2 May", "2026-05-02"),
    ("2026-02-30 or 2026-03-30", "2026-03-30"), ("9. APRIL", "2026-04-09"), ("1 décembre", "2026-12-01"),
    ("1 de\u{301}cembre", "2026-12-01"), ("SEPT 3", "2026-09-03"), ("from (9 April) on", "2026-04-09"),
    ("between 9 April and 2 April", "2026-04-09"), ("2026-04-09T10:00:00Z", "2026-04-09"),
    ("on 9April", "2026-04-09"),
    ("9-April", "2026-04-09"), ("9-Apr-2027", "2027-04-09"), ("19-Apr-2", ""), ("4/9/2026", ""),
    ("2026/04/09", ""), ("1.5 hours", ""), ("9.4", ""), ("v1.2.3", ""),
    ("call 555-0409", ""), ("09:04", ""), ("tomorrow", ""), ("", ""), ("may I call?", ""), ("32 March", ""),
    ("192.168.1.4", ""), ("99999999999999999999 April", ""), ("2026-13-01", ""), ("$9 April", ""),
    ("march on", ""), ("12026-04-09", ""), ("2026-04-091", ""), ("0 April", ""),
  ])
  func reads(_ text: String, _ expected: String) throws {
    let received = try #require(CivilDate(iso: "2026-03-25"))
    #expect((firstDate(in: text, receivedOn: received)?.description ?? "") == expected, "\(text)")
  }

  /// The mail came in on Wednesday, 25 March 2026; what lies up to 24 February is not yet next year's.
  @Test(arguments: [
    ("from 3 to 14 April", ["2026-04-14"]), ("3-14 April", ["2026-04-14"]), ("3.-14. April", ["2026-04-14"]),
    ("03.04.-14.04.2026", ["2026-04-03", "2026-04-14"]), ("03.04. – 14.04.", ["2026-04-03", "2026-04-14"]),
    ("du 20 mars au 3 avril", ["2026-03-20", "2026-04-03"]), ("2026-03-20 - 2026-04-03", ["2026-03-20", "2026-04-03"]),
    ("del 20 de marzo al 3 de abril de 2026", ["2026-03-20", "2026-04-03"]), ("23 February", ["2027-02-23"]),
    ("24 February", ["2026-02-24"]), ("14/04/2026", ["2026-04-14"]), ("14/04", ["2026-04-14"]),
    ("04/14/2026", ["2026-04-14"]), ("4/4", ["2026-04-04"]), ("4/9/2026", []), ("24/7", ["2026-07-24"]),
    ("1/2/3/4", []), ("14/04/26", ["2026-04-14"]), ("555-0409", []), ("", []),
  ])
  func `dates in a text, in order, with ranges and slashes`(_ text: String, _ expected: [String]) throws {
    let earliest = try #require(CivilDate(iso: "2026-02-24"))
    #expect(dates(datedWords(in: text, notBefore: earliest, slashes: .onlyIfClear)) == expected, "\(text)")
  }

  @Test func `where the day comes first, dates with slashes are read so`() throws {
    let earliest = try #require(CivilDate(iso: "2026-02-24"))
    #expect(dates(datedWords(in: "le 4/9/2026", notBefore: earliest, slashes: .dayFirst)) == ["2026-09-04"])
    #expect(dates(datedWords(in: "04/14/2026", notBefore: earliest, slashes: .dayFirst)) == [])
  }

  @Test func `words around a date are kept in their order`() throws {
    let (earliest, day) = (try #require(CivilDate(iso: "2026-02-24")), try #require(CivilDate(iso: "2026-04-14")))
    #expect(
      datedWords(in: "Jusqu\u{2019}au 14 AVRIL, Room 12!", notBefore: earliest, slashes: .dayFirst) == [
        .word("jusqu"), .mark("'"), .word("au"), .date(day), .mark(","), .word("room"), .number, .mark("!"),
      ])
  }

  private func dates(_ words: [DatedWord]) -> [String] {
    words.compactMap { if case .date(let date) = $0 { date.description } else { nil } }
  }
}
