/// A part of an expression with its type, and what its truth tells about presence.
struct Checked {
  var node: Term
  var type: ValueType
  var range: Range<Int>
  var whenTrue: Set<String> = []
  var whenFalse: Set<String> = []
  /// The operands of `??`: what is wanted of the whole is wanted of each.
  var choices: [Checked] = []
  /// A template's `??` may join different types.
  var isMixed = false

  var literalText: String? { if case .literal(.text(let text)) = node { text } else { nil } }
}

/// Gives every part its type; all problems at once, one for one mistake.
struct Checker {
  let bytes: [UInt8]
  let naming: Naming
  /// In a template `??` may join any two types.
  var mixes = false
  var problems: [ExpressionProblem] = []
  var uses: [Use] = []
  var present: Set<String>
  /// The types of the items of the `any` and `all` around.
  var items: [ValueType] = []

  init(bytes: [UInt8], naming: Naming, mixes: Bool = false) {
    self.bytes = bytes
    self.naming = naming
    self.mixes = mixes
    present = naming.present
  }

  func text(_ range: Range<Int>) -> String { Excerpt.of(bytes, range) }
  func quoted(_ range: Range<Int>) -> String { Excerpt.quoted(bytes, range) }

  mutating func problem(
    _ code: Code, _ range: Range<Int>, _ message: String, help: String, fix: String? = nil
  ) {
    problems.append(ExpressionProblem(code, range, message, help: help, fix: fix))
  }

  func expression(_ checked: Checked, text: String, base: Int = 0) -> Expression {
    Expression(
      text: text, type: checked.type, uses: uses, presence: checked.whenTrue,
      presenceWhenFalse: checked.whenFalse, node: checked.node, base: base)
  }

  func broken(_ range: Range<Int>) -> Checked { Checked(node: .literal(.absent), type: .none, range: range) }

  mutating func check(_ syntax: Syntax) -> Checked {
    let range = syntax.range
    switch syntax.form {
    case .broken: return broken(range)
    case .literal(let value, let type): return Checked(node: .literal(value), type: type, range: range)
    case .path(let segments): return path(segments, range)
    case .arithmetic(let first, let rest): return arithmetic(first, rest, range)
    case .coalesce(let parts): return coalesce(parts, range)
    case .and(let parts): return logic(parts, all: true, range)
    case .or(let parts): return logic(parts, all: false, range)
    case .not(let part):
      let inner = condition(part)
      return Checked(
        node: .not(inner.node), type: .boolean, range: range, whenTrue: inner.whenFalse,
        whenFalse: inner.whenTrue)
    case .negate(let part): return negate(part, range)
    case .compare(let comparison, let left, let right): return compare(comparison, left, right, range)
    case .member(let item, let list): return member(item, list, range)
    case .isPresent(let part): return isPresent(part, range)
    case .list(let parts): return list(parts, range)
    case .call(let name, let arguments): return call(name, arguments, range)
    }
  }

  /// Checks a part that must have a value.
  mutating func value(_ syntax: Syntax) -> Checked { discharged(check(syntax)) }

  mutating func discharged(_ checked: Checked) -> Checked {
    guard case .optional(let inner) = checked.type else { return checked }
    let name = text(checked.range)
    problem(
      "optional", checked.range, "\(quoted(checked.range)) may be absent",
      help: "say what stands for it, \(name) ?? …, or test \"\(name) is present\" before")
    var result = checked
    result.type = inner
    return result
  }

  mutating func wrongType(_ checked: Checked, wanted: String, help: String? = nil) {
    guard checked.type != .none else { return }
    problem(
      "wrong-type", checked.range,
      "\(quoted(checked.range)) is \(checked.type.phrase), where \(wanted) is wanted",
      help: help ?? "write \(wanted), or the name of one")
  }

  mutating func condition(_ syntax: Syntax) -> Checked {
    let checked = value(syntax)
    if checked.type != .boolean { wrongType(checked, wanted: "a condition", help: ifText(checked)) }
    return checked
  }

  private func ifText(_ checked: Checked) -> String {
    "compare it, such as \(text(checked.range)) == …"
  }

  private mutating func logic(_ parts: [Syntax], all: Bool, _ range: Range<Int>) -> Checked {
    let before = present
    defer { present = before }
    var nodes: [Term] = []
    var gathered: Set<String> = []
    var shared: Set<String>?
    for part in parts {
      let checked = condition(part)
      nodes.append(checked.node)
      let (passed, failed) =
        all ? (checked.whenTrue, checked.whenFalse) : (checked.whenFalse, checked.whenTrue)
      gathered.formUnion(passed)
      shared = shared.map { $0.intersection(failed) } ?? failed
      present.formUnion(passed)
    }
    return Checked(
      node: all ? .and(nodes) : .or(nodes), type: .boolean, range: range,
      whenTrue: all ? gathered : shared ?? [], whenFalse: all ? shared ?? [] : gathered)
  }

  private mutating func isPresent(_ part: Syntax, _ range: Range<Int>) -> Checked {
    guard case .path(let segments) = part.form else {
      _ = check(part)
      problem(
        "expression-syntax", part.range, "\(quoted(part.range)) is no name",
        help: "\"is present\" asks about a field, such as proposal.expires is present")
      return broken(range)
    }
    let checked = check(part)
    let names = segments.map(\.text)
    var whenTrue: Set<String> = []
    let prefix = itemPrefix(of: checked.node)
    for count in names.indices { whenTrue.insert(prefix + names[...count].joined(separator: ".")) }
    return Checked(node: .isPresent(checked.node), type: .boolean, range: range, whenTrue: whenTrue)
  }

  /// Presence of an item's fields is kept apart from that of the run's data.
  func itemPrefix(of node: Term) -> String {
    if case .item(let level, _, _) = node { "\u{1}\(level)." } else { "" }
  }

  private mutating func coalesce(_ parts: [Syntax], _ range: Range<Int>) -> Checked {
    var choices = parts.map { check($0) }
    var type = choices[0].type.present
    var mixed = false
    for (index, choice) in choices.enumerated().dropFirst() {
      guard let joined = join(type, choice) else {
        if mixes {
          mixed = true
        } else {
          problem(
            "wrong-type", choice.range,
            "\(quoted(choice.range)) is \(choice.type.present.phrase), where \(type.phrase) is wanted",
            help: "both sides of ?? have one type")
          // Reported once: it fits whatever the whole is held against.
          choices[index].type = .none
        }
        continue
      }
      type = joined
    }
    if choices[choices.count - 1].type.isOptional { type = type.orAbsent }
    var nodes = choices.map(\.node)
    if type.present == .number {
      for (index, choice) in choices.enumerated() where choice.type.present == .integer {
        nodes[index] = .asNumber(choice.node)
      }
    }
    return Checked(node: .coalesce(nodes), type: type, range: range, choices: choices, isMixed: mixed)
  }

  /// The type of `a ?? b`: the same, a number of two numbers, a text of two texts; a literal that can be a
  /// timezone leaves a timezone one.
  private func join(_ type: ValueType, _ other: Checked) -> ValueType? {
    let right = other.type.present
    if type == .none || right == .none { return ValueType.none }
    if let literal = other.literalText, type.isText, (try? readText(literal, as: type)) != nil { return type }
    if type == right { return type }
    if type.isNumeric, right.isNumeric { return .number }
    if type.isText, right.isText { return .text }
    if type.accepts(right) { return type }
    return right.accepts(type) ? right : nil
  }

  private mutating func list(_ parts: [Syntax], _ range: Range<Int>) -> Checked {
    var checked = parts.map { value($0) }
    guard var type = checked.first?.type else {
      return Checked(node: .list([]), type: .list(.none), range: range)
    }
    for (index, item) in checked.enumerated().dropFirst() {
      if let joined = join(type, item) {
        type = joined
      } else {
        problem(
          "wrong-type", item.range,
          "\(quoted(item.range)) is \(item.type.phrase), where \(type.phrase) is wanted",
          help: "the items of a list have one type")
        checked[index].type = .none
      }
    }
    return Checked(node: .list(checked.map(\.node)), type: .list(type), range: range, choices: checked)
  }
}
