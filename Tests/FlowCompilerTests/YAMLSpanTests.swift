import FlowCompiler
import FlowCore
import FlowTesting
import Testing

/// Ranges of values lead back to their source, whatever the style they were written in.
@Suite struct YAMLSpanTests {
  /// The first text that holds `word`, with the place of `word` between the marks 1 and 2.
  private func expectWord(
    _ word: String, in marked: String, value: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let source = MarkedSource(marked)
    let (document, findings) = YAMLReader.read(source.source())
    #expect(findings.isEmpty, sourceLocation: sourceLocation)
    guard let scalar = scalars(document.root).first(where: { place(of: word, in: $0.text) != nil }),
      let range = place(of: word, in: scalar.text)
    else {
      Issue.record("no text holds \(word)", sourceLocation: sourceLocation)
      return
    }
    let span = scalar.span(of: range)
    #expect(span.start == source.markers["1️⃣"], sourceLocation: sourceLocation)
    #expect(span.end == source.markers["2️⃣"], sourceLocation: sourceLocation)
    if let value { #expect(scalar.text == value, sourceLocation: sourceLocation) }
  }

  private func scalars(_ node: YAMLNode?) -> [YAMLScalar] {
    guard let node else { return [] }
    switch node.kind {
    case .scalar(let scalar): return [scalar]
    case .sequence(let items): return items.flatMap(scalars)
    case .mapping(let entries): return entries.flatMap { scalars($0.value) }
    }
  }

  private func place(of word: String, in text: String) -> Range<Int>? {
    let (word, text) = (Array(word.utf8), Array(text.utf8))
    guard !word.isEmpty, text.count >= word.count else { return nil }
    for start in 0...text.count - word.count where text[start..<start + word.count].elementsEqual(word) {
      return start..<start + word.count
    }
    return nil
  }

  @Test func plain() {
    expectWord("deal", in: "a: the 1️⃣deal2️⃣ here\n", value: "the deal here")
    expectWord("deal", in: "ä: grüß 😀 1️⃣deal2️⃣ here\n", value: "grüß 😀 deal here")
    expectWord("😀", in: "- { a: x, b: über 1️⃣😀2️⃣ }\n", value: "über 😀")
    expectWord("two", in: "a: one\n   1️⃣two2️⃣ three\nb: c\n", value: "one two three")
    expectWord("one two", in: "a: 1️⃣one  \n   two2️⃣ three\nb: c\n", value: "one two three")
    expectWord("three", in: "a: one\n\n\n  two\n  1️⃣three2️⃣\n", value: "one\n\ntwo three")
    expectWord("two", in: "a: one\r\n  1️⃣two2️⃣ three\r\nb: c\r\n", value: "one two three")
  }

  @Test func singleQuotes() {
    expectWord("deal", in: "a: 'the 1️⃣deal2️⃣ here'\n", value: "the deal here")
    expectWord("deal", in: "a: 'it''s ''the'' 1️⃣deal2️⃣'\n", value: "it's 'the' deal")
    expectWord("'s", in: "a: 'it1️⃣''s2️⃣ fine'\n", value: "it's fine")
    expectWord("two", in: "a: 'one\n\n  1️⃣two2️⃣ ü'\n", value: "one\ntwo ü")
    expectWord("two", in: "a: '😀 one\r\n  1️⃣two2️⃣'\r\n", value: "😀 one two")
  }

  @Test func doubleQuotes() {
    expectWord("deal", in: "a: \"the 1️⃣deal2️⃣ here\"\n", value: "the deal here")
    expectWord("deal", in: "a: \"\\\"the\\\" \\u00e4\\U0001F600 1️⃣deal2️⃣\\n\"\n", value: "\"the\" ä😀 deal\n")
    expectWord("ä", in: "a: \"x 1️⃣\\u00e42️⃣ y\"\n", value: "x ä y")
    expectWord("é", in: "a: \"x 1️⃣\\xe92️⃣ y\"\n", value: "x é y")
    expectWord("two", in: "a: \"one \\\n    1️⃣two2️⃣\"\n", value: "one two")
    expectWord("two", in: "a: \"one\\\n\n    1️⃣two2️⃣\"\n", value: "one\ntwo")
    expectWord("two", in: "a: \"one\n    \\  1️⃣two2️⃣\"\n", value: "one   two")
    expectWord("two", in: "a: \"one \\\r\n    1️⃣two2️⃣\"\r\n", value: "one two")
    expectWord("\t", in: "a: \"x1️⃣\\t2️⃣y\"\n", value: "x\ty")
    expectWord("/", in: "a: \"x1️⃣\\/2️⃣y\"\n", value: "x/y")
  }

  @Test func literal() {
    expectWord("deal", in: "a: |\n  Hi\n\n    the 1️⃣deal2️⃣\n  end\n", value: "Hi\n\n  the deal\nend\n")
    expectWord("deal", in: "a: |2-\n    Hi\n  the 1️⃣deal2️⃣\n", value: "  Hi\nthe deal")
    expectWord("deal", in: "- a:\n  - |+ # why\n    ü 😀 1️⃣deal2️⃣\n\n- b\n", value: "ü 😀 deal\n\n")
    expectWord("deal", in: "a: |\r\n  Hi\r\n  1️⃣deal2️⃣\r\n\r\nb: c\r\n", value: "Hi\ndeal\n")
    expectWord("\n", in: "a: |-\n  Hi1️⃣\n2️⃣  deal\n", value: "Hi\ndeal")
    expectWord("deal", in: "a: |\n\n\n  \n  1️⃣deal2️⃣", value: "\n\n\ndeal")
  }

  @Test func folded() {
    expectWord("deal", in: "a: >\n  Hi\n  the 1️⃣deal2️⃣\n  end\n", value: "Hi the deal end\n")
    expectWord("deal", in: "a: >-\n  Hi\n\n  the\n   more\n  1️⃣deal2️⃣\n", value: "Hi\nthe\n more\ndeal")
    expectWord("Hi the", in: "a: >-\n  1️⃣Hi\n  the2️⃣ deal\n", value: "Hi the deal")
    expectWord("deal", in: "a: >\r\n  Hi\r\n  😀 1️⃣deal2️⃣\r\n", value: "Hi 😀 deal\n")
    expectWord("deal", in: "a: >+\n  Hi\n\n\n  1️⃣deal2️⃣\n\n\nb: c\n", value: "Hi\n\ndeal\n\n\n")
  }

  @Test func emptyRangesAndRangesBeyond() throws {
    let source = MarkedSource("a: \"1️⃣x\\n2️⃣\"\nb: ''\nc: |\n  y3️⃣\n\nd: z\n")
    let root = try #require(YAMLReader.read(source.source()).0.root)
    let a = try #require(root["a"]?.scalar)
    #expect(a.span(of: 0..<0).start == source.markers["1️⃣"])
    #expect(a.span(of: 0..<0).end == source.markers["1️⃣"])
    #expect(a.span(of: 2..<2).start == source.markers["2️⃣"])
    #expect(a.span(of: 5..<9).start == source.markers["2️⃣"])
    let b = try #require(root["b"]?.scalar)
    #expect(b.span(of: 0..<0).start == Position(line: 2, column: 5, offset: 13))
    let c = try #require(root["c"]?.scalar)
    #expect(c.span(of: 2..<2).start == source.markers["3️⃣"])
    #expect(c.span.end == source.markers["3️⃣"])
  }

  @Test func mendedTextsKeepTheirPlaces() throws {
    let source = MarkedSource("a: {{ x }}: 1️⃣deal2️⃣\n")
    let scalar = try #require(YAMLReader.read(source.source()).0.root?["a"]?.scalar)
    let range = try #require(place(of: "deal", in: scalar.text))
    #expect(scalar.span(of: range).start == source.markers["1️⃣"])
    #expect(scalar.span(of: range).end == source.markers["2️⃣"])
  }

  @Test func collectionsEndAtTheirLastChild() throws {
    let source = MarkedSource(
      "a:\n  1️⃣- b: 2️⃣{ x: y }3️⃣\n  - |\n    text4️⃣\n\n# comment\n\nc:5️⃣\nd: e\n")
    let root = try #require(YAMLReader.read(source.source()).0.root)
    let list = try #require(root["a"])
    #expect(list.span.start == source.markers["1️⃣"])
    #expect(list.span.end == source.markers["4️⃣"])
    let map = try #require(list.items?.first?["b"])
    #expect(map.span.start == source.markers["2️⃣"])
    #expect(map.span.end == source.markers["3️⃣"])
    let empty = try #require(root["c"])
    #expect(empty.isPlainEmpty)
    #expect(empty.span.start == source.markers["5️⃣"])
    #expect(empty.span.end == source.markers["5️⃣"])
  }
}
