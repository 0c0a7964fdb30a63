import FlowCore

/// One page of help: for `flow explain` and for the reference.
public enum ExplainReport {
  /// For a terminal; prose is wrapped to `width` columns.
  public static func text(_ page: Explanation, width: Int = 80, color: Bool = false) -> String {
    let paint = Paint(color: color)
    let style: Style = page.severity == .error ? .red : page.severity == .warning ? .yellow : .cyan
    var lines = [
      paint("\(page.severity.rawValue)[\(page.code)]", style) + paint(": " + page.title, .bold), "",
    ]
    lines += paragraphs(page.why, width)
    for (heading, text) in shown(page) { lines += ["", paint(heading, .bold), ""] + indented(text) }
    return lines.map { $0 + "\n" }.joined()
  }

  /// An object; where no text shows it, example and correction are null.
  public static func json(_ page: Explanation) -> JSONValue {
    func text(_ text: String) -> JSONValue { text.isEmpty ? .null : .string(text) }
    return .members([
      ("code", .string(page.code.name)), ("severity", .string(page.severity.rawValue)),
      ("title", .string(page.title)), ("why", .string(page.why)), ("example", text(page.example)),
      ("correction", text(page.correction)),
    ])
  }

  /// A section of the reference, or the help of a rule in SARIF; `level` is the heading's.
  public static func markdown(_ page: Explanation, level: Int = 2) -> String {
    """
    \(String(repeating: "#", count: max(1, level))) \(page.code)

    *\(page.severity.rawValue)*: \(page.title)

    \(trimmed(page.why))


    """ + shown(page).map { heading, text in "\(heading)\n\n\(block(text))\n" }.joined(separator: "\n")
  }

  /// What no text can show, such as a file that is too large, has none.
  private static func shown(_ page: Explanation) -> [(heading: String, text: String)] {
    [("This raises it:", page.example), ("This is right:", page.correction)].filter { !$0.1.isEmpty }
  }

  /// Paragraphs stay apart; a line that is indented keeps its form.
  private static func paragraphs(_ text: String, _ width: Int) -> [String] {
    var (out, open): ([String], [String]) = ([], [])
    func flush() {
      if !open.isEmpty { out += Width.wrapped(open.joined(separator: " "), to: width) }
      open = []
    }
    for line in Printable.lines(trimmed(text)) {
      if line.isEmpty || line.hasPrefix("  ") {
        flush()
        out.append(line)
      } else {
        open.append(line)
      }
    }
    flush()
    return out
  }

  private static func indented(_ text: String) -> [String] {
    Printable.lines(trimmed(text)).map { $0.isEmpty ? "" : "    " + $0 }
  }

  /// A fence longer than any in the text.
  private static func block(_ text: String) -> String {
    var (longest, run) = (2, 0)
    for byte in text.utf8 {
      run = byte == 0x60 ? run + 1 : 0
      longest = max(longest, run)
    }
    let fence = String(repeating: "`", count: longest + 1)
    return "\(fence)yaml\n\(trimmed(text))\n\(fence)"
  }

  private static func trimmed(_ text: String) -> String {
    var bytes = Array(text.utf8)[...]
    while let last = bytes.last, last == 0x0A || last == 0x20 { bytes.removeLast() }
    while bytes.first == 0x0A { bytes.removeFirst() }
    return String(decoding: bytes, as: UTF8.self)
  }
}
