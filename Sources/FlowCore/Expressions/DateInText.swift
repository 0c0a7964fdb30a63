import FlowTime

/// The first date in the new text of a reply: `2026-04-09`, `9 April`, `April 9th, 2026`, `9. April`,
/// `9.4.2026`, `09.04.`, in English, German, French or Spanish. Without a year, the first such date on or
/// after the day on which the reply came in. `4/9/2026` is April or September, and is not read.
public func firstDate(in text: String, receivedOn: CivilDate) -> CivilDate? {
  let tokens = DateTokens(text)
  for index in tokens.all.indices {
    if let date = tokens.date(at: index, receivedOn) { return date }
  }
  return nil
}

private enum DateToken: Equatable {
  /// Its digits' value (at most four digits) and how many digits there are.
  case number(Int, digits: Int)
  case word(String)
  case mark(Unicode.Scalar)
  case blank
}

private struct DateTokens {
  var all: [DateToken] = []

  init(_ text: String) {
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

  func date(at index: Int, _ received: CivilDate) -> CivilDate? {
    guard standsAlone(index) else { return nil }
    return iso(index) ?? dotted(index, received) ?? dayMonth(index, received) ?? monthDay(index, received)
  }

  /// Not in the middle of something longer, such as a version, a price or an order's number.
  private func standsAlone(_ index: Int) -> Bool {
    switch self[index - 1] {
    case .number, .word: return false
    case .mark(let mark):
      guard case .number = self[index] else { return true }
      if ["#", "$", "€", "£", "@", "_", "+"].contains(mark) { return false }
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
      if case .number = self[index + 1] { return false }
      return true
    default: return true
    }
  }

  private func iso(_ index: Int) -> CivilDate? {
    guard let year = number(index, 4...4), self[index + 1] == .mark("-"),
      let month = number(index + 2, 2...2),
      self[index + 3] == .mark("-"), let day = number(index + 4, 2...2), ends(index + 5)
    else { return nil }
    return CivilDate(year: year, month: month, day: day)
  }

  /// `9.4.2026`, `09.04.26`, `09.04.`; not `9.4`, which is a number.
  private func dotted(_ index: Int, _ received: CivilDate) -> CivilDate? {
    guard let day = number(index, 1...2), self[index + 1] == .mark(".") else { return nil }
    let second = afterBlank(index + 2)
    guard let month = number(second, 1...2), self[second + 1] == .mark(".") else { return nil }
    let third = afterBlank(second + 2)
    if let year = number(third, 4...4), ends(third + 1) {
      return CivilDate(year: year, month: month, day: day)
    }
    if third == second + 2, let year = number(third, 2...2) {
      return ends(third + 1) ? CivilDate(year: 2000 + year, month: month, day: day) : nil
    }
    if third == second + 2, number(third, 1...4) != nil { return nil }
    return next(month: month, day: day, received)
  }

  /// `9 April`, `9th of April 2026`, `9. April`, `le 1er avril`, `9 de abril de 2026`.
  private func dayMonth(_ index: Int, _ received: CivilDate) -> CivilDate? {
    guard let day = number(index, 1...2) else { return nil }
    var at = index + 1
    if isWord(at, "st", "nd", "rd", "th", "er", "º") || self[at] == .mark(".") || self[at] == .mark("º") {
      at += 1
    }
    if self[at] == .mark("-"), let month = month(at + 1) {
      return dashed(at + 2, month: month, day: day, received)
    }
    at = afterBlank(at)
    if isWord(at, "of", "de") { at = afterBlank(at + 1) }
    guard let month = month(at) else { return nil }
    at += 1
    if self[at] == .mark(".") { at += 1 }
    return year(after: at, month: month, day: day, received)
  }

  /// `9-Apr-2026`, `9-Apr`
  private func dashed(_ index: Int, month: Int, day: Int, _ received: CivilDate) -> CivilDate? {
    guard self[index] == .mark("-") else { return next(month: month, day: day, received) }
    guard let year = number(index + 1, 4...4), ends(index + 2) else { return nil }
    return CivilDate(year: year, month: month, day: day)
  }

  /// `April 9`, `April 9th, 2026`.
  private func monthDay(_ index: Int, _ received: CivilDate) -> CivilDate? {
    guard let month = month(index) else { return nil }
    var at = index + 1
    if self[at] == .mark(".") { at += 1 }
    guard self[at] == .blank, let day = number(at + 1, 1...2) else { return nil }
    at += 2
    if isWord(at, "st", "nd", "rd", "th") { at += 1 }
    // `March 9:30` is a time, `May 5%` and `May 10 people` are nobody's date; the last cannot be told.
    if self[at] == .mark(":") || self[at] == .mark("%") { return nil }
    return year(after: at, month: month, day: day, received)
  }

  private func year(after index: Int, month: Int, day: Int, _ received: CivilDate) -> CivilDate? {
    var at = index
    if self[at] == .mark(",") { at += 1 }
    at = afterBlank(at)
    if isWord(at, "de", "del") { at = afterBlank(at + 1) }
    if let year = number(at, 4...4), (1900...2200).contains(year), ends(at + 1) {
      return CivilDate(year: year, month: month, day: day)
    }
    return next(month: month, day: day, received)
  }

  /// The first such date on or after the day of the reply: 29 February may be seven years away.
  private func next(month: Int, day: Int, _ received: CivilDate) -> CivilDate? {
    for year in received.year...(received.year + 8) {
      if let date = CivilDate(year: year, month: month, day: day), date >= received { return date }
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
