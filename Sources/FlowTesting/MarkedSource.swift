import FlowCore

/// A source text with its places marked in it, `1️⃣` to `9️⃣`, so that tests count neither lines nor columns.
public struct MarkedSource: Sendable {
  /// The text without its marks.
  public let text: String
  /// Where each mark stood, by the mark: `markers["1️⃣"]`.
  public let markers: [String: Position]

  public init(_ marked: String) {
    var text = String.UnicodeScalarView()
    var markers: [String: Position] = [:]
    var place = Position.start
    let scalars = Array(marked.unicodeScalars)
    var at = 0
    while at < scalars.count {
      if at + 2 < scalars.count, scalars[at + 1] == "\u{FE0F}", scalars[at + 2] == "\u{20E3}" {
        markers[String(String.UnicodeScalarView(scalars[at...at + 2]))] = place
        at += 3
        continue
      }
      let scalar = scalars[at]
      text.append(scalar)
      place.offset += UTF8.width(scalar)
      place.column += 1
      if scalar == "\n" {
        place.line += 1
        place.column = 1
      }
      at += 1
    }
    self.text = String(text)
    self.markers = markers
  }

  public func source(file: String = "test.yaml") -> SourceText {
    SourceText(file: file, utf8: Array(text.utf8))
  }

  /// Each finding as its mark and code, `1️⃣ unknown-key`, or with line and column where no mark stands: to
  /// be compared with the whole list that is expected, so that an unexpected finding fails as loudly as a
  /// missing one.
  public func located(_ findings: [Diagnostic]) -> [String] {
    findings.map { finding in
      let start = finding.span.start
      let mark = markers.first { $0.value == start }?.key
      return "\(mark ?? "\(start.line):\(start.column)") \(finding.code)"
    }
  }
}
