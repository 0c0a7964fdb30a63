import FlowCore

/// The minutes that stand for all at which contacts come, and how many contacts each of them stands for.
///
/// Contacts come evenly, and what they come to first is not even: who comes while a window is closed waits for its
/// opening, on a Friday for days. So the span is cut where that changes, and each part has minutes of its own.
struct ExactStarts {
  /// In order.
  private(set) var minutes: [Int32] = []
  /// Of all contacts.
  private(set) var shares: [Double] = []
  /// Several that come one after the other are told apart by few figures alone, once their contacts have met.
  private(set) var groups: [ExactGroup] = []
  /// Of each the group.
  private(set) var group: [Int] = []

  /// So many, each the middle of its part of the span, on a quarter of an hour.
  init(evenly count: Int, _ plan: CohortPlan) {
    let span = plan.cohort.spanMinutes
    let count = max(1, min(count, plan.cohort.contacts, span))
    minutes = (0..<count).map { max(0, plan.quarter(of: Int32((2 * $0 + 1) * span / (2 * count)))) }
    shares = Array(repeating: 1 / Double(count), count: count)
    alone()
  }

  /// Each is a group by itself.
  private mutating func alone() {
    groups = minutes.map { ExactGroup(from: $0, to: $0 + 1) }
    group = Array(minutes.indices)
  }

  /// About so many, and at least one in each part; evenly where there are too many parts.
  /// - Parameter fine: so many are in groups, as many as there would be starts; 0: none are.
  init<W: Walker>(about count: Int, fine: Int = 0, _ plan: CohortPlan, _ walker: inout W) {
    let span = plan.cohort.spanMinutes
    let count = max(1, min(count, plan.cohort.contacts, span))
    var parts = StartParts(plan, &walker, atMost: 2 * count).all
    if parts.count == 1 || parts.count > 2 * count {
      if fine == 0 {
        self = ExactStarts(evenly: count, plan)
        return
      }
      parts = StartParts.whole(plan)
    }
    // Parts begin at few times of the day: their minutes must not, else all would be written to at these.
    var shift = 0.5
    for part in parts {
      let length = Double(part.to - part.from)
      let pieces = Int((length * Double(count) / Double(span)).rounded(.up))
      let piece = length / Double(pieces)
      for number in 0..<pieces {
        if fine > 0 {
          let ends = [number, number + 1].map { part.from + Int32(Int(part.to - part.from) * $0 / pieces) }
          group(fine, &shift, plan, from: ends[0], to: ends[1])
          continue
        }
        let within = (Double(number) + shift) * piece
        minutes.append(max(part.from, plan.quarter(of: part.from + Int32(within))))
        shares.append(piece / Double(span))
      }
      // By the golden section no two of them come near each other.
      shift = (shift + 0.618_033_988_75).truncatingRemainder(dividingBy: 1)
    }
    if fine == 0 { alone() }
  }

  /// Adds the starts of one group, in whole quarters of an hour.
  private mutating func group(_ fine: Int, _ shift: inout Double, _ plan: CohortPlan, from: Int32, to: Int32) {
    let span = plan.cohort.spanMinutes
    let quarters = max(1, Int(to - plan.quarter(of: from) + 14) / 15)
    let share = Double(to - from) * Double(fine) / Double(span)
    let count = 15 * fine >= span ? quarters : min(quarters, max(1, Int(share.rounded(.up))))
    let first = plan.quarter(of: from)
    var ends = (1...count).map { min(to, first + Int32(quarters * $0 / count) * 15) }
    ends[count - 1] = to
    var one = ExactGroup(from: from, to: to)
    var begin = from
    for end in ends where end > begin {
      // The middle of a quarter: some go on from when they came, others from when a window opens.
      let minute = min(end - 1, max(begin, plan.quarter(of: begin + Int32(Double(end - begin) * shift)) + 7))
      shift = (shift + 0.618_033_988_75).truncatingRemainder(dividingBy: 1)
      let length = Double(end - begin)
      minutes.append(minute)
      shares.append(length / Double(span))
      group.append(groups.count)
      one.late += (Double(begin) + (length - 1) / 2 - Double(minute)) * length / Double(to - from)
      one.within += length * length / 12 * length / Double(to - from)
      begin = end
    }
    groups.append(one)
  }
}

/// Starts of which is kept how many contacts of them are in a state, and the mean and the square of when these came.
struct ExactGroup {
  /// The first minute, and the one after the last.
  var from: Int32
  var to: Int32
  /// By how much contacts come later than their start in the mean, and how far around that: the mean square.
  var late = 0.0
  var within = 0.0
}

/// The span of a cohort in parts: whoever comes in one of them waits first until the same minute, or each until one
/// that is as much later as he comes later.
private struct StartParts {
  struct Part {
    var from: Int32
    var to: Int32
  }

  /// From when on somebody waits for what may be answered or has outcomes, and until when; or has come to the end.
  private struct First: Equatable {
    var from: Int32
    var until: Int32
  }

  /// Of two who come one after the other: whether the later one is as much later there.
  private struct Change: Equatable {
    var from: Bool
    var until: Bool
  }

  static func whole(_ plan: CohortPlan) -> [Part] { [Part(from: 0, to: Int32(plan.cohort.spanMinutes))] }

  private(set) var all: [Part] = []
  private let most: Int
  private var changes: [Change]?

  init<W: Walker>(_ plan: CohortPlan, _ walker: inout W, atMost most: Int) {
    self.most = most
    let span = Int32(plan.cohort.spanMinutes)
    let step = min(60, plan.shortestOpen(plan.steps.indices))
    var arms = SplitArms(plan)
    all = StartParts.whole(plan)
    var (minute, first) = (Int32(0), StartParts.first(0, plan, &walker, &arms))
    while all.count <= most {
      let next = plan.part(step, of: minute) + step
      guard next < span else { break }
      let other = StartParts.first(next, plan, &walker, &arms)
      compare(minute, first, next, other, plan, &walker, &arms)
      (minute, first) = (next, other)
    }
  }

  /// Finds the quarter of an hour from which on another part begins, if one does.
  private mutating func compare<W: Walker>(
    _ minute: Int32, _ first: [First], _ next: Int32, _ other: [First], _ plan: CohortPlan, _ walker: inout W,
    _ arms: inout SplitArms
  ) {
    guard let found = StartParts.changes(first, other, next - minute) else {
      let middle = plan.quarter(of: (minute + next + 15) / 2)
      guard middle > minute, middle < next else { return begin(at: next, nil) }
      let between = StartParts.first(middle, plan, &walker, &arms)
      compare(minute, first, middle, between, plan, &walker, &arms)
      return compare(middle, between, next, other, plan, &walker, &arms)
    }
    if let changes, changes != found { return begin(at: minute, found) }
    changes = found
  }

  private mutating func begin(at minute: Int32, _ found: [Change]?) {
    let last = all.count - 1
    all.append(Part(from: minute, to: all[last].to))
    all[last].to = minute
    changes = found
  }

  /// Nil where they have nothing to do with each other.
  private static func changes(_ one: [First], _ other: [First], _ later: Int32) -> [Change]? {
    guard one.count == other.count else { return nil }
    var all: [Change] = []
    for (one, other) in zip(one, other) {
      let (from, until) = (other.from - one.from, other.until - one.until)
      guard from == 0 || from == later, until == 0 || until == later else { return nil }
      all.append(Change(from: from != 0, until: until != 0))
    }
    return all
  }

  /// Of whoever comes at a minute, by the ways that he may go; none where no run starts.
  private static func first<W: Walker>(
    _ minute: Int32, _ plan: CohortPlan, _ walker: inout W, _ arms: inout SplitArms
  ) -> [First] {
    let day = plan.day(ofArrival: minute)
    guard let enrolment = plan.days[day].enrolment else { return [] }
    return arms.ways(enrolment).prefix(8).map { way in
      walker.handed.removeAll(keepingCapacity: true)
      var state = walker.start(contact: way.contact, day: day, at: minute)
      var at = minute
      // Few wait so often before anything can come of it.
      for _ in 0..<64 where !walker.handed.contains(where: { plan.steps[Int($0.node)].isAnswered }) {
        guard let wakes = state.wakes, state.awaited < 0, wakes <= Cohort.horizon else { break }
        at = max(at, wakes)
        walker.tell(&state, .timer, contact: way.contact, at: at)
      }
      return First(from: at, until: state.wakes ?? at)
    }
  }
}
