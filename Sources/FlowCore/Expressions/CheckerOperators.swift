import FlowTime

/// Arithmetic, comparisons, and what fits where.
extension Checker {
  mutating func negate(_ part: Syntax, _ range: Range<Int>) -> Checked {
    let operand = value(part)
    guard operand.type.isNumeric || operand.type == .none else {
      wrongType(operand, wanted: "a number")
      return broken(range)
    }
    switch operand.node {
    case .literal(.integer(let value)) where value != .min:
      return Checked(node: .literal(.integer(-value)), type: .integer, range: range)
    case .literal(.number(let value)):
      guard let negative = Decimal.zero - value else { return broken(range) }
      return Checked(node: .literal(.number(negative)), type: .number, range: range)
    default: return Checked(node: .negate(operand.node, range), type: operand.type, range: range)
    }
  }

  mutating func arithmetic(
    _ first: Syntax, _ rest: [(Arithmetic, Syntax)], _ range: Range<Int>
  ) -> Checked {
    let start = value(first)
    var type = start.type
    var operands: [Term.Operand] = []
    var left = start
    for (operation, syntax) in rest {
      let right = value(syntax)
      left.type = type
      type = result(operation, left, right)
      operands.append(Term.Operand(operation: operation, node: right.node))
      left.range = start.range.lowerBound..<right.range.upperBound
    }
    return Checked(node: .arithmetic(start.node, operands, range), type: type, range: range)
  }

  private mutating func result(_ operation: Arithmetic, _ left: Checked, _ right: Checked) -> ValueType {
    if left.type == .none || right.type == .none { return .none }
    if left.type.isNumeric, right.type.isNumeric {
      if operation == .divide { return .number }
      return left.type == .integer && right.type == .integer ? .integer : .number
    }
    if operation == .add || operation == .subtract, right.type == .duration {
      if left.type == .instant { return .instant }
      if left.type == .date {
        if case .literal(.duration(let duration)) = right.node { wholeDays(duration, right.range) }
        return .date
      }
    }
    let range = left.range.lowerBound..<right.range.upperBound
    problem(
      "wrong-type", range,
      "\"\(operation.rawValue)\" does not join \(left.type.phrase) and \(right.type.phrase)",
      help: arithmeticHelp(operation, left, right))
    return .none
  }

  private func arithmeticHelp(_ operation: Arithmetic, _ left: Checked, _ right: Checked) -> String {
    let isDay: (ValueType) -> Bool = { $0 == .date || $0 == .instant }
    if operation == .subtract, isDay(left.type), isDay(right.type) {
      return "write days_between(\(text(right.range)), \(text(left.range)))"
    }
    if operation == .add, left.type.isText || right.type.isText {
      return "texts are joined in a template: {{ a }}{{ b }}"
    }
    if isDay(left.type), right.type.isNumeric { return "say the unit, such as \(text(right.range)) days" }
    if left.type == .duration, isDay(right.type) { return "the duration stands on the right" }
    return "+ - * / join numbers; + and - join a date or an instant with a duration"
  }

  private mutating func wholeDays(_ duration: Duration, _ range: Range<Int>) {
    switch duration.kind {
    case .calendar(_, _, 0), .businessDays: return
    default:
      problem(
        "wrong-type", range, "\(quoted(range)) is no number of days, where one is wanted",
        help: "a date has no hours: add days, weeks, months or business days")
    }
  }

  mutating func compare(
    _ comparison: Comparison, _ left: Syntax, _ right: Syntax, _ range: Range<Int>
  ) -> Checked {
    let a = value(left)
    let b = value(right)
    let result = Checked(node: .compare(comparison, a.node, b.node, range), type: .boolean, range: range)
    if a.type == .none || b.type == .none { return result }
    if comparable(comparison, a, b) { return result }
    let help: String
    if comparison.isEquality, a.type.fields != nil || b.type.fields != nil {
      help = "compare a field of it"
    } else if Set([a.type, b.type]) == [.date, .instant] {
      help = "a date is a whole day: write days_between(\(text(a.range)), \(text(b.range))) == 0"
    } else if let literal = b.literalText, a.type == .date || a.type == .instant,
      CivilDate(iso: literal) != nil
    {
      help = "a date stands without quotes: \(literal)"
    } else if a.type.isNumeric, let literal = b.literalText, (try? Decimal.parse(literal)) != nil {
      help = "a number stands without quotes: \(literal)"
    } else if a.type == .duration, b.type == .duration {
      help = "which of two durations is longer depends on the days they count over"
    } else {
      help = "both sides of \(comparison.rawValue) have one type"
    }
    problem(
      "wrong-type", range,
      "\"\(comparison.rawValue)\" does not compare \(a.type.phrase) and \(b.type.phrase)", help: help)
    return result
  }

  private mutating func comparable(_ comparison: Comparison, _ a: Checked, _ b: Checked) -> Bool {
    if a.type.isNumeric, b.type.isNumeric { return true }
    if a.type.isText, b.type.isText {
      memberOfClosedSet(a, of: b.type)
      memberOfClosedSet(b, of: a.type)
      return true
    }
    switch (a.type, b.type) {
    case (.date, .date), (.instant, .instant): return true
    case (.date, .instant), (.instant, .date): return !comparison.isEquality
    case (.boolean, .boolean), (.duration, .duration): return comparison.isEquality
    default: return false
    }
  }

  /// A literal compared with a word of a closed set is one of its words.
  mutating func memberOfClosedSet(_ checked: Checked, of type: ValueType) {
    guard case .oneOf(let words) = type, let literal = checked.literalText, !words.contains(literal) else {
      return
    }
    unknownValue(literal, checked.range, words)
  }

  mutating func unknownValue(_ literal: String, _ range: Range<Int>, _ words: [String]) {
    let nearest = Spelling.nearest(to: literal, in: words)
    problem(
      "unknown-value", range, "\"\(Excerpt.of(literal))\" is not one of " + words.joined(separator: " | "),
      help: nearest.map { "did you mean \"\($0)\"?" } ?? "write one of these words, or add it to the type",
      fix: nearest.map { JSONValue.string($0).write() })
  }

  mutating func member(_ item: Syntax, _ list: Syntax, _ range: Range<Int>) -> Checked {
    let item = value(item)
    let list = value(list)
    let result = Checked(node: .member(item.node, of: list.node, range), type: .boolean, range: range)
    if list.type == .none { return result }
    guard case .list(let element) = list.type else {
      wrongType(
        list, wanted: "a list",
        help: list.type.isText
          ? "write contains(\(text(list.range)), \(text(item.range)))" : "write in [a, b]")
      return result
    }
    matches(item, element)
    for choice in list.choices { memberOfClosedSet(choice, of: item.type) }
    return result
  }

  /// Whether `item` may be among items of type `element`.
  mutating func matches(_ item: Checked, _ element: ValueType) {
    memberOfClosedSet(item, of: element)
    let element = element.present
    if item.type == .none || element == .none || item.type == element { return }
    if item.type.isNumeric, element.isNumeric { return }
    if item.type.isText, element.isText { return }
    wrongType(item, wanted: element.phrase)
  }

  /// Holds a result against the type that its place wants; a literal text is read as that type.
  mutating func fit(_ checked: Checked, to expected: ValueType) -> Checked {
    var result = checked
    guard checked.type != .none else { return result }
    if !checked.choices.isEmpty, case .coalesce = checked.node {
      var nodes: [Term] = []
      for (index, choice) in checked.choices.enumerated() {
        var choice = choice
        if index < checked.choices.count - 1 { choice.type = choice.type.present }
        nodes.append(fit(choice, to: expected).node)
      }
      result.node = .coalesce(nodes)
      result.type = checked.type.isOptional ? expected.orAbsent : expected.present
      return result
    }
    if case .list(let items) = checked.node, case .list(let element) = expected.present {
      result.node = .list(zip(items, checked.choices).map { fit($1, to: element).node })
      result.type = .list(element)
      return result
    }
    if checked.type.isOptional, !expected.isOptional { result = discharged(checked) }
    let wanted = expected.present
    let type = result.type.present
    if let literal = checked.literalText, wanted.isText {
      literalText(literal, as: wanted, checked.range)
      result.type = wanted
    } else if wanted == .number, type == .integer {
      if case .literal(.integer(let value)) = result.node {
        result.node = .literal(.number(Decimal(value)))
      } else {
        result.node = .asNumber(result.node)
      }
      result.type = .number
    } else if !wanted.accepts(type) {
      wrongType(result, wanted: wanted.phrase, help: literalHelp(checked, wanted))
    }
    return result
  }

  private func literalHelp(_ checked: Checked, _ wanted: ValueType) -> String? {
    switch (wanted, checked.type) {
    case (.text, .contact), (.text, .person): "name a field of it, such as \(text(checked.range)).name"
    case (.boolean, _): "compare it, such as \(text(checked.range)) == …"
    case (.oneOf(let words), .text): "it may be any text, not only " + words.joined(separator: ", ")
    default: nil
    }
  }

  private mutating func literalText(_ literal: String, as type: ValueType, _ range: Range<Int>) {
    if case .oneOf(let words) = type {
      if !words.contains(literal) { unknownValue(literal, range, words) }
      return
    }
    do throws(ReadingError) {
      _ = try readText(literal, as: type)
    } catch {
      problem(
        "wrong-type", range, "\"\(Excerpt.of(literal))\" is no \(type): \(error.reason)",
        help: "write it in that form, or name a field that holds one")
      return
    }
    if type == .timezone, let zones = naming.zones, zones.zone(named: literal) == nil {
      let nearest = Spelling.nearest(to: literal, in: zones.names)
      problem(
        "unknown-zone", range, "unknown time zone \"\(Excerpt.of(literal))\"",
        help: nearest.map { "did you mean \"\($0)\"?" }
          ?? "write a name of the tz database, such as Europe/Berlin",
        fix: nearest.map { JSONValue.string($0).write() })
    }
  }
}
