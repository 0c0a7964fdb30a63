/// An address of a mailbox, such as `ann@acme.test`: a dot-atom, `@`, and a domain of letters, digits and
/// hyphens (RFC 5321 section 4.1.2, without quoted local parts, address literals and SMTPUTF8). Whatever else
/// a text may hold, a line break, a comma or a bracket among it, makes it no address.
public struct EmailAddress: Hashable, Sendable, CustomStringConvertible {
  public let text: String

  public init?(_ text: String) {
    let bytes = text.utf8
    guard bytes.count <= 254, let at = bytes.firstIndex(of: UInt8(ascii: "@")) else { return nil }
    let (local, domain) = (text[..<at].utf8, text[bytes.index(after: at)...].utf8)
    guard local.count <= 64, EmailAddress.isDotted(local, EmailAddress.isAtom),
      EmailAddress.isDotted(domain, { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }),
      EmailAddress.areLabels(domain)
    else { return nil }
    self.text = text
  }

  /// What follows the `@`.
  public var domain: String {
    let utf8 = text.utf8
    return String(text[utf8.index(after: utf8.lastIndex(of: UInt8(ascii: "@")) ?? utf8.startIndex)...])
  }
  public var description: String { text }

  /// RFC 5322 section 3.2.3, atext.
  private static func isAtom(_ byte: UInt8) -> Bool {
    isLetterOrDigit(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
  }

  /// Parts of such bytes, none of them empty, with points between them.
  private static func isDotted(_ text: Substring.UTF8View, _ isPart: (UInt8) -> Bool) -> Bool {
    var last = UInt8(ascii: ".")
    for byte in text {
      guard byte == UInt8(ascii: ".") ? last != byte : isPart(byte) else { return false }
      last = byte
    }
    return last != UInt8(ascii: ".")
  }

  /// Each of at most 63 bytes, with no hyphen at its ends.
  private static func areLabels(_ domain: Substring.UTF8View) -> Bool {
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
}

/// A telephone number in international form, `+` and 7 to 15 digits (ITU-T E.164).
public struct PhoneNumber: Hashable, Sendable, CustomStringConvertible {
  public let text: String

  /// Blanks, hyphens, points, slashes and brackets between the digits count for nothing.
  public init?(_ text: String) {
    var digits: [UInt8] = []
    for (index, byte) in text.utf8.enumerated() {
      switch byte {
      case UInt8(ascii: "+") where index == 0: continue
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digits.append(byte)
      case _ where " -./()".utf8.contains(byte): continue
      default: return nil
      }
    }
    guard text.utf8.first == UInt8(ascii: "+"), (7...15).contains(digits.count),
      digits.first != UInt8(ascii: "0")
    else { return nil }
    self.text = "+" + String(decoding: digits, as: UTF8.self)
  }

  public var description: String { text }
}

func isLetterOrDigit(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
  default: false
  }
}
