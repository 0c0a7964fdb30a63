import FlowPlugin

/// Header text as mail carries it (RFC 5322 section 2.2.3, RFC 2047): ASCII as it stands, folded at blanks;
/// anything else as encoded words in UTF-8 and base64, none of which cuts a character in two.
enum HeaderWords {
  /// A line holds 998 bytes at most (RFC 5322 section 2.1.1); people's mail programs like 78.
  private static let width = 76

  /// The value of an unstructured header such as `Subject`, folded. `used` columns of its first line are
  /// taken.
  static func unstructured(_ header: HeaderText, used: Int) -> String {
    // `=?` would be read as an encoded word; a word beyond a line could not be folded.
    var longest = 0
    var word = 0
    var last: UInt8 = 0
    for byte in header.text.utf8 {
      if byte >= 0x80 || byte == UInt8(ascii: "?") && last == UInt8(ascii: "=") || byte == 0x20 && last == 0x20 {
        return encoded(header, used: used)
      }
      word = byte == 0x20 ? 0 : word + 1
      longest = max(longest, word)
      last = byte
    }
    let isPlain = longest <= width - 16 && last != 0x20
    return isPlain ? fold(header.text, used: used) : encoded(header, used: used)
  }

  /// `=?` begins an encoded word.
  private static func hasWordMark(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { text in
      text.indices.dropFirst().contains { text[$0 - 1] == UInt8(ascii: "=") && text[$0] == UInt8(ascii: "?") }
    }
  }

  /// ASCII, folded at its blanks.
  static func fold(_ text: String, used: Int) -> String {
    if used + text.utf8.count <= width { return text }
    var out = ""
    var column = used
    for (index, word) in text.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
      if index > 0 {
        if column + 1 + word.utf8.count > width {
          out += "\r\n"
          column = 0
        }
        out += " "
        column += 1
      }
      out += word
      column += word.utf8.count
    }
    return out
  }

  /// Each word is at most 75 bytes: `=?UTF-8?B?` and `?=` leave 63, so 45 bytes of text; the first shares its
  /// line with the header's name.
  static func encoded(_ header: HeaderText, used: Int) -> String {
    var words: [String] = []
    var part: [UInt8] = []
    var room = max(9, (width - used - 12) / 4 * 3)
    func word(_ bytes: [UInt8]) -> String { "=?UTF-8?B?" + Encodings.base64(bytes) + "?=" }
    for character in header.text.unicodeScalars {
      let bytes = Array(String(character).utf8)
      if part.count + bytes.count > min(room, 45) {
        words.append(word(part))
        part = []
        room = 45
      }
      part += bytes
    }
    words.append(word(part))
    return words.joined(separator: "\r\n ")
  }

  /// `Ann Meyer <ann@acme.test>`, the name quoted or encoded as need be; the bare address where there is no
  /// name.
  static func write(_ mailbox: Mailbox, used: Int, to out: inout [UInt8]) {
    let name = mailbox.name
    let address = mailbox.address.text
    if name.isEmpty { return out.append(text: address) }
    if name.text.utf8.count > 60 || !name.isASCII || hasWordMark(name.text) {
      out.append(text: encoded(name, used: used))
      out.append(text: "\r\n <")
    } else {
      var phrase = name.text
      if !phrase.withUTF8({ $0.allSatisfy(isPhraseByte) }) { phrase = quoted(phrase) }
      out.append(text: phrase)
      out.append(text: used + phrase.utf8.count + 3 + address.utf8.count > width ? "\r\n <" : " <")
    }
    out.append(text: address)
    out.append(text: ">")
  }

  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" || scalar == "\\" { out += "\\" }
      out.unicodeScalars.append(scalar)
    }
    return out + "\""
  }

  /// Atoms and the blanks between them (RFC 5322 section 3.2.3).
  private static func isPhraseByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x20: true
    // !#$%&'*+-/=?^_`{|}~
    case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2F, 0x3D, 0x3F, 0x5E...0x60, 0x7B...0x7E: true
    default: false
    }
  }
}
