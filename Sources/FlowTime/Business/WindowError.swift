/// What is wrong with a written window or a set of weekdays, and where.
public struct WindowError: Error, Hashable, Sendable {
  public enum Problem: Hashable, Sendable {
    case empty
    /// `moon`, `Mon`, `monday`.
    case unknownDay(String)
    /// `25:00`, `9:00`, `5pm`.
    case badTime(String)
    /// `17:00-09:00`.
    case endNotAfterStart(start: String, end: String)
    /// Days without hours: `mon-fri`.
    case missingTimes
    /// Hours without days: `09:00-17:00`.
    case missingDays
    /// One time without the other: `mon 09:00`.
    case missingEnd
    /// Something that belongs nowhere.
    case unexpected(String)
  }

  public var problem: Problem
  /// UTF-8 offsets within the text.
  public var range: Range<Int>
  /// What should stand at ``range``, where that is certain.
  public var fix: String?

  public init(_ problem: Problem, _ range: Range<Int>, fix: String? = nil) {
    self.problem = problem
    self.range = range
    self.fix = fix
  }
}

extension WindowError: CustomStringConvertible {
  /// One sentence without the fix.
  public var description: String {
    let example = "such as \"mon-fri 09:00-17:00\""
    return switch problem {
    case .empty: "days or a window are missing, \(example)"
    case .unknownDay(let text): "\"\(text)\" is no weekday: mon, tue, wed, thu, fri, sat, sun or daily"
    case .badTime(let text): "\"\(text)\" is no time of the day: 00:00 to 23:59, and 24:00 as an end"
    case .endNotAfterStart(let start, let end):
      "the end \(end) is not after the start \(start)"
    case .missingTimes: "the hours are missing, \(example)"
    case .missingDays: "the days are missing, \(example)"
    case .missingEnd: "the end is missing, \(example)"
    case .unexpected(let text): "\"\(text)\" is not expected here: days and hours, \(example)"
    }
  }
}

extension WindowError {
  /// What to write instead, as a clause; also where several readings are left and ``fix`` is none.
  public var help: String {
    if let fix { return "write \"\(fix)\"" }
    return switch problem {
    case .endNotAfterStart(let start, let end) where start == end: "write 00:00-24:00 for a whole day"
    case .endNotAfterStart(let start, let end):
      "a window over midnight is two: from \(start) to 24:00, and from 00:00 to \(end) on the days after"
    case .missingEnd: "write both ends: \"09:00-17:00\""
    case .badTime: "write it like \"09:00\""
    case .empty, .missingTimes, .missingDays, .unexpected: "write it like \"mon-fri 09:00-17:00\""
    case .unknownDay: "write it like \"mon\", \"mon-fri\" or \"daily\""
    }
  }
}
