/// In how many messages of the network a text travels (3GPP TS 23.038 and 23.040 section 9.2.3.24.1).
///
/// In the GSM 7-bit alphabet one message holds 160 septets, or 153 each where there are several; a character
/// of the extension table takes two. One character outside both makes the whole text UCS-2: 70 units of
/// UTF-16, or 67 each. A character is never cut: what does not fit whole begins the next segment.
public struct SegmentCount: Hashable, Sendable {
  public enum Encoding: String, Hashable, Sendable {
    case gsm7 = "GSM-7"
    case ucs2 = "UCS-2"
  }

  public let encoding: Encoding
  /// Septets, or units of UTF-16.
  public let units: Int
  /// At least 1: an empty text is sent, too.
  public let segments: Int

  public init(_ text: String) {
    var septets: [Int] = []
    for scalar in text.unicodeScalars {
      guard let size = SegmentCount.septets(scalar) else {
        self.init(.ucs2, text.unicodeScalars.map { UTF16.width($0) }, single: 70, each: 67)
        return
      }
      septets.append(size)
    }
    self.init(.gsm7, septets, single: 160, each: 153)
  }

  private init(_ encoding: Encoding, _ sizes: [Int], single: Int, each: Int) {
    self.encoding = encoding
    units = sizes.reduce(0, +)
    guard units > single else {
      segments = 1
      return
    }
    var count = 1
    var used = 0
    for size in sizes {
      if used + size > each {
        count += 1
        used = 0
      }
      used += size
    }
    segments = count
  }

  /// 1 in the basic table, 2 in the extension table (23.038 section 6.2.1), nil in neither.
  private static func septets(_ scalar: Unicode.Scalar) -> Int? {
    if basic.contains(scalar) { return 1 }
    return extended.contains(scalar) ? 2 : nil
  }

  private static let basic = Set(
    ("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
      + "abcdefghijklmnopqrstuvwxyzäöñüà").unicodeScalars)
  private static let extended = Set("\u{0C}^{}\\[~]|€".unicodeScalars)
}
