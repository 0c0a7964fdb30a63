import FlowCore

/// Walks a workflow file from the top and numbers what it finds.
struct Outliner {
  let bench: Bench
  var outline: Outline
  private var counts: [String: Int] = [:]

  static func outline(_ root: Fields, _ bench: Bench) -> Outline {
    var outliner = Outliner(bench: bench, outline: Outline(root: root))
    outliner.walk()
    return outliner.outline
  }

  private init(bench: Bench, outline: Outline) {
    self.bench = bench
    self.outline = outline
  }

  private mutating func walk() {
    let paths = reservedLists()
    for entry in outline.root.entries {
      switch entry.keyText {
      case "steps": steps(entry.value, in: 0, repeats: [])
      case "paths": for (entry, list) in paths { steps(entry.value, in: list, repeats: []) }
      case "anytime": anytime(entry.value)
      default: break
      }
    }
  }

  /// `steps` and the paths have the first numbers, wherever they stand.
  private mutating func reservedLists() -> [(YAMLEntry, Int)] {
    outline.lists = [ListDraft(kind: .steps)]
    guard let node = outline.root["paths"],
      let entries = bench.entries(node, wanted: "a mapping from names to lists of steps")
    else { return [] }
    return entries.map { entry in
      let name = Located(entry.key)
      if !Bench.isName(name.text) { bench.report(.badName(name, wanted: "the name of a path")) }
      outline.lists.append(ListDraft(kind: .path(name.text)))
      outline.paths.append(PathDraft(name: name, list: outline.lists.count - 1))
      return (entry, outline.lists.count - 1)
    }
  }

  private mutating func anytime(_ node: YAMLNode) {
    guard let entries = bench.entries(node, wanted: "a mapping from events to where they lead") else {
      return
    }
    for entry in entries {
      let kind = Graph.List.anytime(key: entry.keyText)
      let target = target(entry.value, kind: kind, parent: nil, repeats: [], allowsNext: false)
      outline.anytime.append(CaseDraft(key: Located(entry.key), target: target))
    }
  }

  // MARK: Lists and steps

  private mutating func steps(_ node: YAMLNode, in list: Int, repeats: [NodeIndex]) {
    guard let items = bench.items(node, wanted: "a list of steps") else { return }
    if items.isEmpty { bench.report(.emptyList(node.span, wanted: "a step")) }
    for item in items { step(item, in: list, repeats: repeats) }
  }

  private mutating func step(_ node: YAMLNode, in list: Int, repeats: [NodeIndex]) {
    guard let entries = node.entries else {
      bench.report(.stepShape(node, verbs: bench.around.verbs))
      return
    }
    let (verb, entry) = verb(of: entries, node)
    let fields = fields(of: verb, entries, node.span)
    let index = outline.steps.count
    var draft = StepDraft(
      verb: verb, verbEntry: entry, nameSpan: entry?.keySpan ?? node.span.firstLine, fields: fields,
      list: list,
      position: outline.lists[list].steps.count, repeats: repeats)
    name(&draft)
    outline.steps.append(draft)
    outline.lists[list].steps.append(index)
    for entry in fields.entries { inside(entry, of: index) }
  }

  /// The keys of a step, held against what its verb may carry; a second verb has a finding of its own.
  private func fields(of verb: StepDraft.Verb, _ entries: [YAMLEntry], _ span: Span) -> Fields {
    var known = Grammar.step.keys.map(\.name)
    let name: String
    switch verb {
    case .unknown: return Fields(entries: entries, span: span)
    case .engine(let verb):
      name = verb
      known = (Grammar.engineVerbs.first { $0.name == verb }?.keys.map(\.name) ?? []) + known
    case .channel(let manifest):
      name = manifest.verb
      var own = [manifest.verb] + manifest.fields.map(\.name)
      if manifest.touch { own += Grammar.touch.keys.map(\.name) }
      if !manifest.outcomes.isEmpty { own += Grammar.channelWaits.keys.map(\.name) }
      known = own + known
    }
    return bench.respelled(
      entries, of: "the step \"\(name)\"", known: known, silent: bench.around.verbs, at: span)
  }

  private func verb(of entries: [YAMLEntry], _ node: YAMLNode) -> (StepDraft.Verb, YAMLEntry?) {
    let verbs = bench.around.verbs
    let found = entries.filter { verbs.contains($0.keyText) }
    if let first = found.first {
      if let second = found.dropFirst().first { bench.report(.twoVerbs(first.key, second.key)) }
      if let manifest = bench.around.manifest(first.keyText) { return (.channel(manifest), first) }
      return (.engine(first.keyText), first)
    }
    // The key that looks most like a verb is meant for one; else the first that no step may carry.
    let common = Grammar.step.keys.map(\.name)
    let unknown = entries.filter { !common.contains($0.keyText) }
    guard
      let meant = unknown.first(where: { Spelling.nearest(to: $0.keyText, in: verbs) != nil })
        ?? unknown.first
    else {
      bench.report(.missingVerb(entries.first?.keySpan ?? node.span.firstLine, verbs: verbs))
      return (.unknown, nil)
    }
    bench.report(.unknownVerb(meant.key, verbs: verbs))
    return (.unknown, meant)
  }

  /// The verb's value, or `name:`; else the verb and its number.
  private mutating func name(_ draft: inout StepDraft) {
    let verb = draft.verbText
    counts[verb, default: 0] += 1
    draft.name = "\(verb)-\(counts[verb, default: 1])"
    var names: [(key: YAMLScalar, value: YAMLNode)] = []
    if let entry = draft.verbEntry, draft.isNamedByVerb, !entry.value.isPlainEmpty {
      names.append((entry.key, entry.value))
    }
    if let entry = draft.fields.entry("name") { names.append((entry.key, entry.value)) }
    if names.count == 2 {
      bench.report(.keysClash(names[1].key, names[0].key, because: "the name stands after the verb already"))
    }
    guard let first = names.first else { return }
    if case .unknown = draft.verb {
      guard let text = first.value.text, Bench.isName(text) else { return }
      (draft.name, draft.isNamed, draft.nameSpan) = (text, true, first.value.span)
    } else if let name = bench.name(first.value, wanted: "the name of the step") {
      (draft.name, draft.isNamed, draft.nameSpan) = (name.text, true, name.whole)
    }
  }

  /// What of a step leads elsewhere, in the order of the text.
  private mutating func inside(_ entry: YAMLEntry, of index: NodeIndex) {
    let step = outline.steps[index]
    switch entry.keyText {
    case "then": outline.steps[index].then = then(entry.value, of: index)
    case "choose": branches(entry.value, of: index)
    case "steps":
      let list = newList(.nested(in: index), parent: step.list)
      outline.lists[list].isRound = true
      outline.steps[index].body = list
      steps(entry.value, in: list, repeats: step.repeats + [index])
    case "if-past":
      if let text = entry.value.text, text == "skip" || text == "now" { return }
      let target = target(
        entry.value, kind: .nested(in: index), parent: step.list, repeats: step.repeats, allowsNext: false)
      outline.steps[index].ifPast = target
    default: break
    }
  }

  private mutating func then(_ node: YAMLNode, of index: NodeIndex) -> ThenDraft {
    guard let entries = node.entries else { return .all(target(node, of: index)) }
    return .cases(entries.map { CaseDraft(key: Located($0.key), target: target($0.value, of: index)) })
  }

  private mutating func branches(_ node: YAMLNode, of index: NodeIndex) {
    guard let items = bench.items(node, wanted: "a list of branches") else { return }
    if items.isEmpty { bench.report(.emptyList(node.span, wanted: "a branch")) }
    for (position, item) in items.enumerated() {
      let isLast = item["otherwise"] != nil
      guard let fields = bench.fields(item, of: isLast ? Grammar.otherwise : Grammar.branch) else { continue }
      if let value = fields["otherwise"] {
        if position < items.count - 1, let key = fields.entry("otherwise")?.keySpan {
          bench.report(.otherwiseNotLast(key))
        }
        outline.steps[index].otherwise = target(value, of: index)
      } else {
        var leads = TargetDraft.broken(item.span.firstLine)
        if let node = fields["then"] { leads = target(node, of: index) }
        outline.steps[index].branches.append(
          BranchDraft(
            when: fields["when"], target: leads, span: fields.entry("when")?.value.span ?? item.span))
      }
    }
  }

  // MARK: Targets

  private mutating func target(_ node: YAMLNode, of index: NodeIndex) -> TargetDraft {
    let step = outline.steps[index]
    return target(node, kind: .nested(in: index), parent: step.list, repeats: step.repeats, allowsNext: true)
  }

  private mutating func target(
    _ node: YAMLNode, kind: Graph.List, parent: Int?, repeats: [NodeIndex], allowsNext: Bool
  ) -> TargetDraft {
    if node.items != nil {
      let list = newList(kind, parent: parent)
      steps(node, in: list, repeats: repeats)
      return .list(list, node.span)
    }
    guard node.entries == nil else {
      bench.report(.targetMapping(node))
      return .broken(node.span.firstLine)
    }
    guard let text = bench.text(node, wanted: "where it leads") else { return .broken(node.span) }
    if let outcome = text.after("end") { return end(outcome) }
    if let hold = text.after("hold") { return .hold(hold, newList(kind, parent: parent)) }
    if text.text == "next", allowsNext { return .next(text.whole) }
    guard Bench.isName(text.text), text.text != "next", text.text != "end", text.text != "hold" else {
      bench.report(.badTarget(text, allowsNext: allowsNext))
      return .broken(text.whole)
    }
    return .name(text)
  }

  private func end(_ outcome: Located) -> TargetDraft {
    guard Bench.isName(outcome.text) else {
      bench.report(.badName(outcome, wanted: "an outcome"))
      return .broken(outcome.whole)
    }
    return .end(outcome)
  }

  private mutating func newList(_ kind: Graph.List, parent: Int?) -> Int {
    outline.lists.append(ListDraft(kind: kind, parent: parent))
    return outline.lists.count - 1
  }
}

extension StepDraft {
  /// The verb's value is the step's name: a channel's, and those of the engine's that have no other value.
  var isNamedByVerb: Bool {
    switch verb {
    case .channel, .unknown: true
    case .engine(let verb): verb == "split" || verb == "repeat" || verb == "escalate"
    }
  }
}
