import FlowCore
import FlowTime

/// Carries a cohort through time: arrivals as they come, one queue with a bucket for each minute, what is drawn, and
/// what waits for capacity. Which walker carries the contacts changes nothing of that.
struct CohortRun<W: Walker> {
  /// What the queue knows of a contact: 24 bytes beside the walker's state.
  private struct Head {
    var contact: UInt32 = 0
    /// The next place in the same bucket, or the next free one; `none` at the end.
    var next: UInt32 = none
    /// Never where nothing is to come.
    var answerAt: Int32 = never
    var outcomeAt: Int32 = never
    /// The first of what waits for capacity.
    var line: UInt32 = none
    var draws: UInt16 = 0
    var answer: UInt8 = 0
    var outcome: UInt8 = 0
  }

  /// Something that waits for capacity.
  private struct Line {
    var node: Int32
    var given: Int32
    var leaves: Int32
    var until: Int32?
    var next: UInt32
  }

  private static var none: UInt32 { .max }
  private static var never: Int32 { .max }

  let plan: CohortPlan
  private(set) var walker: W
  private var tally: CohortTally
  private var heads: [Head] = []
  /// Of each place, as the walker left it.
  private var states: [W.State] = []
  private var free = none
  /// The first place in each minute's bucket.
  private var buckets: [UInt32] = []
  private var lines: [Line] = []
  private var freeLine = none
  /// Of the first step with its verb.
  private var paces: [Pace]
  /// By step: when its window opens on the day of the latest place in its queue.
  private var opens: [(slot: Int32, at: Int32)]
  private var alive = 0
  private var mostAlive = 0
  private var traces: [Cohort.Trace]

  init(_ plan: CohortPlan, _ walker: W, traced: Bool) {
    self.plan = plan
    self.walker = walker
    tally = CohortTally(plan)
    paces = plan.steps.map { Pace(capacity: plan.cohort.capacity[$0.verb], plan) }
    opens = Array(repeating: (slot: -1, at: 0), count: plan.steps.count)
    // Steps of one verb share what that verb can do.
    pace = plan.steps.indices.map { index in
      plan.steps.firstIndex { $0.verb == plan.steps[index].verb } ?? index
    }
    isPaced = plan.steps.map { plan.cohort.capacity[$0.verb] != nil }
    isAnswered = plan.steps.map { $0.isAnswered && !plan.replies.isEmpty }
    replies = plan.replies.map(\.upTo)
    answers = plan.answers
    outcomes = plan.steps.flatMap { $0.outcomes.map(\.upTo) }
    firstOutcome = plan.steps.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.outcomes.count) }
    traces = traced ? Array(repeating: Cohort.Trace(), count: plan.cohort.contacts) : []
  }

  private let isAnswered: [Bool]
  private let isPaced: [Bool]
  /// As in the plan; of outcomes those of all steps, and where those of each begin.
  private let replies: [UInt64]
  private let answers: [AnswerTimes]
  private let outcomes: [UInt64]
  private let firstOutcome: [Int]
  /// The first step with the same verb.
  private let pace: [Int]

  mutating func follow(_ progress: (Int) -> Void) {
    let total = plan.cohort.contacts
    var contact = 0
    var arrives = plan.arrival(0)
    var minute: Int32 = 0
    while alive > 0 || contact < total {
      if minute > Cohort.horizon { break }
      if Int(minute) < buckets.count {
        var place = buckets[Int(minute)]
        buckets[Int(minute)] = Self.none
        while place != Self.none {
          let next = heads[Int(place)].next
          go(on: place, at: minute)
          place = next
        }
      }
      while arrives == minute, contact < total {
        enter(UInt32(contact), at: minute)
        contact += 1
        arrives = plan.arrival(contact)
      }
      if minute & 1023 == 0 { progress(tally.ended) }
      minute += 1
    }
    giveUp()
  }

  func followed(fallback: String?) -> Cohort.Followed {
    Cohort.Followed(
      figures: tally.figures(lost: lost), traces: traces, fallback: fallback,
      bytesPerContact: MemoryLayout<Head>.stride + MemoryLayout<W.State>.stride, mostWaiting: mostAlive)
  }

  // MARK: Contacts

  private mutating func enter(_ contact: UInt32, at minute: Int32) {
    let day = plan.day(ofArrival: minute)
    guard plan.days[day].enrolment != nil else { return tally.refuse(because: plan.days[day].because) }
    let state = walker.start(contact: contact, day: day, at: minute)
    let place: UInt32
    if free != Self.none {
      place = free
      free = heads[Int(place)].next
      heads[Int(place)] = Head()
      states[Int(place)] = state
    } else {
      place = UInt32(heads.count)
      heads.append(Head())
      states.append(state)
    }
    heads[Int(place)].contact = contact
    alive += 1
    mostAlive = max(mostAlive, alive)
    give(place, at: minute)
    go(on: place, at: minute)
  }

  /// Everything that a contact has to do in a minute: what waited for capacity leaves; then an answer, an outcome, and
  /// the timer, for an event wins over a timer of the same instant.
  private mutating func go(on place: UInt32, at minute: Int32) {
    let at = Int(place)
    while true {
      guard let wakes = states[at].wakes else { return end(place, at: minute) }
      let head = heads[at]
      if head.line != Self.none, lines[Int(head.line)].leaves <= minute {
        leave(place, at: minute)
        continue
      }
      if head.answerAt <= minute {
        heads[at].answerAt = Self.never
        tally.answer(Int(head.answer))
        tell(place, .reply(Int(head.answer)), at: minute)
        continue
      }
      if head.outcomeAt <= minute {
        heads[at].outcomeAt = Self.never
        let node = Int(states[at].awaited)
        guard node >= 0 else { continue }
        tally.outcome(Int(head.outcome), of: node)
        tell(place, .outcome(node: node, index: Int(head.outcome)), at: minute)
        continue
      }
      if wakes <= minute {
        tell(place, .timer, at: minute)
        continue
      }
      var next = min(wakes, head.answerAt, head.outcomeAt)
      if head.line != Self.none { next = min(next, lines[Int(head.line)].leaves) }
      queue(place, at: Int(next))
      return
    }
  }

  private mutating func queue(_ place: UInt32, at minute: Int) {
    guard minute <= Cohort.horizon else { return }
    if minute >= buckets.count {
      let more = min(max(buckets.count, minute + 1 - buckets.count, 4096), Cohort.horizon + 1 - buckets.count)
      buckets.append(contentsOf: repeatElement(Self.none, count: more))
    }
    heads[Int(place)].next = buckets[minute]
    buckets[minute] = place
  }

  private mutating func tell(_ place: UInt32, _ told: Told, at minute: Int32) {
    let at = Int(place)
    let before = states[at].awaited
    walker.tell(&states[at], told, contact: heads[at].contact, at: minute)
    if before >= 0, states[at].awaited != before || walker.handed.contains(where: { $0.node == before }) {
      // No outcome comes of what is not waited for any more.
      heads[at].outcomeAt = Self.never
      if case .timer = told {} else { withdraw(place, Int32(before), at: minute) }
    }
    if !walker.handed.isEmpty { give(place, at: minute) }
  }

  private mutating func end(_ place: UInt32, at minute: Int32) {
    let at = Int(place)
    while heads[at].line != Self.none { drop(at, at: minute) }
    let contact = Int(heads[at].contact)
    let outcome = walker.outcome(of: states[at])
    let touches = states[at].touchCount
    tally.end(outcome, touches: touches, after: Int(minute - plan.arrival(contact)))
    if !traces.isEmpty {
      traces[contact].outcome = outcome
      traces[contact].ended = minute
      traces[contact].touches = Int32(touches)
    }
    heads[at].next = free
    free = place
    alive -= 1
  }

  /// Whoever still lives after ten years.
  private mutating func giveUp() {
    guard alive > 0 else { return }
    var isFree = [Bool](repeating: false, count: heads.count)
    var place = free
    while place != Self.none {
      isFree[Int(place)] = true
      place = heads[Int(place)].next
    }
    for place in heads.indices where !isFree[place] {
      tally.end("", touches: states[place].touchCount, after: Cohort.horizon)
    }
  }

  // MARK: What is handed over

  private mutating func give(_ place: UInt32, at minute: Int32) {
    for index in walker.handed.indices {
      let handed = walker.handed[index]
      let node = Int(handed.node)
      note(place, UInt64(UInt32(bitPattern: handed.node)) << 32 | UInt64(UInt32(bitPattern: minute)))
      if isPaced[node] {
        let leaves = leaving(node, at: minute)
        if leaves > minute {
          wait(place, Line(node: handed.node, given: minute, leaves: leaves, until: handed.until, next: Self.none))
          continue
        }
      }
      tally.leave(node, at: minute)
      draw(place, node, given: minute, until: handed.until, at: minute)
    }
    while walker.handed.popLast() != nil {}
  }

  /// When there is room for it, and its window is open.
  private mutating func leaving(_ node: Int, at minute: Int32) -> Int32 {
    let slot = paces[pace[node]].take(minute)
    guard slot > minute else { return minute }
    if opens[node].slot == slot { return opens[node].at }
    guard let window = plan.steps[node].window else { return slot }
    let open = firstOpen(
      notBefore: plan.instant(slot), window: window.hours, zone: plan.contactZone, holidays: window.holidays)
    opens[node] = (slot, open.map { plan.minute(notBefore: $0) } ?? slot)
    return opens[node].at
  }

  private mutating func draw(_ place: UInt32, _ node: Int, given: Int32, until: Int32?, at minute: Int32) {
    let at = Int(place)
    if isAnswered[node], heads[at].answerAt == Self.never {
      let (which, when) = drawn(at)
      if let index = replies.firstIndex(where: { which >> 32 < $0 }) {
        heads[at].answer = UInt8(truncatingIfNeeded: index)
        heads[at].answerAt = minute &+ answers[index].minutes(when)
      }
    }
    let own = firstOutcome[node]..<firstOutcome[node + 1]
    if let until, until > given, !own.isEmpty, states[at].awaited == Int32(node) {
      let (which, when) = drawn(at)
      guard let index = own.first(where: { which >> 32 < outcomes[$0] }) else { return }
      let length = UInt64(until - given)
      let comes = minute &+ 1 &+ Int32(when.multipliedFullWidth(by: length).high)
      guard comes <= until else { return }
      heads[at].outcome = UInt8(truncatingIfNeeded: index - own.lowerBound)
      heads[at].outcomeAt = comes
    }
  }

  private mutating func drawn(_ at: Int) -> (UInt64, UInt64) {
    defer { heads[at].draws &+= 1 }
    return plan.chance.draw(contact: heads[at].contact, number: heads[at].draws)
  }

  private mutating func note(_ place: UInt32, _ what: UInt64) {
    guard !traces.isEmpty else { return }
    let contact = Int(heads[Int(place)].contact)
    traces[contact].digest = (traces[contact].digest ^ what) &* 0x0000_0100_0000_01B3
  }

  // MARK: What waits for capacity

  private(set) var lost: [Int: Int] = [:]

  private mutating func wait(_ place: UInt32, _ line: Line) {
    tally.wait(Int(line.node), from: line.given)
    var index = freeLine
    if index == Self.none {
      index = UInt32(lines.count)
      lines.append(line)
    } else {
      freeLine = lines[Int(index)].next
      lines[Int(index)] = line
    }
    // By when they leave; those of one instant as they were given.
    var before: UInt32?
    var after = heads[Int(place)].line
    while after != Self.none, lines[Int(after)].leaves <= line.leaves {
      before = after
      after = lines[Int(after)].next
    }
    lines[Int(index)].next = after
    if let before { lines[Int(before)].next = index } else { heads[Int(place)].line = index }
  }

  private mutating func leave(_ place: UInt32, at minute: Int32) {
    let line = take(Int(place))
    let node = Int(line.node)
    note(place, 1 << 63 | UInt64(UInt32(bitPattern: line.node)) << 32 | UInt64(UInt32(bitPattern: minute)))
    tally.stopWaiting(node, from: line.given, at: minute)
    tally.leave(node, at: minute)
    if plan.steps[node].isTouch { walker.wentOut(&states[Int(place)], at: minute) }
    draw(place, node, given: line.given, until: line.until, at: minute)
  }

  /// The first line, taken from the contact's.
  private mutating func take(_ at: Int) -> Line {
    let index = heads[at].line
    let line = lines[Int(index)]
    heads[at].line = line.next
    lines[Int(index)].next = freeLine
    freeLine = index
    return line
  }

  private mutating func drop(_ at: Int, at minute: Int32) {
    let line = take(at)
    lost[Int(line.node), default: 0] += 1
    tally.stopWaiting(Int(line.node), from: line.given, at: minute)
  }

  /// An event has made a task superfluous.
  private mutating func withdraw(_ place: UInt32, _ node: Int32, at minute: Int32) {
    guard heads[Int(place)].line != Self.none, plan.steps[Int(node)].isTask else { return }
    var kept: [Line] = []
    while heads[Int(place)].line != Self.none {
      if lines[Int(heads[Int(place)].line)].node == node {
        drop(Int(place), at: minute)
      } else {
        kept.append(take(Int(place)))
      }
    }
    for line in kept.reversed() {
      let index = freeLine
      freeLine = lines[Int(index)].next
      lines[Int(index)] = line
      lines[Int(index)].next = heads[Int(place)].line
      heads[Int(place)].line = index
    }
  }
}

/// How a verb with a capacity is filled, as the engine fills it: so many a day in UTC, in the order of coming.
private struct Pace {
  let capacity: Int
  /// Minutes from the cohort's start back to the first midnight in UTC.
  private let offset: Int32
  private var day: Int32 = -1
  private var count = 0

  init(capacity: Int?, _ plan: CohortPlan) {
    self.capacity = max(1, capacity ?? .max)
    offset = plan.instant(0).milliseconds.minuteOfDay
  }

  /// The minute for one more; none is before `now`.
  mutating func take(_ now: Int32) -> Int32 {
    let today = (now &+ offset) / 1440
    if today > day { (day, count) = (today, 0) }
    if count >= capacity { (day, count) = (min(day &+ 1, Int32(Cohort.horizon / 1440 + 366)), 0) }
    count += 1
    return max(now, day &* 1440 &- offset)
  }
}

extension Int64 {
  /// Of an instant in milliseconds since 1970, in UTC.
  fileprivate var minuteOfDay: Int32 { Int32(truncatingIfNeeded: ((flooredMinutes % 1440) + 1440) % 1440) }
}
