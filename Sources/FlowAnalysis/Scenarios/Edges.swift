import FlowCore
import FlowTime

/// Data by which a condition is told from what it may be mistaken for: one field, or two, of those that it reads,
/// changed to where its two sides are equal, to what lies beside that, or to another of the values that there are.
struct Edges {
  let questions: Questions
  private var graph: Graph { questions.graph }

  /// A beginning in which a run that comes to the sitting shows the goal; several, the plainest first.
  func beginnings(showing goal: Goal, from sitting: Sitting) -> [Beginning] {
    let question = questions.all[sitting.question]
    var expressions = [question.condition]
    if case .apart(_, let slip) = goal { expressions.insert(question.slips[slip], at: 0) }
    let places = self.places(question)
    func shown(_ changes: [Change]) -> Bool {
      questions.shows(goal, changed(sitting.run, changes), at: sitting.now)
    }
    let singles = places.flatMap { changes(of: $0, expressions, sitting.run, at: sitting.now) }
    var found = singles.map { [$0] }.filter(shown)
    if found.isEmpty {
      found = singles.prefix(24).flatMap { first -> [[Change]] in
        let run = changed(sitting.run, [first])
        return places.filter { $0 != first.place }.flatMap { changes(of: $0, expressions, run, at: sitting.now) }
          .prefix(24).map { [first, $0] }.filter(shown)
      }
    }
    let zone = questions.zone(of: sitting.run)
    return found.prefix(4).compactMap { beginning($0, sitting.beginning, zone) }
  }

  // MARK: Changes

  private struct Place: Hashable {
    var root: String
    var path: [String]
    var type: ValueType
  }

  private struct Change {
    var place: Place
    var value: Value
  }

  /// What the condition reads of the run's data; of a branch also what those before it read.
  private func places(_ question: Question) -> [Place] {
    let asked = questions.all.filter { other in
      other.node == question.node && (other.place == question.place || question.place != .step && other.place != .step)
    }
    var seen: Set<Place> = []
    return asked.flatMap { [$0.condition] }.flatMap(\.uses).compactMap { use in
      guard case .input(let root) = use.name, let type = graph.type(of: root, use.path) else { return nil }
      let place = Place(root: root, path: use.path, type: type)
      return seen.insert(place).inserted ? place : nil
    }
  }

  private func changed(_ run: Run, _ changes: [Change]) -> Run {
    var run = run
    for change in changes {
      let whole = run.data[change.place.root] ?? .absent
      run.data[change.place.root] = whole.setting(change.place.path, to: change.value)
    }
    return run
  }

  private func changes(of place: Place, _ expressions: [Expression], _ run: Run, at now: Instant) -> [Change] {
    let value = (run.data[place.root] ?? .absent)[path: place.path]
    let roots = expressions.flatMap(\.comparisons).flatMap { sides in
      equal(sides, place, value, run, at: now)
    }
    let literals = expressions.flatMap(\.literals)
    let others: [Value] =
      switch place.type.present {
      case .boolean, .oneOf, .text, .email, .phone, .url, .timezone, .locale, .integer, .number, .duration:
        Turning.values(of: place.type, literals: literals)
      case .list(let item):
        [.list([])] + (Sample.record([Field("it", item)], at: run.started)["it"].map { [.list([$0])] } ?? [])
      default:
        place.type.isOptional
          ? [.absent] + (Sample.record([Field("it", place.type.present)], at: run.started)["it"].map { [$0] } ?? [])
          : []
      }
    var seen: Set<Value> = [value]
    return (roots + roots.flatMap { beside($0) } + others).filter { seen.insert($0).inserted }
      .map { Change(place: place, value: $0) }
  }

  private func beside(_ value: Value) -> [Value] {
    switch value {
    case .integer(let number): [-1, 1].compactMap { .integer(number &+ $0) }
    case .number(let number): [-1, 1].compactMap { number + Decimal($0) }.map { .number($0) }
    case .date(let date): [-1, 1].map { .date(date.adding(days: $0)) }
    case .instant(let instant): [-1, 1].map { .instant(instant.adding(milliseconds: $0 * 86_400_000)) }
    default: []
    }
  }

  private func beginning(_ changes: [Change], _ base: Beginning, _ zone: Zone) -> Beginning? {
    var changed = base
    changed.path = nil
    var words = base.change.map { [$0] } ?? []
    for change in changes {
      guard let place = Inputs.place(change.place.root, change.place.path, graph) else { return nil }
      let whole = Inputs.setting(place.path, of: changed.input[place.root] ?? .absent, to: change.value)
      changed.input[place.root] = whole.isAbsent ? nil : whole
      let name = ([change.place.root] + change.place.path).joined(separator: ".")
      words.append(change.value.isAbsent ? "no \(name)" : "\(name) \(change.value.words(in: zone))")
    }
    changed.change = words.joined(separator: ", ")
    return changed
  }

  // MARK: Where two sides are equal

  /// Values of the place at which they are, where how far they are apart grows evenly with it.
  private func equal(
    _ sides: (left: Expression, right: Expression), _ place: Place, _ value: Value, _ run: Run, at now: Instant
  ) -> [Value] {
    guard [sides.left, sides.right].contains(where: { $0.uses.contains { $0.name == .input(place.root) } }),
      let start = value.isAbsent ? Sample.record([Field("it", place.type.present)], at: run.started)["it"] : value
    else { return [] }
    func apart(_ value: Value) -> Decimal? {
      let run = changed(run, [Change(place: place, value: value)])
      guard let left = questions.value(sides.left, run, at: now), let right = questions.value(sides.right, run, at: now)
      else { return nil }
      return left.apart(from: right, zone: questions.zone(of: run))
    }
    guard let more = start.moved(by: Decimal(1)), let first = apart(start), let second = apart(more),
      let slope = second - first, slope != .zero, let way = Decimal.zero - first, let steps = way / slope
    else { return [] }
    if let equal = start.moved(by: steps), apart(equal) == .zero { return [equal] }
    // Whole numbers and dates may only come near it.
    return [0, -1, 1].compactMap { (steps.rounded(to: 0) ?? steps) + Decimal($0) }.compactMap { start.moved(by: $0) }
  }
}

extension Value {
  /// So many ones, days, items or characters more; nil for what has no such steps.
  fileprivate func moved(by steps: Decimal) -> Value? {
    switch self {
    case .integer(let number):
      steps.integer.flatMap { number.addingReportingOverflow($0).overflow ? nil : .integer(number + $0) }
    case .number(let number): (number + steps).map { .number($0) }
    case .date(let date):
      steps.integer.flatMap { abs($0) < 40_000 ? .date(date.adding(days: Int($0))) : nil }
    case .instant(let instant):
      (steps * Decimal(86_400_000))?.rounded(to: 0)?.integer.flatMap {
        abs($0) < 40_000 * 86_400_000 ? .instant(instant.adding(milliseconds: $0)) : nil
      }
    case .list(let items):
      items.last.flatMap { last in
        steps.items.map { .list(items.dropLast(max(0, -$0)) + Array(repeating: last, count: max(0, $0))) }
      }
    case .text(let text):
      steps.items.map { .text(String(text.dropLast(max(0, -$0))) + String(repeating: "x", count: max(0, $0))) }
    default: nil
    }
  }

  /// How far two numbers, or two instants in days, lie apart.
  fileprivate func apart(from other: Value, zone: Zone) -> Decimal? {
    if let one = decimal, let two = other.decimal { return one - two }
    guard let one = first(in: zone), let two = other.first(in: zone) else { return nil }
    return Decimal(one.milliseconds(since: two)) / Decimal(86_400_000)
  }

  private func first(in zone: Zone) -> Instant? { instant ?? date.map { zone.startOfDay($0) } }
}

extension Decimal {
  /// How many items or characters that makes; nil for more than anybody reads.
  fileprivate var items: Int? { integer.flatMap { abs($0) <= 1_000 ? Int($0) : nil } }
}
