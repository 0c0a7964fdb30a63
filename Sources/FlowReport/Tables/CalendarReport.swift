import FlowCore
import FlowTime

/// iCalendar (RFC 5545): what will go out, for the calendar of whoever reads along.
public enum CalendarReport {
  public struct Item: Sendable, Hashable {
    public var at: Instant
    public var title: String
    public var description: String
    /// The same for the same thing, so that a calendar replaces what it had; by default made of the other
    /// three.
    public var id: String?

    public init(at: Instant, title: String, description: String = "", id: String? = nil) {
      self.at = at
      self.title = title
      self.description = description
      self.id = id
    }
  }

  /// What a run hands over, as items: a title and the step, by instant.
  public static func items(_ timeline: Timeline) -> [Item] {
    timeline.entries.compactMap { entry in
      if case .escalated(let to) = entry.kind {
        return Item(
          at: entry.at, title: "\(timeline.workflow): \(entry.step ?? "escalate")", description: "escalate to \(to)")
      }
      guard let handover = entry.handover else { return nil }
      let whom = handover.to.map { " to \($0)" } ?? handover.by.map { " by \($0)" }
      let step = entry.step ?? handover.verb
      let said = handover.rendered.first { $0.name == "subject" } ?? handover.rendered.first
      return Item(
        at: entry.at, title: "\(timeline.workflow): \(step)",
        description: [handover.verb + (whom ?? ""), said?.text ?? ""].filter {
          !$0.isEmpty
        }
        .joined(separator: "\n"))
    }
  }

  /// Each item an event without length. The stamp is the event's own time, for the output may not depend on
  /// when it is made.
  public static func ics(_ items: [Item]) -> String {
    var lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//flow//flow//EN", "CALSCALE:GREGORIAN"]
    let sorted = items.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
    var seen: [String: Int] = [:]
    for (_, item) in sorted {
      let time = utc(item.at)
      // Two that are alike in everything are told apart by their number.
      let id = item.id ?? fingerprint([time, item.title, item.description])
      let number = seen[id, default: 0]
      seen[id] = number + 1
      lines += [
        "BEGIN:VEVENT", "UID:\(text(number == 0 ? id : "\(id)-\(number)"))@flow", "DTSTAMP:\(time)",
        "DTSTART:\(time)", "SUMMARY:\(text(item.title))",
      ]
      if !item.description.isEmpty { lines.append("DESCRIPTION:\(text(item.description))") }
      lines.append("END:VEVENT")
    }
    return (lines + ["END:VCALENDAR"]).map { folded($0) }.joined()
  }

  /// 3.3.5, form 2: `20260327T154000Z`.
  private static func utc(_ instant: Instant) -> String {
    let civil = Zone.utc.civil(at: instant)
    let time = civil.time
    return civil.date.description.filter { $0 != "-" } + "T" + Words.two(time.hour) + Words.two(time.minute)
      + Words.two(time.second) + "Z"
  }

  /// 3.3.11: backslash, semicolon, comma and line breaks; other control characters may not stand in a text.
  private static func text(_ text: String) -> String {
    var out: [UInt8] = []
    var bytes = Array(text.utf8)[...]
    while let byte = bytes.popFirst() {
      switch byte {
      case 0x5C, 0x3B, 0x2C: out += [0x5C, byte]
      case 0x0D:
        if bytes.first == 0x0A { bytes.removeFirst() }
        out += [0x5C, 0x6E]
      case 0x0A: out += [0x5C, 0x6E]
      case 0x09: out.append(byte)
      case 0..<0x20, 0x7F: out.append(0x20)
      default: out.append(byte)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// 3.1: lines of at most 75 octets; a scalar is not cut in two.
  private static func folded(_ line: String) -> String {
    var out: [UInt8] = []
    var used = 0
    for scalar in line.unicodeScalars {
      let bytes = Array(String(scalar).utf8)
      if used + bytes.count > 75 {
        out += [0x0D, 0x0A, 0x20]
        used = 1
      }
      out += bytes
      used += bytes.count
    }
    return String(decoding: out + [0x0D, 0x0A], as: UTF8.self)
  }

  /// FNV-1a, 64 bits: a name, not a proof.
  private static func fingerprint(_ parts: [String]) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in parts.joined(separator: "\0").utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }
}
