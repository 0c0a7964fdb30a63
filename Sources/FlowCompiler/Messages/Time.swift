import FlowCore
import FlowTime

/// What is wrong with durations, instants, windows.
extension Diagnostic {
  static func badDuration(_ text: Located, _ error: DurationError) -> Diagnostic {
    if case .notANumber = error.problem, text.isPath { return fieldForDuration(text) }
    return Diagnostic(
      .badDuration, at: text.span(error.range), error.description,
      help: error.help,
      fix: error.fix.map { Fix(replace: text.whole, with: $0) })
  }

  /// Within, after, wait and their like are written out, so that everybody can read how long they are.
  private static func fieldForDuration(_ text: Located) -> Diagnostic {
    Diagnostic(
      .badDuration, at: text.whole, "\(Words.quoted(text.text)) is a name, where a duration is written out",
      help: "write it like \"2 days\"; what data bring stands in an instant: \"until run.started + \(text.text)\" "
        + "where it is a duration, \"until \(text.text)\" where it is a date or an instant")
  }

  static func badWindow(_ text: Located, _ error: WindowError) -> Diagnostic {
    let span = text.span(error.range)
    return Diagnostic(
      .badWindow, at: span, error.description, help: error.help,
      fix: error.fix.map { Fix(replace: span, with: $0) })
  }

  static func badDate(_ text: Located) -> Diagnostic {
    Diagnostic(
      .badDate, at: text.whole, "\(Words.quoted(text.text)) is no date of the calendar",
      help: "a date is YYYY-MM-DD, such as 2027-02-28")
  }

  static func badTime(_ text: Located) -> Diagnostic {
    Diagnostic(
      .badTime, at: text.whole, "\(Words.quoted(text.text)) is no time of the day",
      help: "a time is HH:MM, from 00:00 to 23:59")
  }

  static func unknownZone(_ text: Located, known: [String]) -> Diagnostic {
    Diagnostic(
      .unknownZone, at: text.whole, "unknown time zone \(Words.quoted(text.text))",
      help: Words.nearest(text.text, known) ?? "write a name of the tz database, such as Europe/Berlin",
      fix: Words.fix(text.text, known, text.whole))
  }

  static func unknownCalendar(_ text: Located, known: [String]) -> Diagnostic {
    Diagnostic(
      .unknownCalendar, at: text.whole, "unknown calendar of holidays \(Words.quoted(text.text))",
      help: Words.help(text.text, known, "the calendars of flow.yaml are"),
      fix: Words.fix(text.text, known, text.whole))
  }

  static func badCalendar(_ path: Located, _ error: ICalendarError) -> Diagnostic {
    Diagnostic(
      .fileProblem, at: path.whole,
      "the calendar \(Words.quoted(path.text)) cannot be read: \(error)",
      help: "the file is a calendar as programs export it, .ics (RFC 5545)")
  }

  static func emptyCalendar(_ path: Located) -> Diagnostic {
    Diagnostic(
      .fileProblem, .warning, at: path.whole, "the calendar \(Words.quoted(path.text)) has no day in it",
      help: "put its holidays in, as whole days; a project without holidays needs no calendar")
  }

  static func noDay(_ span: Span, _ what: String) -> Diagnostic {
    Diagnostic(
      .noDay, at: span, "\(what) leave no day for a year or more",
      help: "a touch would wait for ever: give the window another day, or the holidays fewer")
  }

  static func noBusinessDay(_ span: Span) -> Diagnostic {
    Diagnostic(
      .noDay, at: span, "business days and holidays leave no day for a year or more",
      help: "a business day would never come")
  }

  static func noBusinessHour(_ text: Located) -> Diagnostic {
    Diagnostic(
      .noDay, at: text.whole,
      "\(Words.quoted(text.text)) never comes about: the window and the business days have no day in common",
      help: "business hours are the hours of policy.window on the days of policy.business")
  }

  static func noWindow(_ text: Located) -> Diagnostic {
    Diagnostic(
      .noWindow, at: text.whole, "\(Words.quoted(text.text)) counts business hours, and there is no window",
      help: "business hours are the hours of policy.window: give the policy one, such as mon-fri 09:00-17:00")
  }

  static func badInstant(_ text: Located, _ reason: String? = nil, help: String? = nil) -> Diagnostic {
    Diagnostic(
      .badInstant, at: text.whole, reason ?? "\(Words.quoted(text.text)) is no instant",
      help: help
        ?? "an instant is \"day N\", \"09:00\", \"mon 09:00\", a date or an instant from data, a "
        + "step's name, "
        + "event.time or run.started, each with + or - a duration, and \"at HH:MM\" where it names a day")
  }

  static func instantType(_ text: Located, _ type: ValueType) -> Diagnostic {
    Diagnostic(
      .wrongType, at: text.whole,
      "\(Words.quoted(text.text)) is \(type.phrase), where a date or an instant is wanted",
      help: "name a field of type date or instant; a number of days is written day N, or after: N days")
  }

  static func optionalInstant(_ text: Located) -> Diagnostic {
    Diagnostic(
      .optional, at: text.whole, "\(Words.quoted(text.text)) may be absent",
      help: "say what stands for it, \(text.text) ?? …, or test \"\(text.text) is present\" before")
  }

  static func ifPastMissing(_ text: Located) -> Diagnostic {
    Diagnostic(
      .ifPast, at: text.whole, "\(Words.quoted(text.text)) comes from data and may lie in the past",
      help: "say what then: add if-past: skip, now, a step or path, or end OUTCOME")
  }

  static func ifPastWithoutData(_ key: YAMLScalar) -> Diagnostic {
    Diagnostic(
      .ifPast, at: key.span, "\"if-past\" stands at a step that waits for no instant from data",
      help: "an instant that is no data counts as reached where it has passed: take the line away")
  }

  static func awaitEndless(_ text: Located) -> Diagnostic {
    Diagnostic(
      .awaitEndless, at: text.whole, "\(Words.quoted(text.text)) does not say how long",
      help: "add within DURATION or until INSTANT, such as \"\(text.text) within 3 days\"")
  }

  static func holdWithoutFallback(_ text: Located) -> Diagnostic {
    Diagnostic(
      .badHold, at: text.whole,
      "\(Words.quoted(text.text)) does not say what serves where the instant is unknown",
      help: "add a duration: \(text.text), or 5 business days")
  }

  static func badHold(_ text: Located, help: String) -> Diagnostic {
    Diagnostic(.badHold, at: text.whole, "\(Words.quoted(text.text)) is no hold", help: help)
  }

  static func strayReturn(_ text: Located) -> Diagnostic {
    Diagnostic(
      .notInScope, at: text.whole, "\"return\" is not in scope here",
      help: "it is the date that an out-of-office names: only what out-of-office leads to knows it")
  }
}

extension Diagnostic {
  static func durationForInstant(_ text: Located, _ duration: String) -> Diagnostic {
    Diagnostic(
      .badInstant, at: text.whole, "\(Words.quoted(text.text)) is a duration, where an instant is wanted",
      help: "for so long after something write after: \(duration), within \(duration) or wait: \(duration); "
        + "for a day of the run write day N")
  }

  static func meantReturn(_ text: Located) -> Diagnostic {
    Diagnostic(
      .badInstant, at: text.whole, "\(Words.quoted(text.text)) is no instant",
      help: "did you mean \"return\"?",
      fix: Fix(replace: text.whole, with: "return"))
  }

  static func unknownWeekday(_ text: Located) -> Diagnostic {
    let days = Weekday.allCases.map(\.rawValue)
    let short = String(text.text.lowercased().prefix(3))
    let known = days.contains(short) ? short : Spelling.nearest(to: text.text, in: days)
    return Diagnostic(
      .badInstant, at: text.whole, "\(Words.quoted(text.text)) is no weekday",
      help: (known.map { "did you mean \"\($0)\"? " } ?? "")
        + "the weekdays are: \(days.joined(separator: ", "))",
      fix: known.map { Fix(replace: text.whole, with: $0) })
  }

  static func instantForDuration(_ text: Located) -> Diagnostic {
    Diagnostic(
      .badDuration, at: text.whole, "\(Words.quoted(text.text)) is an instant, where a duration is wanted",
      help: "write \"until \(text.text)\"")
  }
}
