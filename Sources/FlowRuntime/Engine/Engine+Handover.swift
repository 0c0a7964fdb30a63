import FlowCore
import FlowPlugin
import FlowTime

/// From a delivery to a receipt: rendered before the commit that plans it, handed over after it.
extension Engine {
  /// Renders a delivery and plans it; where no channel can, the plan says so.
  func render(_ delivery: consuming Delivery, _ index: Int, into plan: inout Plan) async throws(StoreError) {
    delivery.thread = plan.next.threads[delivery.verb]
    if delivery.thread == nil { delivery.thread = try toldThread(delivery.verb, plan.next) }
    if outlets[delivery.verb]?.isLive == true { delivery.token = token(of: plan.next.id) }
    let entry = delivery.isEscalation ? nil : plan.unrendered.popFirst()
    let leftOut = try leaveOutCopies(of: &delivery)
    switch await rendering(of: delivery) {
    case .success(var rendering):
      if !leftOut.isEmpty { rendering.shown.append(Entry.noCopy(to: leftOut)) }
      if let entry { plan.entries[entry].show(rendering) }
      let line = outgoing(delivery, rendering, index, plan)
      if let because = try refusedReader(delivery) {
        plan.withhold(line, because)
        break
      }
      plan.writes.append(.plan(line))
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
      if plan.unrenderable == nil { plan.unrenderable = (delivery.place, delivery.verb, error) }
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
      return .failure(ChannelError(.permanent, "no channel is called \"\(delivery.verb)\""))
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
    let contact = plan.identities(of: delivery.contact)
    // An escalation tells several people in one step.
    let whom = delivery.isEscalation ? String(index) : contact.first ?? ""
    let key = Derived.hex(
      [plan.next.id, delivery.step, String(delivery.occurrence), whom], key: secret, digits: 32)
    let round = plan.entries.last { $0.step == delivery.step }?.round
    return Outgoing(
      key: IdempotencyKey(key), run: plan.next.id, sequence: plan.next.sequence, node: delivery.node,
      step: delivery.step, round: round, verb: delivery.verb, touch: delivery.touch, contact: contact,
      owner: delivery.owner ?? .absent, rendering: rendering, planned: plan.now, next: plan.now)
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
    /// They may be what has ended a process before.
    var isCautious = false
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
        // Written down at once: those behind it by the same channel are not tried.
        if case .ours = receipt {
          try await settle(marked)
          marked = []
        }
      }
      if !marked.isEmpty { try await settle(marked) }
    } catch {
      // The next turn settles them: no line stays in hand while the engine lives.
      unsettled += marked + rest.map { ($0, nil) }
      throw error
    }
  }

  private func settle(_ marked: [(line: Outgoing, receipt: Receipt?)]) async throws(StoreError) {
    try await alone { engine async throws(StoreError) in
      for (line, receipt) in marked { try engine.settle(line, receipt) }
      try engine.keepTallies()
    }
  }

  /// Nothing follows from it but that it is known.
  func isPlain(_ receipt: Receipt, of line: Outgoing) -> Bool {
    if case .accepted = receipt { return outlets[line.verb]?.outcomes.isEmpty != false }
    return false
  }

  /// Nothing more is claimed, and what is claimed does not begin. Asked for each line: where nothing is held, what is
  /// known of sending is not copied to be asked.
  var isStopped: Bool { isDraining || takesOrdersOnly || !sending.holds.isEmpty && sending.whole != nil }

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
        try giveBack(&line)
        line.state = .held
        line.because = Hold.mark + hold.because
        try store.add([.change(line, from: .planned)])
        continue
      }
      if try isBehind(line) {
        line.next = clock.now().adding(milliseconds: 1000)
        try store.add([.change(line, from: .planned)])
        continue
      }
      switch try leave(line) {
      case .success(.now): break
      case .failure(let unreadable):
        try giveBack(&line)
        try hold(line, unreadable)
        continue
      case .success(.never(let because)):
        try giveBack(&line)
        try withhold(line, because: because)
        continue
      case .success(.later(let instant, let because)):
        try giveBack(&line)
        try putOff(line, until: instant, because)
        continue
      }
      // Nothing takes a place that would not leave by now.
      if let (instant, because) = try slot(for: line) {
        line.because = because
        if instant.milliseconds(since: clock.now()) >= Engine.late {
          try putOff(line, until: instant, because)
        } else {
          line.next = instant
          try store.add([.change(line, from: .planned)])
        }
        continue
      }
      if line.hasPlace { line.because = nil }
      line.state = .claimed
      line.attempts += 1
      // Without a marker it may be with the far side from here on.
      var writes: [Write] = [.change(line, from: .planned)]
      if outlets[line.verb]?.usesMarker != true { writes += try noteLate(line) }
      do throws(StoreError) { try store.add(writes) } catch {
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
    if !isStopped, try hold(line) == nil, case .success(.now) = try leave(line) { return true }
    claimed.remove(line.key.text)
    var again = line
    again.state = .planned
    again.attempts -= 1
    try store.add([.change(again, from: .claimed)])
    try takeBack(line)
    return false
  }

  /// It is tried later, and its run's journal says why.
  private func putOff(_ line: Outgoing, until instant: Instant, _ because: String) throws(StoreError) {
    var later = line
    later.next = instant
    try write(.deferred(until: instant, because: because), about: line, with: [.change(later, from: .planned)])
  }

  private func withhold(_ line: Outgoing, because reason: String) throws(StoreError) {
    if let perhaps = try mayHaveArrived(line) {
      let unknown = try leftUnknown(line, because: Engine.notTriedAgain(perhaps, reason))
      return try store.add(unknown + goOn(after: line, hasLeft: false))
    }
    var stopped = line
    stopped.state = .cancelled
    stopped.because = reason
    stopped.settled = clock.now()
    try write(.withheld(because: reason), about: stopped, with: [.change(stopped, from: .planned)])
  }

  /// Everything about a touch is checked twice: when it was due, and here. What was stopped never leaves.
  /// - Returns: a failure where nobody can look.
  func leave(_ line: Outgoing) throws(StoreError) -> Result<Leave, Unreadable> {
    // What is claimed for the first time has been in nobody's hands before: what stops it takes it out of `claimed`.
    let before = line.state == .claimed ? line.attempts - 1 : line.attempts
    if before > 0, let because = try store.remembered(Facts.stopped + line.key.text) {
      return .success(.never(because: because))
    }
    // Not by the clock: one that was set back comes to the same instant again.
    if let damage = try store.damage(run: line.run) { return .failure(Unreadable(damage: damage)) }
    guard line.touch else { return .success(.now) }
    // In the instant in which it became due it has just been looked at; but what was late may have left since. An
    // engine that begins after the clock has jumped back is before that instant.
    let off = clock.now().milliseconds(since: line.planned)
    let isLookedAt = off == 0 && sending.lastLate.map { $0 < line.planned } ?? true
    let record = isLookedAt ? nil : try store.run(line.run)
    let suppressed = try store.suppressed(record.map { names($0.contact, line.contact) } ?? line.contact)
    if suppressed.contains(line.verb) || suppressed.contains("all") {
      return .success(.never(because: "\(line.verb) is suppressed for this contact"))
    }
    if let because = try refusedSince(line) { return .success(.never(because: because)) }
    guard let record else { return .success(.now) }
    let isOvertaken = hasLeftLate(since: line, record.contact)
    guard off != 0 || isOvertaken else { return .success(.now) }
    if let ended = record.run.ended, ended > line.planned { return .success(.never(because: "the run has ended")) }
    let graph: Graph
    switch try reading(record) {
    case .success(let read): graph = read
    case .failure(let unreadable): return .failure(unreadable)
    }
    var surroundings = Surroundings(zones: zones, suppressed: suppressed)
    if isOvertaken || abs(off) >= Engine.late {
      // Others may have gone out since its gap and caps were looked at.
      surroundings = try self.surroundings(
        graph, contact: record.contact, identities: line.contact, except: record.id, for: line)
    }
    return .success(try look(at: line, record, graph, at: clock.now(), surroundings))
  }

  /// What the engine does of itself with a touch stands in the run's journal, too.
  func write(_ kind: Entry.Kind, about line: Outgoing, with more: [Write]) throws(StoreError) {
    var writes = more
    if let record = try store.run(line.run) {
      var next = record
      next.sequence += 1
      if line.state == .cancelled { writes += release(&next, behind: line) }
      let now = clock.now()
      let entry = Entry(at: now, step: line.step, round: line.round, kind: kind)
      writes += [
        .advance(next, from: record.sequence),
        .append(JournalStep(run: line.run, sequence: next.sequence, at: now, event: nil, entries: [entry])),
      ]
    }
    try store.add(writes)
  }
}

extension Entry {
  /// What the channel made of a hand-over.
  fileprivate mutating func show(_ rendering: Rendering) {
    // Taken out and put back, not copied.
    switch exchange(&kind, with: .timeout) {
    case .sent(var handover):
      handover.rendered = rendering.shown
      kind = .sent(handover)
    case .task(var handover):
      handover.rendered = rendering.shown
      kind = .task(handover)
    case let other: kind = other
    }
  }
}

extension Engine.Plan {
  /// It is planned, as the run has it, and never leaves; nobody is given anything to do.
  fileprivate mutating func withhold(_ line: Outgoing, _ because: String) {
    var line = line
    line.state = .cancelled
    line.because = because
    line.settled = now
    writes.append(.plan(line))
    entries.append(Entry(at: now, step: line.step, round: line.round, kind: .withheld(because: because)))
  }

  /// A later message by this verb follows this one.
  fileprivate mutating func follow(_ reference: String, _ verb: String, _ rendering: Rendering) {
    var thread = next.threads[verb] ?? Delivery.Thread(references: [])
    thread.references.append(reference)
    thread.subject = rendering.shown.first { $0.name == "subject" }?.text ?? thread.subject
    next.threads[verb] = thread
  }
}
