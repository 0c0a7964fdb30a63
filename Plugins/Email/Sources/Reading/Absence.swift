import FlowCore
import FlowTime

/// What an automatic answer says of an absence, in English, German, French and Spanish.
struct Absence {
  /// Whether it says that somebody is away.
  private(set) var isNamed = false
  /// When they are back; where only the end of the absence is named, that.
  private(set) var returns: CivilDate?

  /// - Parameter day: when the mail was written, where its sender was.
  init(subject: String, text: String, on day: CivilDate) {
    // The subject is a sentence of its own.
    let text = Absence.part(subject + ".\n" + text)
    // What lies a while back was not meant for next year.
    let earliest = day.adding(days: -90)
    let isEnglish = Absence.says(Words.awayEnglish, Absence.plain(text))
    let words = datedWords(in: text, notBefore: earliest, slashes: isEnglish ? .onlyIfClear : .dayFirst)
    var reader = AbsenceReader(words, on: day)
    let found = reader.read()
    returns = found?.date
    isNamed = isEnglish || Absence.says(Words.away, Absence.plain(text)) || found?.isReturn == true
  }

  /// What may say it stands at the beginning; the rest is disclaimers.
  private static func part(_ text: String) -> String {
    String(decoding: text.utf8.prefix(8 << 10), as: UTF8.self)
  }

  /// Words between single blanks, with one before and behind.
  private static func plain(_ text: String) -> String {
    var out = " "
    let earliest = CivilDate(dayNumber: 0)
    for word in datedWords(in: text, notBefore: earliest, slashes: .onlyIfClear) {
      if case .word(let word) = word { out += word + " " }
    }
    return out
  }

  private static func says(_ phrases: [String], _ text: String) -> Bool {
    phrases.contains { text.contains(" " + $0 + " ") }
  }
}

private struct AbsenceReader {
  /// A date, how well it fits, and whether what is said of it is a person's return and nothing else.
  private typealias Found = (date: CivilDate, rank: Int, isReturn: Bool)

  private let words: [DatedWord]
  private let day: CivilDate
  private var best: Found?

  init(_ words: [DatedWord], on day: CivilDate) {
    self.words = words
    self.day = day
  }

  /// The date that fits best, and whether a return is said of it.
  mutating func read() -> (date: CivilDate, isReturn: Bool)? {
    for (index, word) in words.enumerated() {
      guard case .date(let date) = word, date >= day, date <= day.adding(days: 400) else { continue }
      take(rated(date, at: index))
    }
    if best == nil || best?.rank == 1 { readWeekdays() }
    return best.map { ($0.date, $0.isReturn) }
  }

  /// Of two returns the first counts, of two ends the last.
  private mutating func take(_ found: Found) {
    let isBetter =
      best.map { found.rank > $0.rank || found.rank == $0.rank && found.rank < 3 && found.date > $0.date }
      ?? true
    if isBetter { best = found }
  }

  /// 4: `back on DATE`; 3: `from DATE on I am back`; 2: `until DATE`; 1: any other.
  private func rated(_ date: CivilDate, at index: Int) -> Found {
    let (before, after) = (sentence(before: index, most: 8), sentence(after: index, most: 8))
    let isPresent = AbsenceReader.says(Words.present, before + after)
    if let isReturn = AbsenceReader.returns(before.reversed()) { return (date, 4, isReturn || isPresent) }
    // What is said of a nearer date is not said of this one.
    if before.prefix(4).contains(where: Words.until.contains) {
      return (date, 2, AbsenceReader.says(Words.gone, before + after))
    }
    return AbsenceReader.returns(after).map { (date, 3, $0 || isPresent) } ?? (date, 1, false)
  }

  /// Whether somebody says it of themselves: `ich bin ab DATE wieder erreichbar`. What is said of a price, a service or
  /// an answer to come is no absence.
  private static func says(_ what: Set<String>, _ sentence: [String]) -> Bool {
    sentence.contains(where: Words.selves.contains) && sentence.contains(where: what.contains)
  }

  /// Nil where nobody comes back in these words: `get back to you` is an answer that is to come.
  private static func returns(_ words: [String]) -> Bool? {
    var found: Bool?
    for (index, word) in words.enumerated() {
      if word == "back", words[(index + 1)...].starts(with: ["to", "you"]) { continue }
      if Words.back.contains(word) { found = true }
      if Words.again.contains(word) { found = found ?? false }
    }
    return found
  }

  /// The words before it, the nearest first, up to another date or the end of a sentence.
  private func sentence(before index: Int, most: Int) -> [String] {
    collect(words[..<index].reversed(), most)
  }

  private func sentence(after index: Int, most: Int) -> [String] {
    collect(words[(index + 1)...], most)
  }

  private func collect(_ words: some Sequence<DatedWord>, _ most: Int) -> [String] {
    var found: [String] = []
    for word in words {
      switch word {
      case .word(let word): found.append(word)
      case .mark(let mark) where [".", "!", "?", ";"].contains(mark): return found
      case .date: return found
      case .mark, .number: continue
      }
      if found.count == most { break }
    }
    return found
  }

  /// `back on Monday`, `de retour demain`: behind a return, at most three words on.
  private mutating func readWeekdays() {
    for (index, word) in words.enumerated() {
      guard case .word(let word) = word else { continue }
      let following = sentence(after: index, most: 4)
      guard let isBack = AbsenceReader.returns([word] + following.prefix(2)) else { continue }
      let isReturn =
        isBack || AbsenceReader.says(Words.present, sentence(before: index, most: 8) + [word] + following)
      for next in following {
        if Words.tomorrow.contains(next) { return take((day.adding(days: 1), 3, isReturn)) }
        guard let weekday = Words.weekdays[next] else { continue }
        // The first one after the day of the mail.
        let ahead = (weekday - day.weekday.index + 6) % 7 + 1
        return take((day.adding(days: ahead), 3, isReturn))
      }
    }
  }
}

private enum Words {
  static let awayEnglish = [
    "out of office", "out of the office", "ooo", "on vacation", "on holiday", "on holidays", "on leave",
    "annual leave", "parental leave", "maternity leave", "paternity leave", "sick leave",
    "not in the office", "away from the office", "away from my desk", "i am away", "i m away",
    "currently away", "will be away", "travelling until", "traveling until", "available again",
    "reachable again", "office is closed", "offices are closed", "office will be closed", "offices will be closed",
    "we are closed", "be back in the office", "return to the office", "i am out", "i m out", "i will be out",
    "i ll be out", "out until", "away message", "in the office again",
  ]
  static let away = [
    "abwesend", "abwesenheit", "abwesenheitsnotiz", "abwesenheitsnachricht", "abwesenheitsmeldung",
    "abwesenheitsassistent", "nicht im büro", "nicht im hause", "nicht im haus", "im urlaub", "außer haus",
    "ausser haus", "nicht am platz", "nicht am arbeitsplatz", "elternzeit", "auf dienstreise",
    "auf geschäftsreise", "wieder erreichbar", "wieder da", "wieder im büro", "wieder im haus",
    "wieder im hause", "erst wieder", "ich bin wieder", "wir sind wieder", "betriebsferien", "betriebsurlaub",
    "nicht erreichbar", "büro ist geschlossen", "vom bis geschlossen", "bis geschlossen",
    "bis einschließlich geschlossen", "mein nächster arbeitstag", "dienstlich unterwegs",
    "absent", "absente", "absence", "en congé", "en congés", "hors du bureau", "en vacances",
    "en déplacement", "congé maternité", "bureau est fermé", "bureaux sont fermés", "bureau sera fermé",
    "bureaux seront fermés", "fuera de la oficina",
    "fuera de oficina", "ausente", "ausencia", "de vacaciones", "de baja", "de permiso",
    "oficina está cerrada", "oficina estará cerrada", "oficinas estarán cerradas",
  ]
  static let back: Set<String> = [
    "back", "returning", "zurück", "zurueck", "rückkehr", "zurückkehren", "retour", "reviens", "reviendrai",
    "rentre", "rentrerai", "vuelta", "regreso", "regresaré", "regresare", "vuelvo", "volveré", "volvere",
    "reincorporo", "reincorporaré", "reincorporación",
  ]
  /// What may be said of a return, and of much else: `wieder ab 14.04.`, `a partir del 14 de abril`.
  static let again: Set<String> = [
    "again", "return", "returns", "resume", "resuming", "wieder", "nouveau", "reprends", "reprendrai",
    "nuevo", "retorno", "partir",
  ]
  static let until: Set<String> = [
    "until", "till", "til", "through", "thru", "to", "bis", "jusqu", "au", "hasta", "al",
  ]
  /// By these somebody says it of themselves.
  static let selves: Set<String> = [
    "i", "we", "bin", "wir", "mich", "serai", "serons", "suis", "sommes", "reprends", "reprendrai", "reprendrons",
    "estoy", "estaré", "estare", "estaremos", "podré", "podre", "podremos",
  ]
  static let present: Set<String> = [
    "available", "reachable", "erreichbar", "erreichen", "verfügbar", "verfügung", "büro", "joignable", "joignables",
    "disponible", "disponibles", "travail", "bureau", "poste", "oficina", "atenderle", "atenderles", "atenderte",
    "atenderlo", "atenderla", "atenderos",
  ]
  static let gone: Set<String> = [
    "unavailable", "unreachable", "unterwegs", "verreist", "indisponible", "indisponibles", "injoignable",
    "injoignables", "ilocalizable", "ilocalizables",
  ]
  static let tomorrow: Set<String> = [
    "tomorrow", "morgen", "demain", "mañana",
  ]
  static let weekdays: [String: Int] = {
    var days: [String: Int] = [:]
    for line in [
      "monday tuesday wednesday thursday friday saturday sunday",
      "montag dienstag mittwoch donnerstag freitag samstag sonntag",
      "lundi mardi mercredi jeudi vendredi samedi dimanche",
      "lunes martes miércoles jueves viernes sábado domingo",
    ] {
      for (index, name) in line.split(separator: " ").enumerated() { days[String(name)] = index }
    }
    return days
  }()
}
