/// A time zone: which wall time each instant has, and which instant each wall time.
///
/// A wall time that does not exist moves forward by the gap; one that exists twice is the earlier instant.
/// Two zones of one name are the same zone: data come from one ``ZoneSource`` in a process.
public final class Zone: Sendable {
  /// As in the tz database: `Europe/Berlin`.
  public let name: String

  /// Ascending milliseconds since the epoch, and the offset in milliseconds from each on.
  private let starts: [Int64]
  private let offsets: [Int64]
  private let first: Int64
  /// What holds after the last of `starts`.
  private let rule: PosixRule?

  /// No zone is 26 hours off (RFC 9636, section 3.2), so a wall time lies within that distance of its
  /// instant.
  static let offsetLimit: Int64 = 26 * 3600

  /// Up to this year a footer's rule is written out as transitions, so that a look-up is one binary search.
  private static let lastTabulatedYear = 2100

  /// The zone that the bytes of a TZif file describe (RFC 9636, versions 1 to 4).
  public convenience init(name: String, tzif bytes: [UInt8]) throws(ZoneError) {
    let file = try TZif(bytes)
    self.init(name: name, file)
  }

  private init(name: String, _ file: TZif) {
    self.name = name
    var times = file.times
    var offsets = file.offsets.map(Int64.init)
    let last = times.last ?? Int64.min
    if let rule = file.rule {
      for year in 1969...Self.lastTabulatedYear {
        // A rule whose years overlap is nonsense, but must not put the table out of order.
        for change in rule.changes(in: year)
        where change.time > last && change.time >= times.last ?? change.time {
          times.append(change.time)
          offsets.append(Int64(change.offset))
        }
      }
      // Without transitions the rule alone speaks, from the beginning.
      first = Int64(file.times.isEmpty && rule.saving == nil ? rule.standard : Int(file.first)) * 1000
    } else {
      first = Int64(file.first) * 1000
    }
    starts = times.map { $0 * 1000 }
    self.offsets = offsets.map { $0 * 1000 }
    rule = file.rule?.saving == nil ? nil : file.rule
  }

  private init(name: String, fixed seconds: Int) {
    self.name = name
    starts = []
    offsets = []
    first = Int64(seconds) * 1000
    rule = nil
  }

  private init(copying other: Zone) {
    (name, starts, offsets, first, rule) = (other.name, other.starts, other.offsets, other.first, other.rule)
  }

  public static let utc = Zone(name: "UTC", fixed: 0)

  /// A zone that is always `seconds` east of UTC, named like `+02:00`; nil from 24 hours on.
  public static func fixed(seconds: Int) -> Zone? {
    guard abs(seconds) < 86_400 else { return nil }
    var name = DigitWriter()
    name.offset(seconds: seconds)
    return Zone(name: name.text, fixed: seconds)
  }

  /// Seconds east of UTC.
  public func offset(at instant: Instant) -> Int {
    Int(stretch(at: instant.milliseconds).offset / 1000)
  }

  /// What the wall shows at an instant.
  public func civil(at instant: Instant) -> CivilDateTime {
    CivilDateTime(wallMilliseconds: instant.milliseconds + stretch(at: instant.milliseconds).offset)
  }

  /// The instant at which the wall shows this: the earlier of two; one that is missing moved on by the gap.
  public func instant(of civil: CivilDateTime) -> Instant {
    let wall = civil.wallMilliseconds
    var stretch = stretch(at: wall - Self.offsetLimit * 1000)
    while true {
      let candidate = wall - stretch.offset
      // Past the end of a stretch and before the beginning of the next on the wall: the gap. The offset
      // before it still serves, which is what moves the time forward.
      if candidate < stretch.end { return Instant(milliseconds: candidate) }
      let following = self.stretch(at: stretch.end)
      if wall - following.offset < following.start { return Instant(milliseconds: candidate) }
      stretch = following
    }
  }

  /// The first instant whose civil date is `date`, also where its midnight is missing. Where the whole day is
  /// missing (Pacific/Apia, 2011-12-30), the first instant after it.
  public func startOfDay(_ date: CivilDate) -> Instant {
    let wall = Int64(date.dayNumber) * 86_400_000
    var stretch = stretch(at: wall - Self.offsetLimit * 1000)
    while true {
      let candidate = max(wall - stretch.offset, stretch.start)
      if candidate < stretch.end { return Instant(milliseconds: candidate) }
      stretch = self.stretch(at: stretch.end)
    }
  }

  /// The first instant strictly after `instant` at which the offset changes; nil where none comes any more.
  public func nextTransition(after instant: Instant) -> Instant? {
    let here = stretch(at: instant.milliseconds)
    var next = here
    while next.end < Instant.distantFuture.milliseconds {
      next = stretch(at: next.end)
      if next.offset != here.offset { return Instant(milliseconds: next.start) }
    }
    return nil
  }
}

extension Zone {
  /// A stretch of time under one offset, `start ..< end`, all in milliseconds; two that follow each other may
  /// have the same offset.
  struct Stretch {
    var start, end, offset: Int64
  }

  /// Bounds beyond every instant, near enough that an offset may be added.
  private static let past: Int64 = -1 << 60
  private static let future: Int64 = 1 << 60

  /// The stretch in which an instant (in milliseconds) lies.
  func stretch(at time: Int64) -> Stretch {
    // The number of transitions at or before the time.
    var low = 0
    var high = starts.count
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] <= time { low = middle + 1 } else { high = middle }
    }
    if low < starts.count {
      return low == 0
        ? Stretch(start: Self.past, end: starts[0], offset: first)
        : Stretch(start: starts[low - 1], end: starts[low], offset: offsets[low - 1])
    }
    if let rule { return Self.stretch(at: time, under: rule, after: starts.last ?? Self.past) }
    return Stretch(
      start: starts.last ?? Self.past, end: Self.future, offset: offsets.last ?? first)
  }

  /// The same from a footer's rule, for the years after those that are written out.
  private static func stretch(at time: Int64, under rule: PosixRule, after last: Int64) -> Stretch {
    // A wall-clock second of up to 167 hours may lead a change into the neighbouring year, but not over one.
    let day = min(max(time, -1 << 50), 1 << 50).flooredQuotient(by: 86_400_000)
    let year = CivilDate(dayNumber: Int(day)).year
    var found = Stretch(start: last, end: future, offset: Int64(rule.standard) * 1000)
    for year in year - 2...year + 2 {
      for change in rule.changes(in: year) {
        guard change.time * 1000 <= time else {
          return Stretch(start: found.start, end: change.time * 1000, offset: found.offset)
        }
        found = Stretch(
          start: max(change.time * 1000, last), end: future, offset: Int64(change.offset) * 1000)
      }
    }
    return found
  }
}

extension Zone: Hashable {
  public static func == (left: Zone, right: Zone) -> Bool { left === right || left.name == right.name }
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// As its name. Decoding looks the name up in the ``ZoneSource`` that stands in the decoder's `userInfo`
/// under ``Swift/CodingUserInfoKey/zones``; only UTC needs none.
extension Zone: Codable {
  public convenience init(from decoder: any Decoder) throws {
    let source = decoder.userInfo[.zones] as? any ZoneSource
    let zone = try decodeText(decoder, of: "the name of a time zone") { name in
      source?.zone(named: name) ?? (name == Zone.utc.name ? .utc : nil)
    }
    self.init(copying: zone)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }
}

extension CodingUserInfoKey {
  /// Where a decoder finds its ``ZoneSource``.
  public static var zones: CodingUserInfoKey { key }
  // A raw value that is not empty always makes a key.
  private static let key = CodingUserInfoKey(rawValue: "flow.zones").unsafelyUnwrapped
}

extension Zone: CustomStringConvertible {
  public var description: String { name }
}
