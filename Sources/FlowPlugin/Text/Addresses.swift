import FlowCore

/// An address of a mailbox, such as `ann@acme.test`: a dot-atom, `@`, and a domain of letters, digits and
/// hyphens (RFC 5321 section 4.1.2, without quoted local parts, address literals and SMTPUTF8). Whatever else
/// a text may hold, a line break, a comma or a bracket among it, makes it no address.
public struct EmailAddress: Hashable, Sendable, CustomStringConvertible {
  public let text: String

  public init?(_ text: String) {
    guard AddressForm.isMailbox(text) else { return nil }
    self.text = text
  }

  /// What follows the `@`.
  public var domain: String {
    let utf8 = text.utf8
    return String(text[utf8.index(after: utf8.lastIndex(of: UInt8(ascii: "@")) ?? utf8.startIndex)...])
  }
  public var description: String { text }
}

/// A telephone number in international form, `+` and 7 to 15 digits (ITU-T E.164).
public struct PhoneNumber: Hashable, Sendable, CustomStringConvertible {
  public let text: String

  /// Blanks, hyphens, points, slashes and brackets between the digits count for nothing; a 0 in brackets is refused.
  public init?(_ text: String) {
    guard let number = try? AddressForm.phone(text) else { return nil }
    self.text = number
  }

  public var description: String { text }
}
