/// How addresses of people are written: as data are read, and as channels take them.
package enum AddressForm {
  // MARK: Mail

  /// An address of a mailbox, such as `ann@acme.test`: a dot-atom, `@`, and a domain of letters, digits and
  /// hyphens (RFC 5321 section 4.1.2, without quoted local parts, address literals and SMTPUTF8). Whatever else
  /// a text may hold, a line break, a comma or a bracket among it, makes it no address.
  package static func isMailbox(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      guard bytes.count <= 254, let at = bytes.firstIndex(of: UInt8(ascii: "@")) else { return false }
      let (local, domain) = (bytes[..<at], bytes[(at + 1)...])
      return local.count <= 64 && isDotted(local, isAtom)
        && isDotted(domain, { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }) && areLabels(domain)
    }
  }

  /// What is wrong with a text that is no such address.
  static func reason(notMailbox text: String) -> String {
    let scalars = text.unicodeScalars
    if scalars.contains(where: isBlankOrControl) { return "an address has no blanks and no control characters" }
    if let odd = scalars.first(where: { "<>()[],;:\\\"".unicodeScalars.contains($0) }) {
      return "an address has no \(odd)"
    }
    let parts = scalars.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count > 1 else { return "it has no @" }
    guard parts.count == 2 else { return "it has more than one @" }
    if parts[0].isEmpty { return "nothing stands before the @" }
    if parts[1].isEmpty { return "nothing stands after the @" }
    if text.utf8.count > 254 || String(parts[0]).utf8.count > 64 { return "it is longer than an address may be" }
    if parts.contains(where: { $0.split(separator: ".", omittingEmptySubsequences: false).contains(where: \.isEmpty) })
    {
      return "a dot stands between two parts"
    }
    if let odd = parts[0].first(where: { !$0.isASCII }) {
      return "\(odd) stands before the @, and what sends mail takes only letters of ASCII there"
    }
    if let odd = parts[1].first(where: { !$0.isASCII }) {
      return "\(odd) stands in its domain: write that in its form of ASCII, which begins with xn--"
    }
    return "a domain is letters, digits and hyphens, at most 63 between two points, none of these a hyphen at its ends"
  }

  /// RFC 5322 section 3.2.3, atext.
  private static func isAtom(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    // !#$%&'*+-/=?^_`{|}~
    case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2F, 0x3D, 0x3F, 0x5E...0x60, 0x7B...0x7E: true
    default: false
    }
  }

  /// Parts of such bytes, none of them empty, with points between them.
  @inline(__always)
  private static func isDotted(_ text: Slice<UnsafeBufferPointer<UInt8>>, _ isPart: (UInt8) -> Bool) -> Bool {
    var last = UInt8(ascii: ".")
    for byte in text {
      guard byte == UInt8(ascii: ".") ? last != byte : isPart(byte) else { return false }
      last = byte
    }
    return last != UInt8(ascii: ".")
  }

  /// Each of at most 63 bytes, with no hyphen at its ends.
  private static func areLabels(_ domain: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    var (last, count) = (UInt8(ascii: "."), 0)
    for byte in domain {
      if byte == UInt8(ascii: ".") || last == UInt8(ascii: ".") {
        if byte == UInt8(ascii: "-") || last == UInt8(ascii: "-") { return false }
      }
      count = byte == UInt8(ascii: ".") ? 0 : count + 1
      if count > 63 { return false }
      last = byte
    }
    return last != UInt8(ascii: "-")
  }

  // MARK: Telephone

  /// A telephone number in international form, `+` and 7 to 15 digits, the first no 0 (ITU-T E.164):
  /// `+49 (170) 123-4567` is `+491701234567`. Blanks, hyphens, points, slashes and brackets count for nothing, but
  /// for a 0 in brackets, which is dialled within the country alone.
  package static func phone(_ text: String) throws(ReadingError) -> String {
    let form = "a number is written +491701234567"
    guard text.utf8.first == UInt8(ascii: "+") else {
      throw ReadingError("it does not begin with + and the country; \(form)")
    }
    var digits: [UInt8] = []
    var before: [UInt8] = []
    for byte in text.utf8.dropFirst() {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digits.append(byte)
      case UInt8(ascii: ")") where before.suffix(2) == Array("(0".utf8)[...]:
        throw ReadingError("(0) is dialled within the country alone; \(form)")
      case _ where " -./()".utf8.contains(byte): break
      default: throw ReadingError("only digits, blanks, hyphens, points, slashes and brackets follow the plus; \(form)")
      }
      before.append(byte)
    }
    guard (7...15).contains(digits.count), digits.first != UInt8(ascii: "0") else {
      throw ReadingError("after the plus come 7 to 15 digits, the first no 0")
    }
    return "+" + String(decoding: digits, as: UTF8.self)
  }
}

/// Of ASCII.
package func isLetterOrDigit(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
  default: false
  }
}
