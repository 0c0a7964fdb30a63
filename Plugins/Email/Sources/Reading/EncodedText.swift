/// Header text with encoded words (RFC 2047), and bytes above ASCII as they come.
enum EncodedText {
  static func decode(_ value: Bytes) -> String {
    var out = ""
    // Words of one charset that follow one another are decoded together: some programs cut a letter in two.
    var pending: (charset: String, bytes: [UInt8])?
    var plain = value.startIndex
    var at = value.startIndex
    func flush() {
      if let (charset, bytes) = pending { out += Charsets.decode(bytes[...], charset) }
      pending = nil
    }
    func take(plainUpTo end: Int) {
      let between = value[plain..<end]
      // Blanks between two encoded words are no text (section 6.2).
      if pending != nil, between.allSatisfy(\.isBlank), end < value.endIndex { return }
      flush()
      out += Charsets.decode(between, nil)
    }
    while at < value.endIndex {
      guard value[at] == 0x3D, let word = word(in: value, at: at) else {
        at += 1
        continue
      }
      take(plainUpTo: at)
      if let before = pending, before.charset == word.charset {
        pending?.bytes += word.bytes
      } else {
        flush()
        pending = (word.charset, word.bytes)
      }
      at = word.end
      plain = at
    }
    take(plainUpTo: value.endIndex)
    flush()
    return out
  }

  /// `=?charset?Q?text?=`, or nil where none begins.
  private static func word(in value: Bytes, at start: Int) -> (charset: String, bytes: [UInt8], end: Int)? {
    let rest = value[start...].prefix(MailLimits.encodedWord)
    guard rest.begins("=?"), let charsetEnd = rest.dropFirst(2).prefix(60).firstIndex(of: 0x3F) else {
      return nil
    }
    let charset = rest[(start + 2)..<charsetEnd]
    let coding = charsetEnd + 1
    guard !charset.isEmpty, coding + 1 < rest.endIndex, rest[coding + 1] == 0x3F else { return nil }
    let textStart = coding + 2
    var end = textStart
    while end + 1 < rest.endIndex, !(rest[end] == 0x3F && rest[end + 1] == 0x3D) { end += 1 }
    guard end + 1 < rest.endIndex else { return nil }
    let text = rest[textStart..<end]
    let bytes: [UInt8]
    switch rest[coding].lowered {
    case UInt8(ascii: "q"): bytes = Transfer.quotedPrintable(text.map { $0 == 0x5F ? 0x20 : $0 }[...])
    case UInt8(ascii: "b"): bytes = Transfer.base64(text)
    default: return nil
    }
    // A language may follow the charset (RFC 2231 section 5).
    return (charset.prefix { $0 != 0x2A }.lowered, bytes, end + 2)
  }
}

/// Content-Transfer-Encoding (RFC 2045 section 6), read with whatever is broken in it.
enum Transfer {
  static func decode(_ body: Bytes, _ encoding: String?) -> [UInt8] {
    switch encoding {
    case "base64": base64(body)
    case "quoted-printable": quotedPrintable(body)
    default: Array(body)
    }
  }

  /// What is no letter of base64 counts for nothing; padding ends a group, and another may follow.
  static func base64(_ text: Bytes) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(text.count / 4 * 3 + 3)
    var (word, count): (UInt32, Int) = (0, 0)
    func flush() {
      if count >= 2 { out.append(UInt8(truncatingIfNeeded: word >> (count == 2 ? 4 : 10))) }
      if count == 3 { out.append(UInt8(truncatingIfNeeded: word >> 2)) }
      (word, count) = (0, 0)
    }
    for byte in text {
      let value: UInt32
      switch byte {
      case 0x41...0x5A: value = UInt32(byte) - 0x41
      case 0x61...0x7A: value = UInt32(byte) - 0x61 + 26
      case 0x30...0x39: value = UInt32(byte) - 0x30 + 52
      case UInt8(ascii: "+"), UInt8(ascii: "-"): value = 62
      case UInt8(ascii: "/"), UInt8(ascii: "_"): value = 63
      case UInt8(ascii: "="):
        flush()
        continue
      default: continue
      }
      word = word << 6 | value
      count += 1
      if count == 4 {
        out += [16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
        (word, count) = (0, 0)
      }
    }
    flush()
    return out
  }

  /// An `=` that begins no code stays as it is.
  static func quotedPrintable(_ text: Bytes) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(text.count)
    // Blanks at the end of a line were added on the way.
    var blanks: [UInt8] = []
    var at = text.startIndex
    while at < text.endIndex {
      let byte = text[at]
      at += 1
      if byte.isBlank {
        blanks.append(byte)
        continue
      }
      let isLineEnd = byte == 0x0A || byte == 0x0D
      if !isLineEnd { out += blanks }
      blanks.removeAll(keepingCapacity: true)
      guard byte == 0x3D else {
        out.append(byte)
        continue
      }
      if at + 1 < text.endIndex, let high = text[at].hexValue, let low = text[at + 1].hexValue {
        out.append(high << 4 | low)
        at += 2
      } else if let next = softBreak(text, at) {
        at = next
      } else {
        out.append(byte)
      }
    }
    return out + blanks
  }

  /// Behind the line end that follows, blanks before it or not.
  private static func softBreak(_ text: Bytes, _ start: Int) -> Int? {
    var at = start
    while at < text.endIndex, text[at].isBlank { at += 1 }
    if at < text.endIndex, text[at] == 0x0D { at += 1 }
    guard at < text.endIndex else { return at }
    return text[at] == 0x0A ? at + 1 : nil
  }
}
