import FlowCore
import FlowTime

/// One run that was tried, and what it shows.
struct Shown {
  var beginning: Beginning
  var zone: Zone
  /// What it was told, in order.
  var told: [Told]
  var entries: [Entry]
  var goals: Set<Goal>

  struct Told: Hashable {
    var at: Instant
    var kind: Event.Kind
    var label: String
    /// Beside the end of a wait, where it is told for that.
    var edge: Goal.Edge?
    var step: String?
    /// What led to the hold that it ends.
    var heldBy: String?
    /// How many entries there were before it.
    var place = 0
  }

  /// The step that went out last before something was told.
  func before(_ told: Told) -> Entry? { entries.prefix(told.place).last { $0.goesOut && $0.step != nil } }
}

/// Walks a workflow by the very machine that runs it: from each place that a run can wait at, once, with everything
/// that the file has a case for, at an instant of its own, a second before the wait ends, as it ends and after.
/// Whatever is not told comes to nothing: each walk goes on in silence to its end.
struct ScenarioSearch {
  let graph: Graph
  let surroundings: Surroundings
  /// Steps of the machine that are left.
  private var budget: Int
  private var seen: Set<Place> = []
  private var seenHeld: Set<HeldPlace> = []
  private(set) var found: [Shown] = []
  /// Where conditions were answered, the plainest runs first.
  private(set) var sittings: [Sitting] = []
  private let questions: Questions
  /// Steps that make no difference to what may come once they are done: in lists of `anytime`, but for those that set
  /// what a condition asks for.
  private let passing: Set<NodeIndex>
  private static let mostSittings = 4

  /// Where a run waits, as far as it makes a difference to what may come.
  private struct Place: Hashable {
    var change: String?
    var node: NodeIndex
    var stage: Run.Waiting.Stage
    var round: Int?
    var reached: Set<NodeIndex>
    var untaken: [String]
  }

  /// Where a run waits while a hold waits for an event.
  private struct HeldPlace: Hashable {
    var change: String?
    var node: NodeIndex
    var stage: Run.Waiting.Stage
    var heldBy: String
  }

  /// A run up to where it has been told something.
  private struct Walk {
    var shown: Shown
    var run: Run
    var now: Instant
    /// What led to the last hold.
    var heldBy = ""
  }

  init(_ graph: Graph, _ surroundings: Surroundings, budget: Int = 150_000) {
    self.graph = graph
    self.surroundings = surroundings
    self.budget = budget
    questions = Questions(graph, surroundings)
    let asked = Set(graph.conditions.flatMap(\.uses).map(\.name))
    passing = Set(
      graph.nodes.indices.filter { node in
        guard graph.isInAnytime(node) else { return false }
        guard case .set(let assignments) = graph.nodes[node].action else { return true }
        return !assignments.contains { one in one.path.first.map { asked.contains(.input($0)) } ?? false }
      })
  }

  /// What is tried with so many events before anything with more.
  mutating func search(_ beginnings: [Beginning], deepest: Int = 4) {
    var walks = beginnings.compactMap { begin($0) }
    for depth in 0...deepest {
      var next: [Walk] = []
      for walk in walks { next += finish(walk, mayBranch: depth < deepest) }
      walks = next
      if walks.isEmpty || budget <= 0 { return }
    }
  }

  private mutating func begin(_ beginning: Beginning) -> Walk? {
    guard
      case .runs(let runs) = Machine.enrol(
        graph, data: beginning.input, at: beginning.start, zones: surroundings.zones),
      let one = runs.dropFirst(max(0, (beginning.item ?? 1) - 1)).first
    else { return nil }
    budget -= 1
    let first = Machine.settled(
      graph, Machine.start(graph, key: one.key, data: one.data, at: beginning.start, surroundings),
      at: beginning.start, surroundings)
    let zone = surroundings.zones.zone(named: first.run.zone) ?? .utc
    var walk = Walk(
      shown: Shown(beginning: beginning, zone: zone, told: [], entries: first.entries, goals: []), run: first.run,
      now: beginning.start)
    ask(nil, first, &walk)
    return walk
  }

  /// Goes on in silence, keeps what that shows, and comes back with what may happen at each new place on the way.
  private mutating func finish(_ walk: Walk, mayBranch: Bool) -> [Walk] {
    var walk = walk
    var next: [Walk] = []
    while let waiting = walk.run.waiting, budget > 0 {
      let due = max(walk.now, waiting.wakes)
      // Nothing comes into a wait that is over as it begins.
      if mayBranch, due > walk.now {
        var told = seen.insert(place(walk, waiting)).inserted ? happenings(waiting, walk, due) : []
        told += releases(waiting, walk, due)
        next += told.compactMap { tell($0, to: walk, due: due) }
      }
      step(Event(id: "timer", at: due, kind: .timer), &walk, at: due)
    }
    if walk.run.waiting == nil {
      walk.shown.goals.formUnion(goals(walk))
      found.append(walk.shown)
    }
    return next
  }

  private func place(_ walk: Walk, _ waiting: Run.Waiting) -> Place {
    Place(
      change: walk.shown.beginning.change, node: waiting.node, stage: waiting.stage,
      round: graph.nodes[waiting.node].repeats.last.flatMap { walk.run.rounds[$0]?.number },
      reached: walk.run.reached.subtracting(passing), untaken: walk.run.untaken.map(\.name))
  }

  private mutating func step(_ event: Event, _ walk: inout Walk, at now: Instant) {
    budget -= 1
    let transition = Machine.settled(
      graph, Machine.step(graph, walk.run, event, at: now, surroundings), at: now, surroundings)
    let before = walk.run
    walk.run = transition.run
    walk.shown.entries += transition.entries
    walk.now = now
    if let waiting = walk.run.waiting, let hold = waiting.hold, hold != before.waiting?.hold {
      let told = event.kind == .timer ? nil : walk.shown.told.last?.label
      walk.heldBy = told ?? graph.nodes[waiting.node].name
    }
    ask(before, transition, &walk)
  }

  /// What conditions were answered on the way.
  private mutating func ask(_ before: Run?, _ transition: Transition, _ walk: inout Walk) {
    for (question, run, holds) in questions.answered(before, transition, at: walk.now) {
      walk.shown.goals.formUnion(questions.goals(question, run, holds: holds, at: walk.now))
      guard sittings.count(where: { $0.question == question && $0.holds == holds }) < Self.mostSittings else {
        continue
      }
      sittings.append(
        Sitting(
          question: question, holds: holds, beginning: walk.shown.beginning, told: walk.shown.told, run: run,
          now: walk.now))
    }
  }

  /// The same told to a run that begins otherwise; nil where that is over before all is told.
  mutating func retell(_ told: [Shown.Told], from beginning: Beginning) -> Shown? {
    guard var walk = begin(beginning) else { return nil }
    for one in told {
      while let waiting = walk.run.waiting, max(walk.now, waiting.wakes) < one.at, budget > 0 {
        let due = max(walk.now, waiting.wakes)
        step(Event(id: "timer", at: due, kind: .timer), &walk, at: due)
      }
      guard let waiting = walk.run.waiting, let next = tell(one, to: walk, due: max(walk.now, waiting.wakes)) else {
        return nil
      }
      walk = next
    }
    let before = found.count
    _ = finish(walk, mayBranch: false)
    return found.count > before ? found.last : nil
  }

  private mutating func tell(_ told: Shown.Told, to walk: Walk, due: Instant) -> Walk? {
    var walk = walk
    if told.at > due {
      step(Event(id: "timer", at: due, kind: .timer), &walk, at: due)
      // Something else is due before it.
      guard let waiting = walk.run.waiting, waiting.wakes >= told.at else { return nil }
    }
    walk.shown.told.append(told)
    walk.shown.told[walk.shown.told.count - 1].place = walk.shown.entries.count
    step(Event(id: "\(walk.shown.told.count)", at: told.at, kind: told.kind), &walk, at: told.at)
    return walk
  }

  // MARK: What may happen

  private func happenings(_ waiting: Run.Waiting, _ walk: Walk, _ due: Instant) -> [Shown.Told] {
    let length = due.milliseconds(since: walk.now)
    let hour: Int64 = 3_600_000
    let soon = length > hour ? walk.now.adding(milliseconds: hour) : walk.now.adding(milliseconds: length / 2)
    let step = graph.nodes[waiting.node].name
    let isEdged = [.listening, .outcome].contains(waiting.stage) && length > 2_000
    var all: [Shown.Told] = []
    let choices = Choices(graph).at(waiting)
    // What the step itself has a case for; an answer where only `anytime` does.
    let edged = choices.first { !$0.isAnytime } ?? choices.first { $0.kind.isReply }
    for choice in choices {
      for kind in forms(of: choice, at: soon, walk) {
        all.append(Shown.Told(at: soon, kind: kind, label: choice.label))
      }
      guard isEdged, choice.label == edged?.label else { continue }
      let kind = forms(of: choice, at: due, walk).first ?? choice.kind
      let edges: [(Goal.Edge, Int64)] = [(.secondBefore, -1_000), (.at, 0), (.secondAfter, 1_000)]
      for (edge, past) in edges {
        let at = due.adding(milliseconds: past)
        all.append(Shown.Told(at: at, kind: kind, label: choice.label, edge: edge, step: step))
      }
    }
    let defaults: [(Event.Kind, String)] = [
      (.unsubscribe(channel: nil), "unsubscribe"), (.bounce(hard: true), "bounce"), (.reply(text: ""), "reply"),
    ]
    for (kind, label) in defaults where !all.contains(where: { $0.label == label }) {
      all.append(Shown.Told(at: soon, kind: worded(kind, soon), label: label))
    }
    return all
  }

  /// The event that ends a hold, beside the bound of that: each hold once wherever a run waits.
  private mutating func releases(_ waiting: Run.Waiting, _ walk: Walk, _ due: Instant) -> [Shown.Told] {
    let held = HeldPlace(
      change: walk.shown.beginning.change, node: waiting.node, stage: waiting.stage, heldBy: walk.heldBy)
    guard due.milliseconds(since: walk.now) > 2_000, let choice = Choices(graph).release(waiting),
      seenHeld.insert(held).inserted
    else { return [] }
    let edges: [(Goal.Edge, Int64)] = [(.secondBefore, -1_000), (.at, 0), (.secondAfter, 1_000)]
    return edges.map { edge, past in
      Shown.Told(
        at: due.adding(milliseconds: past), kind: choice.kind, label: choice.label, edge: edge, heldBy: walk.heldBy)
    }
  }

  /// The same with other data, where data may decide.
  private func forms(of choice: Choice, at instant: Instant, _ walk: Walk) -> [Event.Kind] {
    switch choice.kind {
    case .reply(let text):
      let plain = worded(.reply(text: text), instant)
      guard usesReplyDate, case .reply(let words) = plain else { return [plain] }
      let date = walk.shown.zone.civil(at: instant).date.adding(days: 10)
      return [plain, .reply(text: "\(words) \(date)")]
    case .named(let name, let data):
      guard let event = graph.events.first(where: { $0.name == name }) else { return [choice.kind] }
      return [choice.kind]
        + event.fields.flatMap { field -> [Event.Kind] in
          let other: [Value] =
            switch field.type {
            case .boolean: [.boolean(false)]
            case .oneOf(let words): words.dropFirst().map { .text($0) }
            case .integer, .number, .text: Turning.values(of: field.type, literals: bounds(of: field.name))
            case .optional(let inner): [Sample.record([Field(field.name, inner)], at: instant)[field.name] ?? .absent]
            default: []
            }
          return other.map { .named(name, data: data.merging([field.name: $0]) { $1 }) }
        }
    case .outOfOffice:
      return [.outOfOffice(return: walk.shown.zone.civil(at: instant).date.adding(days: 5)), choice.kind]
    default: return [choice.kind]
    }
  }

  /// What conditions on a field of an event compare it with.
  private func bounds(of field: String) -> [Value] {
    graph.conditions.filter { condition in
      condition.uses.contains { if case .eventField(_, field) = $0.name { true } else { false } }
    }.flatMap(\.literals)
  }

  /// An answer that no class is for has words, too.
  private func worded(_ kind: Event.Kind, _ instant: Instant) -> Event.Kind {
    guard case .reply("") = kind else { return kind }
    let isClass = { (text: String) in graph.replies.contains { $0.patterns.contains { $0.matches(text) } } }
    let words = ["Who should I ask about this?", "Where do I find it?", "Hm.", "?"].first { !isClass($0) }
    return .reply(text: words ?? "?")
  }

  private var usesReplyDate: Bool {
    graph.conditions.contains { $0.uses.contains { $0.name == .replyDate } }
      || graph.nodes.contains { node in
        guard case .hold(let hold) = node.action, case .moment(let moment)? = hold.until else { return false }
        return moment.text.contains("reply.date")
      }
  }

  // MARK: What it shows

  private func goals(_ walk: Walk) -> Set<Goal> {
    var goals = Goal.counted(graph, walk.shown.entries, walked: walk.run.passed.keys)
    for told in walk.shown.told {
      if let edge = told.edge, let step = told.step { goals.insert(.boundary(step: step, edge)) }
      if let edge = told.edge, let heldBy = told.heldBy {
        goals.insert(.released(by: heldBy, event: told.label, edge))
      }
    }
    var before: Instant?
    for entry in walk.shown.entries {
      if case .deferred(_, let because) = entry.kind { goals.insert(.deferred(because: because)) }
      if let before, let change = walk.shown.zone.nextTransition(after: before), change <= entry.at {
        let zone = walk.shown.zone
        goals.insert(
          .clocks(forward: zone.offset(at: change) > zone.offset(at: change.adding(milliseconds: -1))))
      }
      before = entry.at
    }
    return goals
  }
}

extension Event.Kind {
  fileprivate var isReply: Bool { if case .reply = self { true } else { false } }
}

extension ScenarioSearch {
  /// From the beginnings, at other times, and as long as something is still to be counted with other data.
  static func everything(_ graph: Graph, _ surroundings: Surroundings, _ beginnings: [Beginning]) -> [Shown] {
    guard let first = beginnings.first else { return [] }
    let counted = Set(Covering.all(of: graph).map(\.goal))
    var plain = ScenarioSearch(graph, surroundings)
    plain.search(beginnings)
    var shown = plain.found
    let variations = Variations(graph: graph, zone: shown.first?.zone ?? .utc)
    var timed = ScenarioSearch(graph, surroundings, budget: 20_000)
    timed.search(variations.starts(first), deepest: 0)
    shown += timed.found
    var sittings = plain.sittings
    for make in [variations.inputs, variations.keys, variations.late] {
      if counted.isSubset(of: shown.reduce(into: []) { $0.formUnion($1.goals) }) { break }
      var others = ScenarioSearch(graph, surroundings)
      others.search(beginnings.flatMap(make))
      shown += others.found
      sittings += others.sittings
    }
    return shown + atEdges(graph, surroundings, shown, sittings)
  }

  /// The runs that came to conditions, with data by which these turn, as far as the runs there are do not show it.
  private static func atEdges(
    _ graph: Graph, _ surroundings: Surroundings, _ shown: [Shown], _ sittings: [Sitting]
  ) -> [Shown] {
    let questions = Questions(graph, surroundings)
    let edges = Edges(questions: questions)
    let reached = shown.reduce(into: Set<Goal>()) { $0.formUnion($1.goals) }
    var search = ScenarioSearch(graph, surroundings, budget: 50_000)
    var kept: [Shown] = []
    for index in questions.all.indices {
      for goal in questions.goals(of: index)
      where !reached.contains(goal) && !kept.contains(where: { $0.goals.contains(goal) }) {
        let told = sittings.lazy.filter { $0.question == index }.flatMap { sitting in
          edges.beginnings(showing: goal, from: sitting).lazy.map { (sitting.told, $0) }
        }
        for (told, beginning) in told {
          guard let one = search.retell(told, from: beginning), one.goals.contains(goal) else { continue }
          kept.append(one)
          break
        }
      }
    }
    return kept
  }
}
