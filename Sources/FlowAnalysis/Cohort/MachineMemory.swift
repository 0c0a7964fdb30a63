import FlowCore
import FlowTime

/// What the machine keeps of a run, and what of it makes a difference to what comes: a store keeps everything, and two
/// runs that have come to the same by different ways would never be equal.
struct MachineMemory {
  private let plan: CohortPlan
  /// Stands for every instant that nobody asks for any more.
  private let long: Instant
  /// Steps whose instants something counts from.
  private var asked: Set<NodeIndex> = []
  /// Lists of which it counts how far the run has come.
  private var lists: Set<Int> = []
  private var readsAnswers = false
  private var readsEvents = false
  private var changesData = false
  /// Something asks when the run began, or for what the contact brought.
  private(set) var readsOrigin = false

  init(_ plan: CohortPlan) {
    self.plan = plan
    long = plan.instant(0)
    let graph = plan.graph
    var moments: [Moment] = []
    var names: [Name] = []
    for edge in graph.edges {
      if case .hold(let hold) = edge.to, case .moment(let moment)? = hold.until { moments.append(moment) }
    }
    for node in graph.nodes {
      names += Uses.of(node)
      moments += node.due.map { [$0] } ?? []
      switch node.action {
      case .wait(let moment): moments.append(moment)
      case .await(let awaited): moments.append(awaited.until)
      case .channel(let action): moments += action.until.map { [$0] } ?? []
      case .split: readsOrigin = true
      case .set(let assignments):
        changesData = true
        names += assignments.flatMap { $0.value.uses.map(\.name) }
      case .go(.node(let target)): lists.insert(graph.nodes[target].place.list)
      default: break
      }
    }
    for one in graph.anytime {
      if case .node(let target) = one.target { lists.insert(graph.nodes[target].place.list) }
    }
    for moment in moments {
      if case .day = moment.base { readsOrigin = true }
      names += Uses.of(moment)
    }
    for name in names {
      switch name {
      case .input, .owner, .runStarted, .runDay: readsOrigin = true
      case .replyClass, .replyText, .replyDate: readsAnswers = true
      case .eventField, .eventTime, .taskNote: readsEvents = true
      case .step(let node): asked.insert(node)
      case .runTouches, .ask: break
      }
    }
  }

  /// As it is from an instant on.
  func simplified(_ run: Run, at now: Instant) -> Run {
    if let outcome = run.outcome {
      var ended = Run(key: [], data: [:], started: long, zone: run.zone)
      ended.state = .ended(outcome: outcome, at: long)
      ended.touched = run.touched.map { _ in long }
      return ended
    }
    var run = run
    run.handovers = [:]
    forgetTouches(&run, at: now)
    for (node, _) in run.passed where !asked.contains(node) { run.passed[node] = long }
    run.reached = run.reached.filter { lists.contains(plan.graph.nodes[$0].place.list) }
    if !readsEvents { run.led = run.led.mapValues { Event(id: "", at: long, kind: $0.kind) } }
    if !readsAnswers, run.reply != nil { run.reply = Run.Reply(text: "", class: "reply", date: nil) }
    if !readsOrigin, !changesData {
      run.started = long
      run.data = plan.days.first { $0.enrolment != nil }?.enrolment?.data ?? run.data
    }
    guard case .waiting(var waiting) = run.state else { return run }
    run.rounds = run.rounds.filter { $0.key == waiting.node || plan.graph.nodes[waiting.node].repeats.contains($0.key) }
    for (loop, round) in run.rounds where round.sent != nil { run.rounds[loop]?.began = long }
    if isFixed(waiting) {
      (waiting.arrived, waiting.computed, waiting.floor, waiting.shift) = (long, long, nil, 0)
      run.state = .waiting(waiting)
    }
    return run
  }

  /// How many touches there were counts, and of the last ones when, as long as a gap or a cap may hold.
  private func forgetTouches(_ run: inout Run, at now: Instant) {
    guard let last = run.touched.last else { return }
    func isOver(_ span: Duration?, _ touch: Instant) -> Bool {
      guard let span else { return true }
      let hours = plan.graph.policy.window.map { ($0, plan.contactZone) }
      return add(span, to: touch, zone: plan.zone, calendar: plan.graph.policy.calendar, hours: hours).map { $0 <= now }
        ?? true
    }
    let caps = plan.cohort.caps
    let isFree = run.answered != nil || isOver(plan.graph.policy.gap, last)
    for (index, touch) in run.touched.enumerated() {
      let isLast = index == run.touched.count - 1
      if isLast ? isFree && isOver(caps?.gap, touch) && isOver(caps?.span, touch) : isOver(caps?.span, touch) {
        run.touched[index] = long
      }
    }
    if run.answered != nil { run.answered = run.touched.last }
  }

  /// The due is not computed again.
  private func isFixed(_ waiting: Run.Waiting) -> Bool {
    let moment: Moment?
    switch (waiting.stage, plan.graph.nodes[waiting.node].action) {
    case (.before, _), (.deferring, _): moment = plan.graph.nodes[waiting.node].due
    case (.plain, .wait(let plain)): moment = plain
    case (.listening, .await(let awaited)): moment = awaited.until
    case (.outcome, .channel(let action)): moment = action.until
    default: moment = nil
    }
    return moment?.isRelative ?? true
  }

  /// What ``Walker/tag(_:parts:)`` says.
  func tag(_ run: Run, origin: Int32, parts minutes: Int32) -> UInt64 {
    var tag = CoarseTag(minutes)
    func wall(_ instant: Instant?) -> Int32? { instant.map { plan.minute(notBefore: $0) &+ plan.wall } }
    func word(_ text: some StringProtocol) -> UInt64 { text.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) } }
    guard let waiting = run.waiting else { return tag.value }
    tag.add(UInt64(waiting.node) << 32 | UInt64(UInt32(bitPattern: origin)))
    tag.add(word("\(waiting.stage)"))
    tag.add(UInt64(run.touches) << 32 | (run.answered == nil ? 0 : 1))
    tag.add(unordered: run.rounds.map { UInt64($0.key) << 32 | UInt64($0.value.number) })
    tag.add(unordered: run.reached.map { UInt64($0) })
    tag.add(unordered: run.led.keys.map { UInt64(bitPattern: Int64($0)) })
    tag.add(unordered: run.suppressed.map(word))
    tag.add(unordered: run.untaken.map { word($0.name) })
    tag.add(run.reply.map { word($0.class) } ?? 0)
    let instants: [Instant?] = [waiting.due, waiting.hold?.deadline, run.touched.last]
    for instant in instants { tag.add(wall(instant)) }
    for round in run.rounds.sorted(by: { $0.key < $1.key }) { tag.add(wall(round.value.sent ?? round.value.began)) }
    for node in asked.sorted() { tag.add(wall(run.passed[node])) }
    return tag.value
  }
}
