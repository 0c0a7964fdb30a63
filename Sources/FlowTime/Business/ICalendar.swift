/// Why an iCalendar file is no calendar of holidays, and on which line (from 1).
public struct ICalendarError: Error, Hashable, Sendable {
  public enum Problem: Hashable, Sendable {
    /// Not `BEGIN:VCALENDAR … END:VCALENDAR`.
    case notACalendar
    /// A line that is no `NAME:value`.
    case malformed
    /// `BEGIN` and `END` do not match.
    case unbalanced
    /// An event without `DTSTART`.
    case missingStart
    /// Not a date; a holiday is a whole day (`DTSTART;VALUE=DATE:20261225`).
    case notADate(String)
    /// `DTEND` is not after `DTSTART`, or `DURATION` is not in days.
    case badEnd(String)
    /// A part of `RRULE` that is not read here.
    case unsupportedRule(String)
    /// More than 100,000 dates.
    case tooMany
  }

  public var problem: Problem
  public var line: Int

  public init(_ problem: Problem, line: Int) {
    self.problem = problem
    self.line = line
  }
}

extension ICalendarError: CustomStringConvertible {
  public var description: String {
    let reason =
      switch problem {
      case .notACalendar: "not an iCalendar file (BEGIN:VCALENDAR … END:VCALENDAR)"
      case .malformed: "not a line NAME:value"
      case .unbalanced: "BEGIN and END do not match"
      case .missingStart: "an event without DTSTART"
      case .notADate(let text):
        "\"\(text)\" is no date: a holiday is a whole day, DTSTART;VALUE=DATE:YYYYMMDD"
      case .badEnd(let text): "\"\(text)\" is no end after the start, in whole days"
      case .unsupportedRule(let text):
        "the rule \"\(text)\" is not supported: FREQ=YEARLY with INTERVAL, COUNT, UNTIL, BYMONTH, "
          + "BYMONTHDAY, BYDAY"
      case .tooMany: "more than 100,000 dates"
      }
    return "line \(line): \(reason)"
  }
}

extension HolidayCalendar {
  /// The whole-day events of an iCalendar file (RFC 5545): `DTSTART` as a date, to `DTEND` (which is not part
  /// of it) or over `DURATION`, repeated by a yearly `RRULE`, with `RDATE` and without `EXDATE`. Cancelled
  /// events count nothing. A rule without an end is followed to the year 2199.
  /// - Throws: what cannot be read, with its line, rather than a calendar with days missing.
  public static func parse(icalendar bytes: [UInt8]) throws(ICalendarError) -> HolidayCalendar {
    var reader = ICalendarReader()
    return HolidayCalendar(try reader.read(ICalendarLine.unfold(bytes)))
  }

  static let limit = 100_000
}

/// A content line, unfolded, and the number of its first physical line.
struct ICalendarLine {
  var bytes: [UInt8]
  var number: Int

  static func unfold(_ bytes: [UInt8]) -> [ICalendarLine] {
    var lines: [ICalendarLine] = []
    var rest = bytes[...]
    if rest.starts(with: [0xef, 0xbb, 0xbf]) { rest = rest.dropFirst(3) }
    for (index, raw) in rest.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated() {
      let line = raw.last == 0x0d ? raw.dropLast() : raw
      if let first = line.first, first == 0x20 || first == 0x09, !lines.isEmpty {
        lines[lines.count - 1].bytes += line.dropFirst()
      } else if !line.isEmpty {
        lines.append(ICalendarLine(bytes: Array(line), number: index + 1))
      }
    }
    return lines
  }

  /// `NAME;PARAM=x:value`; a colon within quotes belongs to a parameter. Names in capitals.
  func content() throws(ICalendarError) -> (name: String, value: String) {
    var quoted = false
    var nameEnd: Int?
    for (index, byte) in bytes.enumerated() {
      if byte == UInt8(ascii: "\"") { quoted.toggle() }
      if quoted { continue }
      if byte == UInt8(ascii: ";"), nameEnd == nil { nameEnd = index }
      if byte == UInt8(ascii: ":") {
        let name = String(decoding: bytes[..<(nameEnd ?? index)], as: UTF8.self).uppercased()
        guard !name.isEmpty else { break }
        return (name, String(decoding: bytes[(index + 1)...], as: UTF8.self))
      }
    }
    throw ICalendarError(.malformed, line: number)
  }
}

private struct ICalendarEvent {
  var line: Int
  var start: CivilDate?
  var end: CivilDate?
  var length: Int?
  var rule: YearlyRule?
  var additional: [CivilDate] = []
  var except: Set<CivilDate> = []
  var isCancelled = false

  mutating func read(_ name: String, _ value: String, _ line: Int) throws(ICalendarError) {
    switch name {
    case "DTSTART": start = try date(value, line)
    case "DTEND": end = try date(value, line)
    case "DURATION":
      guard let duration = try? Duration.parse(iso8601: value),
        case .calendar(0, let days, 0) = duration.kind,
        days > 0
      else { throw ICalendarError(.badEnd(value), line: line) }
      length = days
    case "RRULE": rule = try YearlyRule(value, line: line)
    case "RDATE":
      for text in value.split(separator: ",") { additional.append(try date(String(text), line)) }
    case "EXDATE":
      for text in value.split(separator: ",") { except.insert(try date(String(text), line)) }
    case "RECURRENCE-ID": throw ICalendarError(.unsupportedRule(name), line: line)
    case "STATUS": isCancelled = value.uppercased() == "CANCELLED"
    default: break
    }
  }

  private func date(_ text: String, _ line: Int) throws(ICalendarError) -> CivilDate {
    guard let date = CivilDate(compact: text) else { throw ICalendarError(.notADate(text), line: line) }
    return date
  }
}

private struct ICalendarReader {
  private var open: [String] = []
  private var event: ICalendarEvent?
  private var dates: [CivilDate] = []

  mutating func read(_ lines: [ICalendarLine]) throws(ICalendarError) -> [CivilDate] {
    for line in lines {
      let (name, value) = try line.content()
      if open.isEmpty, name != "BEGIN" || value.uppercased() != "VCALENDAR" {
        throw ICalendarError(.notACalendar, line: line.number)
      }
      switch name {
      case "BEGIN":
        open.append(value.uppercased())
        if open == ["VCALENDAR", "VEVENT"] { event = ICalendarEvent(line: line.number) }
      case "END":
        guard open.popLast() == value.uppercased() else {
          throw ICalendarError(.unbalanced, line: line.number)
        }
        if open == ["VCALENDAR"], let finished = event {
          try close(finished)
          event = nil
        }
      default:
        if open == ["VCALENDAR", "VEVENT"], var changed = event {
          try changed.read(name, value, line.number)
          event = changed
        }
      }
    }
    guard !lines.isEmpty else { throw ICalendarError(.notACalendar, line: 1) }
    guard open.isEmpty else { throw ICalendarError(.unbalanced, line: lines.last?.number ?? 1) }
    return dates
  }

  private mutating func close(_ event: ICalendarEvent) throws(ICalendarError) {
    guard !event.isCancelled else { return }
    guard let start = event.start else { throw ICalendarError(.missingStart, line: event.line) }
    let length = event.end.map { $0.days(since: start) } ?? event.length ?? 1
    guard length > 0 else {
      throw ICalendarError(.badEnd(event.end?.description ?? ""), line: event.line)
    }
    let starts = [start] + (event.rule?.dates(from: start) ?? []) + event.additional
    for first in Set(starts).subtracting(event.except) {
      guard dates.count + length <= HolidayCalendar.limit else {
        throw ICalendarError(.tooMany, line: event.line)
      }
      for offset in 0..<length { dates.append(first.adding(days: offset)) }
    }
  }
}

extension CivilDate {
  /// `20261225`.
  init?(compact text: String) {
    var reader = ByteReader(text)
    guard let year = reader.digits(4), let month = reader.digits(2), let day = reader.digits(2),
      reader.isAtEnd
    else { return nil }
    self.init(year: year, month: month, day: day)
  }
}
