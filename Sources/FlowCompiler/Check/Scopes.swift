import FlowCore

/// Which event led to each list of steps, as far as every way into the list agrees (language, section 3).
struct Scopes {
  /// One way into a list.
  private struct Way {
    /// What was received; nil where nothing was: a timeout, a branch, a `go`.
    var key: String?
    /// The list it comes from; nil for `anytime`.
    var from: Int?
  }

  private let outline: Outline
  private let header: Header
  private var ways: [Int: [Way]] = [:]

  init(_ outline: Outline, _ header: Header) {
    self.outline = outline
    self.header = header
    for one in outline.anytime { add(one.target, key: one.key.text, from: nil) }
    for step in outline.steps { gather(step) }
  }

  private mutating func gather(_ step: StepDraft) {
    let isSplit = step.isEngine("split")
    switch step.then {
    case .none: break
    // One target for all is reached by the timeout too.
    case .all(let target): add(target, key: nil, from: step.list)
    case .cases(let cases):
      for one in cases {
        add(one.target, key: isSplit || one.key.text == "timeout" ? nil : one.key.text, from: step.list)
      }
    }
    for target in step.branches.map(\.target) + [step.otherwise, step.ifPast].compactMap({ $0 }) {
      add(target, key: nil, from: step.list)
    }
    if step.isEngine("go"), let scalar = step.verbEntry?.value.scalar {
      add(.name(Located(scalar).trimmed), key: nil, from: step.list)
    }
  }

  private mutating func add(_ target: TargetDraft, key: String?, from: Int?) {
    let list: Int?
    switch target {
    case .list(let number, _), .hold(_, let number): list = number
    case .name(let name): list = outline.target(name.text, from: from).map { outline.steps[$0].list }
    default: list = nil
    }
    if let list { ways[list, default: []].append(Way(key: key, from: from)) }
  }

  /// The event in scope in a list: the number of the list that it led to, and the fields that it certainly
  /// brings.
  func event(in list: Int) -> (slot: Int, fields: [Field])? {
    guard let (slot, keys) = led(list) else { return nil }
    var fields: [Field]?
    for key in keys {
      let brought = header.event(key)?.fields ?? []
      fields = fields.map { $0.filter { brought.contains($0) } } ?? brought
    }
    return (slot, fields ?? [])
  }

  /// Only an out-of-office leads here.
  func isOutOfOffice(_ list: Int) -> Bool { led(list)?.keys.allSatisfy { $0 == "out-of-office" } ?? false }

  private func led(_ list: Int) -> (slot: Int, keys: [String])? {
    switch outline.lists[list].kind {
    case .steps: return nil
    case .anytime(let key): return (list, [key])
    case .path: return keys(list, entries: entering(list)).map { (list, $0) }
    case .nested:
      if !outline.lists[list].isRound, let keys = keys(list, entries: entering(list)) { return (list, keys) }
      return outline.lists[list].parent.flatMap { led($0) }
    }
  }

  /// What may have been received last on the way into a list: nil where there is a way without.
  private func keys(_ list: Int, entries: [Way]) -> [String]? {
    guard !entries.isEmpty, entries.allSatisfy({ $0.key != nil }) else { return nil }
    return (ways[list] ?? []).compactMap(\.key)
  }

  /// The ways from outside of a list and of what it contains.
  private func entering(_ list: Int) -> [Way] {
    (ways[list] ?? []).filter { way in way.from.map { !outline.isInside($0, list) } ?? true }
  }
}

extension Outline {
  /// Whether `list` is `other`, or stands somewhere inside it.
  func isInside(_ list: Int, _ other: Int) -> Bool {
    var current: Int? = list
    while let list = current {
      if list == other { return true }
      current = lists[list].parent
    }
    return false
  }

  /// The step that a name means in a list (nil: in `anytime`): in the same list, in a list around it, at the
  /// top of `steps`, a path (its first step), or at the top of a path.
  func target(_ name: String, from list: Int?) -> NodeIndex? {
    var current = list
    while let list = current {
      if let step = lists[list].steps.first(where: { steps[$0].name == name }) { return step }
      current = lists[list].parent
    }
    if let step = lists[0].steps.first(where: { steps[$0].name == name }) { return step }
    if let path = paths.first(where: { $0.name.text == name }) { return lists[path.list].steps.first }
    for path in paths {
      if let step = lists[path.list].steps.first(where: { steps[$0].name == name }) { return step }
    }
    return nil
  }

  /// The names of what `target` finds, in the order in which it looks.
  func reachable(from list: Int?) -> [String] {
    var names: [String] = []
    var current = list
    while let list = current {
      names += lists[list].steps.map { steps[$0].name }
      current = lists[list].parent
    }
    names += lists[0].steps.map { steps[$0].name } + paths.map(\.name.text)
    names += paths.flatMap { lists[$0.list].steps.map { steps[$0].name } }
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }
}
