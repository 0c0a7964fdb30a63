/// XML 1.0 text, by hand: what JUnit and SVG need of it.
enum XML {
  /// For text and attributes. What XML 1.0 (2.2) does not allow becomes U+FFFD; line breaks and tabs in
  /// attributes are escaped, else a reader would turn them into blanks.
  static func escaped(_ text: String, attribute: Bool = false) -> String {
    var out = String.UnicodeScalarView()
    func add(_ text: String) { out.append(contentsOf: text.unicodeScalars) }
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": add("&amp;")
      case "<": add("&lt;")
      case ">": add("&gt;")
      case "\"" where attribute: add("&quot;")
      case "\n" where attribute: add("&#10;")
      case "\t" where attribute: add("&#9;")
      case "\r": add("&#13;")
      case "\n", "\t": out.append(scalar)
      default:
        let isAllowed = scalar.value >= 0x20 && scalar.value != 0xFFFE && scalar.value != 0xFFFF
        out.append(isAllowed ? scalar : "\u{FFFD}")
      }
    }
    return String(out)
  }

  /// ` name="value"` for each, in their order.
  static func attributes(_ pairs: [(String, String)]) -> String {
    pairs.map { " \($0.0)=\"\(escaped($0.1, attribute: true))\"" }.joined()
  }
}
