import FlowCore
import FlowTime

/// What is wrong with scenarios.
extension Diagnostic {
  static func duplicateScenario(_ name: String, at span: Span, first: Span) -> Diagnostic {
    Diagnostic(
      .badScenario, at: span, "there are two scenarios called \(Words.quoted(name))",
      notes: [Note("the first stands here", at: first)],
      help: "say what this one shows that the other does not")
  }

  static func badStart(_ text: Located, _ error: ZonedStartError, known: [String]) -> Diagnostic {
    if case .zone(let name) = error, let (_, zone) = text.split(at: " ", last: true) {
      return Diagnostic(
        .unknownZone, at: zone.whole, "unknown time zone \(Words.quoted(name))",
        help: Words.nearest(name, known) ?? "write a name of the tz database, such as Europe/Berlin",
        fix: Words.fix(name, known, zone.whole))
    }
    let example = "write it like 2026-03-25 16:40 Europe/Berlin, or 2026-03-25T16:40:00+01:00"
    return switch error {
    case .date(let date):
      Diagnostic(
        .badDate, at: text.word(0), "\(Words.quoted(date)) is no date of the calendar", help: example)
    case .time(let time):
      Diagnostic(.badTime, at: text.word(1), "\(Words.quoted(time)) is no time of the day", help: example)
    case .missingTime:
      Diagnostic(.badScenario, at: text.whole, "the time of the day is missing", help: example)
    case .missingZone: Diagnostic(.badScenario, at: text.whole, "the time zone is missing", help: example)
    case .form, .zone:
      Diagnostic(.badScenario, at: text.whole, "\(Words.quoted(text.text)) is no start", help: example)
    }
  }

  static func badJSON(_ path: Located, _ error: JSONError) -> Diagnostic {
    Diagnostic(
      .badInput, at: path.whole, "\(Words.quoted(path.text)) is no JSON: \(error)",
      help: "mend the file there; JSON has its names and texts in double quotes, and no comma before a }")
  }

  static func badInput(_ span: Span, _ problem: DataProblem) -> Diagnostic {
    Diagnostic(
      .badInput, at: span, "the data do not fit: \(problem)",
      help: "give what the types say, or change the type: a field that may be missing is optional")
  }

  static func badEventInstant(_ text: Located) -> Diagnostic {
    Diagnostic(
      .badInstant, at: text.whole, "\(Words.quoted(text.text)) is no instant of a scenario",
      help: "write 2026-03-28 09:00, day N, day N at HH:MM, STEP, or STEP + DURATION")
  }

  static func badExpectation(_ text: Located) -> Diagnostic {
    Diagnostic(
      .badScenario, at: text.whole, "\(Words.quoted(text.text)) says nothing that can be compared",
      help:
        "write a step, end OUTCOME, or an entry such as escalated STEP, each with its instant before "
        + "it or without"
    )
  }

  static func unknownStep(_ name: Located, known: [String]) -> Diagnostic {
    Diagnostic(
      .unknownTarget, at: name.whole, "there is no step \(Words.quoted(name.text))",
      help: Words.help(name.text, known, "the steps are"), fix: Words.fix(name.text, known, name.whole))
  }

  static func unknownEntry(_ name: Located, known: [String]) -> Diagnostic {
    Diagnostic(
      .badScenario, at: name.whole, "\(Words.quoted(name.text)) is no kind of entry",
      help: Words.help(name.text, ["end"] + known, "the kinds are"),
      fix: Words.fix(name.text, ["end"] + known, name.whole))
  }

  static func eventWithoutKind(_ span: Span) -> Diagnostic {
    Diagnostic(
      .missingKey, at: span.firstLine,
      "an event of a scenario needs one of the keys \"reply\", \"task\", \"event\"",
      help: "write { at: …, reply: TEXT }, { at: …, task: OUTCOME } or { at: …, event: NAME }")
  }

  static func strayReturnKey(_ key: YAMLScalar) -> Diagnostic {
    Diagnostic(
      .keysClash, at: key.span, "\"return\" stands at an event that names no date of return",
      help: "it belongs to event: out-of-office")
  }

  static func strayData(_ key: YAMLScalar, _ event: String) -> Diagnostic {
    Diagnostic(
      .keysClash, at: key.span, "\(Words.quoted(event)) brings no data",
      help: "data belongs to events of your own")
  }

  static func unknownTaskOutcome(_ name: Located, known: [String]) -> Diagnostic {
    Diagnostic(
      .unknownOutcome, at: name.whole, "no step of this file has the outcome \(Words.quoted(name.text))",
      help: Words.help(name.text, known, "the outcomes are"), fix: Words.fix(name.text, known, name.whole))
  }

  static func badEventForm(_ text: Located) -> Diagnostic {
    Diagnostic(
      .badScenario, at: text.whole, "\(Words.quoted(text.text)) does not say what happens when",
      help:
        "write AT: EVENT, such as \"receipt + 3 hours: reply Sounds good\" or \"day 6: proposal.accepted\"")
  }
}
