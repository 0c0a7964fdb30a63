import FlowCore
import FlowTime

/// What a step says, word by word of the file, with steps by name and not by number.
struct StepFacets {
  let graph: Graph
  /// What each step is known by in both versions.
  let identities: [String]
  /// Steps that the other version does not have: a way through them leads on to where they lead.
  let passing: Set<String>

  init(_ graph: Graph, _ identities: [String], passing: Set<String>) {
    self.graph = graph
    self.identities = identities
    self.passing = passing
  }

  func facets(_ node: Node) -> [Facet] {
    var all = [Facet("step", node.verb)]
    if let condition = node.condition { all.append(Facet("if", condition)) }
    if let due = node.due { all.append(Facet(due.base == .arrival ? "after" : "at", due)) }
    switch node.ifPast {
    case nil: break
    case .skip: all.append(Facet("if-past", "skip"))
    case .now: all.append(Facet("if-past", "now"))
    case .target(let target): all.append(self.target("if-past", target))
    }
    switch node.window {
    case .any: if node.isTouch { all.append(Facet("window", "any")) }
    case .policy: if !node.isTouch { all.append(Facet("window", "policy")) }
    case .own(let window): all.append(Facet("window", window.description))
    }
    switch node.closed {
    case .defer: break
    case .skip: all.append(Facet("closed", "skip"))
    case .end(let outcome): all.append(Facet("closed", "end \(outcome)"))
    }
    if node.liftsGap { all.append(Facet("gap", "none")) }
    all += action(node)
    all.append(target("next", node.next))
    return all
  }

  private func action(_ node: Node) -> [Facet] {
    switch node.action {
    case .wait(let moment): return [Facet("wait", moment)]
    case .await(let awaited):
      let events = awaited.events.joined(separator: " or ")
      return [Facet("await", events), until(awaited.until)] + cases(awaited.cases, node)
    case .channel(let action): return channel(action, node)
    case .choose(let branches, let otherwise):
      return branches.map { target("when \($0.when.text)", $0.target) }
        + (otherwise.map { [target("otherwise", $0)] } ?? [])
    case .split(let split):
      return split.arms.map { Facet("arm \($0.name)", "\($0.share)", shown: Self.percent($0.share)) }
        + split.arms.map { target("arm \($0.name) leads to", $0.target) }
        + (split.salt.isEmpty ? [] : [Facet("salt", split.salt)])
    case .loop(let loop):
      return [Facet("times", "\(loop.times)"), Facet("every", loop.every.meaning, shown: loop.everyText)]
        + (loop.stopIf.map { [Facet("stop-if", $0)] } ?? []) + [target("steps", .node(loop.body))]
    case .escalate(let escalation):
      return [
        Facet(
          "to", escalation.to.map(\.canonical).joined(separator: ", "),
          shown: escalation.to.map(\.text).joined(separator: ", ")), Facet("via", escalation.via),
      ] + (escalation.say.map { [Facet("say", $0)] } ?? [])
        + (escalation.each.map { [Facet("each", $0.meaning, shown: "\($0)")] } ?? []) + cases(escalation.cases, node)
    case .set(let assignments): return assignments.map { Facet("set \($0.path.joined(separator: "."))", $0.value) }
    case .emit(let event, let data): return [Facet("emit", event)] + named(data)
    case .enroll(let workflow, let input): return [Facet("enroll", workflow)] + named(input)
    case .suppress(let channel): return [Facet("suppress", channel)]
    case .hold(let hold): return [Facet("hold", hold.meaning, shown: hold.text)]
    case .go(let goal): return [target("go", goal)]
    case .end(let outcome): return [Facet("end", outcome)]
    }
  }

  private func channel(_ action: ChannelAction, _ node: Node) -> [Facet] {
    var all: [Facet] = []
    if let purpose = action.purpose { all.append(Facet("purpose", purpose)) }
    for field in action.fields {
      switch field.content {
      case .template(let template): all.append(Facet(field.name, template))
      case .expression(let expression): all.append(Facet(field.name, expression))
      case .expressions(let list):
        all.append(
          Facet(
            field.name, list.map(\.canonical).joined(separator: ", "),
            shown: list.map(\.text).joined(separator: ", ")))
      case .word(let word): all.append(Facet(field.name, word))
      case .mapping(let values): all += named(values, prefix: field.name + ".")
      case .files(let files): all.append(Facet(field.name, files.joined(separator: ", ")))
      }
    }
    if let ask = action.ask { all.append(Facet("ask", ask)) }
    if let until = action.until { all.append(self.until(until)) }
    return all + cases(action.cases, node)
  }

  private func named(_ values: [NamedExpression], prefix: String = "") -> [Facet] {
    values.map { Facet(prefix + $0.name, $0.value) }
  }

  private func until(_ moment: Moment) -> Facet { Facet(moment.base == .arrival ? "within" : "until", moment) }

  /// Only what is written: the rest goes on after the step.
  private func cases(_ cases: [Case], _ node: Node) -> [Facet] {
    cases.filter { $0.isWritten && $0.target != node.next }.map { target("then \($0.key)", $0.target) }
  }

  func target(_ name: String, _ target: Target) -> Facet {
    switch beyond(target) {
    case .node(let index) where graph.nodes.indices.contains(index):
      return Facet(name, identities[index], shown: graph.nodes[index].name)
    case .node: return Facet(name, "?")
    case .end(let outcome): return Facet(name, "end \(outcome)")
    case .hold(let hold): return Facet(name, hold.meaning, shown: "hold \(hold.text)")
    case .resume: return Facet(name, "go on")
    }
  }

  /// A way through steps that only this version has is told with those steps; what counts is where it comes out.
  private func beyond(_ target: Target) -> Target {
    var target = target
    // Forwards only, so that it ends.
    while case .node(let index) = target, graph.nodes.indices.contains(index), passing.contains(identities[index]) {
      let next = graph.nodes[index].next
      if case .node(let further) = next, further <= index { return target }
      target = next
    }
    return target
  }

  private static func percent(_ share: Int) -> String {
    share % 100 == 0 ? "\(share / 100)%" : "\(share / 100).\(share % 100 < 10 ? "0" : "")\(share % 100)%"
  }
}

extension Graph {
  /// What the workflow says outside its steps.
  func header(_ words: StepFacets) -> [Facet] {
    var all = [
      Facet("category", category.rawValue), Facet("trigger event", trigger.event),
      Facet(
        "trigger key", trigger.key.map(\.canonical).joined(separator: ", "),
        shown: trigger.key.map(\.text).joined(separator: ", ")),
    ]
    if let when = trigger.when { all.append(Facet("trigger when", when)) }
    switch trigger.again {
    case .never: all.append(Facet("trigger again", "never"))
    case .afterEnd: all.append(Facet("trigger again", "after end"))
    case .after(let duration, let perContact):
      let per = perContact ? "per contact, " : ""
      all.append(Facet("trigger again", per + duration.meaning, shown: "\(per)after \(duration)"))
    }
    if let exclusive = trigger.exclusive { all.append(Facet("trigger exclusive", exclusive)) }
    if let each = trigger.each {
      all.append(
        Facet("trigger each", "\(each.name) in \(each.list.canonical)", shown: "\(each.name) in \(each.list.text)"))
    }
    if let contact = trigger.contact { all.append(Facet("trigger contact", contact)) }
    all += input.map { Facet("input \($0.name)", $0.type.description) }
    all += events.map { event in
      let fields = event.fields.map { "\($0.name): \($0.type.description)" } + (event.ofContact ? ["of: contact"] : [])
      return Facet("event \(event.name)", fields.isEmpty ? "{}" : fields.joined(separator: ", "))
    }
    all.append(Facet("timezone", timezone))
    if let owner { all.append(Facet("owner", owner)) }
    return all + policyFacets + replyFacets
      + anytime.map { words.target("anytime \($0.key)", $0.target) } + [Facet("goal", goal.joined(separator: ", "))]
      + [words.target("first step", entry)]
  }

  var policyFacets: [Facet] {
    var all: [Facet] = []
    if let window = policy.window { all.append(Facet("policy window", window.description)) }
    all.append(Facet("policy business", "\(policy.business)"))
    let days = policy.holidays.dates.map(\.description)
    if !days.isEmpty { all.append(Facet("policy holidays", days.joined(separator: ", "))) }
    if let gap = policy.gap { all.append(Facet("policy gap", gap.meaning, shown: "\(gap)")) }
    if let most = policy.maxTouches { all.append(Facet("policy max-touches", String(most))) }
    return all
  }

  var replyFacets: [Facet] {
    // Their order decides: the first that matches wins.
    let order = replies.map(\.name).joined(separator: ", ")
    return replies.map { one in
      Facet("reply \(one.name)", one.patterns.map { "\"\($0.text)\"" }.joined(separator: ", "))
    } + (replies.isEmpty ? [] : [Facet("order of replies", order)])
  }
}
