/// Calls of the functions, `any` and `all` among them.
extension Checker {
  mutating func call(_ name: Syntax.Segment, _ arguments: [Syntax], _ range: Range<Int>) -> Checked {
    guard Function.names.contains(name.text) else {
      let nearest = Checker.otherNames[name.text] ?? Spelling.nearest(to: name.text, in: Function.names)
      problem(
        "unknown-function", name.range, "unknown function \"\(Excerpt.of(name.text))\"",
        help: (nearest.map { "did you mean \"\($0)\"? " } ?? "") + "the functions are "
          + Function.names.joined(separator: ", "), fix: nearest)
      for argument in arguments { _ = check(argument) }
      return broken(range)
    }
    guard Function.arity(name.text).contains(arguments.count) else {
      problem(
        "wrong-type", range,
        "\"\(name.text)\" is called with \(arguments.count) value\(arguments.count == 1 ? "" : "s")",
        help: "write \(Function.usage(name.text))")
      return broken(range)
    }
    guard let function = Function(rawValue: name.text) else {
      return quantified(all: name.text == "all", arguments[0], arguments[1], range)
    }
    let values = arguments.map { value($0) }
    let type = type(of: function, values, range)
    return Checked(node: .call(function, values.map(\.node), range), type: type, range: range)
  }

  private static let otherNames = [
    "len": "length", "count": "length", "size": "length", "lowercase": "lower", "uppercase": "upper",
    "strip": "trim", "startswith": "starts_with", "startsWith": "starts_with", "endswith": "ends_with",
    "endsWith": "ends_with", "includes": "contains", "some": "any", "every": "all", "days": "days_between",
  ]

  private mutating func want(
    _ checked: Checked, _ wanted: String, _ fits: (ValueType) -> Bool, help: String? = nil
  ) {
    if checked.type != .none, !fits(checked.type) { wrongType(checked, wanted: wanted, help: help) }
  }

  private mutating func type(of function: Function, _ values: [Checked], _ range: Range<Int>) -> ValueType {
    let first = values[0]
    let usage = "write " + Function.usage(function.rawValue)
    switch function {
    case .length:
      want(first, "a text or a list", { $0.isText || $0.isList }, help: usage)
      return .integer
    case .lower, .upper, .trim:
      want(first, "a text", \.isText, help: usage)
      return .text
    case .startsWith, .endsWith:
      for value in values { want(value, "a text", \.isText, help: usage) }
      return .boolean
    case .contains:
      if case .list(let element) = first.type {
        matches(values[1], element)
      } else {
        want(first, "a text or a list", \.isText, help: usage)
        if first.type.isText { want(values[1], "a text", \.isText, help: usage) }
      }
      return .boolean
    case .daysBetween:
      for value in values {
        want(value, "a date or an instant", { $0 == .date || $0 == .instant }, help: usage)
      }
      return .integer
    case .round: return rounding(values, usage)
    case .min, .max: return extreme(values, usage)
    }
  }

  private mutating func rounding(_ values: [Checked], _ usage: String) -> ValueType {
    want(values[0], "a number", \.isNumeric, help: usage)
    guard values.count > 1 else { return .integer }
    let digits = values[1]
    want(digits, "an integer", { $0 == .integer }, help: usage)
    if digits.type == .integer {
      guard case .literal(.integer(0...9)) = digits.node else {
        problem(
          "wrong-type", digits.range, "\(quoted(digits.range)) is no number of digits",
          help: "write one of 0 to 9")
        return .number
      }
    }
    return .number
  }

  private mutating func extreme(_ values: [Checked], _ usage: String) -> ValueType {
    let isOrdered: (ValueType) -> Bool = { $0.isNumeric || $0 == .date || $0 == .instant }
    let wanted = "a number, a date or an instant"
    guard values.count > 1 else {
      // The least of an empty list is absent.
      guard case .list(let element) = values[0].type else {
        want(values[0], "a list of numbers, dates or instants", { _ in false }, help: usage)
        return .none
      }
      if element == .none { return .none }
      want(values[0], "a list of numbers, dates or instants", { _ in isOrdered(element) }, help: usage)
      return .optional(element)
    }
    for value in values { want(value, wanted, isOrdered, help: usage) }
    if values.contains(where: { $0.type == .none || !isOrdered($0.type) }) { return .none }
    if values.allSatisfy(\.type.isNumeric) {
      return values.allSatisfy { $0.type == .integer } ? .integer : .number
    }
    for value in values.dropFirst() where value.type != values[0].type {
      wrongType(value, wanted: values[0].type.phrase)
      return .none
    }
    return values[0].type
  }

  private mutating func quantified(
    all: Bool, _ list: Syntax, _ condition: Syntax, _ range: Range<Int>
  ) -> Checked {
    let list = value(list)
    let before = present
    defer { present = before }
    var element = ValueType.none
    if case .list(let type) = list.type {
      element = type
    } else {
      want(list, "a list", { _ in false }, help: "write " + Function.usage(all ? "all" : "any"))
    }
    guard element == .none || element.fields != nil else {
      wrongType(
        list, wanted: "a list of records",
        help: "its items have no fields to ask for: write x in \(text(list.range)), or length(\(text(list.range)))")
      return broken(range)
    }
    if element == .none { return broken(range) }
    items.append(element)
    let inner = self.condition(condition)
    items.removeLast()
    return Checked(
      node: .quantified(all: all, list.node, inner.node, range), type: .boolean, range: range)
  }
}

extension ValueType {
  var isList: Bool { if case .list = self { true } else { false } }
}
