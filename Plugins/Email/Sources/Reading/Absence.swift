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
  private let words: [DatedWord]
  private let day: CivilDate
  private var best: (date: CivilDate, rank: Int)?

  init(_ words: [DatedWord], on day: CivilDate) {
    self.words = words
    self.day = day
  }

  /// The date that fits best, and whether a return is said of it.
  mutating func read() -> (date: CivilDate, isReturn: Bool)? {
    for (index, word) in words.enumerated() {
      guard case .date(let date) = word, date >= day, date <= day.adding(days: 400) else { continue }
      take(date, rank(at: index))
    }
    if best == nil || best?.rank == 1 { readWeekdays() }
    return best.map { ($0.date, $0.rank >= 3) }
  }

  /// Of two returns the first counts, of two ends the last.
  private mutating func take(_ date: CivilDate, _ rank: Int) {
    guard let best else {
      self.best = (date, rank)
      return
    }
    if rank > best.rank || rank == best.rank && rank < 3 && date > best.date { self.best = (date, rank) }
  }

  /// 4: `back on DATE`; 3: `from DATE on I am back`; 2: `until DATE`; 1: any other.
  private func rank(at index: Int) -> Int {
    let before = sentence(before: index, most: 8)
    // What is said of a nearer date is not said of this one.
    if before.contains(where: Words.back.contains) { return 4 }
    if before.prefix(4).contains(where: Words.until.contains) { return 2 }
    return sentence(after: index, most: 8).contains(where: Words.back.contains) ? 3 : 1
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
      guard case .word(let word) = word, Words.back.contains(word) else { continue }
      for next in sentence(after: index, most: 4) {
        if Words.tomorrow.contains(next) { return take(day.adding(days: 1), 3) }
        guard let weekday = Words.weekdays[next] else { continue }
        // The first one after the day of the mail.
        let ahead = (weekday - day.weekday.index + 6) % 7 + 1
        return take(day.adding(days: ahead), 3)
      }
    }
  }
}

private enum Words {
  static let awayEnglish = [
    "out of office", "out of the office", "ooo", "on vacation", "on holiday", "on holidays", "on leave",
    "annual leave",
    "parental leave", "maternity leave", "paternity leave", "sick leave", "not in the office",
    "away from the office",
    "away from my desk", "i am away", "i m away", "currently away", "will be away", "travelling until",
    "traveling until", "office is closed", "offices are closed", "be back in the office", "away message",
  ]
  static let away = [
    "abwesend", "abwesenheit", "abwesenheitsnotiz", "abwesenheitsnachricht", "abwesenheitsmeldung",
    "abwesenheitsassistent", "nicht im büro", "nicht im hause", "nicht im haus", "im urlaub", "außer haus",
    "ausser haus", "nicht am platz", "nicht am arbeitsplatz", "elternzeit", "auf dienstreise",
    "auf geschäftsreise",
    "betriebsferien", "betriebsurlaub", "nicht erreichbar", "büro ist geschlossen",
    "absent", "absente", "absence", "en congé", "en congés", "hors du bureau", "en vacances",
    "en déplacement",
    "congé maternité", "bureau est fermé", "bureaux sont fermés",
    "fuera de la oficina", "fuera de oficina", "ausente", "ausencia", "de vacaciones", "de baja",
    "de permiso",
    "oficina está cerrada",
  ]
  static let back: Set<String> = [
    "back", "return", "returning", "returns", "resume", "resuming", "again",
    "wieder", "zurück", "zurueck", "rückkehr", "zurückkehren",
    "retour", "reviens", "reviendrai", "rentre", "rentrerai", "reprends", "reprendrai", "nouveau",
    "vuelta", "regreso", "regresaré", "regresare", "vuelvo", "volveré", "volvere", "retorno", "reincorporo",
    "reincorporaré", "reincorporación", "nuevo",
    // a partir del 14 de abril, à partir du 14 avril
    "partir",
  ]
  static let until: Set<String> = [
    "until", "till", "til", "through", "thru", "to", "bis", "jusqu", "au", "hasta", "al",
  ]
  static let tomorrow: Set<String> = ["tomorrow", "morgen", "demain", "mañana"]
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
