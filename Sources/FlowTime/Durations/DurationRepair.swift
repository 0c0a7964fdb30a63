/// What to write instead of a duration that cannot be read; a fix only where there is one reading.
struct DurationRepair {
  let words: [DurationWord]
  let units: [Duration.Unit]

  /// A word that should be a number is none.
  func noNumber(_ word: DurationWord) -> DurationError {
    let fix = repaired()
    let text = word.text
    if isISO(word) { return DurationError(.iso8601(text), word.range, fix: isoFix(text)) }
    if word.bytes.first == UInt8(ascii: "-"), word.bytes.dropFirst().first?.isDigit == true {
      return DurationError(.negative(text), word.range)
    }
    let digits = word.bytes.prefix(while: \.isDigit).count
    if digits > 0, digits < word.bytes.count,
      word.bytes.dropFirst(digits).allSatisfy({ $0.isLetter || $0.isDigit })
    {
      return DurationError(.abbreviation(text), word.range, fix: fix)
    }
    if word.bytes.contains(UInt8(ascii: ".")), word.bytes.allSatisfy({ $0.isDigit || $0 == 0x2e }) {
      return DurationError(.fraction(text), word.range, fix: fix ?? fractionFix(word))
    }
    if Duration.unit(named: text, among: units) != nil || text == "business" {
      return DurationError(.missingNumber(unit: text), word.range)
    }
    return DurationError(.notANumber(text), word.range, fix: fix)
  }

  /// A number is there, but no unit of ours follows.
  func unknownUnit(_ word: DurationWord, number: DurationWord) -> DurationError {
    let text = word.text
    if text == "business", let next = words.first(where: { $0.range.lowerBound > word.range.lowerBound }) {
      let both = word.range.lowerBound..<next.range.upperBound
      return DurationError(.unknownUnit("business \(next.text)"), both, fix: repaired())
    }
    if Self.shortUnits[text] != nil || ["m", "y", "yr", "yrs"].contains(text) {
      return DurationError(.abbreviation(text), word.range, fix: repaired())
    }
    return DurationError(.unknownUnit(text), word.range, fix: repaired())
  }

  /// The whole text read generously: case, abbreviations, slips of the pen, `and`, commas, number words. nil
  /// where a part stays unread or the result is no duration either.
  private func repaired() -> String? {
    var parts: [Duration.Part] = []
    var pending: Int?
    var business = false
    for word in words {
      var bytes = word.bytes
      if bytes.last == UInt8(ascii: ","), bytes.count > 1 { bytes = bytes.dropLast() }
      let text = String(decoding: bytes, as: UTF8.self).lowercased()
      if text == "and" || text == "," || text == "&" { continue }
      guard let amount = pending else {
        if let short = Self.abbreviated(bytes) {
          parts += short
        } else if let number = Self.number(text) {
          pending = number
        } else {
          return nil
        }
        continue
      }
      if !business, text == "working" || Self.slips(text, "business") <= 2 {
        business = true
        continue
      }
      guard let part = Self.part(amount, text, business: business) else { return nil }
      parts.append(part)
      (pending, business) = (nil, false)
    }
    guard pending == nil, !parts.isEmpty else { return nil }
    return reread(Self.withMonthsJoined(parts))
  }

  /// The parts as text, if that is a duration, or becomes one when they are put in order.
  private func reread(_ parts: [Duration.Part]) -> String? {
    do {
      let text = parts.map { $0.unit.counted($0.amount) }.joined(separator: " ")
      return try Duration.parse(text, knowing: units).description
    } catch {
      return error.fix
    }
  }

  private static func part(
    _ amount: Int, _ text: String, business: Bool = false, exactly: Bool = false
  ) -> Duration.Part? {
    // A year, which is no unit of the language, is twelve months.
    if !business, years.contains(text) { return .init(amount: amount * 12, unit: .month) }
    return unit(text, business: business, exactly: exactly).map { .init(amount: amount, unit: $0) }
  }

  /// Twelve months of a year and three months are fifteen.
  private static func withMonthsJoined(_ parts: [Duration.Part]) -> [Duration.Part] {
    guard parts.count > 1, parts[0].unit == .month, parts[1].unit == .month, parts[0].amount % 12 == 0 else {
      return parts
    }
    return [.init(amount: parts[0].amount + parts[1].amount, unit: .month)] + parts.dropFirst(2)
  }

  /// `2d`, `2days`, `1d4h`, `3bd`: the parts, where every letter run is a known unit.
  static func abbreviated(_ bytes: ArraySlice<UInt8>) -> [Duration.Part]? {
    var rest = bytes
    var parts: [Duration.Part] = []
    while !rest.isEmpty {
      let digits = rest.prefix(while: \.isDigit)
      rest = rest.dropFirst(digits.count)
      let letters = rest.prefix(while: \.isLetter)
      rest = rest.dropFirst(letters.count)
      guard digits.count <= 9, let amount = Int(String(decoding: digits, as: UTF8.self)), amount > 0,
        let part = part(amount, String(decoding: letters, as: UTF8.self).lowercased(), exactly: true)
      else { return nil }
      parts.append(part)
    }
    return parts.isEmpty ? nil : withMonthsJoined(parts)
  }

  private static func number(_ text: String) -> Int? {
    let digits = text.utf8.first == UInt8(ascii: "+") ? String(text.dropFirst()) : text
    if digits.utf8.allSatisfy(\.isDigit), digits.utf8.count <= 9, let number = Int(digits), number > 0 {
      return number
    }
    return numberWords[text]
  }

  private static func unit(_ text: String, business: Bool, exactly: Bool = false) -> Duration.Unit? {
    if business {
      switch nearest(text) {
      case .day: return .businessDay
      case .hour: return .businessHour
      default: return nil
      }
    }
    return shortUnits[text] ?? (exactly ? Duration.unit(named: text, among: written) : nearest(text))
  }

  private static let written: [Duration.Unit] = [.month, .week, .day, .hour, .minute, .second]

  /// The one unit whose spelling lies nearest, a third of its letters away at most.
  private static func nearest(_ text: String) -> Duration.Unit? {
    guard (2...12).contains(text.utf8.count) else { return nil }
    let ranked = written.map { unit in
      (unit: unit, slips: min(slips(text, unit.rawValue), slips(text, unit.rawValue + "s")))
    }.sorted { $0.slips < $1.slips }
    guard ranked[0].slips <= 2, ranked[0].slips * 2 < text.utf8.count, ranked[0].slips < ranked[1].slips
    else { return nil }
    return ranked[0].unit
  }

  /// Insertions, deletions, replacements and swaps of neighbours that lead from one word to another.
  private static func slips(_ left: String, _ right: String) -> Int {
    let (a, b) = (Array(left.utf8), Array(right.utf8))
    guard abs(a.count - b.count) < 4 else { return 4 }
    var rows = [Array(0...b.count)]
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        let replaced = rows[i][j] + (a[i] == b[j] ? 0 : 1)
        var best = min(replaced, rows[i][j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, rows[i - 1][j - 1] + 1) }
        row.append(best)
      }
      rows.append(row)
    }
    return rows[a.count][b.count]
  }

  private static let years: Set<String> = ["year", "years", "y", "yr", "yrs"]

  /// `m` is left out: minutes or months.
  private static let shortUnits: [String: Duration.Unit] = [
    "s": .second, "sec": .second, "secs": .second, "min": .minute, "mins": .minute, "h": .hour, "hr": .hour,
    "hrs": .hour, "d": .day, "w": .week, "wk": .week, "wks": .week, "mo": .month, "mos": .month,
    "mon": .month, "mth": .month, "mths": .month, "bd": .businessDay, "bh": .businessHour,
    "workday": .businessDay, "workdays": .businessDay,
  ]

  private static let numberWords: [String: Int] = [
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
  ]

  private func isISO(_ word: DurationWord) -> Bool {
    guard words.count == 1, word.bytes.first.map({ $0 | 0x20 }) == UInt8(ascii: "p") else { return false }
    return (try? Duration.parse(iso8601: word.text.uppercased())) != nil
  }

  private func isoFix(_ text: String) -> String? {
    guard let duration = try? Duration.parse(iso8601: text.uppercased()), !duration.isZero,
      (try? Duration.parse(duration.description)) != nil
    else { return nil }
    return duration.description
  }

  /// `1.5 days` is 36 hours, where that comes out whole.
  private func fractionFix(_ word: DurationWord) -> String? {
    guard words.count == 2, let unit = Duration.unit(named: words[1].text, among: Self.written) else {
      return nil
    }
    let halves = word.bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard halves.count == 2, (1...6).contains(halves[0].count), (1...3).contains(halves[1].count),
      let whole = Int(String(decoding: halves[0], as: UTF8.self)),
      let part = Int(String(decoding: halves[1], as: UTF8.self))
    else { return nil }
    let scale = [1, 10, 100, 1000][halves[1].count]
    let smaller: [(Duration.Unit, Int)] =
      switch unit {
      case .week: [(.day, 7), (.hour, 168)]
      case .day: [(.hour, 24), (.minute, 1440)]
      case .hour: [(.minute, 60), (.second, 3600)]
      case .minute: [(.second, 60)]
      default: []
      }
    for (unit, factor) in smaller where (whole * scale + part) * factor % scale == 0 {
      let amount = (whole * scale + part) * factor / scale
      return amount > 0 && amount <= unit.limit ? unit.counted(amount) : nil
    }
    return nil
  }
}
