import FlowCore

/// What is wrong with names and types.
extension Diagnostic {
  static func badFieldName(_ name: Located) -> Diagnostic {
    Diagnostic(
      .badName, at: name.whole, "\(Words.quoted(name.text)) is no name of a field",
      help: "a field is letters, digits, _ and -, beginning with a letter")
  }

  static func badEventName(_ name: Located) -> Diagnostic {
    Diagnostic(
      .badEventName, at: name.whole, "\(Words.quoted(name.text)) is no name of an event",
      help: "an event of your own has a dot, such as meeting.booked")
  }

  static func reservedField(_ key: YAMLScalar) -> Diagnostic {
    Diagnostic(
      .nameTaken, at: key.span, "no event brings a field \"\(key.text)\"",
      help: "event.time is the instant of the event itself: give the field another name")
  }

  static func classNameTaken(_ name: Located) -> Diagnostic {
    Diagnostic(
      .nameTaken, at: name.whole, "a class of reply cannot be called \(Words.quoted(name.text))",
      help: "the word has a meaning of its own: give the class another name")
  }

  static func itemNameTaken(_ name: Located) -> Diagnostic {
    Diagnostic(
      .nameTaken, at: name.whole, "the item cannot be called \(Words.quoted(name.text))",
      help: "the name stands for something else already: give the item another")
  }

  static func inputNameTaken(_ key: YAMLScalar) -> Diagnostic {
    Diagnostic(
      .nameTaken, at: key.span, "a field of the input cannot be called \"\(key.text)\"",
      help: "\(key.text).… stands for what an event brings or the run knows: put the field into a record")
  }

  /// - Parameter what: what bears the name already, `a field of the input`.
  static func nameTaken(_ name: String, at span: Span, by what: String, other: Span?) -> Diagnostic {
    Diagnostic(
      .nameTaken, at: span, "the name \(Words.quoted(name)) is taken by \(what)",
      notes: other.map { [Note("it stands here", at: $0)] } ?? [],
      help: "an expression could not tell them apart: give the step another name")
  }

  static func duplicateName(_ name: String, at span: Span, first: Span) -> Diagnostic {
    Diagnostic(
      .nameTaken, at: span, "there are two steps called \(Words.quoted(name))",
      notes: [Note("the first stands here", at: first)],
      help: "names are unique in the file, and are the steps' identity across versions: give one another name"
    )
  }

  static func badPattern(_ text: Located, _ error: ReplyPatternError) -> Diagnostic {
    Diagnostic(
      .badPattern, at: text.span(error.range), "\(error)",
      help: "a pattern is words; * is the rest of a word, (a|b) either, = at the beginning the whole answer")
  }

  static func keyType(_ text: Located, _ type: ValueType) -> Diagnostic {
    type.isOptional
      ? Diagnostic(
        .optional, at: text.whole, "\(Words.quoted(text.text)) may be absent",
        help: "say what stands for it where it is absent: \(text.text) ?? …")
      : Diagnostic(
        .keyType, at: text.whole, "\(Words.quoted(text.text)) is \(type.phrase), which makes no key",
        help: "a key is made of texts, numbers, dates: name a field that tells two runs apart, such as an id")
  }

  static func badEach(_ text: Located) -> Diagnostic {
    Diagnostic(
      .wrongShape, at: text.whole, "\(Words.quoted(text.text)) does not say one run for which item of what",
      help: "write NAME in LIST, such as \"item in sprint.items\"")
  }

  static func notAList(_ text: Located, _ type: ValueType) -> Diagnostic {
    Diagnostic(
      .wrongType, at: text.whole, "\(Words.quoted(text.text)) is \(type.phrase), where a list is wanted",
      help: "name a field of type list of …, such as item in sprint.items")
  }

  static func contactType(_ span: Span, _ type: ValueType) -> Diagnostic {
    Diagnostic(
      .wrongType, at: span, "the input \"contact\" is \(type.phrase), where a contact is wanted",
      help: "write contact: contact; it has a name, and may have email, phone, timezone and others")
  }

  static func noOwner(_ span: Span) -> Diagnostic {
    Diagnostic(
      .noOwner, .warning, at: span, "the workflow has no owner",
      help: "every reply is passed on to the owner: add owner: person to the input, or owner: EXPRESSION")
  }

  /// - Parameter what: as it is written, `per: contact`.
  static func nothingToNobody(_ what: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .nothingToNobody, .warning, at: span,
      "\(Words.quoted(what)) is about the contact, and the workflow has none: it does nothing",
      help:
        "add contact: contact to the input, or say in the trigger whom the run follows up: contact: EXPRESSION; "
        + "or take it away")
  }

  // MARK: Events

  static func unknownEvent(_ name: Located, known: [String]) -> Diagnostic {
    let declare = Bench.isEventName(name.text) ? ", and events of your own are declared under events:" : ""
    return Diagnostic(
      .unknownEvent, at: name.whole, "unknown event \(Words.quoted(name.text))",
      help: Words.help(name.text, known, "the events are") + declare,
      fix: Words.fix(name.text, known, name.whole))
  }

  static func reservedEvent(_ name: Located) -> Diagnostic {
    Diagnostic(
      .reservedEvent, at: name.whole, "\"\(name.text)\" is not for a workflow to handle",
      help:
        "it comes first, always: the run ends opted-out, and the contact is suppressed on that "
        + "channel in every "
        + "workflow; take it away")
  }

  static func caseNotAwaited(_ name: Located, known: [String], _ what: String) -> Diagnostic {
    Diagnostic(
      .caseNotAwaited, at: name.whole,
      "a case for \(Words.quoted(name.text)), which \(what) does not wait for",
      help: Words.help(name.text, known, "the cases here are"), fix: Words.fix(name.text, known, name.whole))
  }

  static func duplicateEvent(_ name: Located) -> Diagnostic {
    Diagnostic(
      .caseNotAwaited, at: name.whole, "\(Words.quoted(name.text)) is awaited twice",
      help: "take one of them away")
  }

  static func unknownOutcome(_ name: Located, known: [String]) -> Diagnostic {
    Diagnostic(
      .unknownOutcome, at: name.whole, "no run ends \(Words.quoted(name.text))",
      help: Words.help(name.text, known, "the outcomes of this file are"),
      fix: Words.fix(name.text, known, name.whole))
  }

  static func unknownWorkflow(_ name: Located, known: [String]) -> Diagnostic {
    Diagnostic(
      .unknownWorkflow, at: name.whole, "unknown workflow \(Words.quoted(name.text))",
      help: Words.help(name.text, known, "the workflows are"), fix: Words.fix(name.text, known, name.whole))
  }

  static func duplicateWorkflow(_ name: Located, other: Span) -> Diagnostic {
    Diagnostic(
      .duplicateWorkflow, at: name.whole, "there are two workflows called \(Words.quoted(name.text))",
      notes: [Note("the other stands here", at: other)], help: "give one of them another name")
  }

  // MARK: Data

  static func unknownDataField(_ key: YAMLScalar, of what: String, known: [String]) -> Diagnostic {
    Diagnostic(
      .unknownKey, at: key.span, "unknown field \(Words.quoted(key.text)) of \(what)",
      help: Words.help(key.text, known, "the fields are"), fix: Words.fix(key.text, known, key.span))
  }

  static func missingDataField(_ field: Field, of what: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .missingField, at: span, "\(what) needs the field \"\(field.name)\"", help: "it is \(field.type.phrase)"
    )
  }

  static func notPassed(_ name: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .notPassed, at: span, "the step \(Words.quoted(name)) has not been passed on every way here",
      help: "a step's name is the instant it went out: it stands only where every path has passed it")
  }

  static func notBrought(_ name: String, at span: Span, _ what: String) -> Diagnostic {
    Diagnostic(
      .notInScope, at: span, "\(Words.quoted(name)) is not in scope here",
      help: "it stands only where every path has brought \(what)")
  }
}

extension Diagnostic {
  static func pathNameTaken(_ name: Located, at other: Span) -> Diagnostic {
    Diagnostic(
      .nameTaken, at: name.whole, "the name \(Words.quoted(name.text)) is taken by a step",
      notes: [Note("the step stands here", at: other)],
      help: "a path may be called as its first step, and as no other: give one of them another name")
  }
}
