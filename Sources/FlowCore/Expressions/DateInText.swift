import FlowTime

/// The first date in the new text of a reply: `2026-04-09`, `9 April`, `April 9th, 2026`, `9. April`,
/// `9.4.2026`, `09.04.`, in English, German, French or Spanish. Without a year, the first such date on or
/// after the day on which the reply came in. `4/9/2026` is April or September, and is not read.
public func firstDate(in text: String, receivedOn: CivilDate) -> CivilDate? {
  // Every date has a digit.
  guard text.utf8.contains(where: { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
  let tokens = DateTokens(text, notBefore: receivedOn)
  for index in tokens.all.indices {
    if let found = tokens.date(at: index) { return found.date }
  }
  return nil
}

/// A text as words and the dates in it, for whoever asks what is said of a date.
public enum DatedWord: Hashable, Sendable {
  /// In lower case, without its apostrophe's other half: `jusqu'au` is two words.
  case word(String)
  case date(CivilDate)
  /// Of punctuation.
  case mark(Unicode.Scalar)
  /// One that belongs to no date.
  case number

  /// Which of two numbers is the day in `14/04/2026`; ``onlyIfClear``: read only where one of them is no
  /// month.
  public enum SlashOrder: Sendable { case dayFirst, onlyIfClear }
}

/// Words and dates in order. Dates are those of ``firstDate(in:receivedOn:)``, and those with slashes;
/// without a year, the first such date that is not before `earliest`. The end of a range is a date of its
/// own: `3-14 April`.
public func datedWords(
  in text: String, notBefore earliest: CivilDate, slashes: DatedWord.SlashOrder
) -> [DatedWord] {
  let tokens = DateTokens(text, notBefore: earliest, slashes: slashes)
  var words: [DatedWord] = []
  var at = 0
  while at < tokens.all.count {
    if let (date, end) = tokens.date(at: at) {
      words.append(.date(date))
      at = max(end, at + 1)
      continue
    }
    switch tokens.all[at] {
    case .number: words.append(.number)
    case .word(let word): words.append(.word(word))
    case .mark(let mark): words.append(.mark(mark))
    case .blank: break
    }
    at += 1
  }
  return words
}

private enum DateToken: Equatable {
  /// Its digits' value (at most four digits) and how many digits there are.
  case number(Int, digits: Int)
  case word(String)
  case mark(Unicode.Scalar)
  case blank
}

private struct DateTokens {
  /// A date, and the index behind it.
  typealias Found = (date: CivilDate, end: Int)

  var all: [DateToken] = []
  /// A date without a year is the first one from here on.
  let earliest: CivilDate
  /// Dates with slashes, and the ends of ranges, are read too.
  let slashes: DatedWord.SlashOrder?

  init(_ text: String, notBefore earliest: CivilDate, slashes: DatedWord.SlashOrder? = nil) {
    self.earliest = earliest
    self.slashes = slashes
    let scalars = ReplyWords.fold(text)
    var at = 0
    while at < scalars.count {
      let start = at
      let scalar = scalars[at]
      if DateTokens.isDigit(scalar) {
        while at < scalars.count, DateTokens.isDigit(scalars[at]) { at += 1 }
        let digits = at - start
        let value = digits > 4 ? -1 : scalars[start..<at].reduce(0) { $0 * 10 + Int($1.value) - 48 }
        all.append(.number(value, digits: digits))
      } else if scalar.properties.isAlphabetic {
        while at < scalars.count, scalars[at].properties.isAlphabetic { at += 1 }
        var word = ""
        word.unicodeScalars.append(contentsOf: scalars[start..<min(at, start + 24)])
        all.append(.word(word))
      } else if ReplyWords.isBlank(scalar) {
        while at < scalars.count, ReplyWords.isBlank(scalars[at]) { at += 1 }
        all.append(.blank)
      } else {
        at += 1
        all.append(.mark(scalar))
      }
    }
  }

  static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  subscript(_ index: Int) -> DateToken? { all.indices.contains(index) ? all[index] : nil }

  func number(_ index: Int, _ digits: ClosedRange<Int>) -> Int? {
    guard case .number(let value, let count) = self[index], digits.contains(count) else { return nil }
    return value
  }

  func month(_ index: Int) -> Int? {
    guard case .word(let word) = self[index] else { return nil }
    return monthNames[word]
  }

  func isWord(_ index: Int, _ words: String...) -> Bool {
    if case .word(let word) = self[index] { words.contains(word) } else { false }
  }

  /// The index after a blank, where there is one.
  func afterBlank(_ index: Int) -> Int { self[index] == .blank ? index + 1 : index }

  func date(at index: Int) -> Found? {
    guard standsAlone(index) else { return nil }
    return iso(index) ?? slashed(index) ?? dotted(index) ?? dayMonth(index) ?? monthDay(index)
  }

  /// Not in the middle of something longer, such as a version, a price or an order's number.
  private func standsAlone(_ index: Int) -> Bool {
    switch self[index - 1] {
    case .number, .word: return false
    case .mark(let mark):
      guard case .number = self[index] else { return true }
      if ["#", "$", "€", "£", "@", "_", "+"].contains(mark) { return false }
      // `3-14 April`
      if slashes != nil, mark == "-", number(index - 2, 1...2) != nil { return true }
      if case .number = self[index - 2] { return ![".", "-", "/", ":", ","].contains(mark) }
      if case .word = self[index - 2] { return !["-", "/", "."].contains(mark) }
      return true
    default: return true
    }
  }

  /// Nothing that makes it a longer number follows: `9.4.2026-17`.
  private func ends(_ index: Int) -> Bool {
    switch self[index] {
    case .number: return false
    case .word(let word): return word == "t"
    case .mark(let mark) where ["-", "/", ".", ":"].contains(mark):
      if case .number = self[index + 1] { return slashes != nil && mark == "-" }
      return true
    default: return true
    }
  }

  private func found(_ date: CivilDate?, _ end: Int) -> Found? { date.map { ($0, end) } }

  private func iso(_ index: Int) -> Found? {
    guard let year = number(index, 4...4), self[index + 1] == .mark("-"),
      let month = number(index + 2, 2...2),
      self[index + 3] == .mark("-"), let day = number(index + 4, 2...2), ends(index + 5)
    else { return nil }
    return found(CivilDate(year: year, month: month, day: day), index + 5)
  }

  /// `14/04/2026`, `14/04`; `4/9` only where the order is known.
  private func slashed(_ index: Int) -> Found? {
    guard let slashes, let first = number(index, 1...2), self[index + 1] == .mark("/"),
      let second = number(index + 2, 1...2)
    else { return nil }
    guard slashes == .dayFirst || first > 12 || second > 12 || first == second else { return nil }
    let (day, month) = slashes == .onlyIfClear && second > 12 ? (second, first) : (first, second)
    guard self[index + 3] == .mark("/") else {
      return ends(index + 3) ? next(month: month, day: day, end: index + 3) : nil
    }
    guard let year = number(index + 4, 4...4) ?? number(index + 4, 2...2).map({ 2000 + $0 }), ends(index + 5)
    else { return nil }
    return found(CivilDate(year: year, month: month, day: day), index + 5)
  }

  /// `9.4.2026`, `09.04.26`, `09.04.`; not `9.4`, which is a number.
  private func dotted(_ index: Int) -> Found? {
    guard let day = number(index, 1...2), self[index + 1] == .mark(".") else { return nil }
    let second = afterBlank(index + 2)
    guard let month = number(second, 1...2), self[second + 1] == .mark(".") else { return nil }
    let third = afterBlank(second + 2)
    if let year = number(third, 4...4), ends(third + 1) {
      return found(CivilDate(year: year, month: month, day: day), third + 1)
    }
    if third == second + 2, let year = number(third, 2...2) {
      return ends(third + 1) ? found(CivilDate(year: 2000 + year, month: month, day: day), third + 1) : nil
    }
    if third == second + 2, number(third, 1...4) != nil { return nil }
    return next(month: month, day: day, end: second + 2)
  }

  /// `9 April`, `9th of April 2026`, `9. April`, `le 1er avril`, `9 de abril de 2026`.
  private func dayMonth(_ index: Int) -> Found? {
    guard let day = number(index, 1...2) else { return nil }
    var at = index + 1
    if isWord(at, "st", "nd", "rd", "th", "er", "º") || self[at] == .mark(".") || self[at] == .mark("º") {
      at += 1
    }
    if self[at] == .mark("-"), let month = month(at + 1) { return dashed(at + 2, month: month, day: day) }
    at = afterBlank(at)
    if isWord(at, "of", "de") { at = afterBlank(at + 1) }
    guard let month = month(at) else { return nil }
    at += 1
    if self[at] == .mark(".") { at += 1 }
    return year(after: at, month: month, day: day)
  }

  /// `9-Apr-2026`, `9-Apr`
  private func dashed(_ index: Int, month: Int, day: Int) -> Found? {
    guard self[index] == .mark("-") else { return next(month: month, day: day, end: index) }
    guard let year = number(index + 1, 4...4), ends(index + 2) else { return nil }
    return found(CivilDate(year: year, month: month, day: day), index + 2)
  }

  /// `April 9`, `April 9th, 2026`.
  private func monthDay(_ index: Int) -> Found? {
    guard let month = month(index) else { return nil }
    var at = index + 1
    if self[at] == .mark(".") { at += 1 }
    guard self[at] == .blank, let day = number(at + 1, 1...2) else { return nil }
    at += 2
    if isWord(at, "st", "nd", "rd", "th") { at += 1 }
    // `March 9:30` is a time, `May 5%` and `May 10 people` are nobody's date; the last cannot be told.
    if self[at] == .mark(":") || self[at] == .mark("%") { return nil }
    return year(after: at, month: month, day: day)
  }

  private func year(after index: Int, month: Int, day: Int) -> Found? {
    var at = index
    if self[at] == .mark(",") { at += 1 }
    at = afterBlank(at)
    if isWord(at, "de", "del") { at = afterBlank(at + 1) }
    if let year = number(at, 4...4), (1900...2200).contains(year), ends(at + 1) {
      return found(CivilDate(year: year, month: month, day: day), at + 1)
    }
    return next(month: month, day: day, end: index)
  }

  /// The first such date that is not too early: 29 February may be seven years away.
  private func next(month: Int, day: Int, end: Int) -> Found? {
    for year in earliest.year...(earliest.year + 8) {
      if let date = CivilDate(year: year, month: month, day: day), date >= earliest { return (date, end) }
    }
    return nil
  }
}

/// Months in four languages, in full and as they are shortened; `mar` and `mai` mean the same wherever they
/// are used.
private let monthNames: [String: Int] = {
  let words = [
    "january jan januar jänner jan janvier janv enero ene",
    "february feb februar feber février fevrier févr fevr febrero",
    "march mar märz maerz mär mrz mars marzo",
    "april apr avril avr abril abr",
    "may mai mayo",
    "june jun juni juin junio",
    "july jul juli juillet juil julio",
    "august aug août aout agosto ago",
    "september sep sept septembre septiembre setiembre",
    "october oct oktober okt octobre octubre",
    "november nov novembre noviembre",
    "december dec dezember dez décembre decembre déc diciembre dic",
  ]
  var names: [String: Int] = [:]
  for (index, line) in words.enumerated() {
    for word in line.split(separator: " ") { names[String(word)] = index + 1 }
  }
  return names
}()
