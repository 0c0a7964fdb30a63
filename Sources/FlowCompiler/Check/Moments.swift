import FlowCore
import FlowTime

/// What an instant may name where it stands.
struct MomentScope {
  var naming: Naming
  /// An out-of-office led here, so `return` is the date that it names.
  var allowsReturn = false
  /// An instant that may be absent: a hold has a duration for that.
  var allowsOptional = false
}

/// Instants as authors write them (language, section 4).
extension Bench {
  /// - Parameter text: what follows `at:` or `until`.
  func instant(_ text: Located, _ scope: MomentScope) -> Moment? {
    if text.isEmpty {
      report(.badInstant(text, "an instant is missing"))
      return nil
    }
    guard let (rest, time, isTimed) = timeOfDay(text) else { return nil }
    guard var moment = base(rest, whole: text, scope) else { return nil }
    if isTimed, case .clock = moment.base {
      report(.badInstant(text, "\(Words.quoted(rest.text)) names a time already"))
      return nil
    }
    moment.time = time
    return moment
  }

  /// Takes `at HH:MM` off the end.
  private func timeOfDay(_ text: Located) -> (Located, CivilTime?, Bool)? {
    guard let (rest, clock) = text.split(at: " at ", last: true) else { return (text, nil, false) }
    guard let time = time(clock) else { return nil }
    return (rest, time, true)
  }

  private func base(_ text: Located, whole: Located, _ scope: MomentScope) -> Moment? {
    var (rest, shift): (Located, Moment.Shift?) = (text, nil)
    if let peeled = peel(text) {
      guard let duration = duration(peeled.duration) else { return nil }
      (rest, shift) = (peeled.rest, Moment.Shift(sign: peeled.sign, duration: duration))
    }
    let words = rest.words
    if words.first?.text == "day" {
      return day(words, rest).map { Moment(base: .day($0), shift: shift, text: whole.text) }
    }
    if let start = clockWord(words) {
      return clock(words, at: start, rest).map { Moment(base: $0, shift: shift, text: whole.text) }
    }
    if rest.text == "return" {
      guard scope.allowsReturn else {
        report(.strayReturn(rest))
        return nil
      }
      return Moment(base: .returnDate, shift: shift, text: whole.text)
    }
    if scope.allowsReturn, rest.words.count == 1, Spelling.nearest(to: rest.text, in: ["return"]) != nil,
      !scope.naming.inputs.contains(where: { $0.name == rest.text })
    {
      report(.meantReturn(rest))
      return nil
    }
    return expression(rest, shift: shift, whole: whole, scope)
  }

  private func expression(
    _ text: Located, shift: Moment.Shift?, whole: Located, _ scope: MomentScope
  ) -> Moment? {
    let words = text.words
    if words.count == 2, CivilDate(iso: words[0].text) != nil, CivilTime.parse(words[1].text) != nil {
      report(.badInstant(text, help: "write \(words[0].text) at \(words[1].text)"))
      return nil
    }
    if let duration = try? Duration.parse(text.text) {
      report(.durationForInstant(text, "\(duration)"))
      return nil
    }
    guard let expression = expression(text, as: nil, scope.naming) else { return nil }
    switch expression.type {
    case .date, .instant, .none: break
    case .optional(.date), .optional(.instant):
      guard scope.allowsOptional else {
        report(.optionalInstant(text))
        return nil
      }
    default:
      report(.instantType(text, expression.type))
      return nil
    }
    return Moment(
      base: .expression(expression), shift: shift, isData: expression.readsData, text: whole.text)
  }

  private func day(_ words: [Located], _ text: Located) -> Int? {
    guard words.count == 2, let number = Bench.number(words[1].text) else {
      report(
        .badInstant(
          text, help: "write \"day\" and a whole number from 0, such as \"day 5\" or \"day 5 at 09:00\""))
      return nil
    }
    return number
  }

  /// A whole number from 0 to 36,500: a hundred years of days.
  static func number(_ text: String) -> Int? {
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty, bytes.count <= 5, bytes.allSatisfy(isDigit), let number = Int(text),
      number <= 36_500
    else {
      return nil
    }
    return number
  }

  /// Which word is a time of the day, in `09:00` or `mon 09:00`.
  private func clockWord(_ words: [Located]) -> Int? {
    let at = words.prefix(2).firstIndex { word in
      let bytes = Array(word.text.utf8)
      return bytes.first.map(Bench.isDigit) == true && bytes.contains(0x3A)
        && bytes.allSatisfy { Bench.isDigit($0) || $0 == 0x3A }
    }
    return at == 1 && CivilDate(iso: words[0].text) != nil ? nil : at
  }

  private func clock(_ words: [Located], at start: Int, _ text: Located) -> Moment.Base? {
    guard words.count == start + 1 else {
      report(.badInstant(text))
      return nil
    }
    var weekday: Weekday?
    if start == 1 {
      weekday = Weekday(rawValue: words[0].text)
      guard weekday != nil else {
        report(.unknownWeekday(words[0]))
        return nil
      }
    }
    return time(words[start]).map { .clock(weekday, $0) }
  }

  /// Takes `+ DURATION` or `- DURATION` off the end: what follows the last such sign, if it begins with a
  /// digit.
  private func peel(_ text: Located) -> (rest: Located, sign: Int, duration: Located)? {
    let plus = text.split(at: " + ", last: true)
    let minus = text.split(at: " - ", last: true)
    let plusEnd = plus?.0.text.utf8.count ?? -1
    let minusEnd = minus?.0.text.utf8.count ?? -1
    guard let (rest, duration) = plusEnd > minusEnd ? plus : minus,
      duration.text.utf8.first.map(Bench.isDigit) == true, CivilDate(iso: duration.text) == nil
    else { return nil }
    return (rest, plusEnd > minusEnd ? 1 : -1, duration)
  }
}

extension Expression {
  /// It reads a field of the input or of an event.
  var readsData: Bool {
    uses.contains { use in
      switch use.name {
      case .input, .eventField: true
      default: false
      }
    }
  }
}
