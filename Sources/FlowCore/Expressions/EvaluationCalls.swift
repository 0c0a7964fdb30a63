import FlowTime

extension Evaluation {
  func call(
    _ function: Function, _ values: [Value], _ range: Range<Int>
  ) throws(EvaluationError) -> Value {
    switch function {
    case .length:
      switch values[0] {
      case .text(let text): return .integer(Int64(text.unicodeScalars.count))
      case .list(let list): return .integer(Int64(list.count))
      default: throw mistyped(values, range)
      }
    case .lower: return .text(try text(values, 0, range).lowercased())
    case .upper: return .text(try text(values, 0, range).uppercased())
    case .trim: return .text(trimmed(try text(values, 0, range)))
    case .contains:
      if case .list = values[0] { return .boolean(try contains(values[0], values[1], range)) }
      return .boolean(
        isPart(Array(try text(values, 1, range).utf8), of: Array(try text(values, 0, range).utf8)))
    case .startsWith:
      return .boolean(try text(values, 0, range).utf8.starts(with: try text(values, 1, range).utf8))
    case .endsWith:
      let (whole, end) = (try text(values, 0, range), try text(values, 1, range))
      return .boolean(whole.utf8.reversed().starts(with: end.utf8.reversed()))
    case .daysBetween:
      return .integer(Int64(daysBetween(try day(values, 0, range), try day(values, 1, range))))
    case .round: return try rounded(values, range)
    case .min, .max: return try extreme(function == .min, values, range)
    }
  }

  private func text(_ values: [Value], _ index: Int, _ range: Range<Int>) throws(EvaluationError) -> String {
    guard let text = values[index].text else { throw mistyped([values[index]], range) }
    return text
  }

  private func day(_ values: [Value], _ index: Int, _ range: Range<Int>) throws(EvaluationError) -> CivilDate {
    switch values[index] {
    case .date(let date): return date
    case .instant(let instant): return scope.zone.civil(at: instant).date
    default: throw mistyped([values[index]], range)
    }
  }

  private func trimmed(_ text: String) -> String {
    let scalars = text.unicodeScalars
    let rest = scalars.drop { $0.properties.isWhitespace }
    guard let last = rest.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
    return String(rest[...last])
  }

  /// Knuth, Morris and Pratt: linear, whatever the texts.
  private func isPart(_ part: [UInt8], of whole: [UInt8]) -> Bool {
    guard !part.isEmpty else { return true }
    guard part.count <= whole.count else { return false }
    var fallback = [Int](repeating: 0, count: part.count)
    var matched = 0
    for index in part.indices.dropFirst() {
      while matched > 0, part[index] != part[matched] { matched = fallback[matched - 1] }
      if part[index] == part[matched] { matched += 1 }
      fallback[index] = matched
    }
    matched = 0
    for byte in whole {
      while matched > 0, byte != part[matched] { matched = fallback[matched - 1] }
      if byte == part[matched] { matched += 1 }
      if matched == part.count { return true }
    }
    return false
  }

  /// `round(x)` is an integer, `round(x, digits)` a number; half away from zero.
  private func rounded(_ values: [Value], _ range: Range<Int>) throws(EvaluationError) -> Value {
    guard let number = values[0].decimal else { throw mistyped(values, range) }
    var digits: Int64 = 0
    if values.count > 1 {
      guard case .integer(let wanted) = values[1] else { throw mistyped(values, range) }
      digits = Swift.min(Swift.max(0, wanted), 9)
    }
    guard let result = number.rounded(to: Int(digits)) else { throw error(.overflow, range) }
    if values.count > 1 { return .number(result) }
    guard let integer = result.integer else { throw error(.overflow, range) }
    return .integer(integer)
  }

  private func extreme(_ least: Bool, _ values: [Value], _ range: Range<Int>) throws(EvaluationError) -> Value {
    var candidates = values
    if values.count == 1 {
      guard let list = values[0].list else { throw mistyped(values, range) }
      candidates = list
    }
    guard var best = candidates.first else { return .absent }
    for value in candidates.dropFirst() {
      guard let order = order(value, best) else { throw mistyped(candidates, range) }
      if least ? order < 0 : order > 0 { best = value }
    }
    // Of integers and numbers together the result is a number, whichever it is.
    let mixed = candidates.contains { if case .number = $0 { true } else { false } }
    if mixed, let number = best.decimal { return .number(number) }
    return best
  }
}
