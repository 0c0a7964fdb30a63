/// What is wrong with a written duration, and where.
public struct DurationError: Error, Hashable, Sendable {
  public enum Problem: Hashable, Sendable {
    case empty
    /// A number without a unit: `3`.
    case missingUnit(number: String)
    /// A unit without a number: `days`.
    case missingNumber(unit: String)
    /// `2d`, `2days`, `2 hrs`.
    case abbreviation(String)
    /// `P2D`.
    case iso8601(String)
    /// `3 dyas`.
    case unknownUnit(String)
    /// `-2 days`.
    case negative(String)
    /// `1.5 days`.
    case fraction(String)
    /// `0 days`.
    case zero
    /// `two days`, `1,000 days`.
    case notANumber(String)
    /// `4 hours 1 day`.
    case order(larger: String, after: String)
    /// `1 day 2 days`.
    case twice(unit: String)
    /// `1 business day 4 hours`.
    case businessAlone
    /// More than 1,000 years.
    case tooLong
  }

  public var problem: Problem
  /// UTF-8 offsets within the text.
  public var range: Range<Int>
  /// The whole duration as it should be written, where that is certain.
  public var fix: String?

  public init(_ problem: Problem, _ range: Range<Int>, fix: String? = nil) {
    self.problem = problem
    self.range = range
    self.fix = fix
  }
}

extension DurationError: CustomStringConvertible {
  /// One sentence without the fix.
  public var description: String {
    let units = "months, weeks, days, hours, minutes, seconds, business days or business hours"
    return switch problem {
    case .empty: "a duration is missing: a number and a unit, such as \"2 days\""
    case .missingUnit(let number): "\"\(number)\" has no unit: \(units)"
    case .missingNumber(let unit): "\"\(unit)\" has no number before it"
    case .abbreviation(let text):
      "\"\(text)\" is abbreviated: a duration is a number, a blank and a unit in full"
    case .iso8601(let text): "\"\(text)\" is ISO 8601, which only data may carry: write it in words"
    case .unknownUnit(let text): "\"\(text)\" is no unit: \(units)"
    case .negative(let text): "\"\(text)\" is negative: a duration is counted from 1"
    case .fraction(let text): "\"\(text)\" is no whole number: use a smaller unit"
    case .zero: "a duration is counted from 1"
    case .notANumber(let text): "\"\(text)\" is no whole number in digits"
    case .order(let larger, let after): "\"\(larger)\" comes after \"\(after)\": units go from large to small"
    case .twice(let unit): "\"\(unit)\" stands twice: each unit once"
    case .businessAlone: "a business unit stands alone"
    case .tooLong: "the duration is longer than 1,000 years"
    }
  }
}

extension DurationError {
  /// What to write instead, as a clause; also where several readings are left and ``fix`` is none.
  public var help: String {
    if let fix { return "write \"\(fix)\"" }
    return switch problem {
    case .missingUnit(let number): "name the unit: \"\(Self.days(number))\", for instance"
    case .missingNumber(let unit) where unit != "business":
      "write how many: \"1 \(unit.hasSuffix("s") ? String(unit.dropLast()) : unit)\", for instance"
    case .abbreviation(let text) where text.hasSuffix("m"): "write out which: minutes or months"
    case .negative: "a minus stands before a whole duration, between blanks: \"due - 2 days\""
    case .twice: "add them up"
    case .businessAlone: "make two waits of it, or one unit"
    case .order: "write the larger unit first, as \"1 day 4 hours\""
    case .tooLong: "write less: 1,000 years are the most"
    case .fraction: "a smaller unit makes it whole: 36 hours for 1.5 days"
    case .empty, .missingNumber, .zero, .notANumber, .unknownUnit, .abbreviation, .iso8601:
      "write it like \"2 days\" or \"3 business days\""
    }
  }

  private static func days(_ number: String) -> String { number == "1" ? "1 day" : "\(number) days" }
}
