import FlowTime

/// How a template prints values: by the language of a locale and the clock of a zone, never by those of the
/// machine.
public struct Formatting: Sendable, Hashable {
  public var zone: Zone
  /// The contact's, where known: `de-CH`. English where none is given or known here.
  public var locale: String?

  public init(zone: Zone, locale: String? = nil) {
    self.zone = zone
    self.locale = locale
  }

  enum Language: String { case en, de, fr, es }

  var language: Language {
    let word = locale?.split { $0 == "-" || $0 == "_" }.first.map { $0.lowercased() }
    return word.flatMap(Language.init(rawValue:)) ?? .en
  }

  /// As a template prints it after its filters; a filter leaves a value alone that it is not for.
  public func print(_ value: Value, _ filters: [Filter] = []) -> String {
    var value = value
    for filter in filters { value = apply(filter, value) }
    return plain(value)
  }

  private func plain(_ value: Value) -> String {
    switch value {
    case .absent: ""
    case .text(let text): text
    case .integer(let value): String(value)
    case .number(let value): value.description
    case .boolean(let value): String(value)
    case .date(let date): written(date)
    case .instant(let instant): written(zone.civil(at: instant).date) + ", " + clock(instant)
    case .duration(let duration): duration.description
    case .list(let values): values.map(plain).joined(separator: ", ")
    case .record: ""
    }
  }

  private func apply(_ filter: Filter, _ value: Value) -> Value {
    switch (filter, value) {
    case (.date, .date(let date)): .text(written(date))
    case (.date, .instant(let instant)): .text(written(zone.civil(at: instant).date))
    case (.time, .instant(let instant)): .text(clock(instant))
    case (.number, .integer), (.number, .number): .text(number(value.decimal ?? .zero, digits: nil))
    case (.money, .integer), (.money, .number): .text(number(value.decimal ?? .zero, digits: 2))
    case (.upper, .text(let text)): .text(text.uppercased())
    case (.lower, .text(let text)): .text(text.lowercased())
    case (.title, .text(let text)): .text(Formatting.title(text))
    default: value
    }
  }

  /// `16:40`
  private func clock(_ instant: Instant) -> String {
    let time = zone.civil(at: instant).time
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }
    return two(time.hour) + ":" + two(time.minute)
  }

  static let months: [(Language, [String])] = [
    (
      .en,
      [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
      ]
    ),
    (
      .de,
      [
        "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
        "November", "Dezember",
      ]
    ),
    (
      .fr,
      [
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
        "novembre", "décembre",
      ]
    ),
    (
      .es,
      [
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
        "noviembre", "diciembre",
      ]
    ),
  ]

  /// `25 March 2026`, `25. März 2026`, `25 mars 2026` (the first is `1er`), `25 de marzo de 2026`.
  private func written(_ date: CivilDate) -> String {
    let (year, month, day) = date.components
    let language = language
    let name = Formatting.months.first { $0.0 == language }?.1[month - 1] ?? String(month)
    return switch language {
    case .en: "\(day) \(name) \(year)"
    case .de: "\(day). \(name) \(year)"
    case .fr: "\(day == 1 ? "1er" : String(day)) \(name) \(year)"
    case .es: "\(day) de \(name) de \(year)"
    }
  }

  /// Groups of three; `digits` after the point, or as many as there are.
  private func number(_ value: Decimal, digits: Int?) -> String {
    let (group, point) =
      switch language {
      case .en: (",", ".")
      case .de, .es: (".", ",")
      case .fr: ("\u{202F}", ",")
      }
    let rounded = digits.flatMap { value.rounded(to: $0) } ?? value
    let parts = rounded.description.split(separator: ".", omittingEmptySubsequences: false)
    let negative = parts[0].first == "-"
    let whole = Array(negative ? parts[0].dropFirst() : parts[0])
    var out = negative ? "-" : ""
    for (index, digit) in whole.enumerated() {
      if index > 0, (whole.count - index) % 3 == 0 { out += group }
      out.append(digit)
    }
    var fraction = parts.count > 1 ? String(parts[1]) : ""
    if let digits, fraction.utf8.count < digits {
      fraction += String(repeating: "0", count: digits - fraction.utf8.count)
    }
    return fraction.isEmpty ? out : out + point + fraction
  }

  /// The first letter of each word in title case, the rest as it is: `McDonald` stays.
  static func title(_ text: String) -> String {
    var out = ""
    var inWord = false
    for scalar in text.unicodeScalars {
      let isLetter = scalar.properties.isAlphabetic || scalar.properties.numericType != nil
      out += isLetter && !inWord ? scalar.properties.titlecaseMapping : String(scalar)
      let joins =
        scalar == "'" || scalar == "\u{2019}" || scalar.properties.generalCategory == .nonspacingMark
      inWord = isLetter || (inWord && joins)
    }
    return out
  }
}
