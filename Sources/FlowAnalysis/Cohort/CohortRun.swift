import FlowCore
import FlowTime

/// Carries a cohort through time: arrivals as they come, one queue with a bucket for each minute, what is drawn, and
/// what waits for capacity. Which walker carries the contacts changes nothing of that.
struct CohortRun<W: Walker> {
  /// What the queue knows of a contact: 20 bytes beside the walker's state.
  struct Head {
    var contact: UInt32 = 0
    /// Never where nothing is to come.
    var answerAt: Int32 = never
    var outcomeAt: Int32 = never
    /// The first of what waits for capacity.
    var line: UInt32 = none
    var draws: UInt16 = 0
    var answer: UInt8 = 0
    var outcome: UInt8 = 0
  }

  /// A contact, in one place of the machine's memory.
  struct Place {
    var head = Head()
    /// As the walker left it.
    var state: W.State
  }

  static var none: UInt32 { .max }
  private static var never: Int32 { .max }
  /// In place of an answer, of a contact whose run has ended, and which waits for what it still has to hand over.
  static var over: UInt8 { .max }

  let plan: CohortPlan
  var walker: W
  var tally: CohortTally
  var places: [Place] = []
  /// Of each place the next one in the same bucket, or the next free one; `none` at the end. Apart from all else, as a
  /// bucket's places lie anywhere: so little stays in the processor's own memory.
  private var nexts: [UInt32] = []
  private var free = none
  /// The first place in each minute's bucket.
  private var buckets: [UInt32] = []
  /// The places of the minute at hand, who has waited longest first.
  private var due: [UInt32] = []
  /// Of all that is read ahead: what nothing asks for would not be read.
  private var seen: Int32 = 0
  var lines = CapacityLines()
  var linesGiven: UInt32 = 0
  /// Of the first step with its verb.
  var paces: [DayRoom]
  /// By step: the day of the latest place in its queue, where nothing but its window had a say in that.
  var hints: [Int32]
  /// By step: when its window opens on the day after the latest that was asked for.
  var opens: [(from: Int32, at: Int32)]
  /// By contact: touches that were counted and never left.
  var stopped: [UInt32: Int] = [:]
  private var alive = 0
  private var mostAlive = 0
  private var traces: [Cohort.Trace]

  init(_ plan: CohortPlan, _ walker: W, traced: Bool) {
    self.plan = plan
    self.walker = walker
    tally = CohortTally(plan)
    paces = plan.steps.map { DayRoom(capacity: plan.cohort.capacity[$0.verb], plan) }
    hints = Array(repeating: 0, count: plan.steps.count)
    opens = Array(repeating: (from: -1, at: 0), count: plan.steps.count)
    // Steps of one verb share what that verb can do.
    pace = plan.steps.indices.map { index in
      plan.steps.firstIndex { $0.verb == plan.steps[index].verb } ?? index
    }
    isPaced = plan.steps.map { plan.cohort.capacity[$0.verb] != nil }
    isTouch = plan.steps.map(\.isTouch)
    hasCondition = plan.graph.nodes.map { $0.condition != nil }
    isAnswered = plan.steps.map { $0.isAnswered && !plan.replies.isEmpty }
    replies = plan.replies.map(\.upTo)
    answers = plan.answers
    outcomes = plan.steps.flatMap { $0.outcomes.map(\.upTo) }
    firstOutcome = plan.steps.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.outcomes.count) }
    traces = traced ? Array(repeating: Cohort.Trace(), count: plan.cohort.contacts) : []
  }

  private let isAnswered: [Bool]
  private let isPaced: [Bool]
  let isTouch: [Bool]
  let hasCondition: [Bool]
  /// As in the plan; of outcomes those of all steps, and where those of each begin.
  private let replies: [UInt64]
  private let answers: [AnswerTimes]
  private let outcomes: [UInt64]
  private let firstOutcome: [Int]
  /// The first step with the same verb.
  let pace: [Int]

  mutating func follow(_ progress: (Int) -> Void) {
    let total = plan.cohort.contacts
    var contact = 0
    var arrives = plan.arrival(0)
    var minute: Int32 = 0
    while alive > 0 || contact < total {
      if minute > Cohort.horizon { break }
      if Int(minute) < buckets.count {
        collect(minute)
        var from = 0
        while from < due.count {
          let until = min(from + 16, due.count)
          readAhead(from, until)
          for index in from..<until { go(on: due[index], at: minute) }
          from = until
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

  /// Empties a minute's bucket. Whoever came last into it comes first out of it, and last here.
  private mutating func collect(_ minute: Int32) {
    due.removeAll(keepingCapacity: true)
    var place = buckets[Int(minute)]
    buckets[Int(minute)] = Self.none
    while place != Self.none {
      due.append(place)
      place = nexts[Int(place)]
    }
    due.reverse()
  }

  /// Several contacts lie in several places of the machine's memory. Asked for together they come in the time of one.
  private mutating func readAhead(_ from: Int, _ until: Int) {
    for index in from..<until {
      let place = Int(due[index])
      seen &+= places[place].head.answerAt &+ Int32(truncatingIfNeeded: places[place].state.touchCount)
    }
  }

  func followed(fallback: String?) -> Cohort.Followed {
    Cohort.Followed(
      figures: tally.figures(lost: lost), traces: traces, fallback: fallback,
      bytesPerContact: MemoryLayout<Place>.stride + MemoryLayout<UInt32>.stride, mostWaiting: mostAlive)
  }

  // MARK: Contacts

  private mutating func enter(_ contact: UInt32, at minute: Int32) {
    let day = plan.day(ofArrival: minute)
    guard plan.days[day].enrolment != nil else { return tally.refuse(because: plan.days[day].because) }
    let state = walker.start(contact: contact, day: day, at: minute)
    let place: UInt32
    if free != Self.none {
      place = free
      free = nexts[Int(place)]
      places[Int(place)] = Place(state: state)
    } else {
      place = UInt32(places.count)
      places.append(Place(state: state))
      nexts.append(Self.none)
    }
    places[Int(place)].head.contact = contact
    alive += 1
    mostAlive = max(mostAlive, alive)
    give(place, at: minute)
    go(on: place, at: minute)
  }

  /// Everything that a contact has to do in a minute: what waited for capacity leaves; then an answer, an outcome, and
  /// the timer, for an event wins over a timer of the same instant. While a touch waits the run's clock stands.
  private mutating func go(on place: UInt32, at minute: Int32) {
    let at = Int(place)
    while true {
      let head = places[at].head
      if head.line != Self.none, lines[head.line].leaves <= minute {
        leave(place, at: minute)
        continue
      }
      guard let wakes = places[at].state.wakes else {
        if head.answer != Self.over { end(place, at: minute) }
        if head.line != Self.none { return queue(place, at: Int(lines[head.line].leaves)) }
        return vacate(place)
      }
      if head.answerAt <= minute {
        places[at].head.answerAt = Self.never
        tally.answer(Int(head.answer))
        tell(place, .reply(Int(head.answer)), at: minute)
        continue
      }
      if head.outcomeAt <= minute {
        places[at].head.outcomeAt = Self.never
        let node = Int(places[at].state.awaited)
        guard node >= 0 else { continue }
        tally.outcome(Int(head.outcome), of: node)
        tell(place, .outcome(node: node, index: Int(head.outcome)), at: minute)
        continue
      }
      let stands = head.line != Self.none && lines.hasTouch(head.line)
      if wakes <= minute, !stands {
        tell(place, .timer, at: minute)
        continue
      }
      var next = min(head.answerAt, head.outcomeAt)
      if !stands { next = min(next, wakes) }
      if head.line != Self.none { next = min(next, lines[head.line].leaves) }
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
    nexts[Int(place)] = buckets[minute]
    buckets[minute] = place
  }

  private mutating func tell(_ place: UInt32, _ told: Told, at minute: Int32) {
    let at = Int(place)
    let (before, asked, due) = (places[at].state.awaited, places[at].state.asked, places[at].state.due)
    walker.tell(&places[at].state, told, contact: places[at].head.contact, at: minute)
    if before >= 0, places[at].state.awaited != before || walker.handed.contains(where: { $0.node == before }) {
      // No outcome comes of what is not waited for any more.
      places[at].head.outcomeAt = Self.never
    }
    if places[at].head.line != Self.none { heed(place, told, asked: asked, due: due, at: minute) }
    if !walker.handed.isEmpty { give(place, at: minute) }
  }

  private mutating func end(_ place: UInt32, at minute: Int32) {
    let at = Int(place)
    let contact = places[at].head.contact
    let outcome = walker.outcome(of: places[at].state)
    let touches = places[at].state.touchCount - (stopped.isEmpty ? 0 : stopped.removeValue(forKey: contact) ?? 0)
    tally.end(outcome, touches: touches, after: Int(minute - plan.arrival(Int(contact))))
    if !traces.isEmpty {
      traces[Int(contact)].outcome = outcome
      traces[Int(contact)].ended = minute
      traces[Int(contact)].touches = Int32(touches)
    }
    places[at].head.answer = Self.over
  }

  private mutating func vacate(_ place: UInt32) {
    nexts[Int(place)] = free
    free = place
    alive -= 1
  }

  /// Whoever still lives after ten years.
  private mutating func giveUp() {
    guard alive > 0 else { return }
    var isFree = [Bool](repeating: false, count: places.count)
    var place = free
    while place != Self.none {
      isFree[Int(place)] = true
      place = nexts[Int(place)]
    }
    for place in places.indices where !isFree[place] && places[place].head.answer != Self.over {
      tally.end("", touches: places[place].state.touchCount, after: Cohort.horizon)
    }
  }

  // MARK: What is handed over

  private mutating func give(_ place: UInt32, at minute: Int32) {
    for index in walker.handed.indices {
      let handed = walker.handed[index]
      let node = Int(handed.node)
      note(place, UInt64(UInt32(bitPattern: handed.node)) << 32 | UInt64(UInt32(bitPattern: minute)))
      if isPaced[node], let line = line(index, of: place, at: minute) {
        tally.wait(node, from: minute)
        lines.add(line, to: &places[Int(place)].head.line)
        continue
      }
      if isTouch[node], places[Int(place)].head.line != Self.none {
        lines.change(places[Int(place)].head.line) { $0.touch.since = minute }
      }
      tally.leave(node, at: minute)
      draw(place, node, given: minute, until: handed.until, at: minute)
    }
    while walker.handed.popLast() != nil {}
  }

  mutating func draw(_ place: UInt32, _ node: Int, given: Int32, until: Int32?, at minute: Int32) {
    let at = Int(place)
    if isAnswered[node], places[at].head.answerAt == Self.never {
      let (which, when) = drawn(at)
      if let index = replies.firstIndex(where: { which >> 32 < $0 }) {
        places[at].head.answer = UInt8(truncatingIfNeeded: index)
        places[at].head.answerAt = minute &+ answers[index].minutes(when)
      }
    }
    let own = firstOutcome[node]..<firstOutcome[node + 1]
    if let until, until > given, !own.isEmpty, places[at].state.awaited == Int32(node) {
      let (which, when) = drawn(at)
      guard let index = own.first(where: { which >> 32 < outcomes[$0] }) else { return }
      let length = UInt64(until - given)
      let comes = minute &+ 1 &+ Int32(when.multipliedFullWidth(by: length).high)
      guard comes <= until else { return }
      places[at].head.outcome = UInt8(truncatingIfNeeded: index - own.lowerBound)
      places[at].head.outcomeAt = comes
    }
  }

  private mutating func drawn(_ at: Int) -> (UInt64, UInt64) {
    defer { places[at].head.draws &+= 1 }
    return plan.chance.draw(contact: places[at].head.contact, number: places[at].head.draws)
  }

  mutating func note(_ place: UInt32, _ what: UInt64) {
    guard !traces.isEmpty else { return }
    let contact = Int(places[Int(place)].head.contact)
    traces[contact].digest = (traces[contact].digest ^ what) &* 0x0000_0100_0000_01B3
  }

  var lost: [Int: Int] = [:]
}
