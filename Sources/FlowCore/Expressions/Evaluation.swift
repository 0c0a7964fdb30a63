import FlowTime

/// Evaluates typed nodes. Recursion is bounded by the depth of the parsed text.
struct Evaluation {
  let scope: any Scope
  /// The text of the expression and the offset at which it begins in the text that ranges count in.
  let text: String
  var base = 0
  var items: [Value] = []

  init(scope: any Scope, text: String, base: Int = 0) {
    self.scope = scope
    self.text = text
    self.base = base
  }

  func error(_ kind: EvaluationError.Kind, _ range: Range<Int>) -> EvaluationError {
    let bytes = Array(text.utf8)
    let start = min(max(0, range.lowerBound - base), bytes.count)
    let end = min(max(start, range.upperBound - base), bytes.count)
    return EvaluationError(kind, String(decoding: bytes[start..<end], as: UTF8.self))
  }

  mutating func value(of node: Term) throws(EvaluationError) -> Value {
    switch node {
    case .literal(let value): return value
    case .read(let name, let path, _): return scope.value(of: name, at: path)
    case .item(let level, let path, _): return items[level][path: path]
    case .arithmetic(let first, let rest, let range):
      var result = try value(of: first)
      for operand in rest {
        result = try apply(operand.operation, result, try value(of: operand.node), range)
      }
      return result
    case .coalesce(let parts):
      for part in parts {
        let result = try value(of: part)
        if !result.isAbsent { return result }
      }
      return .absent
    case .and(let parts):
      for part in parts where try !isTrue(part) { return .boolean(false) }
      return .boolean(true)
    case .or(let parts):
      for part in parts where try isTrue(part) { return .boolean(true) }
      return .boolean(false)
    case .not(let part): return .boolean(try !isTrue(part))
    case .isPresent(let part): return .boolean(try !value(of: part).isAbsent)
    case .negate(let part, let range):
      return try apply(.subtract, .integer(0), try value(of: part), range)
    case .compare(let comparison, let left, let right, let range):
      return .boolean(try compare(comparison, try value(of: left), try value(of: right), range))
    case .member(let item, let list, let range):
      return .boolean(try contains(try value(of: list), try value(of: item), range))
    case .list(let parts):
      var values: [Value] = []
      for part in parts { values.append(try value(of: part)) }
      return .list(values)
    case .call(let function, let arguments, let range):
      var values: [Value] = []
      for argument in arguments { values.append(try value(of: argument)) }
      return try call(function, values, range)
    case .quantified(let all, let list, let condition, let range):
      return .boolean(try quantified(all: all, list, condition, range))
    case .asNumber(let part):
      let result = try value(of: part)
      return result.decimal.map(Value.number) ?? result
    }
  }

  /// Whether a condition holds; an error where it is absent or no condition.
  private mutating func isTrue(_ node: Term) throws(EvaluationError) -> Bool {
    let result = try value(of: node)
    guard let boolean = result.boolean else {
      throw EvaluationError(result.isAbsent ? .absent : .wrongType, text)
    }
    return boolean
  }

  private mutating func quantified(
    all: Bool, _ list: Term, _ condition: Term, _ range: Range<Int>
  ) throws(EvaluationError) -> Bool {
    let result = try value(of: list)
    guard let values = result.list else { throw mistyped([result], range) }
    for value in values {
      items.append(value)
      defer { items.removeLast() }
      if try isTrue(condition) != all { return !all }
    }
    return all
  }

  /// For values that do not fit an operator: absent, or of another type.
  func mistyped(_ values: [Value], _ range: Range<Int>) -> EvaluationError {
    error(values.contains(.absent) ? .absent : .wrongType, range)
  }

  private func apply(
    _ operation: Arithmetic, _ left: Value, _ right: Value, _ range: Range<Int>
  ) throws(EvaluationError) -> Value {
    if case .integer(let a) = left, case .integer(let b) = right, operation != .divide {
      let (result, overflow) =
        switch operation {
        case .add: a.addingReportingOverflow(b)
        case .subtract: a.subtractingReportingOverflow(b)
        default: a.multipliedReportingOverflow(by: b)
        }
      if overflow { throw error(.overflow, range) }
      return .integer(result)
    }
    if case .duration(let duration) = right {
      return try move(left, by: duration, sign: operation == .subtract ? -1 : 1, range)
    }
    guard let a = left.decimal, let b = right.decimal else { throw mistyped([left, right], range) }
    if operation == .divide, b == .zero { throw error(.divisionByZero, range) }
    let result =
      switch operation {
      case .add: a + b
      case .subtract: a - b
      case .multiply: a * b
      case .divide: a / b
      }
    guard let result else { throw error(.overflow, range) }
    return .number(result)
  }

  private func move(
    _ value: Value, by duration: Duration, sign: Int, _ range: Range<Int>
  ) throws(EvaluationError) -> Value {
    switch value {
    case .instant(let instant):
      let moved = FlowTime.add(
        duration, sign: sign, to: instant, zone: scope.zone, calendar: scope.calendar, hours: scope.hours)
      guard let moved else {
        throw error(.duration("there is no window or no business day to count \(duration) by"), range)
      }
      return .instant(moved)
    case .date(let date):
      switch duration.kind {
      case .calendar(let months, let days, 0):
        return .date(date.adding(months: sign * months).adding(days: sign * days))
      case .businessDays(let count):
        if let moved = scope.calendar.adding(businessDays: sign * count, to: date) { return .date(moved) }
        throw error(.duration("there is no business day to count \(duration) by"), range)
      default: throw error(.duration("a date has no hours, so \(duration) cannot be counted from it"), range)
      }
    default: throw mistyped([value], range)
    }
  }

  /// Texts are compared by their bytes, so by Unicode scalars: no locale, no normal form.
  private func compare(
    _ comparison: Comparison, _ left: Value, _ right: Value, _ range: Range<Int>
  ) throws(EvaluationError) -> Bool {
    guard let order = order(left, right) else {
      switch (left, right) {
      case (.boolean(let a), .boolean(let b)) where comparison.isEquality:
        return (a == b) == (comparison == .equal)
      case (.duration(let a), .duration(let b)) where comparison.isEquality:
        return (a == b) == (comparison == .equal)
      default: throw mistyped([left, right], range)
      }
    }
    return switch comparison {
    case .equal: order == 0
    case .unequal: order != 0
    case .less: order < 0
    case .atMost: order <= 0
    case .greater: order > 0
    case .atLeast: order >= 0
    }
  }

  /// Below 0, 0 or above 0; nil for what has no order. A date is its first instant in the run's zone.
  func order(_ left: Value, _ right: Value) -> Int? {
    func sign<T: Comparable>(_ a: T, _ b: T) -> Int { a < b ? -1 : a == b ? 0 : 1 }
    switch (left, right) {
    case (.integer(let a), .integer(let b)): return sign(a, b)
    case (.text(let a), .text(let b)):
      if a.utf8.elementsEqual(b.utf8) { return 0 }
      return a.utf8.lexicographicallyPrecedes(b.utf8) ? -1 : 1
    case (.date(let a), .date(let b)): return sign(a, b)
    case (.instant(let a), .instant(let b)): return sign(a, b)
    case (.date(let a), .instant(let b)): return sign(scope.zone.startOfDay(a), b)
    case (.instant(let a), .date(let b)): return sign(a, scope.zone.startOfDay(b))
    default:
      guard let a = left.decimal, let b = right.decimal else { return nil }
      return sign(a, b)
    }
  }

  func isSame(_ a: Value, _ b: Value) -> Bool { order(a, b).map { $0 == 0 } ?? (a == b) }

  func contains(_ list: Value, _ item: Value, _ range: Range<Int>) throws(EvaluationError) -> Bool {
    guard let values = list.list, !item.isAbsent else { throw mistyped([list, item], range) }
    return values.contains { isSame($0, item) }
  }
}
