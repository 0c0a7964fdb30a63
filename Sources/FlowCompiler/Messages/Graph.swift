import FlowCore

/// What is wrong with the graph as a whole, with scenarios, and with comments that silence findings.
extension Diagnostic {
  static func cycle(_ names: [String], at span: Span, _ notes: [Note]) -> Diagnostic {
    Diagnostic(
      .cycle, at: span, "these steps go round in a circle: \(names.joined(separator: " → "))", notes: notes,
      help: "every run ends: write a repeat, which has a number of rounds, or lead on to something later")
  }

  static func unreachable(_ name: String, at span: Span, _ what: String) -> Diagnostic {
    Diagnostic(
      .unreachable, at: span, "no way leads to the \(what) \(Words.quoted(name))",
      help: what == "path"
        ? "name it in a case or in anytime, or take it away" : "take it away, or let something lead here")
  }

  static func pathRunsOut(_ path: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .pathRunsOut, at: span, "the path \(Words.quoted(path)) runs out",
      help: "a path ends by end or go: add \"- end: OUTCOME\" or \"- go: STEP\"")
  }

  static func classUnhandled(_ name: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .classUnhandled, .warning, at: span, "nothing handles the class of reply \(Words.quoted(name))",
      help: "such an answer would end the run as any other: say in anytime or in a case where it leads")
  }

  static func waitBeforeReply(_ span: Span, touch: String, await: String) -> Diagnostic {
    Diagnostic(
      .waitBeforeReply, .warning, at: span,
      "a plain wait stands between \(Words.quoted(touch)) and \(Words.quoted(`await`))",
      help:
        "an answer that comes while it waits would end the run by default: await it here as well, or "
        + "wait with at: or within"
    )
  }

  static func unusedIgnore(_ code: Located) -> Diagnostic {
    Diagnostic(
      .unusedIgnore, .warning, at: code.whole,
      "there is no finding \(Words.quoted(code.text)) here to silence",
      help: "take the comment away; it silences a finding on its own line or the line below")
  }

  static func badIgnore(_ text: Located) -> Diagnostic {
    Diagnostic(
      .badIgnore, .warning, at: text.whole, "\(Words.quoted(text.text)) silences nothing",
      help: "write \"flow:ignore CODE -- reason\"")
  }

  static func ignoreWithoutReason(_ text: Located) -> Diagnostic {
    Diagnostic(
      .badIgnore, .warning, at: text.whole, "this comment does not say why",
      help: "write \"flow:ignore CODE -- reason\"")
  }
}
