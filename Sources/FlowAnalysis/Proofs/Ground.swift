import FlowCore
import FlowTime

/// What of a graph matters to its proofs: which instants are told apart, which conditions recur, what lies
/// ahead.
final class Ground {
  /// The instants that every proof has. The anchor is the start as holds have moved it, by whole days.
  static let now = 0
  static let due = 1
  static let anchor = 2
  static let start = 3
  static let last = 4
  static let mark = 5
  /// The start, moved by all days on which the run was held: what `ends within` counts from.
  static let clock = 6

  /// An instant beyond those.
  enum Instant: Hashable {
    /// So late on the day of the anchor; nil: the first instant of the start's day, unmoved.
    case dayOfStart(CivilTime?)
    /// When a step was passed.
    case step(NodeIndex)
    /// Data, or the event that led to a list: as it is, or at a time of its day.
    case data(String, CivilTime?)
    case led(Int)
    /// When a round sent first, or began.
    case round(NodeIndex)
  }

  let graph: Graph
  let caps: Caps?
  /// A run may have more touches than the caps allow in their span. Whether it does is found out in the first place.
  var mayBeTooMany: Bool
  let stretches: Stretches
  /// The most that clocks jump in any zone of a run.
  let jump: Int64
  /// The window hangs on the clock by which days are reckoned.
  let isOneZone: Bool
  /// How far the contact's clock hangs before the one by which days are reckoned, in milliseconds.
  let ahead: ClosedRange<Int64>
  /// When clocks are changed where days are reckoned; nil where that is data.
  private let changes: [FlowTime.Instant]?
  /// How far the clock by which days are reckoned hangs; nil where that is data.
  private let offsets: ClosedRange<Int64>?
  private var settled: [Window: Bool] = [:]
  /// What is known of the contact may change during a run.
  let setsContact: Bool
  /// The zone in which windows are read may change while a touch waits for one.
  let movesWindows: Bool
  private(set) var instants: [Instant: Int] = [:]
  private(set) var size = 7
  /// All that a hold moves.
  private(set) var anchors: [Int] = [Ground.anchor]
  /// Steps to which `anytime` may lead as long as they lie ahead, and steps to which a path may go back.
  private(set) var targets: [NodeIndex] = []
  /// Conditions on data alone that are asked more than once, and addresses that may be there or not.
  private(set) var recurring: [String: Int] = [:]
  private(set) var verbs: [String] = ["all"]
  private(set) var loops: [NodeIndex] = []
  /// People's tasks that a run waits for.
  private(set) var tasks: [NodeIndex] = []
  /// Everything but replies that may come in and matter.
  private(set) var eventNames: [String] = []
  /// How many touches there have been makes a difference: to a condition, or as long as the policy's limit is
  /// not proved.
  private(set) var countsTouches = false
  /// Some await listens to more than answers.
  private(set) var awaitsEvents = false
  /// All that the file holds a run by.
  private(set) var holds: [Hold] = []
  /// Events that a hold waits for.
  private(set) var heldFor: Set<String> = []
  /// Events that something in the file takes, or a hold waits for.
  private(set) var taken: Set<String> = []
  /// Events that a run emits and may hear itself.
  private(set) var echoes: [Echo] = []
  /// There is more in the file than a walk can tell apart: nothing may be proved by one.
  private(set) var isTooLarge = false
  /// What lies ahead of a step: `repeat`s, a bit each, and conditions that are asked more than once, two.
  struct Ahead {
    var loops: UInt64 = 0
    var asked: UInt64 = 0
  }

  private var aheads: [Ahead] = []
  private var loopIndices: [NodeIndex: Int] = [:]
  private var setters: [String: (conditions: [Int], instants: [(Instant, Int)])] = [:]
  /// For each step the ``targets`` that no longer lie ahead once it has been come to, a bit each.
  private(set) var passes: [UInt64] = []
  /// For each step where the instant at which it was passed is kept.
  private(set) var kept: [Int?] = []
  /// Whether a step stands in a list of `anytime`.
  private(set) var interrupts: [Bool] = []
  /// For each step its place in an order in which steps are come to.
  private(set) var ranks: [Int] = []

  /// Clocks jump by three hours at most (Antarctica/Casey) since 2010, and by more only where a country
  /// changes its day.
  private static let mostJump: Int64 = 3 * 3_600_000

  init(_ graph: Graph, zones: any ZoneSource, caps: Caps?) {
    self.graph = graph
    self.caps = caps
    mayBeTooMany = caps?.touches != nil && caps?.span != nil
    let contact = (graph.trigger.contact?.canonical ?? "input:contact") + ".timezone"
    setsContact = graph.nodes.contains {
      if case .set(let assignments) = $0.action {
        assignments.contains { $0.path.first == "contact" }
      } else {
        false
      }
    }
    movesWindows = graph.nodes.indices.contains { index in
      guard graph.isInAnytime(index), case .set(let assignments) = graph.nodes[index].action else { return false }
      return assignments.contains { $0.path == ["contact"] || $0.path.starts(with: ["contact", "timezone"]) }
    }
    let zone = graph.timezone.canonical
    isOneZone =
      !setsContact
      && [contact, "input:contact.timezone"].contains { zone == $0 || zone.hasPrefix("(?? \($0) ") }
    let own = graph.timezone.literal?.text.flatMap { zones.zone(named: $0) }.map(Self.clock(of:))
    let ownJump = own.map { $0.offsets.upperBound - $0.offsets.lowerBound } ?? Self.mostJump
    let offsets = own?.offsets ?? Self.offsets
    ahead =
      isOneZone
      ? 0...0 : Self.offsets.lowerBound - offsets.upperBound...Self.offsets.upperBound - offsets.lowerBound
    (changes, self.offsets) = (own?.changes, own?.offsets)
    // The window is read where the contact is: other clocks may be changed there.
    let windowJump = isOneZone ? ownJump : Self.mostJump
    jump = ownJump + (isOneZone || !graph.hasHours ? 0 : windowJump)
    stretches = Stretches(graph.policy, jump: windowJump, hasChanges: jump > 0)
    collect()
  }

  /// The westernmost and the easternmost that a clock hangs anywhere.
  private static let offsets: ClosedRange<Int64> = -12 * 3_600_000...14 * 3_600_000

  /// The westernmost and the easternmost that a clock hangs from 2020 to 2060, and when it is changed.
  private static func clock(of zone: Zone) -> (offsets: ClosedRange<Int64>, changes: [FlowTime.Instant]) {
    var now = FlowTime.Instant(seconds: 1_577_836_800)
    let end = FlowTime.Instant(seconds: 2_840_140_800)
    var (low, high) = (zone.offset(at: now), zone.offset(at: now))
    var changes: [FlowTime.Instant] = []
    while let next = zone.nextTransition(after: now), next < end {
      now = next
      changes.append(next)
      (low, high) = (min(low, zone.offset(at: now)), max(high, zone.offset(at: now)))
    }
    return (Int64(low) * 1000...Int64(high) * 1000, changes)
  }

  /// Where days are reckoned no clock is changed on a business day.
  func changesClocks(onNone calendar: BusinessCalendar) -> Bool {
    guard let changes, let offsets else { return false }
    return changes.allSatisfy { change in
      // The hours before it and after it, by either clock.
      [offsets.lowerBound - Self.mostJump, offsets.upperBound + Self.mostJump].allSatisfy { offset in
        !calendar.isBusinessDay(CivilDate(dayNumber: Int((change.milliseconds + offset) / Distance.day)))
      }
    }
  }

  /// Wherever the contact is, whatever goes out in a window does so at no hour at which clocks are changed where days
  /// are reckoned: most change them on a Sunday.
  func isSettled(_ window: Window?) -> Bool {
    guard let window, let changes else { return changes?.isEmpty ?? false }
    if let known = settled[window] { return known }
    let isSettled = changes.allSatisfy { change in
      let first = change.adding(milliseconds: Self.offsets.lowerBound - Self.mostJump)
      let last = change.adding(milliseconds: Self.offsets.upperBound + Self.mostJump)
      return firstOpen(notBefore: first, window: window, zone: .utc, holidays: .none).map { $0 > last } ?? true
    }
    settled[window] = isSettled
    return isSettled
  }

  private func collect() {
    var asked: [String: Int] = [:]
    var addresses: [String] = []
    for (index, node) in graph.nodes.enumerated() {
      for moment in moments(of: node) { collect(moment) }
      for condition in conditions(of: node) {
        if case .days(let from, let to)? = condition.counting?.what {
          for name in [from, to].compactMap({ $0 }) { collect(name: name) }
        } else if condition.counting?.what == .touches {
          countsTouches = true
        } else if Self.isOnDataAlone(condition) {
          asked[condition.proposition.canonical, default: 0] += 1
        }
      }
      switch node.action {
      case .channel(let action):
        collect(verb: action.verb)
        if action.isTask, action.until != nil, tasks.count < 60 { tasks.append(index) }
        if let address = Self.address(of: action) {
          addresses += node.repeats.isEmpty ? [address] : [address, address]
        }
      case .suppress(let channel): collect(verb: channel)
      case .loop(let loop):
        loops.append(index)
        collect(.round(index))
        if loop.times > Int(UInt8.max) || loops.count > Control.Rounds.most { isTooLarge = true }
      case .escalate(let escalation): if escalation.to.count > Int(UInt8.max) { isTooLarge = true }
      case .go(let target): if graph.isInAnytime(index) { targets += [target].compactMap(\.node) }
      case .choose(let branches, let otherwise):
        let leads = branches.map(\.target) + [otherwise].compactMap(\.self)
        if graph.isInAnytime(index) { targets += leads.compactMap(\.node).filter { !graph.isInAnytime($0) } }
      default: break
      }
    }
    for one in graph.anytime { if case .node(let target) = one.target { targets.append(target) } }
    for edge in graph.edges {
      // What a path goes back to: whether that has been before is worth knowing.
      guard case .node(let target) = edge.to, let from = edge.from,
        !isAround(graph.nodes[target].place.list, from)
      else {
        continue
      }
      if case .path = graph.lists[graph.rootList(of: from)] { targets.append(target) }
    }
    targets = Array(Set(targets)).filter {
      if case .anytime = graph.lists[graph.nodes[$0].place.list] { false } else { true }
    }
    .sorted()
    for address in Set(addresses).sorted()
    where recurring.count < Control.Decided.most && addresses.count(where: { $0 == address }) > 1 {
      recurring[address] = recurring.count
    }
    let most = min(recurring.count + 6, Control.Decided.most)
    for (condition, count) in asked.sorted(by: { $0.key < $1.key }) where count > 1 && recurring.count < most {
      recurring[condition] = recurring.count
    }
    for (index, loop) in loops.enumerated() { loopIndices[loop] = index }
    passes = graph.nodes.map { step in
      targets.prefix(64).enumerated().reduce(0) { passed, target in
        let place = graph.nodes[target.element].place
        let isPassed = place.list == step.place.list && place.position <= step.place.position
        return isPassed ? passed | 1 << UInt64(target.offset) : passed
      }
    }
    kept = graph.nodes.indices.map { instants[.step($0)] }
    interrupts = graph.nodes.indices.map(graph.isInAnytime)
    collectEvents()
    echoes = Echo.all(in: graph)
    rank()
    follow()
  }

  /// What a run can come to from a step, this one among it, also by `anytime`.
  func ahead(of node: NodeIndex) -> Ahead { aheads[node] }

  /// Which of the `repeat`s a step is.
  func loop(of node: NodeIndex) -> Int? { loopIndices[node] }

  /// What is not known any more once a field of the data has changed.
  func touched(by root: String) -> (conditions: [Int], instants: [(Instant, Int)]) {
    if let known = setters[root] { return known }
    let conditions = recurring.filter { $0.key.contains("input:\(root)") }.values.sorted()
    let instants = self.instants.filter {
      if case .data(let name, _) = $0.key { name.contains("input:\(root)") } else { false }
    }
    let touched = (conditions, instants.map { ($0.key, $0.value) }.sorted { $0.1 < $1.1 })
    setters[root] = touched
    return touched
  }

  /// A run may emit the event, and something in it may take it.
  func hears(_ event: String) -> Bool { taken.contains(event) && echoes.contains { $0.event == event } }

  private func follow() {
    let own = graph.nodes.indices.map { asked(at: $0) }
    let always = graph.anytime.compactMap { if case .node(let node) = $0.target { node } else { nil } }
    func from(_ starts: [NodeIndex]) -> Ahead {
      var (ahead, seen, stack) = (Ahead(), Set<NodeIndex>(), starts)
      while let node = stack.popLast() {
        guard seen.insert(node).inserted else { continue }
        ahead.asked |= own[node]
        if let loop = loopIndices[node], loop < 64 { ahead.loops |= 1 << UInt64(loop) }
        for edge in graph.edges(from: node) { if case .node(let to) = edge.to { stack.append(to) } }
        if case .node(let next) = graph.nodes[node].next { stack.append(next) }
      }
      return ahead
    }
    let interrupting = from(always)
    aheads = graph.nodes.indices.map { node in
      let ahead = from([node])
      return Ahead(loops: ahead.loops | interrupting.loops, asked: ahead.asked | interrupting.asked)
    }
  }

  private func asked(at index: NodeIndex) -> UInt64 {
    let node = graph.nodes[index]
    var names = conditions(of: node).map(\.proposition.canonical)
    if case .channel(let action) = node.action, let address = Self.address(of: action) {
      names.append(address)
    }
    return names.compactMap { recurring[$0] }.reduce(0) { $0 | 3 << (2 * UInt64($1)) }
  }

  private func isAround(_ list: Int, _ node: NodeIndex) -> Bool {
    var own = graph.nodes[node].place.list
    while own != list {
      guard case .nested(in: let outer) = graph.lists[own] else {
        return graph.nodes[node].place.list == list
      }
      own = graph.nodes[outer].place.list
    }
    return true
  }

  private func collectEvents() {
    let classes = Set(graph.replies.map(\.name) + ["reply", "timeout"])
    awaitsEvents = graph.nodes.contains {
      if case .await(let awaited) = $0.action {
        awaited.cases.contains { !classes.contains($0.key) }
      } else {
        false
      }
    }
    var names: Set<String> = ["out-of-office", "bounce"]
    for one in graph.anytime { names.insert(one.key) }
    for edge in graph.edges {
      if edge.kind == .case, let from = edge.from, case .await = graph.nodes[from].action {
        names.insert(edge.label)
      }
      if case .hold(let hold) = edge.to { holds.append(hold) }
    }
    for one in graph.nodes {
      if case .hold(let hold) = one.action { holds.append(hold) }
    }
    for hold in holds { if case .event(let name, _)? = hold.until { heldFor.insert(name) } }
    taken = names.union(heldFor)
    // Declared events that nothing takes change no run, but a claim may speak of them.
    eventNames = names.union(heldFor).union(graph.events.map(\.name)).sorted()
  }

  /// The address that a hand-over needs and whoever it goes to may not have.
  static func address(of action: ChannelAction) -> String? {
    guard let field = action.address.fields.last, field != "name", !action.isTask else { return nil }
    if case .expression(let to)? = action.field("to")?.content { return "\(to.canonical).\(field)" }
    return "input:contact.\(field)"
  }

  /// Each has a bit, beside five that a claim keeps.
  private func collect(verb: String) {
    guard !verbs.contains(verb) else { return }
    if verbs.count < 56 { verbs.append(verb) } else { isTooLarge = true }
  }

  private func collect(_ instant: Instant) {
    guard instants[instant] == nil else { return }
    guard size < 60 else {
      isTooLarge = true
      return
    }
    instants[instant] = size
    if case .dayOfStart(.some) = instant { anchors.append(size) }
    size += 1
  }

  private func collect(name: Name) {
    switch name {
    case .step(let node): collect(.step(node))
    case .eventTime(let slot): collect(.led(slot))
    case .runStarted: collect(.dayOfStart(nil))
    default: break
    }
  }

  private func collect(_ moment: Moment) {
    switch moment.base {
    case .day: if let time = moment.time { collect(.dayOfStart(time)) }
    case .expression(let expression):
      guard let use = expression.reading else { return }
      switch use.name {
      case .step, .eventTime: collect(name: use.name)
      case .input where moment.isData:
        collect(.data(expression.canonical, moment.time ?? (expression.isDate ? .midnight : nil)))
      default: break
      }
    default: break
    }
  }

  /// Every instant by which a step goes.
  private func moments(of node: Node) -> [Moment] {
    var all = [node.due].compactMap { $0 }
    switch node.action {
    case .wait(let moment): all.append(moment)
    case .await(let awaited): all.append(awaited.until)
    case .channel(let action): if let until = action.until { all.append(until) }
    default: break
    }
    return all
  }

  private func conditions(of node: Node) -> [Expression] {
    var all = [node.condition].compactMap { $0 }
    switch node.action {
    case .choose(let branches, _): all += branches.map(\.when)
    case .loop(let loop): all += [loop.stopIf].compactMap { $0 }
    default: break
    }
    return all
  }

  static func isOnDataAlone(_ condition: Expression) -> Bool {
    condition.uses.allSatisfy { if case .input = $0.name { true } else { false } }
  }

  // MARK: Limits

  /// Whether what is at most so late comes within a limit, whenever that begins.
  func isWithin(_ distance: Distance, _ limit: FlowTime.Duration) -> Bool {
    let least = stretches.span(of: limit).least
    return !least.isNone && distance.isWithin(-least.milliseconds - least.slack * jump, jump: jump)
  }

  /// Whether an instant that lies after now by at most so much, a negative number, lies a duration before it.
  func isApart(_ distance: Distance, _ least: FlowTime.Duration) -> Bool {
    let most = stretches.span(of: least).most
    return !most.isNone && distance.isWithin(-(most.milliseconds + most.slack * jump), jump: jump)
  }

  // MARK: Order

  private func rank() {
    ranks = Array(repeating: -1, count: graph.nodes.count)
    var order: [NodeIndex] = []
    var seen = Set<NodeIndex>()
    // Depth first without recursion: a step is placed once everything that follows it is.
    var stack: [(node: NodeIndex, isDone: Bool)] = []
    for first in graph.nodes.indices.reversed() { stack.append((first, false)) }
    if case .node(let entry) = graph.entry { stack.append((entry, false)) }
    while let (node, isDone) = stack.popLast() {
      if isDone {
        order.append(node)
        continue
      }
      guard seen.insert(node).inserted else { continue }
      stack.append((node, true))
      for edge in graph.edges(from: node) {
        if case .node(let to) = edge.to, !seen.contains(to) { stack.append((to, false)) }
      }
    }
    for (position, node) in order.reversed().enumerated() { ranks[node] = position }
  }
}

extension Graph {
  /// Something in it hangs on a window or on holidays.
  fileprivate var hasHours: Bool {
    policy.window != nil || !policy.holidays.isEmpty
      || nodes.contains { if case .own = $0.window { true } else { false } }
  }

  /// The step stands in a list of `anytime`, at whatever depth.
  func isInAnytime(_ node: NodeIndex) -> Bool {
    var list = lists[nodes[node].place.list]
    while case .nested(in: let outer) = list { list = lists[nodes[outer].place.list] }
    if case .anytime = list { return true }
    return false
  }
}

extension Target {
  fileprivate var node: NodeIndex? { if case .node(let node) = self { node } else { nil } }
}
