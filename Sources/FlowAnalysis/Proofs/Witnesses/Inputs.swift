import FlowCore
import FlowTime

/// Data of the trigger with which conditions turn out this way and that: made from the literals of the
/// conditions, the cases of enumerations, what is absent, dates around the start.
struct Inputs {
  /// Which value each field that decides something has: 0 is the sample's.
  typealias Choice = [Int]

  private enum Candidate: Hashable {
    case value(Value)
    /// A date or an instant so many days after the start.
    case days(Int, isDate: Bool)
  }

  private struct Variable {
    var root: String
    var path: [String]
    var candidates: [Candidate]
    /// An instant of the file counts from it, days are reckoned by it, or somebody is not reached without it: each
    /// value is a run of its own.
    var isOwn: Bool
    /// By which the contact is reached.
    var isAddress = false
  }

  private let graph: Graph
  private let variables: [Variable]
  /// Those that tell one run from another, the simplest first.
  private(set) var choices: [Choice] = []

  private static let most = 64
  private static let zones = [
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Vancouver",
    "Asia/Tokyo",
  ]

  init(_ graph: Graph, zones: any ZoneSource) {
    self.graph = graph
    variables = Self.variables(graph, zones)
    let (plain, combined) = combinations(turned(zones))
    choices = distinct(plain, combined, zones)
  }

  /// Contacts who have none of the addresses by which they are written to, with one other field changed that decides
  /// where the run goes; none where there is one address, which is a field like others.
  private var unreached: [Choice] {
    var base = Choice(repeating: 0, count: variables.count)
    for (at, variable) in variables.enumerated() where variable.isAddress {
      base[at] = (variable.candidates.firstIndex(of: .value(.absent)) ?? -1) + 1
    }
    guard base.count(where: { $0 > 0 }) > 1 else { return [] }
    var all = [base]
    for (at, variable) in variables.enumerated() where !variable.isOwn && base[at] == 0 {
      for pick in variable.candidates.indices {
        var one = base
        one[at] = pick + 1
        all.append(one)
      }
    }
    return all
  }

  func data(_ choice: Choice, at start: Instant) -> [String: Value] {
    var data = Sample.record(graph.triggerFields, at: start)
    for (variable, pick) in zip(variables, choice) where pick > 0 && pick <= variable.candidates.count {
      let value: Value
      switch variable.candidates[pick - 1] {
      case .value(let given): value = given
      case .days(let days, true): value = .date(Zone.utc.civil(at: start).date.adding(days: days))
      case .days(let days, false): value = .instant(start.adding(milliseconds: Int64(days) * 86_400_000))
      }
      set(value, variable, in: &data, at: start)
    }
    return data
  }

  private func set(_ value: Value, _ variable: Variable, in data: inout [String: Value], at start: Instant) {
    guard let field = graph.triggerFields.first(where: { $0.name == variable.root }) else { return }
    var whole = data[field.name] ?? .absent
    if whole.isAbsent, !variable.path.isEmpty {
      whole = Sample.record([Field(field.name, field.type.present)], at: start)[field.name] ?? .absent
    }
    whole = Self.setting(variable.path, of: whole, to: value)
    data[field.name] = whole.isAbsent ? nil : whole
  }

  /// Where a list stands on the way, its first item, the sample's only one, is meant.
  static func setting(_ path: some Collection<String>, of whole: Value, to value: Value) -> Value {
    guard let name = path.first else { return value }
    if case .list(let items) = whole, let first = items.first {
      return .list([setting(path, of: first, to: value)] + items.dropFirst())
    }
    return whole.setting([name], to: setting(path.dropFirst(), of: whole[path: [name]], to: value))
  }

  // MARK: What decides

  private static func variables(_ graph: Graph, _ zones: any ZoneSource) -> [Variable] {
    var found: [Variable] = []
    func add(_ root: String, _ path: [String], _ candidates: [Candidate], isOwn: Bool) {
      guard let place = place(root, path, graph) else { return }
      let known = found.firstIndex { $0.root == place.root && $0.path == place.path }
      let at = known ?? found.count
      if known == nil {
        found.append(Variable(root: place.root, path: place.path, candidates: [], isOwn: isOwn))
      }
      for one in candidates where !found[at].candidates.contains(one) { found[at].candidates.append(one) }
      found[at].isOwn = found[at].isOwn || isOwn
    }
    let instants = graph.moments.compactMap { if case .expression(let base) = $0.base { base } else { nil } }
    for (expression, isOwn) in graph.expressions.map({ ($0, false) }) + instants.map({ ($0, true) }) {
      let bounds = expression.bounds(in: graph)
      for use in expression.uses {
        guard case .input(let root) = use.name, let type = graph.type(of: root, use.path) else { continue }
        add(root, use.path, candidates(type, named: use.path.last ?? root, bounds), isOwn: isOwn)
      }
    }
    for use in graph.trigger.key.flatMap(\.uses) where graph.nodes.contains(where: \.isSplit) {
      guard case .input(let root) = use.name, graph.type(of: root, use.path)?.isText == true else { continue }
      add(root, use.path, (1...12).map { .value(.text("k\($0)")) }, isOwn: false)
    }
    for node in graph.nodes {
      guard case .escalate(let escalation) = node.action, escalation.mayNameNobody else { continue }
      for use in escalation.to.flatMap(\.uses) {
        if case .input(let root) = use.name { add(root, use.path, [.value(.list([]))], isOwn: true) }
      }
    }
    let names = Self.zones.filter { zones.zone(named: $0) != nil }.map { Candidate.value(.text($0)) }
    for use in graph.timezone.uses {
      if case .input(let root) = use.name { add(root, use.path, names, isOwn: true) }
    }
    if graph.policy.window != nil { add("contact", ["timezone"], names, isOwn: true) }
    for address in addresses(graph) {
      add("contact", [address], [.value(.absent)], isOwn: true)
      guard let place = place("contact", [address], graph) else { continue }
      for at in found.indices where found[at].root == place.root && found[at].path == place.path {
        found[at].isAddress = true
      }
    }
    return found
  }

  /// By which the contact is reached.
  private static func addresses(_ graph: Graph) -> [String] {
    let all = graph.nodes.compactMap { node -> String? in
      guard case .channel(let action) = node.action, action.touch, !action.isTask, action.field("to") == nil
      else { return nil }
      return action.address.fields.last
    }
    return Set(all).subtracting(["name"]).sorted()
  }

  /// Where in the trigger's data a field of the run's data comes from.
  static func place(_ root: String, _ path: [String], _ graph: Graph) -> (root: String, path: [String])? {
    if graph.triggerFields.contains(where: { $0.name == root }) { return (root, path) }
    let source: Expression?
    if root == "contact" { source = graph.trigger.contact } else { source = graph.trigger.each?.list }
    guard let use = source?.uses.first, case .input(let name) = use.name else { return nil }
    if root == "contact", name != root { return place(name, use.path + path, graph) }
    return (name, use.path + path)
  }

  private static func candidates(_ type: ValueType, named name: String, _ literals: [Value]) -> [Candidate] {
    var days = [-40, -1, 0, 1, 2, 3, 5, 7, 10, 21, 30, 45, 60, 90, 365]
    // Where the sample has none, first one that lies ahead: that there is one is what decides.
    if type.isOptional { days = [21] + days.filter { $0 != 21 } }
    let absent: [Candidate] = type.isOptional ? [.value(.absent)] : []
    switch type.present {
    case .date: return absent + days.map { .days($0, isDate: true) }
    case .instant: return absent + days.map { .days($0, isDate: false) }
    case .list(let item):
      let one =
        Sample.record([Field(name, item)], at: .epoch)[name].map { [Candidate.value(.list([$0]))] } ?? []
      // As many as a condition may ask for, and one more.
      let most = literals.compactMap(\.decimal).compactMap { Int($0.description) }.filter { (1..<50).contains($0) }
      let more = one.flatMap { one -> [Candidate] in
        guard case .value(.list(let items)) = one else { return [] }
        return Set(most + most.map { $0 + 1 }).subtracting([1]).sorted().map { count in
          .value(.list((0..<count).flatMap { _ in items }))
        }
      }
      return absent + [.value(.list([]))] + one + more
    case .contact, .person, .record:
      let one =
        Sample.record([Field(name, type.present)], at: .epoch)[name].map { [Candidate.value($0)] } ?? []
      return type.isOptional ? absent + one : []
    default: return Turning.values(of: type, literals: literals).map { .value($0) }
    }
  }

  /// One field changed, then those that are set apart, and all conditions turned; then two, a third that is an
  /// address, and all where they are few. Of two the conditions' own come first: in another zone there is a run of its
  /// own for each of them.
  /// - Returns: `plain`: few, and each worth a look.
  private func combinations(_ turned: [Choice]) -> (plain: [Choice], combined: [Choice]) {
    let base = Choice(repeating: 0, count: variables.count)
    let singles = variables.enumerated().flatMap { at, variable in
      variable.candidates.indices.map { (at: at, pick: $0 + 1) }
    }
    func with(_ picks: [(at: Int, pick: Int)]) -> Choice {
      var choice = base
      for (at, pick) in picks { choice[at] = pick }
      return choice
    }
    let pairs = singles.indices.flatMap { first in
      singles[first...].filter { $0.at > singles[first].at }.map { [singles[first], $0] }
    }.prefix(4_000)
    func isFree(_ pair: [(at: Int, pick: Int)]) -> Bool {
      pair.allSatisfy { !variables[$0.at].isOwn || variables[$0.at].isAddress }
    }
    let free = pairs.filter(isFree)
    var all = free.map(with)
    for (at, variable) in variables.enumerated() where variable.isAddress {
      let none = (at: at, pick: (variable.candidates.firstIndex(of: .value(.absent)) ?? -1) + 1)
      all += free.prefix(400).filter { $0.allSatisfy { $0.at != at } }.map { with($0 + [none]) }
    }
    all += pairs.filter { !isFree($0) }.map(with)
    let counts = variables.map { $0.candidates.count + 1 }
    if counts.count > 2, counts.reduce(1, { min($0 * $1, 5_000) }) <= 1_000 { all += Self.product(counts) }
    return ([base] + singles.map { with([$0]) } + unreached + turned + turned.compactMap(late), all)
  }

  /// The same with every date that instants count from far ahead; nil where there is none.
  private func late(_ choice: Choice) -> Choice? {
    let late = zip(variables, choice).map { variable, pick in
      guard variable.isOwn, pick == 0 else { return pick }
      return variable.candidates.firstIndex { if case .days(45, _) = $0 { true } else { false } }.map { $0 + 1 } ?? 0
    }
    return late == choice ? nil : late
  }

  /// All conditions holding at once, none of them, and all but one, each by as few fields of its own as it takes.
  private func turned(_ zones: any ZoneSource) -> [Choice] {
    let conditions = Set(graph.conditions.map(\.text)).sorted().prefix(12).compactMap { text in
      graph.conditions.first { $0.text == text }
    }
    guard conditions.count > 1 else { return [] }
    func merged(_ choices: [Choice]) -> Choice {
      choices.reduce(Choice(repeating: 0, count: variables.count)) { done, one in
        zip(done, one).map { $1 > 0 ? $1 : $0 }
      }
    }
    let (holding, failing) = (
      conditions.map { turned($0, to: true, zones) }, conditions.map { turned($0, to: false, zones) }
    )
    let allBut = conditions.indices.map { but in
      merged(holding.enumerated().filter { $0.offset != but }.compactMap(\.element) + [failing[but]].compactMap(\.self))
    }
    return [merged(holding.compactMap(\.self)), merged(failing.compactMap(\.self))] + allBut
  }

  private func turned(_ condition: Expression, to wanted: Bool, _ zones: any ZoneSource) -> Choice? {
    let read = variables.indices.filter { at in
      condition.uses.contains { use in
        guard case .input(let root) = use.name, let place = Self.place(root, use.path, graph) else { return false }
        return place.root == variables[at].root && place.path == variables[at].path
      }
    }
    let counts = read.map { variables[$0].candidates.count + 1 }
    guard counts.reduce(1, { min($0 * $1, 1_000) }) <= 200 else { return nil }
    let start = Sample.instant
    let picks = Self.product(counts).sorted { $0.count { $0 > 0 } < $1.count { $0 > 0 } }
    let choices = picks.lazy.map { picks in
      var choice = Choice(repeating: 0, count: variables.count)
      for (at, pick) in zip(read, picks) { choice[at] = pick }
      return choice
    }
    func isTurned(_ choice: Choice, _ reached: [Int64]) -> Bool {
      guard case .runs(let runs) = Machine.enrol(graph, data: data(choice, at: start), at: start, zones: zones),
        let one = runs.first
      else { return false }
      return reached.allSatisfy { reached in
        let scope = DataScope(graph: graph, data: one.data, start: start, reached: reached)
        return (try? condition.evaluate(scope)) == .boolean(wanted)
      }
    }
    // Early in a run and late in it, by the data alone, where that can be.
    let late = condition.countsRun ? choices.first { isTurned($0, [0, DataScope.late]) } : nil
    return late ?? choices.first { isTurned($0, [0]) }
  }

  private static func product(_ counts: [Int]) -> [Choice] {
    counts.reduce([[]]) { done, count in done.flatMap { one in (0..<count).map { one + [$0] } } }
  }

  // MARK: Which differ

  /// One for each way in which the conditions turn out, the arms of a split are drawn, and instants lie. What turns a
  /// condition or draws an arm comes in turns with what lies at another instant: few are tried with events.
  private func distinct(_ plain: [Choice], _ combined: [Choice], _ zones: any ZoneSource) -> [Choice] {
    let start = Sample.instant
    var (ways, seen): (Set<[Int]>, Set<[Int]>) = ([], [])
    var (turning, others, arms): ([Choice], [Choice], [[Int]: Choice]) = ([], [], [:])
    func add(_ choice: Choice) {
      guard
        case .runs(let runs) = Machine.enrol(graph, data: data(choice, at: start), at: start, zones: zones),
        let one = runs.first
      else { return }
      let scope = DataScope(graph: graph, data: one.data, start: start)
      let later = DataScope(graph: graph, data: one.data, start: start, reached: DataScope.late)
      let drawn = graph.nodes.compactMap { node in
        if case .split(let split) = node.action { split.arm(of: one.key, step: node.name) } else { nil }
      }
      let way =
        graph.conditions.flatMap { condition in
          (condition.countsRun ? [scope, later] : [scope]).map { scope in
            switch try? condition.evaluate(scope) {
            case .boolean(true)?: 1
            case .boolean(false)?: 0
            default: 2
            }
          }
        } + drawn
      let isNew = ways.insert(way).inserted
      guard seen.insert(way + zip(variables, choice).filter { $0.0.isOwn }.map(\.1)).inserted else { return }
      if isNew { turning.append(choice) } else { others.append(choice) }
      if !drawn.isEmpty, arms[drawn] == nil { arms[drawn] = choice }
    }
    for choice in plain { add(choice) }
    // Each way with each arm.
    for arm in arms.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }).map(\.value) {
      for choice in turning.prefix(Self.most / 4) { add(zip(choice, arm).map { $1 > 0 ? $1 : $0 }) }
    }
    for choice in combined where turning.count + others.count < Self.most { add(choice) }
    // Of one field changed the first value of each before the second of any.
    func order(_ choice: Choice) -> Int { choice.count { $0 > 0 } == 1 ? choice.max() ?? 0 : .max }
    let ordered = others.enumerated().sorted { (order($0.element), $0.offset) < (order($1.element), $1.offset) }
    others = ordered.map(\.element)
    return Array(
      (0..<max(turning.count, others.count)).flatMap { at in
        [turning, others].compactMap { $0.indices.contains(at) ? $0[at] : nil }
      }.prefix(Self.most))
  }
}

extension Expression {
  /// It turns while a run goes on, whatever the data are.
  fileprivate var countsRun: Bool { uses.contains { $0.name == .runTouches || $0.name == .runDay } }
}

extension Node {
  fileprivate var isSplit: Bool { if case .split = action { true } else { false } }
}

/// What names mean before anything has happened, or after so many touches and days.
private struct DataScope: Scope {
  static let late: Int64 = 1_000

  let graph: Graph
  let data: [String: Value]
  let start: Instant
  var reached: Int64 = 0

  var zone: Zone { .utc }
  var calendar: BusinessCalendar { graph.policy.calendar }
  var hours: (window: Window, zone: Zone)? { nil }

  func value(of name: Name) -> Value {
    switch name {
    case .input(let root): data[root] ?? .absent
    case .runTouches, .runDay: .integer(reached)
    case .runStarted: .instant(start)
    default: .absent
    }
  }
}
