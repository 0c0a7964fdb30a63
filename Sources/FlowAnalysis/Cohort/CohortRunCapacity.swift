import FlowCore
import FlowTime

/// What waits for capacity, as the engine lets it wait: it has a place on the first later day that has room and on
/// which it can leave, and is looked at once more when its time has come. While a touch waits, its run stands; what
/// counts from it counts from when it leaves.
extension CohortRun {
  /// Nil where there is room today.
  mutating func line(_ index: Int, of place: UInt32, at minute: Int32) -> CapacityLine? {
    let handed = walker.handed[index]
    let node = Int(handed.node)
    if places[Int(place)].head.line == Self.none, paces[pace[node]].take(minute) { return nil }
    linesGiven += 1
    var line = CapacityLine(
      touch: Waited(node: handed.node, counted: minute), number: linesGiven, isTouch: isTouch[node],
      until: handed.until)
    let first = first(before: line, place, minute)
    if first == minute, places[Int(place)].head.line != Self.none, paces[pace[node]].take(minute) { return nil }
    if walker.began { line.touch.arrived = minute }
    line.behind = walker.handed[(index + 1)...].count { isTouch[Int($0.node)] }
    reserve(&line, place, at: minute, notBefore: first)
    line.behind = 0
    return line
  }

  /// Touches of one contact by one verb leave as they were handed over: the last place that one before this has; now
  /// where none has one.
  private func first(before line: CapacityLine, _ place: UInt32, _ minute: Int32) -> Int32 {
    guard line.isTouch else { return minute }
    var first = minute
    lines.each(places[Int(place)].head.line) { other in
      let isBefore = other.isTouch && other.number < line.number && other.day >= 0
      if isBefore, pace[Int(other.touch.node)] == pace[Int(line.touch.node)] { first = max(first, other.leaves) }
    }
    return first
  }

  /// When what comes after it and has not left either was counted.
  private func behind(_ line: CapacityLine, _ place: UInt32) -> [Int32] {
    var counted = [Int32](repeating: line.touch.counted, count: line.behind)
    lines.each(places[Int(place)].head.line) { other in
      if other.isTouch, other.number > line.number { counted.append(other.touch.counted) }
    }
    return counted
  }

  /// A place on the first day with room on which it can leave.
  private mutating func reserve(
    _ line: inout CapacityLine, _ place: UInt32, at minute: Int32, notBefore first: Int32
  ) {
    let node = Int(line.touch.node)
    let index = pace[node]
    var day = paces[index].number(of: minute) + 1
    if first > minute {
      day = paces[index].number(of: first)
      if day == paces[index].number(of: minute), !paces[index].hasRoom(minute) { day += 1 }
    }
    var isPlain = !hasCondition[node] && first == minute
    if isPlain, line.isTouch {
      let start = paces[index].start(of: day)
      isPlain = opening(line, place, from: start) == opening(of: node, from: start)
    }
    if isPlain { day = max(day, hints[node]) }
    while true {
      day = paces[index].firstWithRoom(from: day)
      let start = max(paces[index].start(of: day), first > minute ? first : .min)
      let open = line.isTouch ? opening(line, place, from: start) : start
      let opens = paces[index].number(of: open)
      if opens <= day || day >= DayRoom.last {
        line.leaves = max(open, minute + 1)
        break
      }
      day = opens
    }
    paces[index].reserve(day)
    line.day = day
    if isPlain { hints[node] = day }
  }

  /// When it may leave, from a minute on, as far as is known by now.
  private mutating func opening(_ line: CapacityLine, _ place: UInt32, from minute: Int32) -> Int32 {
    let behind = behind(line, place)
    if case .later(let open) = walker.mayLeave(
      line.touch, places[Int(place)].state, behind: behind, capped: false, at: minute)
    {
      return max(open, minute)
    }
    return minute
  }

  /// By nothing but its window.
  private mutating func opening(of node: Int, from minute: Int32) -> Int32 {
    if opens[node].from != minute {
      let open = plan.steps[node].window.map { window in
        firstOpen(
          notBefore: plan.instant(minute), window: window.hours, zone: plan.contactZone, holidays: window.holidays)
      }
      opens[node] = (minute, (open ?? nil).map { plan.minute(notBefore: $0) } ?? minute)
    }
    return opens[node].at
  }

  /// The time of the first line has come.
  mutating func leave(_ place: UInt32, at minute: Int32) {
    let at = Int(place)
    var line = lines.removeFirst(&places[at].head.line)
    let node = Int(line.touch.node)
    let look: Leaving =
      line.isTouch
      ? walker.mayLeave(line.touch, places[at].state, behind: behind(line, place), capped: true, at: minute) : .now
    if look != .now { giveBack(&line) }
    switch look {
    case .never: return drop(line, place, at: minute)
    case .later(let instant):
      line.leaves = max(instant, minute + 1)
      return lines.add(line, to: &places[at].head.line)
    case .now: break
    }
    let first = first(before: line, place, minute)
    if first > minute { giveBack(&line) }
    guard first == minute, paces[pace[node]].take(minute, place: line.day) else {
      reserve(&line, place, at: minute, notBefore: first)
      return lines.add(line, to: &places[at].head.line)
    }
    note(place, 1 << 63 | UInt64(UInt32(bitPattern: line.touch.node)) << 32 | UInt64(UInt32(bitPattern: minute)))
    tally.stopWaiting(node, from: line.touch.counted, at: minute)
    tally.leave(node, at: minute)
    guard places[at].state.wakes != nil else { return }
    var (given, until) = (line.touch.counted, line.until)
    if line.isTouch {
      walker.wentOut(line.touch, &places[at].state, at: minute)
      lines.change(places[at].head.line) {
        $0.touch.follow(line.touch, leftAt: minute)
        $0.touch.since = minute
      }
      if until != nil { (given, until) = (minute, places[at].state.due) }
    }
    draw(place, node, given: given, until: until, at: minute)
  }

  /// What an event has stopped never leaves: an answer, a bounce or an opt-out the touches, and whatever interrupts a
  /// step, what that step has handed over. A task or a word to somebody else that the run has left behind goes out.
  mutating func heed(_ place: UInt32, _ told: Told, asked: Int32, due: Int32, at minute: Int32) {
    let at = Int(place)
    var touches = places[at].state.wakes == nil
    var interrupted: Int32 = -1
    switch told {
    case .timer: touches = false
    case .outcome: break
    case .reply(let index):
      touches = touches || plan.stopsTouches[index]
      if asked >= 0, places[at].state.asked != asked { interrupted = asked }
    }
    if touches || interrupted >= 0 {
      let stopped = lines.remove(from: &places[at].head.line) { $0.isTouch && touches || $0.touch.node == interrupted }
      for var line in stopped {
        giveBack(&line)
        drop(line, place, at: minute)
      }
    }
    let isByHand = isByHand(told)
    let (began, now) = (walker.began, places[at].state.due)
    lines.change(places[at].head.line) { line in
      line.touch.hasActed = line.touch.hasActed || isByHand
      if began {
        (line.touch.arrived, line.touch.floor) = (minute, CompiledWalker.none)
        line.touch.isActedUpon = line.touch.hasActed
      } else if now > due {
        line.touch.floor = now
      }
    }
  }

  /// What a channel tells by itself, a person's absence too, has no instant that anything counts from.
  private func isByHand(_ told: Told) -> Bool {
    switch told {
    case .timer: false
    case .outcome(let node, _): plan.steps[node].isTask
    case .reply(let index): if case .named = plan.replies[index].kind { true } else { false }
    }
  }

  private mutating func giveBack(_ line: inout CapacityLine) {
    guard line.day >= 0 else { return }
    let index = pace[Int(line.touch.node)]
    paces[index].giveBack(line.day)
    for node in hints.indices where pace[node] == index { hints[node] = min(hints[node], line.day) }
    line.day = -1
  }

  private mutating func drop(_ line: CapacityLine, _ place: UInt32, at minute: Int32) {
    lost[Int(line.touch.node), default: 0] += 1
    let head = places[Int(place)].head
    if line.isTouch, head.answer != CohortRun.over { stopped[head.contact, default: 0] += 1 }
    tally.stopWaiting(Int(line.touch.node), from: line.touch.counted, at: minute)
  }
}

extension Waited {
  /// Another touch of the same contact has left: where both began the same wait, that counts from then.
  fileprivate mutating func follow(_ other: Waited, leftAt minute: Int32) {
    guard arrived != CompiledWalker.none, arrived == other.arrived, other.arrived >= other.counted else { return }
    arrived = minute
  }
}

/// Something that waits for capacity.
struct CapacityLine {
  var touch: Waited
  /// In the order of handing over.
  var number: UInt32
  var isTouch: Bool
  /// How many touches are handed over with it, after it.
  fileprivate var behind = 0
  var leaves: Int32 = 0
  /// On which it has a place; -1 where it has none.
  var day: Int32 = -1
  var until: Int32?
  fileprivate var next = UInt32.max
}

/// The lines of all contacts, each contact's by when they leave; those of one instant as they were given.
struct CapacityLines {
  private var lines: [CapacityLine] = []
  private var free = UInt32.max

  subscript(_ index: UInt32) -> CapacityLine {
    _read { yield lines[Int(index)] }
  }

  func hasTouch(_ first: UInt32) -> Bool {
    var index = first
    while index != .max {
      if lines[Int(index)].isTouch { return true }
      index = lines[Int(index)].next
    }
    return false
  }

  mutating func add(_ line: CapacityLine, to first: inout UInt32) {
    var index = free
    if index == .max {
      index = UInt32(lines.count)
      lines.append(line)
    } else {
      free = lines[Int(index)].next
      lines[Int(index)] = line
    }
    var before: UInt32?
    var after = first
    while after != .max, lines[Int(after)].leaves <= line.leaves {
      before = after
      after = lines[Int(after)].next
    }
    lines[Int(index)].next = after
    if let before { lines[Int(before)].next = index } else { first = index }
  }

  mutating func removeFirst(_ first: inout UInt32) -> CapacityLine {
    let index = first
    let line = lines[Int(index)]
    first = line.next
    lines[Int(index)].next = free
    free = index
    return line
  }

  mutating func change(_ first: UInt32, _ body: (inout CapacityLine) -> Void) {
    var index = first
    while index != .max {
      body(&lines[Int(index)])
      index = lines[Int(index)].next
    }
  }

  func each(_ first: UInt32, _ body: (CapacityLine) -> Void) {
    var index = first
    while index != .max {
      body(lines[Int(index)])
      index = lines[Int(index)].next
    }
  }

  mutating func remove(
    from first: inout UInt32, where isGone: (CapacityLine) -> Bool
  ) -> [CapacityLine] {
    var (all, gone): ([CapacityLine], [CapacityLine]) = ([], [])
    while first != .max { all.append(removeFirst(&first)) }
    for line in all { if isGone(line) { gone.append(line) } else { add(line, to: &first) } }
    return gone
  }
}

/// How a verb with a capacity is filled, as the engine fills it: so many a day in UTC, in the order of coming.
struct DayRoom {
  /// The last day that is counted; on it there is room for everybody.
  static let last = Int32(Cohort.horizon / 1440 + 366)

  private let capacity: Int
  /// Minutes from the cohort's start back to the first midnight in UTC.
  private let offset: Int32
  /// From the day of the cohort's start.
  private(set) var day: Int32 = -1
  /// On that day.
  private var handed = 0
  /// By day: how many wait that have a place there.
  private var reserved: [Int] = []
  /// No day between today and this one has room.
  private var full: Int32 = 0

  init(capacity: Int?, _ plan: CohortPlan) {
    self.capacity = max(1, capacity ?? .max)
    offset = plan.instant(0).milliseconds.minuteOfDay
  }

  /// Whether one more leaves now, as it does from now on.
  /// - Parameter place: the day on which it has one, given back by this; -1 for none.
  mutating func take(_ now: Int32, place: Int32 = -1) -> Bool {
    let today = number(of: now)
    if today > day { (day, handed) = (today, 0) }
    if place >= 0 { reserved[Int(place)] -= 1 }
    let waiting = place >= 0 ? 0 : reserved(on: today)
    guard handed + waiting < capacity else { return false }
    handed += 1
    return true
  }

  /// Whether today one more could leave.
  func hasRoom(_ now: Int32) -> Bool {
    let today = number(of: now)
    return (today > day ? 0 : handed) + reserved(on: today) < capacity
  }

  private func reserved(on day: Int32) -> Int { Int(day) < reserved.count ? reserved[Int(day)] : 0 }

  mutating func firstWithRoom(from: Int32) -> Int32 {
    var one = from
    let isNext = from <= max(full, day + 1)
    if isNext { one = max(from, full) }
    while one < Self.last, reserved(on: one) >= capacity { one += 1 }
    if isNext { full = one }
    return min(one, Self.last)
  }

  mutating func reserve(_ day: Int32) {
    while reserved.count <= Int(day) { reserved.append(0) }
    reserved[Int(day)] += 1
  }

  mutating func giveBack(_ day: Int32) {
    reserved[Int(day)] -= 1
    full = min(full, day)
  }

  func number(of minute: Int32) -> Int32 { (minute &+ offset) / 1440 }
  func start(of day: Int32) -> Int32 { day * 1440 - offset }
}

extension Int64 {
  /// Of an instant in milliseconds since 1970, in UTC.
  fileprivate var minuteOfDay: Int32 { Int32(truncatingIfNeeded: ((flooredMinutes % 1440) + 1440) % 1440) }
}
