/// SVG by hand: shapes with integer places, generic fonts, no script, no link.
struct Canvas {
  private(set) var body = ""

  mutating func add(_ element: String) { body += "  " + element + "\n" }

  mutating func rect(_ x: Int, _ y: Int, _ width: Int, _ height: Int, _ kind: String, radius: Int = 0) {
    let round = radius > 0 ? " rx=\"\(radius)\"" : ""
    add("<rect class=\"\(kind)\" x=\"\(x)\" y=\"\(y)\" width=\"\(width)\" height=\"\(height)\"\(round)/>")
  }

  mutating func line(_ x1: Int, _ y1: Int, _ x2: Int, _ y2: Int, _ kind: String) {
    add("<line class=\"\(kind)\" x1=\"\(x1)\" y1=\"\(y1)\" x2=\"\(x2)\" y2=\"\(y2)\"/>")
  }

  mutating func circle(_ x: Int, _ y: Int, _ radius: Int, _ kind: String) {
    add("<circle class=\"\(kind)\" cx=\"\(x)\" cy=\"\(y)\" r=\"\(radius)\"/>")
  }

  mutating func path(_ data: String, _ kind: String) { add("<path class=\"\(kind)\" d=\"\(data)\"/>") }

  /// `anchor`: start, middle, end.
  mutating func text(_ x: Int, _ y: Int, _ text: String, _ kind: String, anchor: String = "start") {
    guard !text.isEmpty else { return }
    let place = anchor == "start" ? "" : " text-anchor=\"\(anchor)\""
    add("<text class=\"\(kind)\" x=\"\(x)\" y=\"\(y)\"\(place)>\(XML.escaped(Printable.line(text)))</text>")
  }

  /// The whole picture; `light` and `dark` are CSS rules for either scheme.
  func document(width: Int, height: Int, title: String, about: String, light: String, dark: String) -> String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)" \
    role="img">
      <title>\(XML.escaped(Printable.line(title)))</title>
      <desc>\(XML.escaped(Printable.line(about)))</desc>
      <style>
    \(light)
        @media (prefers-color-scheme: dark) {
    \(dark)
        }
      </style>
      <rect class="page" x="0" y="0" width="\(width)" height="\(height)"/>
    \(body)</svg>

    """
  }
}

/// How wide a text is in a sans-serif font that nobody knows: that of DejaVu Sans, among the widest in use.
enum TypeWidth {
  /// In pixels, rounded up.
  static func of(_ text: String, size: Int, bold: Bool = false) -> Int {
    var thousandths = 0
    for character in text { thousandths += width(character) }
    if bold { thousandths += thousandths / 8 }
    return (thousandths * size + 999) / 1000
  }

  private static func width(_ character: Character) -> Int {
    guard let ascii = character.asciiValue else {
      return Width.of(character) * (Width.of(character) > 1 ? 520 : 650)
    }
    switch ascii {
    case UInt8(ascii: "i"), UInt8(ascii: "j"), UInt8(ascii: "l"), UInt8(ascii: "'"): return 280
    case UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: ";"), UInt8(ascii: "|"), 0x20:
      return 340
    case UInt8(ascii: "f"), UInt8(ascii: "t"), UInt8(ascii: "r"), UInt8(ascii: "-"), UInt8(ascii: "I"),
      UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "!"),
      UInt8(ascii: "/"):
      return 410
    case UInt8(ascii: "m"), UInt8(ascii: "M"), UInt8(ascii: "@"), UInt8(ascii: "W"), UInt8(ascii: "%"):
      return 1000
    case UInt8(ascii: "w"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "="), UInt8(ascii: "+"):
      return 840
    case 0x41...0x5A: return 720
    default: return 630
    }
  }

  static func truncated(_ text: String, to width: Int, size: Int, bold: Bool = false) -> String {
    guard of(text, size: size, bold: bold) > width else { return text }
    var out = text
    while !out.isEmpty, of(out + "…", size: size, bold: bold) > width { out.removeLast() }
    while out.last == " " { out.removeLast() }
    return out + "…"
  }

  /// Lines of at most `width` pixels, parts kept together where they fit.
  static func filled(_ parts: [String], to width: Int, size: Int) -> [String] {
    var lines: [String] = []
    func add(_ piece: String) {
      if let last = lines.last, of(last + " " + piece, size: size) <= width {
        lines[lines.count - 1] = last + " " + piece
      } else {
        lines.append(truncated(piece, to: width, size: size))
      }
    }
    for part in parts where !part.isEmpty {
      if of(part, size: size) <= width {
        add(part)
      } else {
        for word in part.split(separator: " ") { add(String(word)) }
      }
    }
    return lines
  }
}
