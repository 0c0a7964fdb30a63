import FlowCore

/// What is wrong with the shape of a file: keys, values, names, files.
extension Diagnostic {
  /// What a value is written as.
  enum Form { case text, list, mapping }

  static func wrongShape(_ node: YAMLNode, wanted: String, as form: Form) -> Diagnostic {
    let kind =
      switch node.kind {
      case .scalar: "a text"
      case .mapping: "a mapping"
      case .sequence: "a list"
      }
    return Diagnostic(
      .wrongShape, at: node.span.firstLine, "\(kind) stands where \(wanted) should",
      help: writing(wanted, as: form))
  }

  static func missingValue(_ span: Span, wanted: String, as form: Form) -> Diagnostic {
    Diagnostic(
      .wrongShape, at: span, "nothing stands where \(wanted) should",
      help: form == .text ? "write it after the colon, or take the key away" : writing(wanted, as: form))
  }

  private static func writing(_ wanted: String, as form: Form) -> String {
    switch form {
    case .mapping: "write each entry on a line of its own, indented, as \"key: value\""
    case .list: "write each on a line of its own, indented, that begins with \"- \""
    case .text where wanted == "an expression":
      "an expression is one line, such as deal.title; a record is not put together here, but named: deal"
    case .text: "write it as one text; in quotes, if it has a \": \" or begins with a bracket"
    }
  }

  static func emptyList(_ span: Span, wanted: String) -> Diagnostic {
    Diagnostic(
      .emptyList, at: span, "the list is empty, where \(wanted) should stand",
      help: "write at least one, or take away what asks for it")
  }

  static func unknownKey(_ key: YAMLScalar, of phrase: String, known: [String]) -> Diagnostic {
    Diagnostic(
      .unknownKey, at: key.span, "unknown key \(Words.quoted(key.text)) in \(phrase)",
      help: Words.help(key.text, known, "the keys of \(phrase) are"),
      fix: Words.fix(key.text, known, key.span))
  }

  static func missingKey(_ key: Grammar.Key, of phrase: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .missingKey, at: span, "\(phrase) needs the key \"\(key.name)\"", help: "\(key.name): \(key.about)")
  }

  static func keysClash(_ key: YAMLScalar, _ other: YAMLScalar, because: String) -> Diagnostic {
    Diagnostic(
      .keysClash, at: key.span, "\"\(key.text)\" and \"\(other.text)\" do not go together",
      notes: [Note("\"\(other.text)\" stands here", at: other.span)], help: because)
  }

  static func badName(_ text: Located, wanted: String) -> Diagnostic {
    let lower = text.text.lowercased()
    let kebab = String(lower.map { $0 == " " || $0 == "_" || $0 == "." ? "-" : $0 })
    let better = Bench.isName(kebab) ? kebab : nil
    return Diagnostic(
      .badName, at: text.whole, "\(Words.quoted(text.text)) is no name, where \(wanted) should stand",
      help: "names are kebab-case: small letters, digits and single hyphens"
        + (better.map { ", such as \"\($0)\"" } ?? ""),
      fix: better.map { Fix(replace: text.whole, with: $0) })
  }

  static func unknownWord(_ text: Located, wanted: String, known: [String]) -> Diagnostic {
    Diagnostic(
      .unknownWord, at: text.whole, "\(Words.quoted(text.text)) stands where \(wanted) should",
      help: Words.help(text.text, known, "write one of"), fix: Words.fix(text.text, known, text.whole))
  }

  static func badNumber(_ text: Located, wanted: String, range: ClosedRange<Int>) -> Diagnostic {
    let bounds =
      range.upperBound == .max
      ? "from \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
    return Diagnostic(
      .badNumber, at: text.whole, "\(Words.quoted(text.text)) stands where \(wanted) should",
      help: "write a whole number \(bounds), in digits")
  }

  static func badPercent(_ text: Located) -> Diagnostic {
    Diagnostic(
      .badNumber, at: text.whole, "\(Words.quoted(text.text)) is no percentage",
      help: "write a number from 0 to 100 with a percent sign, such as 50% or 12.5%")
  }

  static func fileProblem(_ path: Located, _ problem: FileProblem) -> Diagnostic {
    let name = Words.quoted(path.text)
    let relative = "a path is relative to the file that names it"
    return switch problem {
    case .missing: Diagnostic(.fileProblem, at: path.whole, "there is no file \(name)", help: relative)
    case .outside:
      Diagnostic(
        .fileOutside, at: path.whole, "\(name) leads out of the project's folder",
        help: relative + ", and stays in the project's folder, through links too")
    case .tooLarge(let limit):
      Diagnostic(
        .fileProblem, at: path.whole, "the file \(name) is larger than \(limit) bytes",
        help: "a shorter one, or a link to it, will do")
    case .notAFile:
      Diagnostic(.fileProblem, at: path.whole, "\(name) is no file", help: "it is a folder or a device")
    case .unreadable(let reason):
      Diagnostic(
        .fileProblem, at: path.whole, "the file \(name) cannot be read: \(reason)",
        help: "whoever runs flow must be allowed to read it")
    }
  }

  static func fileNotText(_ path: Located) -> Diagnostic {
    Diagnostic(
      .fileProblem, at: path.whole, "the file \(Words.quoted(path.text)) is no text", help: "a text is UTF-8")
  }

  static func unknownType(_ text: Located, _ error: TypeSyntaxError) -> Diagnostic {
    let span = text.span(error.range)
    var fix: Fix?
    if case .unknownType(_, let nearest?) = error.kind { fix = Fix(replace: span, with: nearest) }
    var help = error.help
    if case .unknownType(_, .some) = error.kind {
      let words = ValueType.words.map(\.name).joined(separator: ", ")
      help =
        help + " the types are \(words), a record, optional T, list of T, one of a | b"
    }
    return Diagnostic(.unknownType, at: span, error.description, help: help, fix: fix)
  }

  static func badTypeList(_ node: YAMLNode) -> Diagnostic {
    Diagnostic(
      .unknownType, at: node.span.firstLine, "this list is no type",
      help: "write \"list of text\", or [ { field: type } ] for a list of records")
  }
}

extension Span {
  /// What of it stands on its first line, as far as that can be told without the text: for values over many
  /// lines.
  var firstLine: Span {
    start.line == end.line ? self : Span(file: file, start: start, end: start)
  }
}

extension Diagnostic {
  static func tooMuch(_ span: Span, total: Int) -> Diagnostic {
    Diagnostic(
      .arms, at: span.firstLine, "these shares are \(percent(total)) together, more than all",
      help: "take from one of them: what is left to 100% is the rest, of whom nothing is assumed")
  }
}

/// What is wrong with flow.yaml and with manifests.
extension Diagnostic {
  static func badForm(_ text: Located, form: String, example: String) -> Diagnostic {
    Diagnostic(
      .wrongShape, at: text.whole, "\(Words.quoted(text.text)) stands where \(form) should",
      help: "write, for instance, \"\(example)\"")
  }

  static func unknownCode(_ code: Located, known: [String]) -> Diagnostic {
    Diagnostic(
      .unknownWord, at: code.whole, "there is no finding \(Words.quoted(code.text))",
      help: Words.nearest(code.text, known) ?? "flow explain lists them",
      fix: Words.fix(code.text, known, code.whole))
  }

  static func fixedSeverity(_ code: Located) -> Diagnostic {
    Diagnostic(
      .unknownWord, at: code.whole, "\(Words.quoted(code.text)) is always an error",
      help: "a file with it has no graph: nothing could run")
  }

  static func noTemplate(_ text: Located, field: String) -> Diagnostic {
    Diagnostic(
      .wrongShape, at: text.whole, "\"\(field)\" is text as it is written, and takes no {{ }}",
      help: "write the text itself")
  }

  static func verbTaken(_ verb: Located) -> Diagnostic {
    Diagnostic(
      .badManifest, at: verb.whole, "the verb \(Words.quoted(verb.text)) is the engine's own",
      help: "give the channel another verb")
  }

  static func manifestFieldTaken(_ name: Located) -> Diagnostic {
    Diagnostic(
      .badManifest, at: name.whole, "no field of a channel is called \(Words.quoted(name.text))",
      help: "the word is a verb, or a key that any step may carry: give the field another name")
  }

  static func taskWithoutBy(_ key: YAMLScalar) -> Diagnostic {
    Diagnostic(
      .badManifest, at: key.span, "a task without the field \"by\"",
      help: "by: is the person who does it: add by: { type: person, required: true }")
  }
}
