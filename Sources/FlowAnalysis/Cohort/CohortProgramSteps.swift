import FlowCore
import FlowTime

/// Steps, one by one.
extension CohortProgram {
  mutating func op(_ index: NodeIndex) throws(NotCarried) -> Op {
    let node = plan.graph.nodes[index]
    var op = Op()
    op.next = try to(node.next)
    op.due = try when(node.due)
    op.condition = try condition(node.condition)
    op.window = window(node)
    op.liftsGap = node.liftsGap
    op.inAnytime = isInAnytime(index)
    op.slot = Int16(slots.firstIndex(of: index) ?? -1)
    for (bit, target) in bits.enumerated() {
      let ahead = plan.graph.nodes[target].place
      if ahead.list == node.place.list, node.place.position >= ahead.position { op.passes |= 1 << UInt32(bit) }
    }
    switch node.ifPast {
    case .skip: op.ifPast = .skip
    case .target(let target): (op.ifPast, op.pastTarget) = (.target, try to(target))
    case .now, nil: op.ifPast = .none
    }
    switch node.closed {
    case .defer: op.closed = .defer
    case .skip: op.closed = .skip
    case .end(let outcome): (op.closed, op.closedEnd) = (.end, end(outcome))
    }
    if node.repeats.count > 1 { throw NotCarried("a repeat within another") }
    if let loop = node.repeats.last { op.around = try number(ofLoop: loop) }
    try fill(&op, node, index)
    return op
  }

  private mutating func fill(_ op: inout Op, _ node: Node, _ index: NodeIndex) throws(NotCarried) {
    switch node.action {
    case .wait(let until): (op.kind, op.until) = (.wait, try when(until))
    case .await(let awaited):
      (op.kind, op.isAwait) = (.await, true)
      op.until = try when(awaited.until)
      op.timeout = try timeout(awaited.cases, node)
      op.cases = Int32(classes.count)
      for reply in plan.replies { classes.append(try target(reply.name, awaited.cases)) }
      classes.append(try target("reply", awaited.cases))
    case .channel(let action): try fill(&op, action, node, index)
    case .choose(let branches, let otherwise):
      op.kind = .choose
      if plan.graph.isInAnytime(index) {
        for case .node(let node) in branches.map(\.target) + [otherwise].compactMap(\.self)
        where !plan.graph.isInAnytime(node) {
          throw NotCarried("a choice in anytime that leads on to a step which may lie behind")
        }
      }
      op.target = try otherwise.map { (target) throws(NotCarried) in try to(target) } ?? op.next
      var own: [Choice] = []
      for branch in branches {
        own.append(Choice(condition: try condition(branch.when), target: try to(branch.target)))
      }
      put(own, &op)
    case .split(let split):
      op.kind = .split
      var own: [Choice] = []
      for arm in split.arms { own.append(Choice(target: try to(arm.target))) }
      put(own, &op)
      splits[index] = split
    case .loop(let loop):
      op.kind = .loop
      op.loop = try number(ofLoop: index)
      op.times = Int32(clamping: loop.times)
      op.every = duration(loop.every)
      op.target = Int32(loop.body)
      put([Choice(condition: try condition(loop.stopIf), target: To.nowhere)], &op)
    case .escalate(let escalation):
      op.kind = .escalate
      op.every = escalation.each.map { duration($0) } ?? -1
      op.timeout = try timeout(escalation.cases, node)
    case .set(let assignments):
      try check(assignments)
      op.kind = .set
    case .emit, .enroll: op.kind = .pass
    case .suppress(let verb):
      op.kind = .suppress
      op.verb = bit(ofVerb: verb)
    case .hold(let hold): (op.kind, op.target) = (.hold, To.hold(try self.hold(hold)))
    case .go(let target):
      (op.kind, op.target) = (.go, try to(target))
      if case .node(let node) = target { op.ahead = bit(node) }
    case .end(let outcome): (op.kind, op.target) = (.end, end(outcome))
    }
  }

  private mutating func fill(
    _ op: inout Op, _ action: ChannelAction, _ node: Node, _ index: NodeIndex
  ) throws(NotCarried) {
    (op.kind, op.isTouch) = (.channel, action.touch)
    op.verb = verbs.firstIndex(of: action.verb).map { 1 << UInt8($0) } ?? 0
    op.until = try when(action.until)
    guard action.until != nil else { return }
    op.timeout = try timeout(action.cases, node)
    var own: [Choice] = []
    for outcome in plan.steps[index].outcomes {
      guard let taken = action.cases.first(where: { $0.key == outcome.name }) else {
        throw NotCarried("an outcome that its step leaves to `anytime`")
      }
      own.append(Choice(target: try to(taken.target)))
    }
    put(own, &op)
  }

  /// What is suppressed is a bit each; all of them for `all`.
  func bit(ofVerb verb: String) -> UInt8 { verbs.firstIndex(of: verb).map { 1 << UInt8($0) } ?? 0x80 }

  private mutating func put(_ own: [Choice], _ op: inout Op) {
    (op.first, op.count) = (Int32(choices.count), Int32(own.count))
    choices += own
  }

  private mutating func target(_ key: String, _ cases: [Case]) throws(NotCarried) -> Int32 {
    guard let taken = cases.first(where: { $0.key == key }) else { return To.nowhere }
    return try to(taken.target)
  }

  private mutating func timeout(_ cases: [Case], _ node: Node) throws(NotCarried) -> Int32 {
    let target = cases.first { $0.key == "timeout" }?.target ?? node.next
    if case .hold = target { throw NotCarried("a timeout that holds") }
    return try to(target)
  }

  private func number(ofLoop node: NodeIndex) throws(NotCarried) -> UInt8 {
    let loops = plan.graph.nodes.indices.filter {
      if case .loop = plan.graph.nodes[$0].action { true } else { false }
    }
    guard let number = loops.firstIndex(of: node), number < 255 else { throw NotCarried("so many repeats") }
    return UInt8(number + 1)
  }

  private func isInAnytime(_ node: NodeIndex) -> Bool {
    let graph = plan.graph
    var list = graph.lists[graph.nodes[node].place.list]
    while case .nested(let outer) = list { list = graph.lists[graph.nodes[outer].place.list] }
    if case .anytime = list { return true }
    return false
  }
}

/// The steps that a contact of the cohort may come to: by the clock, the classes of reply and the outcomes that are
/// assumed.
struct CohortReach {
  private(set) var nodes: Set<NodeIndex> = []

  init(_ plan: CohortPlan) {
    let classes = CohortReach.classes(plan)
    var queue = [plan.graph.entry] + plan.graph.anytime.filter { classes.contains($0.key) }.map(\.target)
    while let target = queue.popLast() {
      guard case .node(let index) = target, nodes.insert(index).inserted else { continue }
      queue += CohortReach.next(index, plan, classes)
    }
  }

  private static func classes(_ plan: CohortPlan) -> [String] {
    plan.replies.map(\.name) + (plan.replies.isEmpty ? [] : ["reply"])
  }

  /// Where a contact may go from a step, but for `anytime`.
  private static func next(_ index: NodeIndex, _ plan: CohortPlan, _ classes: [String]) -> [Target] {
    let node = plan.graph.nodes[index]
    var next = [node.next]
    if case .target(let past)? = node.ifPast { next.append(past) }
    switch node.action {
    case .await(let awaited):
      next += awaited.cases.filter { classes.contains($0.key) || $0.key == "timeout" }.map(\.target)
    case .channel(let action):
      let outcomes = plan.steps[index].outcomes.map(\.name)
      next += action.cases.filter { outcomes.contains($0.key) || $0.key == "timeout" }.map(\.target)
    case .choose(let branches, let otherwise):
      next += branches.map(\.target)
      if let otherwise { next.append(otherwise) }
    case .split(let split): next += split.arms.map(\.target)
    case .loop(let loop): next.append(.node(loop.body))
    case .escalate(let escalation): next += escalation.cases.filter { $0.key == "timeout" }.map(\.target)
    case .go(let target): next.append(target)
    default: break
    }
    return next
  }

  /// By step: whether it is one of these or may lead to one, but for `anytime`.
  static func leading(to wanted: [Bool], _ plan: CohortPlan) -> [Bool] {
    let classes = classes(plan)
    let nexts = plan.graph.nodes.indices.map { next($0, plan, classes) }
    var leads = wanted
    var isNew = true
    while isNew {
      isNew = false
      for node in leads.indices.reversed() where !leads[node] {
        leads[node] = nexts[node].contains { if case .node(let next) = $0 { leads[next] } else { false } }
        isNew = isNew || leads[node]
      }
    }
    return leads
  }
}

/// Whether what a step hands over can be made of the data, asked of the machine: a run is put before the step, and
/// told that its time has come.
struct CohortProbe {
  private let plan: CohortPlan
  private let graph: Graph
  /// Everything has been passed, and somebody has answered; nil where nobody is enrolled.
  private let run: Run?

  init(_ plan: CohortPlan) {
    self.plan = plan
    var day = 0
    if plan.days.isEmpty { day = plan.day(ofArrival: 0) }
    while plan.days[day].enrolment == nil, day + 1 < plan.days.count { day += 1 }
    // Nothing stands in the way of a step.
    let bare = plan.graph.nodes.map { node in
      Node(
        name: node.name, verb: node.verb, isNamed: node.isNamed, span: node.span, window: .any, liftsGap: true,
        action: CohortProbe.alone(node.action), next: .end(""), place: node.place)
    }
    graph = plan.graph.with(nodes: bare, fingerprint: plan.graph.fingerprint)
    run = plan.days[day].enrolment.map { enrolment in
      let now = plan.instant(0)
      var run = Run(key: plan.key(of: 0, enrolment), data: enrolment.data, started: now, zone: plan.zone.name)
      run.passed = Dictionary(uniqueKeysWithValues: bare.indices.map { ($0, now) })
      run.reply = Run.Reply(text: "", class: "reply", date: nil)
      for edge in plan.graph.edges {
        guard case .node(let target) = edge.to, let told = plan.replies.first(where: { $0.name == edge.label }),
          case .named = told.kind
        else { continue }
        run.led[plan.graph.nodes[target].place.list] = Event(id: "", at: now, kind: told.kind)
      }
      return run
    }
  }

  private static func alone(_ action: Action) -> Action {
    guard case .escalate(var escalation) = action else { return action }
    escalation.each = nil
    return .escalate(escalation)
  }

  func fill(_ op: inout CohortProgram.Op, _ node: NodeIndex) throws(NotCarried) {
    guard op.kind == .channel || op.kind == .escalate, var run else { return }
    let now = plan.instant(0)
    run.state = .waiting(
      Run.Waiting(node: node, stage: .before, arrived: now, due: now, computed: now, shift: 0))
    let told = Machine.step(
      graph, run, Event(id: "", at: now, kind: .timer), at: now, Surroundings(zones: plan.cohort.zones))
    let out = told.entries.filter { $0.goesOut && $0.step == graph.nodes[node].name }
    let failed = told.entries.contains { if case .failed = $0.kind { true } else { false } }
    op.delivers = !out.isEmpty && !failed
    op.people = Int32(out.count)
    if op.kind == .escalate, failed, op.every >= 0 { throw NotCarried("somebody who cannot be told") }
  }
}
