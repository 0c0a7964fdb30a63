import EmailChannel
import FlowCore
import FlowPlugin
import Testing

/// The HTML part of a mail with this body, without what surrounds it.
private func html(_ pieces: (String, isValue: Bool)...) async throws -> String {
  try await html(pieces, by: try EmailChannel(Scratch().settings(["from": "a@acme.test"])))
}

private func html(_ pieces: [(String, isValue: Bool)], by channel: EmailChannel) async throws -> String {
  let body = Delivery.Content.text(RenderedText(pieces.map { RenderedText.Piece($0.0, isValue: $0.isValue) }))
  let rendering = try await channel.render(
    delivery("email", [("subject", text("x")), ("body", body)], address: "ann@acme.test"))
  let part = rendering.text.components(between: "text/html", and: "\r\n--")
  return decoded(part).components(between: "<body>\n", and: "</body>")
}

/// Quoted-printable undone; how it is done is held against Python in the tests of mail.
private func decoded(_ text: String) -> String {
  let bytes = Array(text.replacing("=\r\n", with: "").replacing("\r\n", with: "\n").utf8)
  var out: [UInt8] = []
  var at = 0
  while at < bytes.count {
    let hex = String(decoding: bytes[min(at + 1, bytes.count)..<min(at + 3, bytes.count)], as: UTF8.self)
    if bytes[at] == UInt8(ascii: "="), let byte = UInt8(hex, radix: 16) {
      out.append(byte)
      at += 3
    } else {
      out.append(bytes[at])
      at += 1
    }
  }
  return String(decoding: out, as: UTF8.self)
}

extension String {
  /// What stands after the first of these and before the next of those.
  fileprivate func components(between first: String, and next: String) -> String {
    let rest = ranges(of: first).first.map { self[$0.upperBound...] } ?? ""
    return String(rest[..<(rest.ranges(of: next).first?.lowerBound ?? rest.endIndex)])
  }
}

@Suite struct MarkdownTests {
  @Test func theAuthorsMarkdownIsRead() async throws {
    #expect(
      try await html(("# Title\n\n- *a*\n- `b`\n\n[c](https://acme.test/)", false))
        == "<h1>Title</h1>\n<ul>\n<li><em>a</em></li>\n<li><code>b</code></li>\n</ul>\n"
        + "<p><a href=\"https://acme.test/\">c</a></p>\n")
  }

  @Test func rawHTMLAndScriptsAreLeftOut() async throws {
    #expect(
      try await html(("a <b>c</b>", false))
        == "<p>a <!-- raw HTML omitted -->c<!-- raw HTML omitted --></p>\n")
    #expect(try await html(("[x](javascript:alert(1))", false)) == "<p><a href=\"\">x</a></p>\n")
  }

  @Test(arguments: [
    ("*a* _b_ **c**", "*a* _b_ **c**"), ("# a", "# a"), ("- a", "- a"), ("1. a", "1. a"), ("    a", "    a"),
    ("<b>x</b> & \"y\"", "&lt;b&gt;x&lt;/b&gt; &amp; &quot;y&quot;"), ("[a](b)", "[a](b)"), ("`a`", "`a`"),
    ("&amp;", "&amp;amp;"), ("\\*", "\\*"), ("\u{F0000}\u{F0001}", "\u{F0000}\u{F0001}"),
    ("![a](b)", "![a](b)"),
    ("a\n\n# b", "a<br />\n<br />\n# b"), ("a\r\nb", "a<br />\nb"), ("{{ x }}", "{{ x }}"),
  ])
  func aValueIsText(_ value: String, _ shown: String) async throws {
    #expect(try await html((value, true)) == "<p>\(shown)</p>\n")
    #expect(try await html(("It is ", false), (value, true), (".", false)) == "<p>It is \(shown).</p>\n")
    #expect(
      try await html(("**", false), (value, true), ("**", false)) == "<p><strong>\(shown)</strong></p>\n")
  }

  @Test func aValueInCodeAndInALinkIsItself() async throws {
    #expect(try await html(("`", false), ("a`b*", true), ("`", false)) == "<p><code>a`b*</code></p>\n")
    #expect(
      try await html(("[go](", false), ("https://acme.test/a_b?c=(d)&e=1", true), (")", false))
        == "<p><a href=\"https://acme.test/a_b?c=(d)&amp;e=1\">go</a></p>\n")
    #expect(
      try await html(("[go](", false), ("javascript:alert(1)", true), (")", false))
        == "<p><a href=\"\">go</a></p>\n")
    #expect(
      try await html(("[go](https://acme.test/", false), (") [x](https://evil.test", true), (")", false))
        == "<p><a href=\"https://acme.test/)%20%5Bx%5D(https://evil.test\">go</a></p>\n")
  }

  @Test func theAuthorsOwnPrivateCharactersStay() async throws {
    #expect(
      try await html(("\u{F0001}", false), ("x", true), ("\u{F0000}", false))
        == "<p>\u{F0001}x\u{F0000}</p>\n")
  }

  /// A channel reads a step's text once; each mail of it is what it would be alone.
  @Test(arguments: [
    (
      "Dear ", ",\n\n*so*?",
      [
        ("Ann", "<p>Dear Ann,</p>\n<p><em>so</em>?</p>\n"),
        ("<B> & \"C\"", "<p>Dear &lt;B&gt; &amp; &quot;C&quot;,</p>\n<p><em>so</em>?</p>\n"),
        ("*a*\nb", "<p>Dear *a*<br />\nb,</p>\n<p><em>so</em>?</p>\n"),
      ]
    ),
    (
      "- ", "\n  - y",
      [
        ("a", "<ul>\n<li>a\n<ul>\n<li>y</li>\n</ul>\n</li>\n</ul>\n"),
        ("a\n", "<ul>\n<li>a<br />\n<ul>\n<li>y</li>\n</ul>\n</li>\n</ul>\n"),
        ("b", "<ul>\n<li>b\n<ul>\n<li>y</li>\n</ul>\n</li>\n</ul>\n"),
      ]
    ),
    (
      "`", "` *x*",
      [
        ("<a", "<p><code>&lt;a</code> <em>x</em></p>\n"), ("b", "<p><code>b</code> <em>x</em></p>\n"),
      ]
    ),
    (
      "![", "](https://acme.test/i.png)",
      [
        ("a", "<p><img src=\"https://acme.test/i.png\" alt=\"a\" /></p>\n"),
        ("b\nc", "<p><img src=\"https://acme.test/i.png\" alt=\"b c\" /></p>\n"),
      ]
    ),
    (
      "[x](https://acme.test/", " \"y\")",
      [
        ("a", "<p><a href=\"https://acme.test/a\" title=\"y\">x</a></p>\n"),
        ("b c", "<p><a href=\"https://acme.test/b%20c\" title=\"y\">x</a></p>\n"),
      ]
    ),
    (
      "[x](https://acme.test/ \"", "\")",
      [
        ("a", "<p><a href=\"https://acme.test/\" title=\"a\">x</a></p>\n"),
        ("b\nc", "<p><a href=\"https://acme.test/\" title=\"b\nc\">x</a></p>\n"),
      ]
    ),
    ("a&#10;", ".", [("b", "<p>a<br />\nb.</p>\n"), ("c", "<p>a<br />\nc.</p>\n")]),
  ])
  func aTextIsReadOnceForAllItsValues(
    _ before: String, _ after: String, _ values: [(value: String, shown: String)]
  ) async throws {
    let channel = try EmailChannel(Scratch().settings(["from": "a@acme.test"]))
    for (value, shown) in values {
      #expect(try await html([(before, false), (value, true), (after, false)], by: channel) == shown)
    }
  }
}
