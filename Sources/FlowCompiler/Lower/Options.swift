import FlowCore
import FlowTime

/// What any step may carry.
extension Lowering {
  mutating func node(_ index: NodeIndex) -> Node? {
    let step = outline.steps[index]
    bench.site = .step(index)
    defer { bench.site = nil }
    checkKeys(step)
    let before = bench.errorCount
    var options = options(step)
    let action: Action?
    switch step.verb {
    case .unknown: action = nil
    case .channel(let manifest): action = channel(index, manifest, &options)
    case .engine(let verb): action = engine(verb, index, &options)
    }
    checkPast(step, options)
    let target = step.ifPast.map { past($0, step) }
    guard let action, bench.errorCount == before else { return nil }
    return Node(
      name: step.name, verb: step.verbText, isNamed: step.isNamed, span: step.span, note: options.note,
      condition: options.condition, due: options.due, ifPast: options.ifPast ?? target.flatMap { $0 },
      window: options.window ?? (isTouch(action) ? .policy : .any), closed: options.closed,
      liftsGap: options.liftsGap, action: action, next: next(index),
      place: Node.Place(list: step.list, position: step.position), repeats: step.repeats)
  }

  private func isTouch(_ action: Action) -> Bool {
    if case .channel(let channel) = action { channel.touch } else { false }
  }

  /// The options of one step while it is made.
  struct Options {
    var note: String?
    var condition: Expression?
    var due: Moment?
    var ifPast: Node.PastRule?
    var window: Node.WindowChoice?
    var closed = Node.ClosedRule.defer
    var liftsGap = false
    /// What names mean inside the step, its `if:` holding.
    var naming: Naming
    /// Instants from data that the step waits for, as written.
    var dataInstants: [Located] = []
  }

  private func options(_ step: StepDraft) -> Options {
    let outer = naming(in: step.list)
    var options = Options(naming: outer)
    if let node = step.fields["if"] { options.condition = bench.expression(node, as: .boolean, outer) }
    if let condition = options.condition {
      options.naming.present.formUnion(condition.presence)
    } else if step.fields["if"] != nil {
      // A condition that is wrong may have been about presence: nothing more is said of the step's optionals.
      options.naming.present.formUnion(header.optionalPaths)
    }
    due(step, &options)
    if let node = step.fields["note"] { options.note = bench.text(node, wanted: "a remark")?.text }
    if let node = step.fields["window"] { options.window = window(node) }
    if let node = step.fields["closed"] { options.closed = closed(node) }
    if step.manifest?.touch == true, let node = step.fields["gap"] {
      options.liftsGap = bench.word(node, of: ["none"], wanted: "a rule for the gap") != nil
    }
    if let word = step.fields["if-past"]?.text {
      if word == "skip" { options.ifPast = .skip }
      if word == "now" { options.ifPast = .now }
    }
    return options
  }

  private func due(_ step: StepDraft, _ options: inout Options) {
    if let at = step.fields.entry("at"), let after = step.fields.entry("after") {
      bench.report(
        .keysClash(after.key, at.key, because: "a step has one due: write at: INSTANT or after: DURATION"))
    }
    if let node = step.fields["at"] {
      options.due = moment(node, step, &options, wanted: "an instant")
    } else if let node = step.fields["after"], let text = bench.text(node, wanted: "a duration") {
      options.due = bench.duration(text).map { .after($0, text: text.text) }
    }
  }

  /// An instant of a step; one from data is noted, for `if-past`.
  func moment(_ node: YAMLNode, _ step: StepDraft, _ options: inout Options, wanted: String) -> Moment? {
    bench.text(node, wanted: wanted).flatMap { moment($0, step, &options) }
  }

  func moment(_ text: Located, _ step: StepDraft, _ options: inout Options) -> Moment? {
    let moment = bench.instant(text, moments(options.naming, in: step.list))
    if moment?.isData == true { options.dataInstants.append(text) }
    return moment
  }

  private func window(_ node: YAMLNode) -> Node.WindowChoice? {
    switch node.text {
    case "any": .any
    case "policy": .policy
    default:
      bench.window(node).map { window in
        if !PolicyBinder.leavesDay(window.days, header.policy.holidays) {
          bench.report(.noDay(node.span.firstLine, "this window and the holidays"))
        }
        return .own(window)
      }
    }
  }

  private func closed(_ node: YAMLNode) -> Node.ClosedRule {
    guard let text = bench.text(node, wanted: "skip or end OUTCOME") else { return .defer }
    if text.text == "skip" { return .skip }
    if let outcome = text.after("end"), Bench.isName(outcome.text) { return .end(outcome.text) }
    bench.report(.unknownWord(text, wanted: "skip or end OUTCOME", known: ["skip", "end OUTCOME"]))
    return .defer
  }

  // MARK: if-past

  private func checkPast(_ step: StepDraft, _ options: Options) {
    let entry = step.fields.entry("if-past")
    if let first = options.dataInstants.first {
      if entry == nil { bench.report(.ifPastMissing(first)) }
    } else if let entry, case .engine = step.verb {
      if !hasBrokenInstant(step, options) { bench.report(.ifPastWithoutData(entry.key)) }
    } else if let entry, case .channel = step.verb, !hasBrokenInstant(step, options) {
      bench.report(.ifPastWithoutData(entry.key))
    }
  }

  /// An instant that could not be read may have been one from data.
  private func hasBrokenInstant(_ step: StepDraft, _ options: Options) -> Bool {
    bench.findings.contains { finding in
      finding.severity == .error && finding.span.file == bench.file
        && finding.span.start.offset >= step.fields.span.start.offset
        && finding.span.start.offset <= step.fields.span.end.offset
    }
  }

  private func past(_ draft: TargetDraft, _ step: StepDraft) -> Node.PastRule? {
    switch draft {
    case .list, .hold, .next:
      bench.report(.badPastTarget(draft.span))
      return nil
    default: return .target(target(draft, from: step.list, next: .end("completed")))
    }
  }

  // MARK: Keys

  /// The keys that an engine's verb needs; a channel's fields are its manifest's affair.
  private func checkKeys(_ step: StepDraft) {
    guard case .engine(let verb) = step.verb,
      let place = Grammar.engineVerbs.first(where: { $0.name == verb })
    else {
      return
    }
    for key in place.keys where key.isRequired && step.fields.entry(key.name) == nil {
      bench.report(.missingKey(key, of: place.phrase, at: step.span))
    }
  }
}

extension Header {
  /// The dotted paths of the input that may be absent.
  var optionalPaths: Set<String> {
    var out: Set<String> = ["reply.date"]
    func add(_ fields: [Field], _ prefix: String, _ depth: Int) {
      guard depth < 4 else { return }
      for field in fields {
        let path = prefix + field.name
        if field.type.isOptional { out.insert(path) }
        if let inner = field.type.present.fields { add(inner, path + ".", depth + 1) }
      }
    }
    add(input, "", 0)
    return out
  }
}
