import FlowCore

/// What is wrong with a step.
extension Diagnostic {
  static func stepShape(_ node: YAMLNode, verbs: [String]) -> Diagnostic {
    guard let text = node.text, !text.isEmpty else {
      return Diagnostic(
        .wrongShape, at: node.span.firstLine, "a step is missing here",
        help: "a step is a mapping with a verb, such as \"- wait: 2 days\"")
    }
    let first = String(text.split(separator: " ").first ?? "")
    let verb = Spelling.nearest(to: first, in: verbs)
    return Diagnostic(
      .wrongShape, at: node.span.firstLine, "\(Words.quoted(text)) is no step",
      help: "a step is a mapping with a verb, such as "
        + (verb.map { "\"- \($0): \(text.dropFirst(first.count + 1))\"" } ?? "\"- wait: 2 days\""))
  }

  static func unknownVerb(_ key: YAMLScalar, verbs: [String]) -> Diagnostic {
    Diagnostic(
      .unknownVerb, at: key.span, "unknown verb \(Words.quoted(key.text))",
      help: Words.help(key.text, verbs, "the verbs are"), fix: Words.fix(key.text, verbs, key.span))
  }

  static func missingVerb(_ span: Span, verbs: [String]) -> Diagnostic {
    Diagnostic(
      .missingVerb, at: span, "this step has no verb",
      help: "the verbs are: \(verbs.joined(separator: ", "))")
  }

  static func twoVerbs(_ first: YAMLScalar, _ second: YAMLScalar) -> Diagnostic {
    Diagnostic(
      .twoVerbs, at: second.span,
      "a step has one verb, and this one has \"\(first.text)\" and \"\(second.text)\"",
      notes: [Note("the first verb", at: first.span)], help: "begin a step of its own: - \(second.text): …")
  }

  static func otherwiseNotLast(_ span: Span) -> Diagnostic {
    Diagnostic(
      .wrongShape, at: span, "\"otherwise\" stands before the last branch",
      help: "what stands after it could never be reached: put it last")
  }

  static func targetMapping(_ node: YAMLNode) -> Diagnostic {
    let entry = node.entries?.first
    let verb = entry?.keyText ?? ""
    let value = entry?.value.text ?? ""
    let better: String =
      switch verb {
      case "end": "write \"end \(value)\""
      case "go": "write \"\(value)\""
      case "hold": "write \"hold \(value)\""
      default: "write a list of steps: begin it with \"- \""
      }
    return Diagnostic(
      .wrongShape, at: node.span.firstLine, "a mapping stands where a target should", help: better)
  }

  static func badTarget(_ text: Located, allowsNext: Bool) -> Diagnostic {
    let forms = (allowsNext ? "next, " : "") + "a step or path, end OUTCOME, hold …, or a list of steps"
    if let name = text.after("go") ?? text.after("goto") {
      return Diagnostic(
        .unknownTarget, at: text.whole, "\(Words.quoted(text.text)) is no target",
        help: "write \"\(name.text)\"",
        fix: Fix(replace: text.whole, with: name.text))
    }
    if text.text == "next", !allowsNext {
      return Diagnostic(
        .unknownTarget, at: text.whole, "\"next\" leads nowhere here", help: "a target is \(forms)")
    }
    return Diagnostic(
      .unknownTarget, at: text.whole, "\(Words.quoted(text.text)) is no target", help: "a target is \(forms)")
  }

  static func unknownTarget(_ text: Located, known: [String]) -> Diagnostic {
    Diagnostic(
      .unknownTarget, at: text.whole, "there is no step or path \(Words.quoted(text.text))",
      help: Words.help(text.text, known, "the steps and paths within reach are"),
      fix: Words.fix(text.text, known, text.whole))
  }

  static func notAssumed(_ step: Located, known: [String]) -> Diagnostic {
    Diagnostic(
      .unknownTarget, at: step.whole, "nothing can be assumed of the step \(Words.quoted(step.text))",
      help: "of a step the outcomes of its task are assumed; what may stand here is \(Words.list(known))")
  }

  static func outOfReach(_ text: Located, at other: Span) -> Diagnostic {
    Diagnostic(
      .targetOutOfReach, at: text.whole, "the step \(Words.quoted(text.text)) is out of reach from here",
      notes: [Note("it stands inside another step", at: other)],
      help: "a target lies in the same list, in a list around it, or at the top of steps or paths")
  }

  static func missingField(_ field: Manifest.Field, _ draft: StepDraft) -> Diagnostic {
    let unless = field.unless.map { ", unless it has \($0.field): \($0.word)" } ?? ""
    return Diagnostic(
      .missingField, at: draft.span, "\"\(draft.verbText)\" needs the field \"\(field.name)\"\(unless)",
      help: field.about.isEmpty ? "add \(field.name): …" : "\(field.name): \(field.about)")
  }

  static func thenWithoutWait(_ key: YAMLScalar, verb: String, help: String) -> Diagnostic {
    Diagnostic(
      .keysClash, at: key.span, "this \"\(verb)\" waits for nothing, so nothing leads on", help: help)
  }

  static func badArms(_ span: Span, total: Int) -> Diagnostic {
    Diagnostic(
      .arms, at: span, "the arms are \(percent(total)) together, where 100% should be",
      help: "change the shares until their sum is 100%; for fewer contacts, give the rest an arm of its own")
  }

  static func percent(_ hundredths: Int) -> String {
    let rest = hundredths % 100
    let digits = rest == 0 ? "" : rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)"
    return "\(hundredths / 100)\(digits)%"
  }

  static func anytimeStep(_ draft: StepDraft, because: String) -> Diagnostic {
    Diagnostic(
      .anytimeStep, at: draft.span, "\"\(draft.verbText)\" does not go in a list of anytime: \(because)",
      help:
        "such a list takes no time: set, emit, enroll, suppress, choose, a channel's step that "
        + "neither reaches the "
        + "contact nor waits, an escalate without each, then at most one of end, go, hold")
  }

  static func clinicalPattern(_ text: Located, class name: String) -> Diagnostic {
    Diagnostic(
      .clinicalPattern, at: text.whole,
      "the class \"\(name)\" leads to no person, and \(Words.quoted(text.text)) matches inside "
        + "longer answers",
      help:
        "where patients answer, write \"= \(text.text)\", which matches only the whole answer, or "
        + "let a person read it"
    )
  }

  static func noContact(_ draft: StepDraft) -> Diagnostic {
    Diagnostic(
      .noContact, at: draft.span, "\"\(draft.verbText)\" reaches the contact, and the workflow has none",
      help:
        "add contact: contact to the input, or say in the trigger whom the run follows up: contact: "
        + "EXPRESSION"
    )
  }

  static func notTheContact(_ to: YAMLNode, _ draft: StepDraft) -> Diagnostic {
    Diagnostic(
      .notTheContact, at: to.span,
      "\"\(draft.verbText)\" reaches the contact of the run, and \(Words.quoted(to.text ?? "this")) is somebody else",
      help:
        "leave to: out; whoever else is followed up has a run of their own (enroll), and a colleague is told by notify "
        + "or escalate"
    )
  }

  static func unknownArm(_ name: Located, known: [String]) -> Diagnostic {
    Diagnostic(
      .arms, at: name.whole, "unknown arm \(Words.quoted(name.text))",
      help: Words.help(name.text, known, "the arms are"), fix: Words.fix(name.text, known, name.whole))
  }
}

extension Diagnostic {
  static func badPastTarget(_ span: Span) -> Diagnostic {
    Diagnostic(
      .ifPast, at: span.firstLine, "this does not say what to do where the instant has passed",
      help: "write skip, now, a step or path, or end OUTCOME")
  }
}

extension Diagnostic {
  static func badAwait(_ text: Located) -> Diagnostic {
    Diagnostic(
      .wrongShape, at: text.whole,
      "\(Words.quoted(text.text)) stands where events with \"or\" between should",
      help: "write EVENT within DURATION, or EVENT or EVENT until INSTANT")
  }

  static func awaitTwice(_ text: Located) -> Diagnostic {
    Diagnostic(
      .awaitEndless, at: text.whole, "\(Words.quoted(text.text)) says twice how long",
      help: "write within DURATION or until INSTANT")
  }

  static func splitOneTarget(_ span: Span) -> Diagnostic {
    Diagnostic(
      .wrongShape, at: span.firstLine, "one target stands where a mapping from arms to targets should",
      help: "arms that lead to the same place are no experiment")
  }

  static func noEscalation(_ span: Span, known: [String]) -> Diagnostic {
    Diagnostic(
      .missingKey, at: span, "this escalate does not say by which channel",
      help: known.isEmpty ? "there is no channel that tells people" : "add via: \(Words.list(known))")
  }

  static func notAPerson(_ text: Located, _ type: ValueType) -> Diagnostic {
    type.isOptional
      ? Diagnostic(
        .optional, at: text.whole, "\(Words.quoted(text.text)) may be absent",
        help: "say who stands for it: \(text.text) ?? …")
      : Diagnostic(
        .wrongType, at: text.whole, "\(Words.quoted(text.text)) is \(type.phrase), where a person is wanted",
        help: "write a person, or a list of persons")
  }
}

extension Diagnostic {
  static func strayHold(at span: Span) -> Diagnostic {
    Diagnostic(
      .anytimeStep, at: span, "\"hold\" stands outside of anytime, where nothing waits to be moved",
      help:
        "hold is the last step of a list in anytime; in then: a case of a step that waits may be \"hold …\"; "
        + "to wait here write wait: DURATION"
    )
  }

  static func anytimeWait(_ key: YAMLScalar) -> Diagnostic {
    Diagnostic(
      .anytimeStep, at: key.span, "a list of anytime takes no time, and \"\(key.text)\" waits",
      help: "take it away, or lead to a path with these steps")
  }
}
