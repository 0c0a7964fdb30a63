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

  static func suppressedAtOnce(_ touch: Node, by step: Node) -> Diagnostic {
    Diagnostic(
      .suppressedAtOnce, .warning, at: touch.span,
      "\(Words.quoted(touch.name)) never leaves: \(Words.quoted(step.name)) follows it with no wait between",
      label: "withheld", notes: [Diagnostic.Note("the contact is suppressed here", at: step.span)],
      help:
        "put a wait before it, as \"- wait: 1 hour\", or leave the message out: what is suppressed is not "
        + "handed over, and nothing is handed over before its turn is done")
  }

  /// - Parameter steps: those that emit, in the order in which they do; not empty.
  static func eventCircle(_ names: [String], _ steps: [Node], isSure: Bool) -> Diagnostic {
    let way =
      isSure
      ? "emit an event that leads nowhere here, or end the list by end or go"
      : "make sure that its condition fails the next time, and silence this with a reason"
    return Diagnostic(
      .eventCircle, isSure ? .error : .warning, at: steps[0].span,
      "these events \(isSure ? "follow" : "can follow") from one another for ever: "
        + names.joined(separator: " → "),
      notes: steps.dropFirst().map {
        Diagnostic.Note("\(Words.quoted($0.name)) emits the next one", at: $0.span)
      },
      help: "what a run emits comes back to it at once: " + way)
  }

  /// - Parameter steps: those that emit, each with its workflow, in the order in which they do; not empty.
  static func jointCircle(_ names: [String], _ steps: [(node: Node, workflow: String)]) -> Diagnostic {
    Diagnostic(
      .eventCircle, .warning, at: steps[0].node.span,
      "workflows can lead to one another for ever: " + names.joined(separator: " → "),
      notes: steps.dropFirst().map {
        Diagnostic.Note(
          "\(Words.quoted($0.node.name)) of \(Words.quoted($0.workflow)) goes on from there", at: $0.node.span)
      },
      help: "put a wait between, or make sure that a condition fails the next time, and silence this with a reason")
  }

  static func startsItself(_ step: Node, isSure: Bool) -> Diagnostic {
    Diagnostic(
      .eventCircle, isSure ? .error : .warning, at: step.span,
      "\(Words.quoted(step.name)) \(isSure ? "starts" : "can start") this workflow again, with no time between, "
        + "and so does the run that it starts",
      help: "put a wait before it, or let the trigger say \"again: never\" or how long after")
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
