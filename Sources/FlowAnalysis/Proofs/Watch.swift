import FlowCore
import FlowTime

/// What a walk shows to the claim that it is made for.
enum Happening {
  case started
  case handedOver(NodeIndex)
  /// Whoever it goes to has no address for it, or it names nobody: the owner is told.
  case failed(NodeIndex)
  case told(NodeIndex)
  case done(NodeIndex)
  case timedOut(NodeIndex)
  /// By the word a file knows it by, the class of a reply, and whether anything in the file takes it.
  case received(String, replyClass: String?, isTaken: Bool)
  /// What the run has emitted itself has come in.
  case heard(String)
  case ended(String)
}

/// A claim beside a walk: what it remembers (in the control's `phase` and `count`, and the instant `mark`),
/// and where it sees itself broken.
struct Watch {
  let claim: Claim
  let ground: Ground
  /// Broken for certain or perhaps: some abstract run does not keep it.
  private(set) var isBroken = false
  /// Where it was first seen broken.
  private(set) var doubt: Doubt?
  /// A count of touches saw a run end `exhausted`, by the policy or by the file.
  private(set) var isExhausted = false
  /// The most touches that were counted.
  private(set) var most = 0
  /// What was measured, of all runs.
  struct Measured {
    /// How late at most, or, for what must lie apart, how far before at most.
    var distances: Set<Distance> = []
    /// The same on the clock of the wall, the largest; nil for whatever long.
    var worst: Int64? = .min
    /// Where the worst came about.
    var at: Doubt?
  }

  private(set) var measured = Measured()
  /// How long runs take.
  private(set) var lengths = Measured()
  /// Between what one follows from and what follows there may be a touch, which waits for others.
  private(set) var passesTouch = false
  /// Of the tasks that are looked after together those that a run may end without anybody having learned of.
  private(set) var unseen: UInt64 = 0
  private let tasks: [NodeIndex]
  /// What may come in, by name, but for answers and what always ends a run.
  let incoming: [String]
  private let named: Set<String>
  private(set) var outcomes: Set<String> = []
  /// That a distance has passed is known by more than how far instants lie apart.
  let lapse: Lapse?

  init(_ claim: Claim, _ ground: Ground, lapse: Lapse? = nil) {
    self.claim = claim
    self.lapse = lapse
    self.ground = ground
    if case .overseen = claim { tasks = ground.tasks } else { tasks = [] }
    let names = Self.events(claim)
    named = Set(names)
    let replies = Set(ground.graph.replies.map(\.name) + ["reply"])
    incoming = (ground.eventNames + names.filter { !ground.eventNames.contains($0) }).filter {
      !replies.contains($0) && !["timeout", "unsubscribe", "complaint"].contains($0)
    }
  }

  /// Of what is counted only the most matters: how it came to it is one.
  var keepsMost: Bool { if case .touches(_, _, nil) = claim { true } else { false } }

  /// That an event comes in, taken by nothing, says something to the claim, or to the run.
  func tells(_ event: String) -> Bool { named.contains(event) || ["bounce", "out-of-office"].contains(event) }

  /// Where an event has come in the claim is kept: no run goes on to take it later.
  func isKept(by event: String) -> Bool {
    if case .always(.event(event), _) = claim { true } else { false }
  }

  /// Nothing comes from the contact.
  var isSilent: Bool {
    switch claim {
    case .firstTouch, .silence: true
    default: false
    }
  }

  /// Whoever has no address is not written to; a first touch that fails is told to the owner, and is late for
  /// nobody.
  var countsFailures: Bool { if case .firstTouch = claim { false } else { true } }

  /// The claim itself speaks of time; others may be kept whenever things happen.
  var isOfTime: Bool {
    switch claim {
    case .ends, .firstTouch, .apart, .gap, .follows, .touches(_, _, .some): true
    default: false
    }
  }

  /// Of all that happens only touches and the end say something to the claim.
  var seesTouchesAlone: Bool {
    switch claim {
    case .ends, .touches, .apart, .gap, .firstTouch: true
    default: false
    }
  }

  /// More says nothing new: it is broken, and nothing is measured. Without time that is only a first try.
  func isSettled(keepsTime: Bool) -> Bool {
    guard isBroken else { return false }
    return switch claim {
    case .touches(_, _, nil), .silence, .stops, .never, .always: true
    default: !keepsTime
    }
  }

  /// What the claim itself needs to know of a run.
  var countsTouches: Bool {
    switch claim {
    case .silence, .firstTouch, .touches(_, nil, nil): true
    default: false
    }
  }
  var asksForAnswers: Bool { claim.distance != nil }

  /// What becomes of a run that is seen to do something: it goes on, in one way or two, or needs no further
  /// look.
  mutating func see(_ happening: Happening, _ run: AbstractRun) -> [AbstractRun] {
    let (wasBroken, worst, longest) = (isBroken, measured.worst, lengths.worst)
    defer {
      if isBroken, !wasBroken { doubt = Doubt(happening, run) }
      if measured.worst != worst { measured.at = Doubt(happening, run) }
      if lengths.worst != longest { lengths.at = Doubt(happening, run) }
    }
    return seen(happening, run)
  }

  private mutating func seen(_ happening: Happening, _ run: AbstractRun) -> [AbstractRun] {
    switch claim {
    case .ends: return isOver(happening, run) ? [] : [run]
    case .touches(let most, let verb, nil): return count(happening, run, most, verb)
    case .touches(let most, let verb, let span?): return countSpan(happening, run, most, verb, span)
    case .apart(let least): return apart(happening, run, least, isLifted: false)
    case .gap(let least): return apart(happening, run, least, isLifted: true)
    case .firstTouch(let limit):
      switch happening {
      case .handedOver(let node) where ground.graph.nodes[node].isTouch:
        atMost(limit, run.time[Ground.now, Ground.start])
        return []
      case .ended:
        atMost(limit, run.time[Ground.now, Ground.start])
        return []
      default: return [run]
      }
    case .silence(let milestones): return reaching(milestones, happening, run)
    case .stops: return stops(happening, run)
    case .possible, .insideWindow: return []
    case .overseen(let step): return overseen(step, happening, run)
    case .never(let never, let after):
      if run.control.phase == 1, matches(never, happening) { isBroken = true }
      var run = run
      if matches(after, happening) { run.control.phase = 1 }
      return [run]
    case .always(let first, let later):
      if matches(later, happening) {
        isBroken = true
        return []
      }
      return matches(first, happening) ? [] : [run]
    case .follows(let first, let within, let later): return follows(first, within, later, happening, run)
    }
  }

  // MARK: Claims

  private mutating func count(
    _ happening: Happening, _ run: AbstractRun, _ most: Int, _ verb: String?
  ) -> [AbstractRun] {
    if case .ended("exhausted") = happening { isExhausted = true }
    // A touch beyond the policy's limit has ended the run.
    if case .ended("exhausted") = happening, verb == nil, most == ground.graph.policy.maxTouches,
      !ground.graph.writes("exhausted")
    {
      return broken()
    }
    guard case .handedOver(let node) = happening, isCounted(node, verb) else { return [run] }
    var run = run
    run.control.count += 1
    self.most = max(self.most, run.control.count)
    if run.control.count > most {
      isBroken = true
      return []
    }
    return [run]
  }

  /// Each touch may be the first of those that a span holds; the one that is too many must lie beyond it.
  private mutating func countSpan(
    _ happening: Happening, _ run: AbstractRun, _ most: Int, _ verb: String?, _ span: FlowTime.Duration
  ) -> [AbstractRun] {
    guard case .handedOver(let node) = happening, isCounted(node, verb) else { return [run] }
    var counted = run
    if run.control.phase == 0 {
      counted.control.phase = 1
      counted.control.count = 1
      counted.control.lapse = Control.Lapsed()
      counted.time.assign(Ground.mark, Ground.now)
      return most == 0 ? broken() : [run, counted]
    }
    counted.control.count += 1
    if counted.control.count > most {
      atLeast(span, counted)
      return []
    }
    return [counted]
  }

  private mutating func apart(
    _ happening: Happening, _ run: AbstractRun, _ least: FlowTime.Duration, isLifted: Bool
  ) -> [AbstractRun] {
    if isOver(happening, run) { return [] }
    guard case .handedOver(let node) = happening, ground.graph.nodes[node].isTouch else { return [run] }
    var next = run
    if run.control.count > 0, !run.control.answered, !(isLifted && ground.graph.nodes[node].liftsGap) {
      atLeast(least, run)
    }
    next.control.count = 1
    next.control.lapse = Control.Lapsed()
    next.time.assign(Ground.mark, Ground.now)
    return [next]
  }

  private mutating func reaching(
    _ milestones: [Milestone], _ happening: Happening, _ run: AbstractRun
  ) -> [AbstractRun] {
    if milestones.isEmpty {
      if case .told = happening { return [] }
      if case .failed(let node) = happening, case .escalate = ground.graph.nodes[node].action { return [] }
      guard case .ended(let outcome) = happening else { return [run] }
      if !ground.graph.writes(outcome) { isBroken = true }
      return []
    }
    if milestones.contains(where: { matches($0, happening) }) { return [] }
    if case .ended = happening {
      isBroken = true
      return []
    }
    return [run]
  }

  private mutating func stops(_ happening: Happening, _ run: AbstractRun) -> [AbstractRun] {
    var run = run
    // In `count`: one more than the last touch's verb, and above that a bit for each verb that is barred.
    switch happening {
    case .received("bounce", _, let isTaken):
      let last = run.control.count & 63
      if isTaken, last > 0 { run.control.count |= 1 << (last + 5) } else { run.control.phase = 1 }
    case .handedOver(let node) where ground.graph.nodes[node].isTouch:
      let verb = (ground.verbs.firstIndex(of: ground.graph.nodes[node].verb) ?? 0) + 1
      if run.control.phase == 1 || run.control.count & 1 << (verb + 5) != 0 { return broken() }
      run.control.count = run.control.count & ~63 | verb
    default: break
    }
    return [run]
  }

  /// All tasks of the file at once, a bit each in `count`.
  private mutating func overseen(
    _ step: NodeIndex, _ happening: Happening, _ run: AbstractRun
  ) -> [AbstractRun] {
    var run = run
    switch happening {
    case .timedOut(let node):
      if let bit = tasks.firstIndex(of: node) { run.control.count |= 1 << bit }
    case .told, .received: run.control.count = 0
    case .handedOver(let node) where tells(node): run.control.count = 0
    // Instead of whom it was for, the owner learns of it.
    case .failed(let node) where tells(node): run.control.count = 0
    case .ended:
      if run.control.count != 0, doubt == nil { doubt = Doubt(happening, run) }
      unseen |= UInt64(run.control.count)
      return []
    default: break
    }
    return [run]
  }

  func isUnseen(_ step: NodeIndex) -> Bool {
    tasks.firstIndex(of: step).map { unseen & 1 << UInt64($0) != 0 } ?? true
  }

  private mutating func follows(
    _ first: Milestone, _ within: FlowTime.Duration, _ later: Milestone, _ happening: Happening,
    _ run: AbstractRun
  ) -> [AbstractRun] {
    if run.control.phase == 1 {
      switch happening {
      case .handedOver(let node), .failed(let node): if ground.graph.nodes[node].isTouch { passesTouch = true }
      default: break
      }
      var isOver = matches(first, happening)
      if case .ended = happening { isOver = true }
      guard isOver else { return [run] }
      atMost(within, run.time[Ground.now, Ground.mark])
      return []
    }
    guard matches(later, happening) else { return [run] }
    if case .ended = happening { return [] }
    var marked = run
    marked.control.phase = 1
    marked.time.assign(Ground.mark, Ground.now)
    return [run, marked]
  }

  /// What is known of a distance before it is counted is nothing.
  func lapsed(_ control: Control) -> Control.Lapsed {
    let isCounted: Bool
    switch claim {
    case .touches(_, _, .some): isCounted = control.phase == 1
    default: isCounted = control.count > 0
    }
    guard let lapse, isCounted else { return Control.Lapsed() }
    return lapse.relevant(control)
  }

  // MARK: Measures

  private mutating func broken() -> [AbstractRun] {
    isBroken = true
    return []
  }

  /// Where it is, how long it took is noted.
  private mutating func isOver(_ happening: Happening, _ run: AbstractRun) -> Bool {
    guard case .ended(let outcome) = happening else { return false }
    outcomes.insert(outcome)
    note(run.time[Ground.now, Ground.clock], elapses: true, &lengths)
    return true
  }

  /// - Parameter distance: how far now lies after the instant that the limit counts from, at most.
  private mutating func atMost(_ limit: FlowTime.Duration, _ distance: Distance) {
    note(distance, elapses: true, &measured)
    if !ground.isWithin(distance, limit) { isBroken = true }
  }

  /// How far the marked instant lies after now, at most: what is certain lies between them.
  private mutating func atLeast(_ least: FlowTime.Duration, _ run: AbstractRun) {
    if let lapse, lapse.hasPassed(run.control) { return }
    let distance = run.time[Ground.mark, Ground.now]
    note(distance, isSteady: run.time.isSteady(Ground.now) && run.time.isSteady(Ground.mark), &measured)
    if !ground.isApart(distance, least) { isBroken = true }
  }

  private func note(
    _ distance: Distance, isSteady: Bool = false, elapses: Bool = false, _ measured: inout Measured
  ) {
    measured.distances.insert(distance)
    let time = distance.onWall(jump: ground.jump, isSteady: isSteady, elapses: elapses)
    guard let known = measured.worst, let time else {
      measured.worst = nil
      return
    }
    measured.worst = max(known, time)
  }

  // MARK: Milestones

  private func isCounted(_ node: NodeIndex, _ verb: String?) -> Bool {
    let step = ground.graph.nodes[node]
    return verb.map { step.verb == $0 } ?? step.isTouch
  }

  private func tells(_ node: NodeIndex) -> Bool { ground.graph.nodes[node].tellsSomebody }

  /// Names of events that a claim speaks of.
  private static func events(_ claim: Claim) -> [String] {
    let milestones: [Milestone] =
      switch claim {
      case .silence(let milestones): milestones
      case .never(let one, let other), .always(let one, let other), .follows(let one, _, let other):
        [one, other]
      default: []
      }
    return milestones.compactMap { if case .event(let name) = $0 { name } else { nil } }
  }

  func matches(_ milestone: Milestone, _ happening: Happening) -> Bool {
    switch (milestone, happening) {
    case (.started, .started): true
    case (.step(let step), .handedOver(let node)), (.step(let step), .told(let node)),
      (.step(let step), .done(let node)):
      step == node
    case (.verb(let verb), .handedOver(let node)), (.verb(let verb), .told(let node)),
      (.verb(let verb), .done(let node)):
      ground.graph.nodes[node].verb == verb
    case (.touch, .handedOver(let node)): ground.graph.nodes[node].isTouch
    case (.escalation, .told): true
    case (.reply(let name), .received("reply", let own, _)): name == "reply" || name == own
    case (.event(let name), .received(let own, _, _)), (.event(let name), .heard(let own)): name == own
    case (.end(nil), .ended): true
    case (.end(let outcome?), .ended(let own)): outcome == own
    default: false
    }
  }
}

extension Node {
  /// An escalation, or a message that does not reach the contact; of a task nobody knows before the run whether it is
  /// somebody else's.
  var tellsSomebody: Bool {
    switch action {
    case .channel(let action): !action.touch && !action.isTask
    case .escalate: true
    default: false
    }
  }
}
