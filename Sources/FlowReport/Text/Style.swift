/// How a stretch of text looks on a terminal that shows colours: SGR codes of ECMA-48.
enum Style: String {
  case plain = ""
  case bold = "1"
  case dim = "2"
  case red = "1;31"
  case yellow = "1;33"
  case cyan = "1;36"
  case blue = "1;34"
  case green = "1;32"
  case greenText = "32"
  case redText = "31"
  case yellowText = "33"
  case cyanText = "36"
}

/// Puts colours on, or leaves them off.
struct Paint {
  var color: Bool

  func callAsFunction(_ text: String, _ style: Style) -> String {
    guard color, style != .plain, !text.isEmpty else { return text }
    return "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m"
  }
}

/// A line made of differently styled stretches, measured without their colours.
struct StyledLine {
  var parts: [(text: String, style: Style)] = []

  init(_ parts: [(text: String, style: Style)] = []) { self.parts = parts }
  init(_ text: String, _ style: Style = .plain) { parts = [(text, style)] }

  var width: Int { parts.reduce(0) { $0 + Width.of($1.text) } }
  var isEmpty: Bool { parts.allSatisfy { $0.text.isEmpty } }

  mutating func add(_ text: String, _ style: Style = .plain) {
    if !text.isEmpty { parts.append((text, style)) }
  }

  mutating func pad(to column: Int) { add(String(repeating: " ", count: max(0, column - width))) }

  /// Cut to `width` columns.
  func fitted(_ width: Int, ellipsis: String) -> StyledLine {
    guard self.width > width else { return self }
    var out = StyledLine()
    for part in parts {
      let room = width - out.width
      // The ellipsis needs its place even where a part just fits and more follows.
      if Width.of(part.text) <= room - Width.of(ellipsis) {
        out.parts.append(part)
      } else {
        out.add(Width.truncated(part.text + ellipsis + " ", to: room, ellipsis: ellipsis), part.style)
        break
      }
    }
    return out
  }

  /// Without blanks at its end; blanks that do not break have done their work.
  func rendered(_ paint: Paint) -> String {
    var parts = parts
    while var last = parts.popLast() {
      while last.text.last == " " { last.text.removeLast() }
      guard last.text.isEmpty else {
        parts.append(last)
        break
      }
    }
    return parts.map { paint($0.text.replacingEach("\u{A0}", with: " "), $0.style) }.joined()
  }
}
