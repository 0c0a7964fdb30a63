import FlowCore

/// Workflow commands, as the runner of GitHub Actions reads them from a job's output.
enum GitHub {
  static func annotation(_ command: String, at span: Span, title: String, _ message: String) -> String {
    var properties = [("file", span.file), ("line", String(span.start.line))]
    properties.append(("endLine", String(span.end.line)))
    // The runner drops the command's columns where the lines differ.
    if span.start.line == span.end.line {
      properties.append(("col", String(span.start.column)))
      properties.append(("endColumn", String(span.end.column)))
    }
    properties.append(("title", title))
    let list = properties.map { "\($0.0)=\(property($0.1))" }.joined(separator: ",")
    return "::\(command) \(list)::\(data(message))\n"
  }

  /// The escapes of actions/toolkit, command.ts: `escapeData`.
  static func data(_ text: String) -> String { escaped(text, also: []) }

  /// The same file's `escapeProperty`.
  static func property(_ text: String) -> String { escaped(text, also: [":", ","]) }

  private static func escaped(_ text: String, also: Set<Unicode.Scalar>) -> String {
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "%": out.append(contentsOf: "%25".unicodeScalars)
      case "\r": out.append(contentsOf: "%0D".unicodeScalars)
      case "\n": out.append(contentsOf: "%0A".unicodeScalars)
      case ":" where also.contains(scalar): out.append(contentsOf: "%3A".unicodeScalars)
      case "," where also.contains(scalar): out.append(contentsOf: "%2C".unicodeScalars)
      default: out.append(Printable.scalar(scalar, keepingTabs: true))
      }
    }
    return String(out)
  }
}
