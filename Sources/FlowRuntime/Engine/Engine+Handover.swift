import FlowCore
import FlowPlugin
import FlowTime

/// From a delivery to a receipt: rendered before the commit that plans it, handed over after it.
extension Engine {
  /// How often a delivery is tried, and for how long.
  private static let attempts = 8
  private static let patience: Int64 = 72 * 3_600_000

  /// Renders a delivery and plans it; where no channel can, the plan says so.
  func render(_ delivery: Delivery, _ index: Int, into plan: inout Plan) async throws(StoreError) {
    var delivery = delivery
    delivery.thread = plan.next.threads[delivery.verb]
    if delivery.thread == nil { delivery.thread = try toldThread(delivery.verb, plan.next) }
    if outlets[delivery.verb]?.isLive == true { delivery.token = token(of: plan.next.id) }
    let entry = delivery.isEscalation ? nil : plan.unrendered.popFirst()
    switch await rendering(of: delivery) {
    case .success(let rendering):
      if let entry { plan.entries[entry].show(rendering) }
      plan.writes.append(.plan(outgoing(delivery, rendering, index, plan)))
      if !plan.isFirstRun, let first = countFirst(plan.next.workflow, run: plan.next.id, delivery.verb) {
        plan.writes.append(first)
        plan.isFirstRun = true
      }
      if delivery.isTask {
        plan.writes.append(.task(try task(for: delivery, of: plan.next, named: plan.derivedID(index))))
      }
      if let reference = rendering.reference {
        plan.follow(reference, delivery.verb, rendering)
        if outlets[delivery.verb]?.isLive == true {
          plan.writes.append(.remember(Facts.reference + reference, plan.next.id))
        }
      }
    case .failure(let error):
      if plan.unrenderable == nil { plan.unrenderable = (delivery.node, error.text) }
    }
  }

  /// Of a channel that names its messages in its receipts alone: those of the run so far.
  private func toldThread(_ verb: String, _ record: RunRecord) throws(StoreError) -> Delivery.Thread? {
    guard outlets[verb]?.isLive == true, !record.run.touched.isEmpty else { return nil }
    let sent = try store.outbox(run: record.id).filter { $0.verb == verb && $0.state == .accepted }
    let names = sent.sorted { $0.planned < $1.planned }.compactMap(\.receipt).filter { !$0.isEmpty }
    return names.isEmpty ? nil : Delivery.Thread(references: names)
  }

  private func rendering(of delivery: Delivery) async -> Result<Rendering, ChannelError> {
    guard let outlet = outlets[delivery.verb] else {
      return .failure(ChannelError(.ours, "no channel is called \"\(delivery.verb)\""))
    }
    do throws(ChannelError) {
      let rendering = try await outlet.channel.render(delivery)
      guard rendering.payload.count <= outlet.maxBytes else {
        throw ChannelError(.permanent, "\(rendering.payload.count) bytes, and at most \(outlet.maxBytes) are sent")
      }
      return .success(rendering)
    } catch {
      return .failure(error)
    }
  }

  private func outgoing(_ delivery: Delivery, _ rendering: Rendering, _ index: Int, _ plan: Plan)
    -> Outgoing
  {
    let contact = ContactIdentity.all(of: delivery.contact)
    // An escalation tells several people in one step.
    let whom = delivery.isEscalation ? String(index) : contact.first ?? ""
    let key = Derived.hex(
      [plan.next.id, delivery.step, String(delivery.occurrence), whom], key: secret, digits: 32)
    let round = plan.entries.last { $0.step == delivery.step }?.round
    return Outgoing(
      key: IdempotencyKey(key), run: plan.next.id, sequence: plan.next.sequence, node: delivery.node,
      step: delivery.step, round: round, verb: delivery.verb, touch: delivery.touch, contact: contact,
      owner: delivery.owner ?? .absent, rendering: rendering, digest: hexadecimal(sha256(rendering.payload)),
      planned: plan.now, next: plan.now)
  }

  // MARK: After the commit

  /// Hands over everything planned that may be tried now, one after the other. Lines whose channels take keys
  /// are claimed and settled in groups: after a crash their fate is no question.
  func handOver() async throws(StoreError) {
    while true {
      let claim = try await alone { engine async throws(StoreError) in
        try engine.settleRest()
        return Claim(lines: try engine.claim(engine.lanes.others), turn: engine.turns)
      }
      if claim.lines.isEmpty { return try startLanes() }
      try await handOver(claim)
    }
  }

  /// Lines that were claimed by one turn, whose number says whether anything has happened since.
  struct Claim {
    var lines: [Outgoing] = []
    var turn = 0
  }

  /// In the turn that has planned them: nothing that has come in comes before them.
  func claimAtOnce() throws(StoreError) -> Claim {
    if let next = try store.pending(limit: 1).first, next.incoming.depth == 0 { return Claim() }
    return Claim(lines: try claim(lanes.others), turn: turns)
  }

  /// What channels that take keys say is written down by the next turn; what others say, at once.
  func handOver(_ claim: Claim) async throws(StoreError) {
    var rest = claim.lines[...]
    var marked: [(line: Outgoing, receipt: Receipt?)] = []
    do throws(StoreError) {
      let at = clock.now()
      while let line = rest.first {
        // What has happened since it was claimed may forbid it.
        let mayBegin =
          turns == claim.turn && clock.now() == at && !isStopped
          ? true
          : try await alone(isWriting: false, commit: { $0 ? .left : .made }) { engine async throws(StoreError) in
            try engine.mayBegin(line)
          }
        rest.removeFirst()
        guard mayBegin else { continue }
        let receipt = await deliver(line)
        if outlets[line.verb]?.usesMarker == true {
          marked.append((line, receipt))
        } else {
          receipts.append((line, receipt))
        }
      }
      if marked.isEmpty { return }
      let all = marked
      try await alone { engine async throws(StoreError) in
        for (line, receipt) in all { try engine.settle(line, receipt) }
        try engine.keepTallies()
      }
    } catch {
      // The next turn settles them: no line stays in hand while the engine lives.
      unsettled += marked + rest.map { ($0, nil) }
      throw error
    }
  }

  /// Nothing follows from it but that it is known.
  func isPlain(_ receipt: Receipt, of line: Outgoing) -> Bool {
    if case .accepted = receipt { return outlets[line.verb]?.outcomes.isEmpty != false }
    return false
  }

  /// Nothing more is claimed, and what is claimed does not begin.
  var isStopped: Bool { isDraining || sending.whole != nil }

  private func deliver(_ line: Outgoing) async -> Receipt {
    guard let outlet = outlets[line.verb] else {
      return .ours(because: "no channel is called \"\(line.verb)\"")
    }
    handoversBegun += 1
    let flight = handoversBegun
    flights.insert(flight)
    defer { flights.remove(flight) }
    guard outlet.usesMarker else {
      claimed.remove(line.key.text)
      return await outlet.channel.deliver(line.rendering, key: line.key)
    }
    return await outlet.channel.deliver(line.rendering, key: line.key) { await self.mark(line) }
  }

  /// Commits that the message is about to be complete. False where something came first, or where that could not be
  /// committed: then it must not leave.
  private func mark(_ line: Outgoing) async -> Bool {
    do throws(StoreError) {
      return try await alone { engine async throws(StoreError) in
        guard try engine.mayBegin(line) else { return false }
        engine.claimed.remove(line.key.text)
        var marked = line
        marked.state = .marked
        try engine.store.add([.change(marked, from: .claimed)] + engine.noteLate(line))
        return true
      }
    } catch {
      return false
    }
  }

  /// The next lines by these verbs, claimed: several whose channels take keys, or one of another.
  func claim(_ verbs: Verbs) throws(StoreError) -> [Outgoing] {
    var lines: [Outgoing] = []
    if isStopped { return [] }
    try checkEpoch()
    do throws(StoreError) {
      while lines.count < groupLimit, let line = try claim(verbs, isAlone: lines.isEmpty) {
        lines.append(line)
        guard outlets[line.verb]?.isKeyed == true, suspects.remove(line.key.text) == nil else { break }
      }
    } catch {
      unsettled += lines.map { ($0, nil) }
      throw error
    }
    claimed.formUnion(lines.map(\.key.text))
    fresh += lines
    return lines
  }

  /// The next line, claimed; what must not leave any more is stopped on the way, and what may not leave now is put off.
  private func claim(_ verbs: Verbs, isAlone: Bool) throws(StoreError) -> Outgoing? {
    while !isStopped, var line = try store.nextOutgoing(until: clock.now(), verbs),
      isAlone || (outlets[line.verb]?.isKeyed == true && !suspects.contains(line.key.text))
    {
      if let hold = try hold(line) {
        line.state = .held
        line.because = Hold.mark + hold.because
        sending.hasHeldLines = true
        try store.add([.change(line, from: .planned)])
        continue
      }
      if try isBehind(line) {
        line.next = clock.now().adding(milliseconds: 1000)
        try store.add([.change(line, from: .planned)])
        continue
      }
      if let slot = slot(for: line) {
        line.next = slot
        try store.add([.change(line, from: .planned)])
        continue
      }
      switch try leave(line) {
      case .now: break
      case .never(let because):
        try withhold(line, because: because)
        continue
      case .later(let instant, let because):
        var later = line
        later.next = instant
        try write(.deferred(until: instant, because: because), about: line, with: [.change(later, from: .planned)])
        continue
      }
      line.state = .claimed
      line.attempts += 1
      // Without a marker it may be with the far side from here on.
      let late = outlets[line.verb]?.usesMarker == true ? [] : try noteLate(line)
      do throws(StoreError) { try store.add([.change(line, from: .planned)] + late) } catch {
        // It may be in the store all the same.
        unsettled.append((line, nil))
        throw error
      }
      return line
    }
    return nil
  }

  /// Looked at once more just before the first byte, and just before the last; what may not leave any more is planned
  /// again, and the next claim says what becomes of it.
  func mayBegin(_ line: Outgoing) throws(StoreError) -> Bool {
    guard claimed.contains(line.key.text), !erased.contains(line.run) else { return false }
    if !isStopped, try hold(line) == nil, case .now = try leave(line) { return true }
    claimed.remove(line.key.text)
    var again = line
    again.state = .planned
    again.attempts -= 1
    try store.add([.change(again, from: .claimed)])
    return false
  }

  private func withhold(_ line: Outgoing, because reason: String) throws(StoreError) {
    var stopped = line
    stopped.state = .cancelled
    stopped.because = reason
    stopped.settled = clock.now()
    try write(.withheld(because: reason), about: stopped, with: [.change(stopped, from: .planned)])
  }

  /// Everything about a touch is checked twice: when it was due, and here.
  private func leave(_ line: Outgoing) throws(StoreError) -> Leave {
    guard line.touch else { return .now }
    let suppressed = try store.suppressed(line.contact)
    if suppressed.contains(line.verb) || suppressed.contains("all") {
      return .never(because: "\(line.verb) is suppressed for this contact")
    }
    if line.attempts > 0, let because = try store.remembered(Facts.stopped + line.key.text) {
      return .never(because: because)
    }
    // In the instant in which it became due it has just been looked at.
    guard clock.now() > line.planned, let record = try store.run(line.run), let graph = try graph(of: record) else {
      return .now
    }
    if let ended = record.run.ended, ended > line.planned { return .never(because: "the run has ended") }
    var surroundings = Surroundings(zones: zones, suppressed: suppressed)
    if clock.now().milliseconds(since: line.planned) >= Engine.late {
      // Others may have gone out since its gap and caps were looked at.
      surroundings = try self.surroundings(
        graph, contact: record.contact, identities: line.contact, except: record.id)
    }
    return Machine.mayLeave(
      graph, record.run, line.node, planned: line.planned, at: clock.now(), surroundings)
  }

  /// What the engine does of itself with a touch stands in the run's journal, too.
  private func write(_ kind: Entry.Kind, about line: Outgoing, with more: [Write]) throws(StoreError) {
    var writes = more
    if let record = try store.run(line.run) {
      var next = record
      next.sequence += 1
      let now = clock.now()
      let entry = Entry(at: now, step: line.step, round: line.round, kind: kind)
      writes += [
        .advance(next, from: record.sequence),
        .append(JournalStep(run: line.run, sequence: next.sequence, at: now, event: nil, entries: [entry])),
      ]
    }
    try store.add(writes)
  }

  // MARK: Receipts

  /// What the channel said of a line that was claimed; nil where it was not handed over.
  func settle(_ line: Outgoing, _ receipt: Receipt?) throws(StoreError) {
    if erased.contains(line.run) { return }
    guard outlets[line.verb]?.usesMarker == true || receipt == nil || !unsettled.isEmpty else {
      return try record(receipt ?? .unknown(because: ""), of: line)
    }
    claimed.remove(line.key.text)
    guard let current = try store.outgoing(line.key.text) else { return }
    switch (current.state, receipt) {
    case (.claimed, nil), (.marked, nil): try tryAgain(current)
    case (.claimed, let receipt?), (.marked, let receipt?): try record(receipt, of: current)
    case (.planned, .accepted?), (.cancelled, .accepted?), (.held, .accepted?):
      // It was told not to, and did.
      logger.error("left all the same", metadata: ["delivery": "\(line.key)", "run": "\(line.run)"])
      try record(receipt ?? .accepted(id: ""), of: current)
    default: break
    }
  }

  func record(_ receipt: Receipt, of line: Outgoing) throws(StoreError) {
    let from = line.state
    var line = line
    switch receipt {
    case .accepted(let id):
      line.state = .accepted
      line.receipt = id
      line.settled = clock.now()
      tally(line.verb) { $0.sent += 1 }
      var writes: [Write] = [.change(line, from: from)]
      if line.touch, line.rendering.reference == nil, !id.isEmpty, outlets[line.verb]?.isLive == true {
        writes.append(.remember(Facts.reference + id, line.run))
      }
      try store.add(writes + tellOutcome("ok", of: line))
    case .temporary(let after, let because): try retry(&line, after: after, because)
    case .permanent(let because): try fail(&line, because)
    case .optedOut(let because): try optOut(&line, because)
    case .ours(let because):
      line.state = .held
      line.because = because
      sending.hasHeldLines = true
      logger.error("held", metadata: ["delivery": "\(line.key)", "because": "\(because)"])
      try store.add([.change(line, from: from)] + noticeOurs(line, because))
    case .unknown(let because):
      if outlets[line.verb]?.isKeyed == true { return try retry(&line, after: 900, because) }
      try settleUnknown(&line, because)
    }
  }

  /// Twice as long each time, spread by a digest so that not all come back at once.
  private func retry(_ line: inout Outgoing, after: Int?, _ because: String) throws(StoreError) {
    let now = clock.now()
    let from = line.state
    let base: Int64 = 60_000 << Int64(min(max(line.attempts - 1, 0), 10))
    let spread = Int64(Derived.hex([line.key.text, String(line.attempts)], digits: 4), radix: 16) ?? 0
    // A far side that names a pause beyond our patience is not waited for.
    let wanted = Int64(min(max(after ?? 0, 0), 1_000_000)) * 1000
    let pause = max(wanted, base)
    let next = now.adding(milliseconds: pause + base / 4 * spread / 65_536)
    guard line.attempts < Engine.attempts, next.milliseconds(since: line.planned) <= Engine.patience else {
      return try fail(&line, "tried \(line.attempts) times: \(because)")
    }
    line.state = .planned
    line.because = because
    line.next = next
    try store.add([.change(line, from: from)])
  }

  func fail(_ line: inout Outgoing, _ because: String) throws(StoreError) {
    let from = line.state
    line.state = .failed
    line.because = because
    line.settled = clock.now()
    let told = Incoming(
      source: "flow", id: "\(line.key).failed", at: clock.now(),
      body: .run(line.run, .failed(step: line.node, because: because)))
    try store.add(
      [.change(line, from: from), .receive(InboxRow(incoming: told, received: clock.now()))]
        + tellOutcome("failed", of: line))
  }
}

extension Entry {
  /// What the channel made of a hand-over.
  fileprivate mutating func show(_ rendering: Rendering) {
    switch kind {
    case .sent(var handover):
      handover.rendered = rendering.shown
      kind = .sent(handover)
    case .task(var handover):
      handover.rendered = rendering.shown
      kind = .task(handover)
    default: break
    }
  }
}

extension Engine.Plan {
  /// A later message by this verb follows this one.
  fileprivate mutating func follow(_ reference: String, _ verb: String, _ rendering: Rendering) {
    var thread = next.threads[verb] ?? Delivery.Thread(references: [])
    thread.references.append(reference)
    thread.subject = rendering.shown.first { $0.name == "subject" }?.text ?? thread.subject
    next.threads[verb] = thread
  }
}
