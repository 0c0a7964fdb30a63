import FlowTime

/// The day of a `Date` field (RFC 5322 section 3.3) where the sender was: `Mon, 13 Apr 2026 10:00:00 +0200`.
/// Nil where it is broken.
enum MailDate {
  static func day(_ field: Bytes?) -> CivilDate? {
    guard let field else { return nil }
    var words = field.prefix(200).split { $0.isBlank || $0 == 0x2C || $0 == 0x2D }[...]
    while let first = words.first, number(first) == nil { words = words.dropFirst() }
    guard words.count >= 3 else { return nil }
    let parts = Array(words.prefix(3))
    guard let day = number(parts[0]),
      let month = CivilDate.months.firstIndex(where: { $0.lowercased() == parts[1].prefix(3).lowered }),
      var year = number(parts[2])
    else { return nil }
    // Two digits (obsolete, section 4.3).
    if parts[2].count == 2 { year += year < 50 ? 2000 : 1900 }
    return CivilDate(year: year, month: month + 1, day: day)
  }

  private static func number(_ bytes: Bytes) -> Int? {
    bytes.count <= 4 ? Int(String(decoding: bytes, as: UTF8.self)) : nil
  }
}
