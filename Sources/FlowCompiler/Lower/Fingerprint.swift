import FlowCore
import FlowTime

/// Twelve hexadecimal digits of the SHA-256 of everything in a graph that means something: spans, notes,
/// comments, sentences about it and the style of expressions are left out.
enum Fingerprint {
  static func of(_ graph: Graph) -> String {
    var writer = CanonicalWriter()
    writer.graph(graph)
    return hexadecimal(sha256(writer.bytes), digits: 12)
  }
}

/// Writes a graph as one text: each part as a length and its bytes, so that no two graphs make the same.
private struct CanonicalWriter {
  private(set) var bytes: [UInt8] = []

  mutating func put(_ text: String) {
    bytes += Array("\(text.utf8.count):".utf8) + Array(text.utf8)
  }

  mutating func put(_ text: String?) { put(text.map { "+" + $0 } ?? "-") }
  mutating func put(_ number: Int) { put(String(number)) }
  mutating func put(_ expression: Expression?) { put(expression?.canonical) }

  /// What it does, not how it is written: a week is seven days.
  mutating func put(_ duration: Duration?) {
    switch duration?.kind {
    case nil: put("-")
    case .calendar(let months, let days, let milliseconds): put("\(months) \(days) \(milliseconds)")
    case .businessDays(let count): put("\(count) business days")
    case .businessHours(let count): put("\(count) business hours")
    }
  }

  mutating func list(_ list: Graph.List) {
    switch list {
    case .steps: put("steps")
    case .path(let name): put("path \(name)")
    case .nested(let step): put("in \(step)")
    case .anytime(let key): put("anytime \(key)")
    }
  }

  mutating func put<T>(_ items: [T], _ each: (inout CanonicalWriter, T) -> Void) {
    put(items.count)
    for item in items { each(&self, item) }
  }

  mutating func graph(_ graph: Graph) {
    put("1")
    put(graph.workflow)
    put(graph.category.rawValue)
    trigger(graph.trigger)
    put(graph.input) { $0.field($1) }
    put(graph.events) { writer, event in
      writer.put(event.name)
      writer.put(event.ofContact ? "contact" : "key")
      writer.put(event.fields) { $0.field($1) }
    }
    put(graph.timezone)
    put(graph.owner)
    policy(graph.policy)
    put(graph.replies) { writer, one in
      writer.put(one.name)
      writer.put(one.patterns) { $0.put($1.text) }
    }
    put(graph.anytime) { $0.oneCase($1) }
    put(graph.goal) { $0.put($1) }
    target(graph.entry)
    put(graph.paths) { writer, path in
      writer.put(path.name)
      writer.put(path.entry)
    }
    put(graph.lists) { $0.list($1) }
    put(graph.nodes) { $0.node($1) }
  }

  mutating func field(_ field: Field) {
    put(field.name)
    put(field.type.description)
  }

  mutating func trigger(_ trigger: Trigger) {
    put(trigger.event)
    put(trigger.key) { $0.put($1) }
    put(trigger.when)
    switch trigger.again {
    case .never: put("never")
    case .afterEnd: put("after end")
    case .after(let duration, let perContact):
      put(perContact ? "contact" : "key")
      put(duration)
    }
    put(trigger.exclusive)
    put(trigger.each?.name)
    put(trigger.each?.list)
    put(trigger.contact)
  }

  mutating func policy(_ policy: Policy) {
    window(policy.window)
    put(Int(policy.business.rawValue))
    put(policy.holidays.dates) { $0.put($1.description) }
    put(policy.gap)
    put(policy.maxTouches ?? -1)
  }

  mutating func window(_ window: Window?) {
    put(window?.rules ?? []) { writer, rule in
      writer.put(Int(rule.days.rawValue))
      writer.put(rule.start.description)
      writer.put(rule.end.description)
    }
  }

  // MARK: Steps

  mutating func node(_ node: Node) {
    put(node.name)
    put(node.verb)
    put(node.condition)
    moment(node.due)
    switch node.ifPast {
    case nil: put("-")
    case .skip: put("skip")
    case .now: put("now")
    case .target(let past): target(past)
    }
    switch node.window {
    case .any: put("any")
    case .policy: put("policy")
    case .own(let own): window(own)
    }
    switch node.closed {
    case .defer: put("defer")
    case .skip: put("skip")
    case .end(let outcome): put("end " + outcome)
    }
    put(node.liftsGap ? "no gap" : "gap")
    target(node.next)
    put(node.place.list)
    put(node.place.position)
    put(node.repeats) { $0.put($1) }
    action(node.action)
  }

  mutating func moment(_ moment: Moment?) {
    guard let moment else { return put("-") }
    switch moment.base {
    case .arrival: put("arrival")
    case .day(let number): put("day \(number)")
    case .clock(let weekday, let time): put("\(weekday?.rawValue ?? "") \(time)")
    case .expression(let expression): put(expression)
    case .returnDate: put("return")
    }
    put(moment.shift?.sign ?? 0)
    put(moment.shift?.duration)
    put(moment.time?.description)
  }

  mutating func target(_ target: Target) {
    switch target {
    case .node(let node): put("node \(node)")
    case .end(let outcome): put("end \(outcome)")
    case .resume: put("resume")
    case .hold(let hold): self.hold(hold)
    }
  }

  mutating func hold(_ hold: Hold) {
    switch hold.until {
    case nil: put("hold")
    case .moment(let moment): self.moment(moment)
    case .event(let event, let duration):
      put(event)
      put(duration)
    }
    put(hold.fallback)
    put(hold.slot ?? -1)
  }

  mutating func oneCase(_ one: Case) {
    put(one.key)
    target(one.target)
  }

  mutating func named(_ one: NamedExpression) {
    put(one.name)
    put(one.value)
  }

  mutating func action(_ action: Action) {
    switch action {
    case .wait(let until): moment(until)
    case .await(let awaited):
      put(awaited.events) { $0.put($1) }
      moment(awaited.until)
      put(awaited.cases) { $0.oneCase($1) }
    case .channel(let channel): self.channel(channel)
    case .choose(let branches, let otherwise):
      put(branches) { writer, branch in
        writer.put(branch.when)
        writer.target(branch.target)
      }
      put(otherwise.map { [$0] } ?? []) { $0.target($1) }
    case .split(let split):
      put(split.salt)
      put(split.arms) { writer, arm in
        writer.put(arm.name)
        writer.put(arm.share)
        writer.target(arm.target)
      }
    case .loop(let loop):
      put(loop.times)
      put(loop.every)
      put(loop.stopIf)
      put(loop.body)
    case .escalate(let escalation):
      put(escalation.to) { $0.put($1) }
      put(escalation.via)
      address(escalation.address)
      put(escalation.say?.canonical)
      put(escalation.each)
      put(escalation.cases) { $0.oneCase($1) }
    case .set(let assignments):
      put(assignments) { writer, one in
        writer.put(one.path) { $0.put($1) }
        writer.put(one.value)
      }
    case .emit(let name, let data), .enroll(let name, let data):
      put(name)
      put(data) { $0.named($1) }
    case .suppress(let text), .end(let text): put(text)
    case .hold(let hold): self.hold(hold)
    case .go(let target): self.target(target)
    }
  }

  /// Only where there is a choice: whom a message reaches by a single kind of address follows from its channel.
  private mutating func address(_ address: Manifest.Address) {
    if address.fields.count > 1 { put(address.rawValue) }
  }

  mutating func channel(_ action: ChannelAction) {
    put(action.verb)
    address(action.address)
    put(action.touch ? "touch" : "-")
    put(action.purpose)
    put(action.ask?.canonical)
    put(action.fields) { writer, field in
      writer.put(field.name)
      writer.content(field.content)
    }
    moment(action.until)
    put(action.cases) { $0.oneCase($1) }
    put(action.outcomes) { $0.put($1) }
  }

  mutating func content(_ content: ChannelAction.Content) {
    switch content {
    case .template(let template): put(template.canonical)
    case .expression(let expression): put(expression)
    case .expressions(let expressions): put(expressions) { $0.put($1) }
    case .word(let word): put(word)
    case .mapping(let mapping): put(mapping) { $0.named($1) }
    case .files(let files): put(files) { $0.put($1) }
    }
  }
}
