/// What is known of how far a few instants lie apart: for each pair the most that the one comes after the
/// other (difference bounds; D. Dill, "Timing assumptions and verification of finite-state concurrent
/// systems", 1989). Kept closed: no bound can be tightened by going over a third instant.
struct Differences: Hashable {
  let size: Int
  private var cells: [Distance]
  /// Instants that lie at a time of day at which no clock is changed, one bit each.
  private var steady: UInt64 = 0
  /// Instants that themselves lie at no hour at which a clock is changed; so many days later that may be otherwise.
  private var settled: UInt64 = 0
  private let jump: Int64

  /// Nothing is known of any.
  /// - Parameter size: 0 where nothing is to be kept of time: then everything is possible, and nothing costs anything.
  init(size: Int, jump: Int64) {
    self.size = size
    self.jump = jump
    cells = Array(repeating: .none, count: size * size)
    for index in 0..<size { cells[index * size + index] = .zero }
  }

  /// The most that `later` comes after `earlier`.
  subscript(later: Int, earlier: Int) -> Distance {
    get { size == 0 ? .none : cells[later * size + earlier] }
    set { cells[later * size + earlier] = newValue }
  }

  func isSteady(_ index: Int) -> Bool { steady & 1 << UInt64(index) != 0 }

  mutating func setSteady(_ index: Int, _ flag: Bool) {
    guard size > 0 else { return }
    if flag { steady |= 1 << UInt64(index) } else { steady &= ~(1 << UInt64(index)) }
  }

  private func isSettled(_ index: Int) -> Bool { settled & 1 << UInt64(index) != 0 }

  private mutating func setSettled(_ index: Int, _ flag: Bool) {
    if flag { settled |= 1 << UInt64(index) } else { settled &= ~(1 << UInt64(index)) }
  }

  /// An instant is known to lie at no hour at which a clock is changed. Between instants that all do so, days of the
  /// calendar are what their clocks say, and add up.
  mutating func settle(_ index: Int) {
    guard size > 0 else { return }
    setSettled(index, true)
    let all = (0..<size).filter { $0 != index && isSettled($0) }
    for middle in all {
      for other in all where other != middle {
        let (before, after) = (
          Distance.sum(self[other, middle], self[middle, index], isSteady: true),
          Distance.sum(self[index, middle], self[middle, other], isSteady: true)
        )
        if before < self[other, index] { self[other, index] = before }
        if after < self[index, other] { self[index, other] = after }
      }
    }
  }

  /// Nothing is known of an instant any more.
  mutating func forget(_ index: Int) {
    for other in 0..<size where other != index {
      // What is not known already is not written: that would copy what others share.
      if !self[index, other].isNone { self[index, other] = .none }
      if !self[other, index].isNone { self[other, index] = .none }
    }
    setSteady(index, false)
    setSettled(index, false)
  }

  /// An instant becomes another.
  mutating func assign(_ index: Int, _ source: Int) {
    guard index != source, size > 0 else { return }
    for other in 0..<size where other != index {
      self[index, other] = self[source, other]
      self[other, index] = self[other, source]
    }
    self[index, source] = .zero
    self[source, index] = .zero
    setSteady(index, isSteady(source))
    setSettled(index, isSettled(source))
  }

  /// `later ≤ earlier + bound` holds as well.
  /// - Returns: false where that cannot be.
  mutating func constrain(_ later: Int, _ earlier: Int, _ bound: Distance) -> Bool {
    guard size > 0 else { return true }
    guard bound < self[later, earlier] else { return true }
    if contradicts(bound, self[earlier, later]) { return false }
    self[later, earlier] = bound
    for from in 0..<size {
      let first =
        from == later
        ? bound
        : Distance.sum(
          self[from, later], bound, isSteady: isSteady(later),
          atEnds: isSteady(from) || isSteady(earlier) || areOne(from, later), jump: jump)
      guard !first.isNone else { continue }
      if first < self[from, earlier] { self[from, earlier] = first }
      for to in 0..<size where to != earlier && to != from {
        let whole = Distance.sum(
          first, self[earlier, to], isSteady: isSteady(earlier),
          atEnds: isSteady(from) || isSteady(to) || areOne(earlier, to), jump: jump)
        if whole < self[from, to] { self[from, to] = whole }
      }
    }
    return true
  }

  /// `earlier` lies no later than `later`: also where that was known, what lies before the one lies before the other.
  /// It may have been known by way of a third, and then less well.
  /// - Returns: false where that cannot be.
  mutating func order(_ earlier: Int, _ later: Int) -> Bool {
    guard size > 0 else { return true }
    guard constrain(earlier, later, .zero) else { return false }
    for from in 0..<size where from != later && from != earlier {
      let bound = Distance.sum(
        self[from, earlier], .zero, isSteady: isSteady(earlier), atEnds: isSteady(from) || isSteady(later))
      if bound < self[from, later] { self[from, later] = bound }
    }
    return true
  }

  /// The one lies no later than the other, whatever the clocks do.
  func isCertain(_ one: Int, before other: Int) -> Bool {
    size > 0 && self[one, other].raw <= 0 && self[one, other].isWithin(0, jump: jump)
  }

  /// Two names of one instant.
  func areOne(_ one: Int, _ other: Int) -> Bool {
    one == other || size > 0 && self[one, other] == .zero && self[other, one] == .zero
  }

  private func contradicts(_ forth: Distance, _ back: Distance) -> Bool {
    if forth.isNone || back.isNone { return false }
    let sum = forth.milliseconds + back.milliseconds
    if forth.slack == 0, back.slack == 0,
      forth.isWholeDays == back.isWholeDays || forth == .zero || back == .zero
    {
      return sum < 0
    }
    return sum + (forth.slack + back.slack + 1) * jump < 0
  }

  /// `index` lies between `low` and `high` after another instant.
  mutating func place(_ index: Int, after base: Int, _ span: Span) -> Bool {
    forget(index)
    return constrain(index, base, span.most) && constrain(base, index, span.least)
  }

  /// Time goes on: nothing bounds how late it is by now.
  mutating func elapse(_ now: Int) {
    for other in 0..<size where other != now { self[now, other] = .none }
    setSteady(now, false)
    setSettled(now, false)
  }

  /// A hold moves a due, and by as many whole days what counts from the start, by at most `days` in all from
  /// `start`.
  /// - Parameter again: it has been moved at this step before: since it was computed, or since the step was
  ///   due.
  mutating func hold(
    due: Int, anchors: [Int], start: Int, clock: Int, days: Int64, again: (later: Bool, earlier: Bool)
  ) -> Bool {
    guard size > 0 else { return true }
    for other in 0..<size where !anchors.contains(other) && other != due {
      // The clock that stands still while the run is held moves at least as far.
      if other != clock { for anchor in anchors { self[anchor, other] = .none } }
      self[due, other] = .none
    }
    // By dates: the time of day may be another afterwards, but however often it is moved, the date is not.
    for anchor in anchors {
      if !again.later { self[due, anchor] = self[due, anchor].plus(Distance.day) }
      if !again.earlier { self[anchor, due] = self[anchor, due].plus(Distance.day) }
    }
    setSteady(due, false)
    setSettled(due, false)
    guard let first = anchors.first else { return true }
    return constrain(first, start, Distance(days * Distance.day))
  }

  /// A hold waits for its event: how far now lies after `clock` grows no more, for that moves on with it.
  mutating func stop(_ clock: Int) {
    for other in 0..<size where other != clock { self[clock, other] = .none }
  }

  /// Time goes on while a hold waits for its event. The due is not fixed before that comes, and may have passed, by
  /// as many dates as holds may move it.
  mutating func elapse(_ now: Int, held clock: Int, due: Int, days: Int64) -> Bool {
    guard size > 0 else { return true }
    let counted = self[now, clock]
    elapse(now)
    return constrain(now, clock, counted)
      && constrain(now, due, Distance((days + 1) * Distance.day, slack: 1))
  }

  /// From now on until the due, time does not count after `clock`: it moves on with it, by whole days,
  /// rounded up.
  mutating func freeze(_ clock: Int, now: Int, due: Int) {
    guard size > 0 else { return }
    stop(clock)
    self[due, clock] = self[now, clock]
  }

  /// What holds in either case.
  /// - Parameter isWidening: bounds that grow are given up, so that growing ends.
  /// - Returns: whether anything became less certain.
  mutating func join(_ other: Differences, isWidening: Bool, isLast: Bool) -> Bool {
    var grew = false
    for index in cells.indices where cells[index] < other.cells[index] {
      // What is certain to lie between two instants shrinks in few steps; what is possible may grow for ever,
      // but after the clock that stands still while the run is held.
      let mayGrow = isWidening && other.cells[index] > .zero && index % size != Ground.clock
      cells[index] = isLast || mayGrow ? .none : other.cells[index]
      grew = true
    }
    let both = steady & other.steady
    if both != steady {
      steady = both
      grew = true
    }
    let settledInBoth = settled & other.settled
    if settledInBoth != settled {
      settled = settledInBoth
      grew = true
    }
    return grew
  }

  /// From the least to the most; each side as a bound: `least` bounds how far the base comes after.
  struct Span: Hashable {
    var least: Distance
    var most: Distance

    static let now = Span(least: .zero, most: .zero)

    init(least: Distance, most: Distance) {
      self.least = least
      self.most = most
    }

    init(_ low: Int64, _ high: Int64, slack: Int64 = 0) {
      least = Distance(-low, slack: slack)
      most = Distance(high, slack: slack)
    }

    func plus(_ other: Span) -> Span {
      Span(
        least: Distance.sum(least, other.least, isSteady: false),
        most: Distance.sum(most, other.most, isSteady: false))
    }

    var negated: Span { Span(least: most, most: least) }
  }
}
