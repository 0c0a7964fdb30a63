import FlowCore
import FlowTime

/// What a walk knows of how late it can be: terms of a ``Reckoning``.
struct Lates {
  var now = Reckoning.start
  var due = Reckoning.never
  /// The last touch.
  var last = Reckoning.never
}

/// How late a run can be, by its calendar as it really falls, where ``Differences`` knows only how long things can
/// last. The walk writes down of each place by what steps its latest instant comes from those before it; all of
/// these steps are the later the later they begin, so the latest instant is all that has to be carried through them
/// (``Reckoner``).
final class Reckoning {
  enum Move: Hashable {
    /// No run comes to it; whenever; the start.
    case never, unknown, start
    /// Whatever leads to a place.
    case join
    /// So many days after the start as holds have moved it.
    case day(Int)
    case at(CivilTime)
    case clock(Weekday?, CivilTime)
    case after(FlowTime.Duration)
    /// The first instant in a window, and the last one that lies in it.
    case opening(Window)
    case inside(Window)
    /// Moved by a hold. `again`: the day on which that begins has been counted, or need not be.
    case held(again: Bool)
    /// In a hold, put off to a window, and held on.
    case putOff(Window)
    /// An instant that stays what it was while a hold moves the run.
    case kept
  }

  struct Term: Hashable {
    var move: Move
    var from: [Int]
  }

  static let never = 0
  static let unknown = 1
  static let start = 2

  private(set) var terms: [Term] = [.never, .unknown, .start].map { Term(move: $0, from: []) }
  /// When runs end.
  private(set) var ends: Set<Int> = []
  private var known: [Term: Int] = [:]
  private let policy: Policy

  init(_ policy: Policy) { self.policy = policy }

  func end(_ late: Int) { ends.insert(late) }

  /// A place, and what is known to lead there.
  func join(_ from: [Int]) -> Int {
    terms.append(Term(move: .join, from: from))
    return terms.count - 1
  }

  /// One way more that leads to a place.
  func add(_ one: Int, to place: Int) {
    if !terms[place].from.contains(one) { terms[place].from.append(one) }
  }

  func held(_ due: Int, again: Bool = false) -> Int { moved(due, .held(again: again)) }

  func kept(_ late: Int) -> Int { moved(late, .kept) }

  func after(_ duration: FlowTime.Duration, _ late: Int) -> Int {
    duration.isZero ? late : moved(late, .after(duration))
  }

  /// The first instant in a step's window that is on no holiday.
  func opening(_ window: Node.WindowChoice, _ late: Int) -> Int { through(window, late) { .opening($0) } }

  /// In a step's window.
  func inside(_ window: Node.WindowChoice, _ late: Int) -> Int { through(window, late) { .inside($0) } }

  /// A step that is held goes on in its window.
  func putOff(_ window: Node.WindowChoice, _ late: Int) -> Int { through(window, late) { .putOff($0) } }

  /// An instant as an author writes it, for a run that is at a place by then.
  func moment(_ moment: Moment, _ now: Int) -> Int {
    var late: Int
    switch moment.base {
    case .arrival: late = now
    case .day(let number): late = moved(now, .day(number))
    case .clock(let weekday, let time): late = moved(now, .clock(weekday, time))
    case .returnDate: return Self.unknown
    case .expression(let expression):
      switch expression.reading?.name {
      // Whatever has been lies before now.
      case .runStarted?, .step?, .eventTime?: late = now
      default: return Self.unknown
      }
    }
    if let shift = moment.shift, shift.sign > 0 { late = after(shift.duration, late) }
    return moment.time.map { moved(late, .at($0)) } ?? late
  }

  private func through(_ window: Node.WindowChoice, _ late: Int, _ move: (Window) -> Move) -> Int {
    switch window {
    case .any: return late
    case .own(let own): return moved(late, move(own))
    case .policy:
      if let own = policy.window { return moved(late, move(own)) }
      return policy.holidays.isEmpty ? late : Self.unknown
    }
  }

  private func moved(_ late: Int, _ move: Move) -> Int {
    guard late != Self.never, late != Self.unknown else { return late }
    let term = Term(move: move, from: [late])
    if let index = known[term] { return index }
    terms.append(term)
    known[term] = terms.count - 1
    return terms.count - 1
  }

  // MARK: Without what is one

  /// What an end comes from, one of each: places to which one way leads are what leads there.
  /// - Returns: the terms, and which of them are ends.
  func reduced() -> (terms: [Term], ends: Set<Int>) {
    var same = Array(terms.indices)
    func root(_ index: Int) -> Int {
      var index = index
      while same[index] != index { index = same[index] }
      return index
    }
    func own(_ index: Int) -> Term {
      var term = terms[index]
      term.from = Set(term.from.map(root)).subtracting([index, Self.never]).sorted()
      return term
    }
    var hasChanged = true
    while hasChanged {
      hasChanged = false
      var first: [Term: Int] = [:]
      for index in terms.indices.dropFirst(3) where same[index] == index {
        let term = own(index)
        if term.from.isEmpty {
          same[index] = Self.never
        } else if term.move == .join, term.from.count == 1 {
          same[index] = term.from[0]
        } else if let other = first[term] {
          same[index] = other
        } else {
          first[term] = index
        }
        if same[index] != index { hasChanged = true }
      }
    }
    var live: Set<Int> = []
    var stack = ends.map(root)
    while let index = stack.popLast() { if live.insert(index).inserted { stack += own(index).from } }
    let order = live.sorted()
    let places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
    return (
      order.map { index in Term(move: terms[index].move, from: own(index).from.compactMap { places[$0] }) },
      Set(ends.compactMap { places[root($0)] })
    )
  }
}
