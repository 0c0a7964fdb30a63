/// An address of a mailbox, such as `ann@acme.test`: a dot-atom, `@`, and a domain of letters, digits and
/// hyphens (RFC 5321 section 4.1.2, without quoted local parts, address literals and SMTPUTF8). Whatever else
/// a text may hold, a line break, a comma or a bracket among it, makes it no address.
public struct EmailAddress: Hashable, Sendable, CustomStringConvertible {
  public let text: String

  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count <= 254, let at = bytes.firstIndex(of: UInt8(ascii: "@")) else { return nil }
    let local = bytes[..<at].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let labels = bytes[(at + 1)...].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard at <= 64, local.allSatisfy({ !$0.isEmpty && $0.allSatisfy(EmailAddress.isAtom) }),
      labels.allSatisfy(EmailAddress.isLabel)
    else { return nil }
    self.text = text
  }

  /// What follows the `@`.
  public var domain: String { String(text[text.index(after: text.lastIndex(of: "@") ?? text.startIndex)...]) }
  public var description: String { text }

  /// RFC 5322 section 3.2.3, atext.
  private static func isAtom(_ byte: UInt8) -> Bool {
    isLetterOrDigit(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
  }

  private static func isLabel(_ label: ArraySlice<UInt8>) -> Bool {
    guard let first = label.first, let last = label.last, label.count <= 63 else { return false }
    return isLetterOrDigit(first) && isLetterOrDigit(last)
      && label.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
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
