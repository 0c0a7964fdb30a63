import FlowCompiler
import FlowCore
import FlowTesting
import Testing

/// What no file may hold, and what it may hold no more of.
@Suite struct YAMLErrorTests {
  @Test func tabs() {
    expectYAML("a:\n1️⃣\tb: c\n", "1️⃣ yaml-tab")
    expectYAML("a:\n  1️⃣\tb: c\n", "1️⃣ yaml-tab")
    expectYAML("a: |\n1️⃣\tb\n", "1️⃣ yaml-tab")
    expectYAML("a: b\n1️⃣\tc: d\n", "1️⃣ yaml-tab")
    expectYAML("-1️⃣\ta: b\n", "1️⃣ yaml-tab")
    expectYAML("a: b\tc\nd:\te\nf: \"g\th\"\ni: |\n  j\n  \tk\n")
  }

  @Test func keys() {
    let (document, findings) = expectYAML(
      "a: 1\nb: 2\n1️⃣a: 3\nc: { x: 1, 2️⃣x: 2 }\n", "1️⃣ duplicate-key", "2️⃣ duplicate-key")
    #expect(outline(document.root) == "{a=<1> b=<2> c={x=<1>}}")
    #expect(findings.first?.notes.first?.span?.start == Position(line: 1, column: 1, offset: 0))
    expectYAML(
      "? 1️⃣[a]\n: b\n2️⃣{ q: r }: z\n3️⃣[t]: u\nok: 1\n", "1️⃣ yaml-complex-key", "2️⃣ yaml-complex-key",
      "3️⃣ yaml-complex-key")
    expectYAML("? 1️⃣a\n: b\n", "1️⃣ yaml-complex-key")
    expectYAML("a: &x b\n1️⃣*x : c\n", "1️⃣ yaml-complex-key")
    let (merged, _) = expectYAML("a: &x { b: c }\nd:\n  1️⃣<<: *x\n  e: f\n", "1️⃣ yaml-merge-key")
    #expect(outline(merged.root) == "{a={b=<c>} d={b=<c> e=<f>}}")
  }

  @Test func manyDuplicates() {
    let text = (0..<100).map { "k\($0): v\n" }.joined() + "k3: x\nk99: x\n"
    #expect(readYAML(text.utf8) == ["101:1 duplicate-key", "102:1 duplicate-key"])
  }

  @Test func tags() {
    expectYAML("a: 1️⃣!!str 010\nb: 2️⃣!mine [x]\nc: 3️⃣!important do\n", "1️⃣ yaml-tag", "2️⃣ yaml-tag", "3️⃣ yaml-tag")
    expectYAML("a: 1️⃣!mine!x y\nb: c2️⃣: z\n", "1️⃣ yaml-tag", "2️⃣ yaml-colon")
  }

  @Test func documents() {
    expectYAML("a: b\n1️⃣---\nc: d\n", "1️⃣ yaml-documents")
    expectYAML("a: b\n1️⃣---\n", "1️⃣ yaml-documents")
    #expect(readYAML([]) == ["1:1 yaml-empty"])
    #expect(readYAML("# only\n\n".utf8) == ["1:1 yaml-empty"])
    #expect(readYAML("---\n".utf8) == ["1:1 yaml-empty"])
    #expect(readYAML("\n \n".utf8) == ["1:1 yaml-empty"])
  }

  @Test func bytes() {
    #expect(readYAML(Array("a: b\nc: ä".utf8) + [0xFF, 0x0A]) == ["2:5 yaml-utf8"])
    #expect(readYAML(Array("a: ".utf8) + [0xE2, 0x82]) == ["1:4 yaml-utf8"])
    #expect(readYAML(Array("a: ".utf8) + [0xC0, 0x80]) == ["1:4 yaml-utf8"])
    #expect(readYAML(Array("a: ".utf8) + [0xED, 0xA0, 0x80]) == ["1:4 yaml-utf8"])
    #expect(readYAML(Array("a: ".utf8) + [0xF4, 0x90, 0x80, 0x80]) == ["1:4 yaml-utf8"])
    #expect(readYAML([0xFF, 0xFE, 0x61, 0x00]) == ["1:1 yaml-utf8"])
    #expect(readYAML("a: b\0c\n".utf8) == ["1:5 yaml-nul"])
    #expect(readYAML("a: \"\\0\"\n".utf8) == ["1:5 yaml-nul"])
    #expect(readYAML("a: \"x\\e\"\n".utf8) == ["1:6 yaml-control"])
    #expect(readYAML("a: \u{7}\nb: \u{1B}\n".utf8) == ["1:4 yaml-control", "2:4 yaml-control"])
    #expect(readYAML("a: x\u{2028}y\n".utf8) == ["1:5 yaml-control"])
    #expect(readYAML("a: x\rb: y\r".utf8) == ["1:5 yaml-control"])
  }

  @Test func aliasBomb() {
    var text = "a: &a [x,x,x,x,x,x,x,x,x]\n"
    for (before, name) in zip("abcdefgh", "bcdefghi") {
      text += "\(name): &\(name) [" + Array(repeating: "*\(before)", count: 9).joined(separator: ",") + "]\n"
    }
    // 1 + 2 + 9 + 2 + 90 + 2 + 820 + 2 + 7390 = 8318 values after d; e: two more and *d of 7381 - 1 is
    // beyond.
    #expect(readYAML(text.utf8) == ["5:8 yaml-alias-limit"])
    expectYAML("a: &x [ 1️⃣*x ]\n", "1️⃣ yaml-alias")
  }

  @Test func depth() {
    #expect(readYAML((String(repeating: "[", count: 64) + String(repeating: "]", count: 64)).utf8) == [])
    #expect(
      readYAML((String(repeating: "[", count: 65) + String(repeating: "]", count: 65)).utf8) == [
        "1:65 yaml-depth"
      ])
    #expect(readYAML(String(repeating: "[", count: 100_000).utf8) == ["1:65 yaml-depth"])
    #expect(readYAML(String(repeating: "- ", count: 100_000).utf8) == ["1:129 yaml-depth"])
    let nested = (0..<65).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
    #expect(readYAML(nested.utf8) == ["65:65 yaml-depth"])
    // 40 deep twice over, by an alias.
    let open = String(repeating: "[", count: 40)
    let close = String(repeating: "]", count: 40)
    #expect(readYAML("a: &x \(open)\(close)\nb: \(open)*x\(close)\n".utf8) == ["2:44 yaml-depth"])
  }

  @Test func sizes() {
    #expect(readYAML(repeatElement(0x61, count: 2 << 20)) == ["1:1 yaml-size"])
    let comment = "a: b\n#" + String(repeating: "x", count: (1 << 20) - 6)
    #expect(readYAML(comment.utf8) == [])
    #expect(readYAML((comment + "x").utf8) == ["1:1 yaml-size"])
    let word = String(repeating: "x", count: 64 << 10)
    #expect(readYAML("a: \(word)\n".utf8) == [])
    #expect(readYAML("a: \(word)x\n".utf8) == ["1:4 yaml-scalar-size"])
    // The mapping is a value itself: 1 + 2 * 4999 = 9999, and one key more.
    let lines = (0..<4999).map { "k\($0): v\n" }.joined()
    #expect(readYAML((lines + "l:").utf8) == ["5000:3 yaml-nodes"])
    #expect(readYAML(lines.utf8) == [])
  }

  @Test func indentation() {
    expectYAML("s:\n  - email: welcome\n      1️⃣purpose: inform\n    x: y\n", "1️⃣ yaml-indent")
    expectYAML("a:\n    b: c\n  1️⃣d: e\n", "1️⃣ yaml-indent")
    expectYAML("a: b\n1️⃣- c\n", "1️⃣ yaml-syntax")
    expectYAML("a: b\n1️⃣purpose\nc: d\n", "1️⃣ yaml-syntax")
    expectYAML("a: 1️⃣- b\nc: d2️⃣: e\n", "1️⃣ yaml-syntax", "2️⃣ yaml-colon")
  }

  @Test func unclosed() {
    expectYAML("a: 1️⃣\"b\nc: d\n", "1️⃣ yaml-unclosed")
    expectYAML("a: 1️⃣[b, c\nd: e\n", "1️⃣ yaml-unclosed")
    expectYAML("a: 1️⃣{ b: c\nd: e\n", "1️⃣ yaml-unclosed")
    expectYAML("a: { b: 1️⃣[\n", "1️⃣ yaml-unclosed")
    expectYAML("a: \"1️⃣\\d x\"\nb: c2️⃣: d\n", "1️⃣ yaml-escape", "2️⃣ yaml-colon")
  }

  @Test func allFindingsAtOnce() {
    let (document, _) = expectYAML(
      "a: 1️⃣{{ x }}\nb: c2️⃣: d\n3️⃣b: e\nf: 4️⃣@g\nh: i 5️⃣#j\nk: 6️⃣!l m\n", "1️⃣ yaml-unquoted", "2️⃣ yaml-colon",
      "3️⃣ duplicate-key", "4️⃣ yaml-unquoted", "5️⃣ yaml-comment", "6️⃣ yaml-tag")
    #expect(document.isComplete)
  }

  @Test func partialTree() {
    let (document, _) = expectYAML("a: b\nc:\n  - d\n  - e: 1️⃣[\n", "1️⃣ yaml-unclosed")
    #expect(!document.isComplete)
    #expect(outline(document.root) == "{a=<b> c=[<d> {e=[]}]}")
  }
}
