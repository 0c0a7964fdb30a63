extension Duration {
  /// Reads a duration of the language: whole numbers from 1 with units, from large to small, each unit once,
  /// business units alone; singular and plural alike.
  /// - Throws: what is wrong, where in the text, and what to write instead where that is certain.
  public static func parse(_ text: String) throws(DurationError) -> Duration {
    try parse(text, knowing: Unit.allCases.filter { $0 != .millisecond })
  }

  /// Reads what data may carry: the language's words or ISO 8601.
  public static func parse(data text: String) throws(DurationError) -> Duration {
    text.utf8.first == UInt8(ascii: "P") ? try parse(iso8601: text) : try parse(text)
  }

  static func parse(_ text: String, knowing units: [Unit]) throws(DurationError) -> Duration {
    let words = DurationWord.split(text)
    guard !words.isEmpty else { throw DurationError(.empty, 0..<text.utf8.count) }
    var parser = DurationParser(words: words, units: units)
    return try parser.parse()
  }
}

/// A run of bytes without blanks, and where it stands.
struct DurationWord {
  var bytes: ArraySlice<UInt8>
  var range: Range<Int> { bytes.startIndex..<bytes.endIndex }
  var text: String { String(decoding: bytes, as: UTF8.self) }

  static func split(_ text: String) -> [DurationWord] {
    Array(text.utf8).split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0a || $0 == 0x0d }.map(DurationWord.init)
  }
}

private struct DurationParser {
  let words: [DurationWord]
  let units: [Duration.Unit]
  private var position = 0
  private var parts: [Duration.Part] = []
  private var places: [Range<Int>] = []

  init(words: [DurationWord], units: [Duration.Unit]) {
    self.words = words
    self.units = units
  }

  private var whole: Range<Int> { (words.first?.range.lowerBound ?? 0)..<(words.last?.range.upperBound ?? 0) }

  mutating func parse() throws(DurationError) -> Duration {
    while position < words.count {
      let start = words[position].range.lowerBound
      let amount = try number()
      let unit = try self.unit(after: amount.word)
      parts.append(.init(amount: amount.value, unit: unit))
      places.append(start..<words[position - 1].range.upperBound)
      guard amount.value <= unit.limit else { throw DurationError(.tooLong, places[places.count - 1]) }
    }
    try checkOrder()
    guard Duration.isBounded(parts) else { throw DurationError(.tooLong, whole) }
    return Duration(unchecked: parts)
  }

  private mutating func number() throws(DurationError) -> (value: Int, word: DurationWord) {
    let word = words[position]
    guard word.bytes.allSatisfy(\.isDigit) else {
      throw DurationRepair(words: words, units: units).noNumber(word)
    }
    position += 1
    let digits = word.bytes.drop { $0 == 0x30 }
    guard !digits.isEmpty else { throw DurationError(.zero, range(from: word)) }
    guard digits.count <= 15, let value = Int(String(decoding: digits, as: UTF8.self)) else {
      throw DurationError(.tooLong, range(from: word))
    }
    return (value, word)
  }

  /// From a word through its unit, where one follows.
  private func range(from word: DurationWord) -> Range<Int> {
    word.range.lowerBound..<(position < words.count ? words[position] : word).range.upperBound
  }

  private mutating func unit(after number: DurationWord) throws(DurationError) -> Duration.Unit {
    guard position < words.count, !words[position].bytes.allSatisfy(\.isDigit) else {
      throw DurationError(.missingUnit(number: number.text), number.range)
    }
    let word = words[position]
    position += 1
    if let unit = Duration.unit(named: word.text, among: units) { return unit }
    if position < words.count,
      let unit = Duration.unit(named: word.text + " " + words[position].text, among: units)
    {
      position += 1
      return unit
    }
    throw DurationRepair(words: words, units: units).unknownUnit(word, number: number)
  }

  private func checkOrder() throws(DurationError) {
    guard parts.count > 1 else { return }
    let order = Duration.Unit.allCases
    for index in parts.indices.dropFirst() {
      let unit = parts[index].unit
      if parts[..<index].contains(where: { $0.unit == unit }) {
        throw DurationError(.twice(unit: unit.rawValue), places[index])
      }
    }
    guard !parts.contains(where: \.unit.isBusiness) else { throw DurationError(.businessAlone, whole) }
    let ranks = parts.map { order.firstIndex(of: $0.unit) ?? 0 }
    for index in parts.indices.dropFirst() where ranks[index] < ranks[index - 1] {
      let sorted = parts.sorted {
        (order.firstIndex(of: $0.unit) ?? 0) < (order.firstIndex(of: $1.unit) ?? 0)
      }
      throw DurationError(
        .order(larger: parts[index].unit.rawValue, after: parts[index - 1].unit.rawValue), whole,
        fix: Duration(unchecked: sorted).description)
    }
  }
}

extension Duration {
  static func unit(named name: String, among units: [Unit]) -> Unit? {
    units.first { name == $0.rawValue || name == $0.rawValue + "s" }
  }

  /// Whether the parts together stay within 1,000 years.
  static func isBounded(_ parts: [Part]) -> Bool {
    // Each part is bounded by its unit's limit, so the share of that limit is what adds up.
    parts.reduce(0.0) { $0 + Double($1.amount) / Double($1.unit.limit) } <= 1
  }
}
