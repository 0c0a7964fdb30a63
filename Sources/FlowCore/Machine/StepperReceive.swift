import FlowTime

/// Events, and who gets them (language, section 6).
extension Stepper {
  mutating func receive(_ event: Event) {
    self.event = event
    switch event.kind {
    case .timer: timer()
    case .unsubscribe(let channel): optOut(event, channel)
    case .complaint(let channel): optOut(event, channel)
    case .failed(let node, let reason):
      guard graph.nodes.indices.contains(node) else { return }
      note(node, .failed(because: reason))
      tell(.failed, "\(graph.nodes[node].name) failed: \(reason)")
    case .cancel(let reason):
      tell(.cancelled, "cancelled: \(reason)")
      note(nil, .cancelled(because: reason))
      end("cancelled")
    case .left(let node, let counted, let withLater): recount(node, counted, withLater)
    default: offer(event)
    }
  }

  // MARK: The clock

  private mutating func timer() {
    guard let waiting = run.waiting, waiting.wakes <= now else { return }
    if let hold = waiting.hold {
      release(hold, until: hold.deadline, quietly: true)
      guard let fixed = run.waiting, fixed.due <= now else { return }
    }
    hasMovedOn = true
    proceedIfAny(onTime(waiting))
  }

  private mutating func onTime(_ waiting: Run.Waiting) -> Target? {
    let node = waiting.node
    let step = graph.nodes[node]
    switch (waiting.stage, step.action) {
    case (.before, _): return perform(node)
    case (.deferring, _): return reconsider(node)
    case (.plain, _): return step.next
    case (.listening, .await(let awaited)):
      note(node, .timeout)
      return timedOut(awaited.cases, at: node, .listening)
    case (.outcome, .channel(let action)):
      note(node, .timeout)
      return timedOut(action.cases, at: node, .outcome)
    case (.round, .loop(let loop)): return nextRound(of: loop, at: node)
    case (.escalating(let index), .escalate(let escalation)): return tellNext(index + 1, node, escalation)
    default: return step.next
    }
  }

  private mutating func proceedIfAny(_ target: Target?) {
    if let target { proceed(to: target) }
  }

  // MARK: Always first

  private mutating func optOut(_ event: Event, _ channel: String?) {
    note(nil, received(event, took: "default"))
    // Whoever opts out of nothing in particular opts out of everything.
    suppress(channel ?? run.lastTouchVerb ?? "all", at: nil)
    end("opted-out")
  }

  // MARK: The most specific case

  private mutating func offer(_ event: Event) {
    if case .reply(let text) = event.kind {
      run.reply = Run.Reply(
        text: text, class: classified(text),
        // A file's name is none of what somebody has written.
        date: OnlyFiles.isSaid(by: text)
          ? nil : firstDate(in: text, receivedOn: zone.civil(at: event.at).date))
      run.answered = now
    }
    if case .outcome(_, _, let note?) = event.kind { run.taskNote = note }
    if let taken = taker(of: event, cases: activeCases(for: event)) {
      return take(event, taken, at: run.waiting?.node)
    }
    let released = run.waiting?.hold.flatMap { $0.event == event.name ? $0 : nil }
    // A hold that waited for the event is over, whatever else the file does about it.
    if let taken = anytimeTaker(of: event) { return take(event, taken, at: nil, releasing: released) }
    if let released {
      note(owner(of: event), received(event, took: "hold"))
      return release(released, by: event)
    }
    byDefault(event)
  }

  /// Cases of the step that the run waits at, for this event.
  private func activeCases(for event: Event) -> [Case] {
    guard let waiting = run.waiting else { return [] }
    switch (waiting.stage, graph.nodes[waiting.node].action, event.kind) {
    case (.listening, .await(let awaited), _): return awaited.cases
    case (.outcome, .channel(let action), .outcome(_, let step, _)) where step == nil || step == waiting.node:
      return action.cases
    case (.outcome, .channel(let action), .acknowledged) where action.outcomes.contains("ack"): return action.cases
    case (.escalating, .escalate(let escalation), .acknowledged): return escalation.cases
    case (.escalating, .escalate(let escalation), .outcome("ack", let step, _))
    where step == nil || step == waiting.node:
      return escalation.cases
    default: return []
    }
  }

  /// The case of a step that takes an event. For a reply: its class in the step, unless only `reply` is there and
  /// `anytime` has the class.
  func taker(of event: Event, cases: [Case]) -> Case? {
    switch event.kind {
    case .reply(let text):
      let own = replyClass(of: text)
      if own != "reply", let byClass = cases.first(where: { $0.key == own }) { return byClass }
      if own != "reply", usableAnytime(key: own) != nil { return nil }
      return cases.first { $0.key == "reply" }
    case .outcome("ack", _, _), .acknowledged:
      return cases.first { $0.key == "acknowledged" || $0.key == "ack" }
    case .outcome(let outcome, _, _): return cases.first { $0.key == outcome }
    case .bounce(hard: false): return nil
    default: return cases.first { $0.key == event.name }
    }
  }

  private func anytimeTaker(of event: Event) -> Case? {
    switch event.kind {
    case .reply(let text):
      let own = replyClass(of: text)
      if own != "reply", let byClass = usableAnytime(key: own) { return byClass }
      return usableAnytime(key: "reply")
    case .outcome(let outcome, _, _):
      // A class of reply may bear the name of an outcome; in `anytime` the name is the class.
      return graph.replies.contains { $0.name == outcome } ? nil : usableAnytime(key: outcome)
    case .bounce(hard: false): return nil
    default: return usableAnytime(key: event.name)
    }
  }

  /// A target in `anytime` counts only while it lies ahead.
  private func usableAnytime(key: String) -> Case? {
    graph.anytime.first { one in
      guard one.key == key else { return false }
      guard case .node(let node) = one.target else { return true }
      if case .anytime = graph.lists[graph.nodes[node].place.list] { return true }
      return isAhead(node)
    }
  }

  /// The run has come neither to the step nor to a later one of its list.
  func isAhead(_ node: NodeIndex) -> Bool {
    let place = graph.nodes[node].place
    return !run.reached.contains { other in
      let there = graph.nodes[other].place
      return there.list == place.list && there.position >= place.position
    }
  }

  /// - Parameter step: whose case it is; nil for one of `anytime`.
  private mutating func take(
    _ event: Event, _ taken: Case, at step: NodeIndex?, releasing hold: Run.EventHold? = nil
  ) {
    note(step ?? owner(of: event), received(event, took: taken.key))
    if let hold { release(hold, by: event) }
    forward(event, "taken by \(taken.key)")
    if case .hold(let hold) = taken.target { return apply(hold) }
    capture(event, into: taken.target)
    if isOutcome(event) { hasMovedOn = true }
    if !leadsToInstantList(taken.target) { leave(because: "\(event.name) came first") }
    proceed(to: taken.target)
  }

  private func isOutcome(_ event: Event) -> Bool { if case .outcome = event.kind { true } else { false } }

  /// A list of `anytime` interrupts nothing by itself: only where it ends or goes elsewhere.
  private func leadsToInstantList(_ target: Target) -> Bool {
    guard case .node(let node) = target, case .anytime = graph.lists[graph.nodes[node].place.list] else { return false }
    return true
  }

  /// `event` in a list of steps is the one whose case led to it.
  mutating func capture(_ event: Event, into target: Target) {
    if case .node(let node) = target { run.led[graph.nodes[node].place.list] = event }
  }

  // MARK: Defaults

  private mutating func byDefault(_ event: Event) {
    switch event.kind {
    case .outOfOffice where isSpent(event), .bounce(hard: true) where isSpent(event): recordOnly(event)
    case .reply(let text):
      note(nil, received(event, took: "default"))
      tell(.readReply, Self.said(text))
      end("replied")
    case .outOfOffice(let returning):
      note(nil, received(event, took: "default"))
      holdForReturn(returning)
    case .bounce(hard: true):
      note(nil, received(event, took: "default"))
      tell(.undeliverable, "a message to \(contact[path: ["name"]].text ?? "the contact") came back")
      end("undeliverable")
    default: recordOnly(event)
    }
  }

  private mutating func recordOnly(_ event: Event) {
    note(owner(of: event), received(event, took: "nothing"))
    run.untaken.append(event)
  }

  /// The step whose task it is that somebody tells the outcome of, though nothing waits for it (any more).
  private func owner(of event: Event) -> NodeIndex? {
    guard case .outcome(_, let step?, _) = event.kind, graph.nodes.indices.contains(step) else { return nil }
    return step
  }

  /// The file names the event in `anytime`, and the run has come past where it leads: it has no default then.
  private func isSpent(_ event: Event) -> Bool { graph.anytime.contains { $0.key == event.name } }

  /// As in the example of the language: `hold until return + 1 business day, or 5 business days`.
  private mutating func holdForReturn(_ returning: CivilDate?) {
    let moment = Moment(
      base: .returnDate, shift: Moment.Shift(sign: 1, duration: .businessDays(1)), text: "return + 1 business day")
    let known = resolve(moment, arrived: now, returning: returning)
    if case .instant(let instant) = known, instant >= now {
      return moveDue(to: instant, because: "out of office until \(returning?.description ?? "")")
    }
    moveDue(to: after(.businessDays(5), from: now) ?? now, because: "out of office")
  }

  /// Every reply is passed on to the owner, with what was done about it.
  private mutating func forward(_ event: Event, _ done: String) {
    if case .reply(let text) = event.kind { tell(.reply, "\(Self.said(text))\n\n\(done)") }
  }

  /// A picture alone has no text.
  private static func said(_ text: String) -> String { text.isEmpty ? "an answer without text" : text }

  // MARK: Words

  /// Of the reply that has just come in: it is classified once.
  private func replyClass(of text: String) -> String {
    if let reply = run.reply, reply.text == text { return reply.class }
    return classified(text)
  }

  private func classified(_ text: String) -> String {
    let words = ReplyWords(text)
    return graph.replies.first { $0.patterns.contains { $0.matches(words) } }?.name ?? "reply"
  }

  func received(_ event: Event, took: String) -> Entry.Kind {
    switch event.kind {
    case .reply(let text):
      .received(event: "reply", class: replyClass(of: text), outcome: nil, took: took)
    case .outcome(let outcome, _, _): .received(event: "task", class: nil, outcome: outcome, took: took)
    default: .received(event: event.name, class: nil, outcome: nil, took: took)
    }
  }
}
