import FlowCompiler
import FlowCore
import FlowTesting
import Testing

/// What is read, and what YAML would have read otherwise.
@Suite struct YAMLReaderTests {
  @Test func textsStayTexts() {
    let (document, _) = expectYAML(
      "a: no\nb: 09:00\nc: 010\nd: +49170\ne:\nf: ~\ng: [1.5, \"no\", 'x']\nh: { k: 2027-02-30 }\n")
    #expect(
      outline(document.root)
        == "{a=<no> b=<09:00> c=<010> d=<+49170> e=<> f=<~> g=[<1.5> <no> <x>] h={k=<2027-02-30>}}")
    #expect(document.root?["e"]?.isPlainEmpty == true)
    #expect(document.root?["f"]?.isPlainEmpty == true)
    #expect(document.isComplete)
  }

  @Test func quotedEmptyIsNotPlainEmpty() {
    let (document, _) = expectYAML("a: \"\"\nb: 'null'\nc: null\n")
    #expect(document.root?["a"]?.isPlainEmpty == false)
    #expect(document.root?["b"]?.isPlainEmpty == false)
    #expect(document.root?["c"]?.isPlainEmpty == true)
  }

  @Test func keysHavePlaces() {
    let source = MarkedSource("a: b\n1️⃣grüße2️⃣: x\n")
    let entry = YAMLReader.read(source.source()).0.root?.entries?.last
    #expect(entry?.keyText == "grüße")
    #expect(entry?.keySpan.start == source.markers["1️⃣"])
    #expect(entry?.keySpan.end == source.markers["2️⃣"])
  }

  @Test func comments() {
    let source = MarkedSource(
      "1️⃣# one\na: \"# no\" 2️⃣# two\nb: | 3️⃣# three\n  # no\n\n  x # no\n4️⃣#four\nc: '# no\n  # no'\n"
        + "d: [ a, 5️⃣# five\n  b ] 6️⃣#six\ne: a#no\nf:\n  7️⃣# flow:ignore late -- why\r\n  - g 8️⃣# \n9️⃣#")
    let (document, findings) = YAMLReader.read(source.source())
    #expect(findings.isEmpty)
    #expect(
      document.comments.map(\.text)
        == [" one", " two", " three", "four", " five", "six", " flow:ignore late -- why", " ", ""])
    for (index, comment) in document.comments.enumerated() {
      #expect(comment.span.start == source.markers["\(index + 1)\u{FE0F}\u{20E3}"])
      #expect(comment.line == comment.span.start.line)
    }
  }

  @Test func aliases() {
    let (document, _) = expectYAML("a: &x { b: [c] }\nd: *x\ne: [ &y f, *y ]\n")
    #expect(outline(document.root) == "{a={b=[<c>]} d={b=[<c>]} e=[<f> <f>]}")
    #expect(document.root?["d"]?.span == document.root?["a"]?.span)
  }

  @Test func byteOrderMarkAndStartOfDocument() {
    #expect(readYAML("\u{FEFF}a: x: y\n".utf8) == ["1:5 yaml-colon"])
    expectYAML("---\na: b\n...\n")
    expectYAML("%YAML 1.1\n--- # start\na: b\n")
  }

  @Test func carriageReturns() {
    let (document, _) = expectYAML("a: b\r\nc:\r\n  - d: e1️⃣: f\r\n  - g\r\n", "1️⃣ yaml-colon")
    #expect(outline(document.root) == "{a=<b> c=[{d=<e: f>} <g>]}")
  }
}

/// Texts that YAML would take for something else.
@Suite struct YAMLUnquotedTests {
  @Test func templates() {
    let (document, _) = expectYAML(
      """
      subject: 1️⃣{{ deal.title }}
      body: 2️⃣{{ deal.title }}: 100 % @ home
      list:
        - 3️⃣{{ a }} b
        - [ 4️⃣{{ a }}, "{{ b }}" ]
        - { x: 5️⃣{{ a, b }}, y: z }
      fine: a {{ b }}
      open: 6️⃣{{ a
      end: x
      """, "1️⃣ yaml-unquoted", "2️⃣ yaml-unquoted", "3️⃣ yaml-unquoted", "4️⃣ yaml-unquoted", "5️⃣ yaml-unquoted",
      "6️⃣ yaml-unquoted")
    #expect(
      outline(document.root)
        == "{subject=<{{ deal.title }}> body=<{{ deal.title }}: 100 % @ home> list=[<{{ a }} b> [<{{ a }}> <{{ b }}>]"
        + " {x=<{{ a, b }}> y=<z>}] fine=<a {{ b }}> open=<{{ a> end=<x>}")
    #expect(document.isComplete)
  }

  @Test func signs() {
    let (document, _) = expectYAML(
      """
      a: 1️⃣@acme
      b: 2️⃣`code` here
      c: 3️⃣%d percent
      d: 4️⃣*Important* call
      e: 5️⃣*nobody
      f: 6️⃣& more
      g: 7️⃣&nbsp; text
      h: [ 8️⃣@x, y ]
      i: 9️⃣[Reminder] Your offer
      """, "1️⃣ yaml-unquoted", "2️⃣ yaml-unquoted", "3️⃣ yaml-unquoted", "4️⃣ yaml-unquoted", "5️⃣ yaml-unquoted",
      "6️⃣ yaml-unquoted", "7️⃣ yaml-unquoted", "8️⃣ yaml-unquoted", "9️⃣ yaml-unquoted")
    #expect(
      outline(document.root)
        == "{a=<@acme> b=<`code` here> c=<%d percent> d=<*Important* call> e=<*nobody> f=<& more> g=<&nbsp; text>"
        + " h=[<@x> <y>] i=<[Reminder] Your offer>}")
    expectYAML("a: 1️⃣&Co text\nb: c\n", "1️⃣ yaml-unquoted")
    expectYAML(
      "a: 1️⃣] b\nc: 2️⃣? d\ne: 3️⃣> 5\nf: 4️⃣| g\nh: 5️⃣{a} b\n", "1️⃣ yaml-unquoted", "2️⃣ yaml-unquoted",
      "3️⃣ yaml-unquoted", "4️⃣ yaml-unquoted", "5️⃣ yaml-unquoted")
    expectYAML("a: &x b\nc: 1️⃣*x d\ne: *x\n", "1️⃣ yaml-unquoted")
  }

  @Test func afterQuotes() {
    expectYAML("a: \"Hello\" 1️⃣world\nb: c\n", "1️⃣ yaml-quote")
    expectYAML("a: 'It'1️⃣s here'\n", "1️⃣ yaml-quote")
    expectYAML("a: \"x\"1️⃣#y\n", "1️⃣ yaml-quote")
    expectYAML("a: \"x\"1️⃣: y\n", "1️⃣ yaml-quote")
    expectYAML("a: \"x\"1️⃣, y\n", "1️⃣ yaml-quote")
    expectYAML("- \"x\" 1️⃣@y\n- \"x\" 2️⃣y\n", "1️⃣ yaml-quote", "2️⃣ yaml-quote")
    expectYAML("a: { b: \"x\" 1️⃣y, c: d }\n", "1️⃣ yaml-quote")
    expectYAML("a: \"x\" # fine\n\"b\": 'y'\nc: { \"d\": \"e\" }\nf: [ \"a\", \"b\" ]\n\"g\" : h\n")
    #expect(fixedYAML("a: \"Hello\" world # why\n") == "a: '\"Hello\" world' # why\n")
    #expect(fixedYAML("a: \"The \"new\" one\"\n") == "a: \"The \\\"new\\\" one\"\n")
    #expect(fixedYAML("a: 'It's here'\n") == "a: 'It''s here'\n")
  }

  @Test func colons() {
    let (document, _) = expectYAML(
      "a: Re1️⃣: hello\nb: x\nc: Our offer2️⃣:\nd:\n  - e: f3️⃣: g\n  - { h: i4️⃣: j, k: l }\n",
      "1️⃣ yaml-colon", "2️⃣ yaml-colon", "3️⃣ yaml-colon", "4️⃣ yaml-colon")
    #expect(
      outline(document.root) == "{a=<Re: hello> b=<x> c=<Our offer:> d=[{e=<f: g>} {h=<i: j> k=<l>}]}")
    #expect(fixedYAML("a: Re: hello # c\n") == "a: \"Re: hello\" # c\n")
    #expect(fixedYAML("a: say \"x\": y\n") == "a: 'say \"x\": y'\n")
    expectYAML("a: b\nsubject1️⃣:Hello you\nc: d\n", "1️⃣ yaml-colon")
    #expect(fixedYAML("subject:Hello you\nb: c\n") == "subject: Hello you\nb: c\n")
    expectYAML("a: http://x.test/y:z 09:00\n")
  }

  @Test func commas() {
    let (document, findings) = expectYAML(
      "- { at: x, reply: Sounds good1️⃣, call me }\n- { reply: a2️⃣, b, c, task: x }\n- [ a, b ]\n- { a: b, }\n",
      "1️⃣ yaml-comma", "2️⃣ yaml-comma")
    #expect(
      outline(document.root)
        == "[{at=<x> reply=<Sounds good, call me>} {reply=<a, b, c> task=<x>} [<a> <b>] {a=<b>}]")
    #expect(findings.first?.fix?.replacement == "\"Sounds good, call me\"")
    #expect(findings.last?.fix?.replacement == "\"a, b, c\"")
    // One text torn is one finding, though a quote stands in its last piece.
    let (_, torn) = expectYAML("- { when: contains(x1️⃣, \"Y\"), then: end yes }\n", "1️⃣ yaml-comma")
    #expect(torn.first?.fix?.replacement == "'contains(x, \"Y\")'")
  }

  @Test func commentsInTexts() {
    let (document, _) = expectYAML(
      "a: Ticket 1️⃣#{{ id }}\nb: x # fine\nc: 2️⃣#5 now\nd: { e: f 3️⃣#g, h: i }\nj: k  4️⃣#l # m\nn: o#p\n"
        + "q:\n  #r\n  s: t\nu: \"v\" #w\nx: [y] #z\n",
      "1️⃣ yaml-comment", "2️⃣ yaml-comment", "3️⃣ yaml-comment", "4️⃣ yaml-comment")
    #expect(
      outline(document.root) == "{a=<Ticket #{{ id }}> b=<x> c=<#5 now> d={e=<f #g> h=<i>} j=<k  #l> n=<o#p>"
        + " q={s=<t>} u=<v> x=[<y>]}")
    #expect(fixedYAML("a: Ticket #{{ id }}\n") == "a: \"Ticket #{{ id }}\"\n")
    expectYAML("a: more\n  text 1️⃣#5\n", "1️⃣ yaml-comment")
    expectYAML("a: x #\nb: y\n")
  }
}
