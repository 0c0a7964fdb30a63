import FlowCore
import FlowTime

/// The engine's own verbs.
extension Lowering {
  mutating func engine(_ verb: String, _ index: NodeIndex, _ options: inout Options) -> Action? {
    let step = outline.steps[index]
    guard let value = step.verbEntry?.value else { return nil }
    switch verb {
    case "wait": return wait(value, step, &options).map { .wait($0) }
    case "await": return awaits(value, index, &options).map { .await($0) }
    case "choose": return choose(index, options)
    case "split": return split(index).map { .split($0) }
    case "repeat": return loop(index, options).map { .loop($0) }
    case "escalate": return escalate(index, options).map { .escalate($0) }
    case "set": return set(value, options).map { .set($0) }
    case "emit": return emit(value, step, options)
    case "enroll": return enroll(value, step, options)
    case "suppress": return suppress(value).map { .suppress(channel: $0) }
    case "hold":
      guard let text = bench.text(value, wanted: "a duration, or until …") else { return nil }
      return hold(text, in: step.list).map { .hold($0) }
    case "go":
      guard let name = bench.name(value, wanted: "a step or path") else { return nil }
      return named(name, from: step.list).map { .go(.node($0)) }
    case "end": return bench.name(value, wanted: "an outcome").map { .end($0.text) }
    default: return nil
    }
  }

  // MARK: wait, await

  private func wait(_ node: YAMLNode, _ step: StepDraft, _ options: inout Options) -> Moment? {
    guard let text = bench.text(node, wanted: "a duration, or until and an instant") else { return nil }
    if let instant = text.after("until") { return moment(instant, step, &options) }
    if let word = text.words.first?.text,
      word == "day" || word.utf8.contains(0x3A) || Weekday(rawValue: word) != nil
    {
      bench.report(.instantForDuration(text))
      return nil
    }
    return bench.duration(text).map { .after($0, text: text.text) }
  }

  private func awaits(_ node: YAMLNode, _ index: NodeIndex, _ options: inout Options) -> Await? {
    let step = outline.steps[index]
    guard let text = bench.text(node, wanted: "events, and how long they are waited for") else { return nil }
    guard let (names, until) = until(text, step, &options) else { return nil }
    let events = awaited(names)
    let repliesAwaited = events.contains("reply")
    let classes = header.replies.map(\.name)
    var allowed = events + (repliesAwaited ? classes : []) + ["timeout"]
    var seen: Set<String> = []
    allowed = allowed.filter { seen.insert($0).inserted }
    let cases = cases(
      index, allowed: allowed, filled: events.filter { $0 != "reply" } + ["timeout"],
      all: events + ["timeout"],
      what: "this await")
    guard let until else { return nil }
    return Await(events: events, until: until, cases: cases)
  }

  /// `EVENTS within DURATION`, `EVENTS until INSTANT`: the events, and when the wait is over (nil: reported).
  private func until(
    _ text: Located, _ step: StepDraft, _ options: inout Options
  ) -> (Located, Moment?)? {
    let within = text.split(at: " within ")
    let until = text.split(at: " until ")
    switch (within, until) {
    case (let (names, duration)?, nil):
      return (names, bench.duration(duration).map { .after($0, text: duration.text) })
    case (nil, let (names, instant)?):
      return (names, moment(instant, step, &options))
    case (let (names, _)?, .some):
      bench.report(.awaitTwice(text))
      return (names, nil)
    case (nil, nil):
      bench.report(.awaitEndless(text))
      return (text, nil)
    }
  }

  /// `reply or meeting.booked`
  private func awaited(_ text: Located) -> [String] {
    let known = Events.known(header, bench.around)
    var names: [String] = []
    let words = text.words
    for (index, word) in words.enumerated() {
      // Every second word is `or`.
      if index % 2 == 1 {
        guard word.text == "or" else {
          bench.report(.badAwait(word))
          return names
        }
      } else if checkEvent(word, known: known) {
        if names.contains(word.text) { bench.report(.duplicateEvent(word)) } else { names.append(word.text) }
      }
    }
    if words.isEmpty || words.count % 2 == 0 { bench.report(.badAwait(words.last ?? text)) }
    return names
  }

  // MARK: choose, split, repeat

  private mutating func choose(_ index: NodeIndex, _ options: Options) -> Action? {
    let step = outline.steps[index]
    let next = next(index)
    var known = options.naming.present
    var branches: [Branch] = []
    for draft in step.branches {
      var naming = options.naming
      naming.present = known
      let when = draft.when.flatMap { bench.expression($0, as: .boolean, naming) }
      if case .list(let list, _) = draft.target {
        presence[list] = known.union(when?.presence ?? header.optionalPaths)
      }
      known.formUnion(when?.presenceWhenFalse ?? [])
      let target = target(draft.target, from: step.list, next: next)
      if let when { branches.append(Branch(when: when, target: target, span: draft.span)) }
    }
    if case .list(let list, _)? = step.otherwise { presence[list] = known }
    let otherwise = step.otherwise.map { target($0, from: step.list, next: next) }
    return branches.count == step.branches.count ? .choose(branches, otherwise: otherwise) : nil
  }

  private func split(_ index: NodeIndex) -> Split? {
    let step = outline.steps[index]
    guard let node = step.fields["arms"],
      let entries = bench.entries(node, wanted: "a mapping from arms to shares")
    else { return nil }
    var shares: [(name: Located, share: Int)] = []
    for entry in entries {
      let name = Located(entry.key)
      if !Bench.isName(name.text) { bench.report(.badName(name, wanted: "the name of an arm")) }
      guard let share = bench.percent(entry.value) else { return nil }
      shares.append((name, share))
    }
    let total = shares.reduce(0) { $0 + $1.share }
    if total != 10_000 { bench.report(.badArms(node.span.firstLine, total: total)) }
    let salt = step.fields["salt"].flatMap { bench.text($0, wanted: "a text") }?.text ?? ""
    let targets = armTargets(index, shares.map(\.name.text))
    let next = next(index)
    return Split(
      arms: shares.map {
        Split.Arm(
          name: $0.name.text, share: $0.share, target: targets[$0.name.text] ?? next, span: $0.name.whole)
      }, salt: salt)
  }

  private func armTargets(_ index: NodeIndex, _ arms: [String]) -> [String: Target] {
    let step = outline.steps[index]
    let next = next(index)
    switch step.then {
    case .none: return [:]
    case .all(let draft):
      bench.report(.splitOneTarget(draft.span))
      return [:]
    case .cases(let drafts):
      var targets: [String: Target] = [:]
      for draft in drafts {
        if !arms.contains(draft.key.text) { bench.report(.unknownArm(draft.key, known: arms)) }
        targets[draft.key.text] = target(draft.target, from: step.list, next: next)
      }
      return targets
    }
  }

  private func loop(_ index: NodeIndex, _ options: Options) -> Loop? {
    let step = outline.steps[index]
    let times = step.fields["times"].flatMap {
      bench.integer($0, in: 1...1000, wanted: "the number of rounds")
    }
    let every = step.fields["every"].flatMap { bench.text($0, wanted: "a duration") }
    let duration = every.flatMap { bench.duration($0) }
    bench.site = .roundEnd(index)
    let stop = step.fields["stop-if"].map { bench.expression($0, as: .boolean, options.naming) }
    bench.site = .step(index)
    guard let times, let every, let duration, let body = step.body,
      let first = outline.lists[body].steps.first
    else { return nil }
    if let stop, stop == nil { return nil }
    return Loop(times: times, every: duration, everyText: every.text, stopIf: stop ?? nil, body: first)
  }

  // MARK: escalate

  private func escalate(_ index: NodeIndex, _ options: Options) -> Escalation? {
    let step = outline.steps[index]
    let to = step.fields["to"].map { people($0, options.naming) } ?? []
    let manifest = via(step)
    let say = step.fields["say"].flatMap { text($0, isFile: true, options.naming) }
    let each = step.fields["each"].flatMap { bench.duration($0) }
    var cases: [Case] = []
    if step.fields["each"] != nil {
      let keys = ["acknowledged", "timeout"]
      cases = self.cases(index, allowed: keys, filled: keys, all: keys, what: "this escalate")
    } else if let then = step.fields.entry("then") {
      bench.report(
        .thenWithoutWait(
          then.key, verb: "escalate",
          help: "all are told at once and the run goes on: add each: DURATION, or take then: away"))
    }
    guard let manifest else { return nil }
    return Escalation(
      to: to, via: manifest.verb, address: manifest.address, say: say, each: each, cases: cases)
  }

  private func via(_ step: StepDraft) -> Manifest? {
    let channels = bench.around.manifests.filter { !$0.touch && $0.field("to") != nil || $0.escalates }
    if let node = step.fields["via"] {
      guard let text = bench.name(node, wanted: "the verb of a channel") else { return nil }
      if let manifest = bench.around.manifest(text.text) { return manifest }
      bench.report(
        .unknownWord(text, wanted: "the verb of a channel", known: bench.around.manifests.map(\.verb)))
      return nil
    }
    if let manifest = bench.around.manifests.first(where: \.escalates) { return manifest }
    bench.report(.noEscalation(step.span, known: channels.map(\.verb)))
    return nil
  }

  /// A person, a list of persons, or several of these.
  private func people(_ node: YAMLNode, _ naming: Naming) -> [Expression] {
    bench.oneOrMore(node, wanted: "a person").compactMap { node in
      guard let text = bench.text(node, wanted: "a person"),
        let expression = bench.expression(text, as: nil, naming)
      else { return nil }
      switch expression.type {
      case .none: return expression
      case .list(let element) where ValueType.person.accepts(element): return expression
      case let type where ValueType.person.accepts(type): return expression
      default:
        bench.report(.notAPerson(text, expression.type))
        return nil
      }
    }
  }

  // MARK: hold and suppress

  private func suppress(_ node: YAMLNode) -> String? {
    if !header.hasContact, let text = node.text { bench.report(.nothingToNobody("suppress: \(text)", at: node.span)) }
    let known = bench.around.manifests.filter(\.touch).map(\.verb) + ["all"]
    return bench.word(node, of: known, wanted: "a channel that reaches the contact, or all")
  }
}
