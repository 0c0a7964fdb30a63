import FlowCore
import FlowTime

/// What a channel takes in a minute (its rate) and in a day (its capacity). The store remembers how much was handed
/// over today and when the next may leave, in the transaction that claims it; and a line that has to wait says so
/// itself, with the time that is its own. So it is the same for every process on the store (guarantee 11).
extension Engine {
  /// What a channel takes no more than.
  enum Limit: CaseIterable {
    case rate
    case capacity

    /// Why a line waits whose ``Outgoing/next`` is a place that no other takes.
    func reason(_ verb: String, _ count: Int) -> String { beginning(verb) + String(count) + ending }

    /// What the line waits for, as its reason says; nil where that is something else, whatever it is called.
    init?(behind line: Outgoing) {
      guard line.state == .planned, let because = line.because else { return nil }
      let limit = Limit.allCases.first { limit in
        let (beginning, ending) = (limit.beginning(line.verb), limit.ending)
        return because.hasPrefix(beginning) && because.hasSuffix(ending)
          && Int(because.dropFirst(beginning.count).dropLast(ending.count)) != nil
      }
      guard let limit else { return nil }
      self = limit
    }

    private func beginning(_ verb: String) -> String { self == .rate ? "rate (\(verb): " : "capacity (\(verb): " }
    private var ending: String { self == .rate ? " a minute)" : " a day)" }
  }

  /// Where the channel may not take so many at once or in a day: when this line may be tried, and why. Nil where it
  /// leaves now, and is counted.
  func slot(for line: Outgoing) throws(StoreError) -> (at: Instant, because: String)? {
    guard let outlet = outlets[line.verb], outlet.rate != nil || outlet.capacity != nil else { return nil }
    let now = clock.now()
    var pace = try pace(of: line.verb)
    pace.roll(to: now)
    let first = try first(before: line, now)
    let slot = try pace.take(line, now, outlet, notBefore: first) { (instant) throws(StoreError) in
      try opening(line, from: max(instant, first))
    }
    paces[line.verb] = pace
    pacesChanged.insert(line.verb)
    guard let slot else { return nil }
    let count = slot.limit == .rate ? outlet.rate : outlet.capacity
    return (slot.at, slot.limit.reason(line.verb, count ?? 0))
  }

  /// A line does not leave in the time that is its own: another may. It has none from now on.
  func giveBack(_ line: inout Outgoing) throws(StoreError) {
    guard line.hasPlace, outlets[line.verb] != nil else { return }
    var pace = try pace(of: line.verb)
    pace.giveBack(line)
    paces[line.verb] = pace
    line.because = nil
  }

  /// A line that was claimed is planned again: it was not handed over.
  func takeBack(_ line: Outgoing) throws(StoreError) {
    guard let outlet = outlets[line.verb], outlet.capacity != nil else { return }
    var pace = try pace(of: line.verb)
    pace.roll(to: clock.now())
    pace.handed = max(0, pace.handed - 1)
    paces[line.verb] = pace
    pacesChanged.insert(line.verb)
  }

  /// Remembers what was claimed, in the transaction that claims it.
  func keepPaces() throws(StoreError) {
    for verb in pacesChanged.sorted() {
      if let pace = paces[verb] { try store.add([.remember(Facts.pace + verb, pace.text)]) }
    }
    pacesChanged = []
  }

  /// Where flow.yaml lets a channel take more or less than before, what waits for that is looked at anew.
  func heedLimits() throws(StoreError) {
    for fact in try store.remembered(prefix: Facts.pace) {
      let verb = String(fact.name.dropFirst(Facts.pace.count))
      guard var pace = Pace(fact.value), pace.limits != Pace.Limits(outlets[verb]) else { continue }
      for var line in try store.outbox(.planned) where line.verb == verb && line.hasPlace {
        line.because = nil
        line.next = clock.now()
        try store.add([.change(line, from: .planned)])
      }
      pace.limits = Pace.Limits(outlets[verb])
      try store.add([.remember(fact.name, pace.text)])
      paces[verb] = nil
    }
  }

  private func pace(of verb: String) throws(StoreError) -> Pace {
    if let known = paces[verb] { return known }
    let now = clock.now()
    var pace = try store.remembered(Facts.pace + verb).flatMap { Pace($0) } ?? Pace(now)
    pace.limits = Pace.Limits(outlets[verb])
    pace.roll(to: now)
    let waiting = try store.outbox(.planned).filter { $0.verb == verb && $0.hasPlace }
    // After a longer stop the longest due go first, and who comes after them gets another day.
    let isLate = waiting.contains { Pace.day(of: $0.next) < pace.day }
    for line in waiting where !isLate { pace.reserved[Pace.day(of: line.next), default: 0] += 1 }
    return pace
  }

  /// The first instant from there on at which window, holidays and the run's own gap let a touch leave.
  private func opening(_ line: Outgoing, from instant: Instant) throws(StoreError) -> Instant {
    guard line.touch, let record = try store.run(line.run), let graph = try graph(of: record) else { return instant }
    let leave = try look(at: line, record, graph, at: instant, Surroundings(zones: zones))
    if case .later(let later, _) = leave { return max(later, instant) }
    return instant
  }

  /// Touches of one run by one channel leave as they were planned: the last place that one before this has; now where
  /// none has one.
  private func first(before line: Outgoing, _ now: Instant) throws(StoreError) -> Instant {
    guard line.touch else { return now }
    let before = try store.outbox(run: line.run).prefix { $0.key != line.key }
    let waiting = before.filter { $0.touch && $0.verb == line.verb && $0.hasPlace }
    return max(now, waiting.map(\.next).max() ?? now)
  }

  /// How a channel with a rate or a capacity is filled.
  struct Pace {
    /// What flow.yaml says; 0 where it says nothing.
    struct Limits: Hashable {
      var rate: Int
      var capacity: Int

      init(_ outlet: KeptOutlet?) { (rate, capacity) = (outlet?.rate ?? 0, outlet?.capacity ?? 0) }
    }

    var limits = Limits(nil)
    /// Counted from 1970, in UTC.
    private(set) var day: Int64
    /// How many were handed over on that day, or are in hand.
    var handed = 0
    /// By day: how many wait that have a place there.
    var reserved: [Int64: Int] = [:]
    /// When the rate lets the next one leave that has no place.
    private var next: Instant
    /// Places that were given back, the first first.
    private var free: [Instant] = []

    private static let dayLength: Int64 = 86_400_000
    /// Who comes later than this to a place that the rate gave has none.
    private static let minute: Int64 = 60_000

    init(_ now: Instant) {
      day = Self.day(of: now)
      next = now
    }

    /// As the store remembers it.
    var text: String { "\(day) \(handed) \(next.milliseconds) \(limits.rate) \(limits.capacity)" }

    init?(_ text: String) {
      let numbers = text.split(separator: " ").compactMap { Int64($0) }
      guard numbers.count == 5, let handed = Int(exactly: numbers[1]), let rate = Int(exactly: numbers[3]),
        let capacity = Int(exactly: numbers[4])
      else { return nil }
      (day, self.handed, next) = (numbers[0], handed, Instant(milliseconds: numbers[2]))
      (limits.rate, limits.capacity) = (rate, capacity)
    }

    static func day(of instant: Instant) -> Int64 { instant.milliseconds / dayLength }

    mutating func roll(to now: Instant) {
      let today = Self.day(of: now)
      guard today > day else { return }
      (day, handed) = (today, 0)
      reserved = reserved.filter { $0.key >= today }
    }

    /// The clock was set back: what was handed over counts on the day that it is now, and nobody waits for the time
    /// before.
    mutating func turnBack(to now: Instant) {
      day = min(day, Self.day(of: now))
      next = min(next, now)
    }

    mutating func giveBack(_ line: Outgoing) {
      release(line)
      if line.waitsFor == .rate { free.insert(line.next, at: free.firstIndex { $0 > line.next } ?? free.endIndex) }
    }

    private mutating func release(_ line: Outgoing) {
      let day = Self.day(of: line.next)
      if let count = reserved[day] { reserved[day] = count > 1 ? count - 1 : nil }
    }

    /// The instant for one more line, which it has from now on; nil where it leaves now.
    /// - Parameters:
    ///   - first: no place before this one is for the line.
    ///   - opening: the first instant from one on at which the line may leave.
    mutating func take(
      _ line: Outgoing, _ now: Instant, _ outlet: KeptOutlet, notBefore first: Instant,
      opening: (Instant) throws(StoreError) -> Instant
    ) throws(StoreError) -> (at: Instant, limit: Limit)? {
      let hasPlace = line.hasPlace && line.next <= now
      if hasPlace { release(line) }
      let (before, places) = (next, free)
      var slot = now
      if let rate = outlet.rate {
        let isInTime = hasPlace && line.waitsFor == .rate && now.milliseconds(since: line.next) < Self.minute
        if !isInTime || first > now { slot = place(now, rate, notBefore: first) }
      }
      let later = Self.day(of: first)
      // One before it waits for its day: the rate keeps no place so far ahead, others take those until then.
      let isBehind = outlet.capacity != nil && first > now && (outlet.rate == nil || later > day || first > before)
      if isBehind || !hasRoom(on: Self.day(of: slot), outlet.capacity, hasPlace: hasPlace) {
        (next, free) = (before, places)
        slot = try laterDay(isBehind ? later : Self.day(of: slot) + 1, outlet.capacity, opening)
        reserved[Self.day(of: slot), default: 0] += 1
        return (slot, .capacity)
      }
      if slot > now {
        reserved[Self.day(of: slot), default: 0] += 1
        return (slot, .rate)
      }
      handed += 1
      return nil
    }

    /// By the rate alone.
    private mutating func place(_ now: Instant, _ rate: Int, notBefore first: Instant) -> Instant {
      free.removeAll { $0 < now }
      if let index = free.firstIndex(where: { $0 >= first }) { return free.remove(at: index) }
      let slot = max(first, next)
      next = slot.adding(milliseconds: Self.minute / Int64(max(1, rate)))
      return slot
    }

    /// - Parameter hasPlace: what waits for its place on this day does not stand in the way.
    private func hasRoom(on one: Int64, _ capacity: Int?, hasPlace: Bool) -> Bool {
      // None a day would mean to look for a day for ever; flow.yaml takes no such number.
      guard let capacity = capacity.map({ max(1, $0) }) else { return true }
      let waiting = hasPlace && one == day ? 0 : reserved[one] ?? 0
      return (one == day ? handed : 0) + waiting < capacity
    }

    /// When it may leave on the first day from this one on that has room.
    private func laterDay(
      _ first: Int64, _ capacity: Int?, _ opening: (Instant) throws(StoreError) -> Instant
    ) throws(StoreError) -> Instant {
      var one = first
      // A window that does not open within so many days: its own look at it says what becomes of the line.
      for _ in 0..<1000 {
        while !hasRoom(on: one, capacity, hasPlace: false) { one += 1 }
        let start = Instant(milliseconds: one * Self.dayLength)
        let open = try opening(start)
        if Self.day(of: open) == one { return open }
        one = Self.day(of: open)
      }
      return Instant(milliseconds: one * Self.dayLength)
    }
  }
}

extension Outgoing {
  /// It waits because its channel takes no more in a minute or in a day.
  var hasPlace: Bool { waitsFor != nil }
  fileprivate var waitsFor: Engine.Limit? { Engine.Limit(behind: self) }
}
