import FlowCore
import FlowTime

/// A graph as flat tables, for contacts of whom nobody asks but the clock, their answers and the outcomes of steps.
///
/// Refuses what the walker does not carry, where such a contact could come to it.
struct CohortProgram {
  /// Where to go on: a step from 0 on, or one of these.
  enum To {
    static let nowhere: Int32 = -1
    static let resume: Int32 = -2
    static let firstEnd: Int32 = -10
    static let firstHold: Int32 = -10_000
    static func end(_ index: Int) -> Int32 { firstEnd - Int32(index) }
    static func hold(_ index: Int) -> Int32 { firstHold - Int32(index) }
    static func isEnd(_ target: Int32) -> Bool { target <= firstEnd && target > firstHold }
  }

  enum Kind: UInt8 { case wait, await, channel, choose, split, loop, escalate, pass, set, suppress, hold, go, end }
  enum Past: UInt8 { case none, skip, target }
  enum Closed: UInt8 { case `defer`, skip, end }

  /// One step, without anything on the heap.
  struct Op {
    var kind = Kind.pass
    var isTouch = false
    var isAwait = false
    /// What it hands over can be rendered and has somebody to reach.
    var delivers = true
    var inAnytime = false
    var liftsGap = false
    var ifPast = Past.none
    var closed = Closed.defer
    /// The bit of a verb that may be suppressed; 0 where none is.
    var verb: UInt8 = 0
    /// The number of the loop, from 1; of the innermost one around the step.
    var loop: UInt8 = 0
    var around: UInt8 = 0
    var times: Int32 = 0
    var due: Int16 = -1
    var until: Int16 = -1
    var condition: Int16 = -1
    var window: Int16 = -1
    var slot: Int16 = -1
    /// Of a duration, or of the people to be told.
    var every: Int16 = -1
    var people: Int32 = 0
    var next: Int32 = To.nowhere
    var target: Int32 = To.nowhere
    var timeout: Int32 = To.nowhere
    var pastTarget: Int32 = To.nowhere
    var closedEnd: Int32 = To.nowhere
    /// Whether the target of a `go` lies ahead is this bit.
    var ahead: Int16 = -1
    /// Bits of the targets that are no longer ahead once the run has come here.
    var passes: UInt32 = 0
    /// Into `choices`: branches, arms, cases of outcomes.
    var first: Int32 = 0
    var count: Int32 = 0
    /// Into `classes`: cases of an await by class of reply, with that for the rest behind them.
    var cases: Int32 = -1
  }

  struct Choice {
    var condition: Int16 = -1
    var target: Int32
  }

  /// A case of `anytime`: for which class of reply (by index, or the rest), and the bit of its target.
  struct Anytime {
    var target: Int32
    var bit: Int16
  }

  enum Clock { case arrival, start, data, state }

  struct When {
    var moment: Moment
    var clock: Clock
    /// Days after the start, at the same wall time: moved by holds.
    var days: Int?
    /// It counts from when a step was passed.
    var isFromStep = false
  }

  struct Condition {
    var expression: Expression
    /// It depends on nothing but the data.
    var isConstant: Bool
  }

  struct Hours {
    var window: Window?
    var holidays: HolidayCalendar
  }

  let plan: CohortPlan
  var ops: [Op] = []
  var choices: [Choice] = []
  var classes: [Int32] = []
  /// By class of ``CohortPlan/replies``: of that class, then for any reply.
  var anytime: [[Anytime]] = []
  var anyReply: [Anytime] = []
  var whens: [When] = []
  var conditions: [Condition] = []
  var windows: [Hours] = []
  var durations: [Duration] = []
  var ends: [String] = []
  var holds: [Hold] = []
  var splits: [Int: Split] = [:]
  var bits: [NodeIndex] = []
  var slots: [NodeIndex] = []
  var verbs: [String] = []
  var entry: Int32 = To.nowhere
  var replied: Int32 = To.nowhere
  var exhausted: Int32 = To.nowhere
  var undeliverable: Int32 = To.nowhere
  var optedOut: Int32 = To.nowhere
  /// How long who is away holds a run where the file says nothing.
  var away: Int16 = -1
  let reachable: Set<NodeIndex>
  /// By step: it may lead to one for which it counts how many touches there were, or whose touch may be answered; or it
  /// is one.
  private(set) var leadsToCounted: [Bool] = []
  /// By step: it may lead back to the wait out of which a contact came to it, or hold that; or it is one that does.
  private(set) var leadsBack: [Bool] = []
  /// By step: what may come of waiting there without another answer asks for the class or the text of the last one.
  private(set) var readsAnswers: [Bool] = []
  /// Something asks when the run began; for what the contact brought, or for its key.
  private(set) var readsStart = false
  /// It asks for more than the date of that.
  private(set) var readsTimeOfStart = false
  private(set) var readsData = false
  /// Whether it counts for how long runs were held.
  private(set) var countsHolds = true

  init(_ plan: CohortPlan) throws(NotCarried) {
    self.plan = plan
    let reachable = CohortReach(plan).nodes
    self.reachable = reachable
    if plan.cohort.caps != nil { throw NotCarried("caps over all workflows") }
    try collect()
    for node in plan.graph.nodes.indices {
      ops.append(reachable.contains(node) ? try op(node) : Op())
    }
    let probe = CohortProbe(plan)
    for node in reachable { try probe.fill(&ops[node], node) }
    try tables()
    leadsToCounted = CohortReach.leading(to: plan.graph.nodes.indices.map(counts), plan)
    leadsBack = CohortReach.leading(to: ops.map(goesBack), plan)
    readsAnswers = readingAnswers
  }

  /// What has to be known before a step is compiled.
  private mutating func collect() throws(NotCarried) {
    let graph = plan.graph
    for one in graph.anytime { note(ahead: one.target) }
    for index in reachable.sorted() {
      let node = graph.nodes[index]
      if case .go(let target) = node.action { note(ahead: target) }
      if case .suppress(let verb) = node.action, verb != "all", !verbs.contains(verb) { verbs.append(verb) }
      for use in Uses.of(node) {
        if case .step(let passed) = use, !slots.contains(passed) { slots.append(passed) }
      }
    }
    let loops = reachable.contains { if case .loop = graph.nodes[$0].action { true } else { false } }
    if bits.count > 32 { throw NotCarried("more than 32 targets that only count while they lie ahead") }
    if verbs.count > 7 { throw NotCarried("more than 7 channels that are suppressed") }
    if slots.count > (loops ? 0 : 2) { throw NotCarried("instants of steps that are counted from later") }
    if graph.nodes.count > 9_000 { throw NotCarried("so many steps") }
  }

  private func counts(_ node: NodeIndex) -> Bool {
    plan.steps[node].isAnswered || plan.steps[node].isTouch && plan.graph.policy.maxTouches != nil
      || Uses.of(plan.graph.nodes[node]).contains(.runTouches)
  }

  /// A case of `anytime` that an answer leads to asks for that answer; any other may ask for the one before.
  private var readingAnswers: [Bool] {
    let reads = CohortReach.leading(
      to: plan.graph.nodes.indices.map { node in
        let holds = plan.graph.edges(from: node).flatMap { edge -> [Name] in
          if case .hold(let hold) = edge.to { Uses.of(hold) } else { [] }
        }
        return (Uses.of(plan.graph.nodes[node]) + holds).contains(where: Uses.isOfAnswer)
      }, plan)
    let answers = Set(plan.graph.replies.map(\.name) + ["reply"])
    let readsAnyhow = plan.graph.anytime.contains { one in
      guard !answers.contains(one.key) else { return false }
      return switch one.target {
      case .node(let node): reads[node]
      case .hold(let hold): Uses.of(hold).contains(where: Uses.isOfAnswer)
      default: false
      }
    }
    return readsAnyhow ? reads.map { _ in true } : reads
  }

  private func goesBack(_ op: Op) -> Bool {
    func isBack(_ target: Int32) -> Bool { target == To.resume || target <= To.firstHold }
    let choices = choices[Int(op.first)..<Int(op.first + op.count)].map(\.target)
    let classes = op.cases < 0 ? [] : classes[Int(op.cases)...Int(op.cases) + plan.replies.count]
    return op.kind == .hold || op.ahead >= 0
      || ([op.next, op.target, op.timeout, op.pastTarget, op.closedEnd] + choices + classes).contains(where: isBack)
  }

  /// Where no more than a share of all contacts can come to the thirty days for which a run may be held in all, and
  /// nothing else asks how long it was, that is not counted.
  mutating func leaveOutLimitOfHolds(upTo most: Double) {
    countsHolds = !holds.isEmpty || whens.contains { $0.days != nil } || heldOften > most
  }

  /// At most the share of contacts who have five notes of an absence: an absence is a week,
  /// and five weeks are more than thirty days.
  private var heldOften: Double {
    var touches = 0
    for index in reachable {
      if case .go = plan.graph.nodes[index].action { return 1 }
      guard plan.steps[index].isAnswered else { continue }
      if ops[index].inAnytime { return 1 }
      touches += ops[index].around == 0 ? 1 : 255
    }
    let shares = zip(plan.replies, [0] + plan.replies.map(\.upTo)).map { Double($0.upTo - $1) / 4_294_967_296 }
    func sum(_ isIn: (Int) -> Bool) -> Double { plan.replies.indices.reduce(0) { $0 + (isIn($1) ? shares[$1] : 0) } }
    let away = sum { plan.replies[$0].kind == .outOfOffice(return: nil) }
    guard away > 0 else { return 0 }
    let leads = CohortReach.leading(to: plan.steps.map(\.isAnswered), plan)
    let gone = sum { isLast($0, leads) }
    // [N]: had N notes and may have more; at last, had five.
    var notes = [1.0, 0, 0, 0, 0]
    var often = 0.0
    for _ in 0..<touches {
      often += notes[4] * away
      for had in notes.indices.reversed() {
        notes[had] = notes[had] * (1 - away - gone) + (had > 0 ? notes[had - 1] * away : 0)
      }
    }
    return often
  }

  /// Whoever answers with a class is asked nothing from then on, wherever it is taken.
  /// - Parameter leads: by step, whether it leads to one that may be answered.
  private func isLast(_ index: Int, _ leads: [Bool]) -> Bool {
    var targets = anytime[index].map(\.target)
    switch plan.replies[index].kind {
    case .outOfOffice, .named: return false
    case .reply: targets += anyReply.map(\.target) + [replied]
    case .bounce: targets.append(undeliverable)
    default: targets.append(optedOut)
    }
    for node in reachable where ops[node].cases >= 0 {
      targets += [index, plan.replies.count].map { classes[Int(ops[node].cases) + $0] }
    }
    return targets.allSatisfy { target in
      target == To.nowhere || target <= To.firstEnd && target > To.firstHold || target >= 0 && !leads[Int(target)]
    }
  }

  private mutating func note(ahead target: Target) {
    guard case .node(let node) = target, !bits.contains(node) else { return }
    bits.append(node)
  }

  private mutating func tables() throws(NotCarried) {
    entry = try to(plan.graph.entry)
    replied = end("replied")
    exhausted = end("exhausted")
    readsData =
      readsData
      || reachable.contains { node in
        switch plan.graph.nodes[node].action {
        case .split, .set: true
        default: false
        }
      }
    for reply in plan.replies { anytime.append(try anytimeCases(reply.name)) }
    anyReply = try anytimeCases("reply")
    try events()
  }

  /// What a touch brings in place of an answer; none of it may be left for a step to come.
  private mutating func events() throws(NotCarried) {
    for one in plan.replies {
      switch one.kind {
      case .reply: continue
      case .unsubscribe, .complaint: optedOut = end("opted-out")
      case .bounce: undeliverable = end("undeliverable")
      case .outOfOffice:
        away = duration(.businessDays(5))
        if waitsForEvents { throw NotCarried("an absence beside a hold until an event") }
      case .named:
        if waitsForEvents { throw NotCarried("an event beside a hold until an event") }
        // What nothing takes waits for a step to come.
        if plan.graph.anytime.allSatisfy({ $0.key != one.name }), awaits(one.name) {
          throw NotCarried("an event that a later step may take")
        }
      default: throw NotCarried("what only production hears")
      }
      if try anytimeCases(one.name).contains(where: { $0.bit >= 0 }) {
        throw NotCarried("\(one.name) in `anytime`, which may lead back")
      }
    }
  }

  private func awaits(_ event: String) -> Bool {
    reachable.contains { node in
      guard case .await(let awaited) = plan.graph.nodes[node].action else { return false }
      return awaited.cases.contains { $0.key == event }
    }
  }

  private var waitsForEvents: Bool { holds.contains { if case .event? = $0.until { true } else { false } } }

  private mutating func anytimeCases(_ key: String) throws(NotCarried) -> [Anytime] {
    var all: [Anytime] = []
    for one in plan.graph.anytime where one.key == key {
      var bit: Int16 = -1
      if case .node(let node) = one.target, !isListOfAnytime(node) { bit = self.bit(node) }
      all.append(Anytime(target: try to(one.target), bit: bit))
    }
    return all
  }

  private func isListOfAnytime(_ node: NodeIndex) -> Bool {
    if case .anytime = plan.graph.lists[plan.graph.nodes[node].place.list] { true } else { false }
  }

  func bit(_ node: NodeIndex) -> Int16 { bits.firstIndex(of: node).map(Int16.init) ?? -1 }

  // MARK: Interning

  mutating func to(_ target: Target) throws(NotCarried) -> Int32 {
    switch target {
    case .node(let node): return Int32(node)
    case .end(let outcome): return end(outcome)
    case .resume: return To.resume
    case .hold(let hold): return To.hold(try self.hold(hold))
    }
  }

  mutating func hold(_ hold: Hold) throws(NotCarried) -> Int {
    if case .moment(let moment)? = hold.until {
      let uses = Uses.of(moment)
      if uses.contains(where: Uses.isOfEvent) { throw NotCarried("a hold until an instant that an event brings") }
      note(moment)
    }
    holds.append(hold)
    return holds.count - 1
  }

  mutating func end(_ outcome: String) -> Int32 {
    if let known = ends.firstIndex(of: outcome) { return To.end(known) }
    ends.append(outcome)
    return To.end(ends.count - 1)
  }

  mutating func when(_ moment: Moment?) throws(NotCarried) -> Int16 {
    guard let moment else { return -1 }
    let uses = Uses.of(moment)
    if uses.contains(where: Uses.isOfEvent) { throw NotCarried("an instant that an event brings") }
    note(moment)
    var days: Int?
    let clock: Clock
    switch moment.base {
    case .arrival, .clock: clock = .arrival
    case .day(let number):
      days = moment.shift == nil ? number : nil
      clock = moment.shift == nil ? .start : .state
    case .returnDate: clock = .state
    case .expression:
      let others = uses.filter { !Uses.isOfData($0) }
      clock = others.isEmpty ? .data : others.allSatisfy { $0 == .runStarted } ? .start : .state
    }
    // Steps that wait alike share what has been found out.
    if let known = whens.firstIndex(where: { $0.moment == moment }) { return Int16(known) }
    let isFromStep = uses.contains { if case .step = $0 { true } else { false } }
    whens.append(When(moment: moment, clock: clock, days: days, isFromStep: isFromStep))
    return Int16(whens.count - 1)
  }

  /// Data may change where no instant depends on them, and nothing but data decides how.
  func check(_ assignments: [Assignment]) throws(NotCarried) {
    let instants = reachable.flatMap { Uses.instants(of: plan.graph.nodes[$0]) }
    for assignment in assignments {
      let overlaps = instants.contains { use in
        guard case .input(let field) = use.name, field == assignment.path.first else { return false }
        return zip(use.path, assignment.path.dropFirst()).allSatisfy { $0 == $1 }
      }
      let reads = assignment.value.uses.map(\.name)
      if overlaps || assignment.path.first == "contact" || !reads.allSatisfy(Uses.isOfData) {
        throw NotCarried("data that change")
      }
    }
  }

  mutating func condition(_ expression: Expression?) throws(NotCarried) -> Int16 {
    guard let expression else { return -1 }
    let uses = expression.uses.map(\.name)
    if uses.contains(where: Uses.isOfEvent) { throw NotCarried("a condition on what an event brings") }
    note(uses)
    conditions.append(Condition(expression: expression, isConstant: uses.allSatisfy(Uses.isOfData)))
    return Int16(conditions.count - 1)
  }

  private mutating func note(_ moment: Moment) {
    if case .day = moment.base {
      readsStart = true
      // At a time of its own on some day after it.
      if moment.shift != nil || moment.time == nil { readsTimeOfStart = true }
    }
    note(Uses.of(moment))
  }

  private mutating func note(_ uses: [Name]) {
    for name in uses {
      switch name {
      case .runDay: readsStart = true
      case .runStarted: (readsStart, readsTimeOfStart) = (true, true)
      case .input: readsData = true
      // Whoever it is may follow from anything.
      case .owner: (readsStart, readsTimeOfStart, readsData) = (true, true, true)
      default: break
      }
    }
  }

  mutating func duration(_ duration: Duration) -> Int16 {
    if let known = durations.firstIndex(of: duration) { return Int16(known) }
    durations.append(duration)
    return Int16(durations.count - 1)
  }

  mutating func window(_ node: Node) -> Int16 {
    let policy = plan.graph.policy
    let hours: Hours
    switch node.window {
    case .any: return -1
    case .policy: hours = Hours(window: policy.window, holidays: policy.holidays)
    case .own(let own): hours = Hours(window: own, holidays: policy.holidays)
    }
    if let known = windows.firstIndex(where: { $0.window == hours.window && $0.holidays == hours.holidays }) {
      return Int16(known)
    }
    windows.append(hours)
    return Int16(windows.count - 1)
  }
}
