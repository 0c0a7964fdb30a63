import FlowCore
import FlowTime

/// Carries the latest instants of a ``Reckoning`` through the dates of a calendar.
///
/// Of each place is kept, for every two hours of the calendar: when a run that can still be there by then has started
/// at the earliest, moved by the days on which it was held, as `ends within` leaves them out. A step that is held on
/// the date A and goes on on the date B moves the start by A to B, both whole, so that of time only what passes without
/// a hold counts. All holds of a run together move what it waits for by thirty dates at most: each of them is charged
/// (`charge`), and thirty charges are given back in the end. So nothing has to be kept of how far a run has been moved.
struct Reckoner {
  /// Minutes from the first date on, for each cell: never less than for the one before.
  private typealias Table = [Int32]

  struct Length {
    /// In milliseconds.
    var longest: Int64
    /// From date to date, wherever a run starts; false for a limit that is as long everywhere.
    var isWithin: Bool
  }

  private let ground: Ground
  private let terms: [Reckoning.Term]
  private let ends: Set<Int>
  let charges: [Int32]
  private var calendar: ReckonedCalendar
  private var putOffs: [Window: Bool] = [:]

  private static let never = Int32.max / 2
  private static let unknown = Int32.min / 2
  private static let day: Int32 = 1440
  /// What to charge, in minutes, one after the other: much where runs are held for long, little where they are not.
  private static let charges: [Int32] = [144, 36, 9]
  /// The most dates by which holds move a run.
  private static let mostMoved: Int32 = 30
  /// What begins before the dates are followed is like what begins with them, as long as it does not take longer.
  private static let settling = 300
  private static let passes = 12
  /// Cells that are reckoned at most.
  private static let budget = 30_000_000

  init?(_ ground: Ground, _ reckoning: Reckoning) {
    let policy = ground.graph.policy
    self.ground = ground
    (terms, ends) = reckoning.reduced()
    let isHeld = terms.contains { if case .held = $0.move { true } else { false } }
    charges = isHeld ? Self.charges : [0]
    calendar = ReckonedCalendar(policy, dates: ground.stretches.dates, jump: ground.jump, ahead: ground.ahead)
    guard terms.count * calendar.count <= Self.budget else { return nil }
  }

  /// How long runs last at most, time held left out; nil where that is not known.
  /// - Parameters:
  ///   - limit: looked at from date to date where it is longer from some than from others.
  ///   - charge: minutes for each date by which a hold moves a run: the fewer, the better for runs that are moved
  ///     little.
  mutating func length(within limit: FlowTime.Duration, charge: Int32) -> Length? {
    guard let tables = tables(charge) else { return nil }
    let deadlines = calendar.deadlines(limit)
    // A wall time that is missing on one day, and comes twice on another; and once more where the limit ends.
    let jumps = Int32((3 * ground.jump + 59_999) / 60_000)
    var longest: Int32 = 0
    var isWithin = deadlines != nil
    for end in ends where !tables[end].isEmpty {
      for cell in Self.settling * ReckonedCalendar.perDay..<calendar.count {
        let start = tables[end][cell]
        guard start >= 0 else { return nil }
        let last = Int32(cell + 1) * ReckonedCalendar.minutes
        longest = max(longest, last - start)
        guard isWithin, let deadlines, start < Self.never else { continue }
        isWithin = deadlines[start - charge * Self.mostMoved].map { last + jumps <= $0 } ?? false
      }
    }
    return Length(longest: Int64(longest + charge * Self.mostMoved) * 60_000 + 2 * ground.jump, isWithin: isWithin)
  }

  private mutating func tables(_ charge: Int32) -> [Table]? {
    var tables = [Table](repeating: [], count: terms.count)
    var next: [[Int]] = Array(repeating: [], count: terms.count)
    for (index, term) in terms.enumerated() { for from in term.from { next[from].append(index) } }
    var isOpen = Array(repeating: true, count: terms.count)
    for _ in 0..<Self.passes {
      for index in terms.indices where isOpen[index] {
        isOpen[index] = false
        let table = table(terms[index], tables, charge)
        guard table != tables[index] else { continue }
        tables[index] = table
        for later in next[index] { isOpen[later] = true }
      }
      if !isOpen.contains(true) { return tables }
    }
    return nil
  }

  private mutating func table(_ term: Reckoning.Term, _ tables: [Table], _ charge: Int32) -> Table {
    switch term.move {
    case .never: return []
    case .unknown: return Table(repeating: Self.unknown, count: calendar.count)
    case .start: return (0..<calendar.count).map { Int32($0) * ReckonedCalendar.minutes }
    case .join:
      let known = term.from.map { tables[$0] }.filter { !$0.isEmpty }
      guard var table = known.first else { return [] }
      for other in known.dropFirst() { for cell in table.indices { table[cell] = min(table[cell], other[cell]) } }
      return table
    default: break
    }
    guard let from = term.from.first, !tables[from].isEmpty else { return [] }
    let table = tables[from]
    switch term.move {
    case .day(let number):
      let starts = (0..<calendar.count).map { Int32($0) * ReckonedCalendar.minutes - Int32(number) * Self.day }
      return moved(starts, .after(.zero))
    case .held(let again): return held(table, charge, again)
    case .putOff(let window): return putOff(table, charge, window)
    case .kept: return table.map { Self.plus($0, Self.day) }
    default: return moved(table, term.move)
    }
  }

  private mutating func moved(_ table: Table, _ move: Reckoning.Move) -> Table {
    guard let sources = calendar.sources(of: move) else {
      return Table(repeating: Self.unknown, count: calendar.count)
    }
    return sources.map { table[Int($0)] }
  }

  private static func plus(_ start: Int32, _ minutes: Int32) -> Int32 { min(start + minutes, never) }

  // MARK: Holds

  /// From a date on which what the run waits for was due to any later one.
  private func held(_ table: Table, _ charge: Int32, _ again: Bool) -> Table {
    var moved = table
    var start = Self.never
    for first in stride(from: 0, to: table.count, by: ReckonedCalendar.perDay) {
      start = min(Self.plus(start, Self.day + charge), Self.plus(table[first], again ? 0 : Self.day))
      for cell in first..<first + ReckonedCalendar.perDay { moved[cell] = start }
    }
    return moved
  }

  /// While a step is held: after the window has closed it is put off to the next date, which no hold is charged for,
  /// and it may be held there again.
  private mutating func putOff(_ table: Table, _ charge: Int32, _ window: Window) -> Table {
    // Whenever that opens where the contact is: all this time is left out.
    if !ground.isOneZone { return held(table, 0, true) }
    let perDay = ReckonedCalendar.perDay
    guard let openings = calendar.openings(window) else {
      return Table(repeating: Self.unknown, count: calendar.count)
    }
    let onItsDate = movesDates(window) ? charge : 0
    var moved = table
    // As held up to a date, as put off to it, as it was on the evening before.
    var (paid, put, evening) = (Self.never, Self.never, Self.never)
    for (date, opening) in openings.enumerated() {
      put = Self.plus(min(put, evening), Self.day)
      let first = date * perDay
      var rest = min(table[first], paid)
      rest = min(rest, opening == nil ? put : Self.plus(put, onItsDate))
      let due = min(rest, put)
      for cell in first..<first + perDay { moved[cell] = opening.map { cell <= $0 } ?? false ? due : rest }
      paid = Self.plus(due, Self.day + charge)
      evening = rest
      if opening != nil { put = Self.never }
    }
    return moved
  }

  /// A hold that moves what has been put off to a window's opening moves it to another date: by two business days, or
  /// until a date begins. (One until a time of the day may move it to the same evening, and the night to the next
  /// date.)
  private mutating func movesDates(_ window: Window) -> Bool {
    if let known = putOffs[window] { return known }
    let business = ground.graph.policy.business
    let coversBusiness = Weekday.allCases.allSatisfy { day in
      !business.contains(day) || window.rules.contains { $0.days.contains(day) }
    }
    let moves = ground.holds.allSatisfy { hold in
      switch hold.until {
      case .event: return false
      case .moment(let moment) where !moment.isDate: return false
      case .moment, nil: break
      }
      switch hold.fallback?.kind {
      case nil: return true
      case .businessDays(let count): return count >= 2 && coversBusiness
      default: return false
      }
    }
    putOffs[window] = moves
    return moves
  }
}

extension Moment {
  /// It is the first instant of a date.
  fileprivate var isDate: Bool {
    guard time == nil else { return false }
    switch shift?.duration.kind {
    case nil, .businessDays, .calendar(_, _, 0): break
    default: return false
    }
    switch base {
    case .returnDate: return true
    case .expression(let expression): return expression.isDate
    default: return false
    }
  }
}
