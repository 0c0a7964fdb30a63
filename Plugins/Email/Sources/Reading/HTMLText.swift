/// What HTML shows, as plain text. What it quotes from another mail becomes one line of `>`, so that what
/// leads to a quotation is known for that. One pass from left to right; whatever is broken in it.
enum HTMLText {
  static func plain(_ html: String) -> String {
    var reader = HTMLReader(Array(html.utf8))
    return reader.read()
  }
}

private struct HTMLReader {
  private let bytes: [UInt8]
  private var at = 0
  private var out: [UInt8] = []
  /// A blank to be written before the next letter.
  private var owesBlank = false
  private var preformatted = 0
  /// The element that is left out, and how many of its name are open.
  private var skipped: (name: String, depth: Int)?

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func read() -> String {
    while at < bytes.count {
      if bytes[at] == 0x3C, markup() { continue }
      character()
    }
    return String(decoding: out, as: UTF8.self)
  }

  // MARK: Text

  private mutating func character() {
    let byte = bytes[at]
    if byte == 0x26, let (text, end) = HTMLEntities.read(bytes, at) {
      at = end
      write(text)
      return
    }
    at += 1
    guard skipped == nil else { return }
    switch byte {
    case 0x20, 0x09, 0x0A, 0x0C, 0x0D:
      if preformatted > 0 { out.append(byte == 0x0D ? 0x20 : byte) } else { owesBlank = true }
    default: put([byte])
    }
  }

  private mutating func write(_ text: String) {
    guard skipped == nil else { return }
    // A blank that does not break is one for those who read it.
    if text == "\u{A0}" { owesBlank = true } else { put(Array(text.utf8)) }
  }

  private mutating func put(_ text: [UInt8]) {
    if owesBlank, let last = out.last, last != 0x0A { out.append(0x20) }
    owesBlank = false
    out += text
  }

  private mutating func newLine() {
    owesBlank = false
    out.append(0x0A)
  }

  /// Ends the line, if one has begun.
  private mutating func endLine() {
    owesBlank = false
    if let last = out.last, last != 0x0A { out.append(0x0A) }
  }

  // MARK: Markup

  /// Passes over a tag, a comment or a declaration; false where the `<` is text.
  private mutating func markup() -> Bool {
    guard at + 1 < bytes.count else { return false }
    let next = bytes[at + 1]
    if next == 0x21 || next == 0x3F {
      at = bytes[at...].starts(with: "<!--".utf8) ? end(of: "-->", from: at + 4) : end(of: ">", from: at + 2)
      return true
    }
    let isEnd = next == 0x2F
    let nameStart = at + (isEnd ? 2 : 1)
    guard nameStart < bytes.count, HTMLReader.isLetter(bytes[nameStart]) else { return false }
    var nameEnd = nameStart
    while nameEnd < bytes.count, HTMLReader.isName(bytes[nameEnd]) { nameEnd += 1 }
    let name = bytes[nameStart..<nameEnd].prefix(40).lowered
    let tagEnd = endOfTag(from: nameEnd)
    let attributes = bytes[nameEnd..<max(nameEnd, min(tagEnd - 1, bytes.count))]
    at = tagEnd
    if isEnd { closed(name) } else { opened(name, attributes) }
    return true
  }

  /// Behind a mark, or the end of all.
  private func end(of mark: StaticString, from start: Int) -> Int {
    let count = mark.utf8CodeUnitCount
    var at = min(start, bytes.count)
    while at + count <= bytes.count {
      if bytes[at..<(at + count)].begins(mark) { return at + count }
      at += 1
    }
    return bytes.count
  }

  /// Behind the `>` that ends a tag; one in a quoted value does not.
  private func endOfTag(from start: Int) -> Int {
    var at = start
    var quote: UInt8?
    // A quotation mark begins a value only behind `=`.
    var isValue = false
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      if let open = quote {
        if byte == open { quote = nil }
      } else if byte == 0x3E {
        return at
      } else if isValue, byte == 0x22 || byte == 0x27 {
        quote = byte
      }
      isValue = byte == 0x3D || isValue && byte.isBlank
    }
    // A quotation mark that nothing closes: the tag ends where it would without.
    return quote == nil ? at : bytes[start...].firstIndex(of: 0x3E).map { $0 + 1 } ?? at
  }

  private mutating func opened(_ name: String, _ attributes: Bytes) {
    if let open = skipped {
      if open.name == name { skipped?.depth += 1 }
      return
    }
    switch name {
    case "script", "style", "title", "head", "template", "select", "textarea", "svg", "object", "del", "s", "strike":
      skipped = (name, 1)
    case "body": owesBlank = false
    case "blockquote":
      quotation()
      skipped = (name, 1)
    case "br", "hr": newLine()
    case "pre":
      endLine()
      preformatted += 1
    case "td", "th": owesBlank = true
    case "img", "input", "meta", "link", "wbr", "col", "area", "base": return
    case _ where HTMLReader.hides(attributes): skipped = (name, 1)
    case _ where HTMLReader.has(attributes, ["divrplyfwdmsg"]):
      // Outlook: the quoted mail follows it, and nothing says where it ends.
      quotation()
      at = bytes.count
    case _ where HTMLReader.quotes(attributes):
      quotation()
      skipped = (name, 1)
    case _ where HTMLReader.signs(attributes): skipped = (name, 1)
    case "li":
      endLine()
      out += "- ".utf8
    case _ where HTMLReader.blocks.contains(name):
      endLine()
      if HTMLReader.spaced.contains(name), !out.isEmpty { newLine() }
    default: return
    }
  }

  private mutating func quotation() {
    endLine()
    out += ">\n".utf8
  }

  private mutating func closed(_ name: String) {
    if let open = skipped {
      guard open.name == name || name == "body" || name == "html" else { return }
      if open.depth > 1, open.name == name { skipped?.depth -= 1 } else { skipped = nil }
      return
    }
    if name == "pre" { preformatted = max(0, preformatted - 1) }
    guard name == "pre" || HTMLReader.blocks.contains(name) else { return }
    endLine()
    if HTMLReader.spaced.contains(name) { newLine() }
  }

  private static let spaced: Set<String> = ["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table"]
  private static let blocks: Set<String> = spaced.union([
    "div", "tr", "section", "article", "header", "footer", "address", "center", "dl", "dt", "dd", "form",
    "li",
    "fieldset", "figure", "main", "nav",
  ])

  /// Names by which mail programs mark what they quote, and the line that leads to it: Gmail, Thunderbird,
  /// Yahoo, Proton, Zoho, Outlook.
  private static func quotes(_ attributes: Bytes) -> Bool {
    has(
      attributes,
      [
        "gmail_attr", "moz-cite-prefix", "yahoo_quoted", "protonmail_quote", "zmail_extra",
        "olk_src_body_section", "mail-editor-reference-message-container", "type=\"cite\"", "type=cite",
      ])
  }

  /// What nobody sees, such as the lines that a mailing shows in the list of mails alone.
  private static func hides(_ attributes: Bytes) -> Bool {
    let packed = attributes.filter { !$0.isBlank }
    return has(packed[...], ["display:none", "visibility:hidden", "mso-hide:all"])
  }

  private static func signs(_ attributes: Bytes) -> Bool {
    has(
      attributes, ["gmail_signature", "moz-signature", "ms-outlook-mobile-signature", "applemailsignature"])
  }

  private static func has(_ attributes: Bytes, _ words: [String]) -> Bool {
    guard !attributes.isEmpty else { return false }
    let text = Array(attributes.prefix(1000).map(\.lowered))
    return words.contains { word in
      let word = Array(word.utf8)
      guard text.count >= word.count else { return false }
      return (0...(text.count - word.count)).contains {
        text[$0] == word[0] && text[$0...].starts(with: word)
      }
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte.lowered) }
  private static func isName(_ byte: UInt8) -> Bool {
    isLetter(byte) || byte.isDigit || byte == 0x2D || byte == 0x3A
  }
}

/// Character references of HTML.
enum HTMLEntities {
  /// - Returns: the letter that a reference at `start` means, and where it ends; nil where none stands there.
  static func read(_ bytes: [UInt8], _ start: Int) -> (text: String, end: Int)? {
    let rest = bytes[(start + 1)...].prefix(12)
    let body = rest.prefix { $0 != 0x3B && ($0.isDigit || $0 == 0x23 || (0x61...0x7A).contains($0.lowered)) }
    guard !body.isEmpty else { return nil }
    let isClosed = body.endIndex < bytes.count && bytes[body.endIndex] == 0x3B
    let end = body.endIndex + (isClosed ? 1 : 0)
    if body.first == 0x23 { return number(body.dropFirst()).map { ($0, end) } }
    guard isClosed, let scalar = names[String(decoding: body, as: UTF8.self)] else { return nil }
    return (String(Character(scalar)), end)
  }

  private static func number(_ digits: Bytes) -> String? {
    let isHex = digits.first?.lowered == 0x78
    let text = String(decoding: isHex ? digits.dropFirst() : digits, as: UTF8.self)
    guard let value = UInt32(text, radix: isHex ? 16 : 10), let scalar = Unicode.Scalar(value) else {
      return nil
    }
    // 128 to 159 are meant as windows-1252 (HTML, section 13.2.5.80).
    if let byte = UInt8(exactly: value), (0x80...0x9F).contains(byte) {
      return Charsets.decode([byte], "windows-1252")
    }
    return value < 0x20 && value != 0x0A && value != 0x09 ? "" : String(Character(scalar))
  }

  private static let names: [String: Unicode.Scalar] = {
    // U+00A0 to U+00FF, in order.
    let latin = """
      nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn
      sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave
      Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml
      ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN
      szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute
      icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml
      yacute thorn yuml
      """
    var names: [String: Unicode.Scalar] = [
      "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "hellip": "…", "ndash": "–", "mdash": "—",
      "lsquo": "‘", "rsquo": "’", "sbquo": "‚", "ldquo": "“", "rdquo": "”", "bdquo": "„", "bull": "•",
      "euro": "€",
      "trade": "™", "lsaquo": "‹", "rsaquo": "›", "oelig": "œ", "OElig": "Œ", "ensp": " ", "emsp": " ",
      "thinsp": " ", "zwnj": "\u{200C}", "zwj": "\u{200D}", "rarr": "→", "larr": "←",
    ]
    for (index, name) in latin.split(whereSeparator: \.isWhitespace).enumerated() {
      names[String(name)] = UInt8(exactly: 0xA0 + index).map { Unicode.Scalar($0) }
    }
    return names
  }()
}
