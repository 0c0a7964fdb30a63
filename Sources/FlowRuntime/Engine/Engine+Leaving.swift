import FlowCore
import FlowPlugin
import FlowTime

/// Steps are relative to what was really done (guarantee 11): while a touch of a run is planned and has neither left
/// nor failed, the run's clock stands; and what follows it counts from when it really left. So it is with the word to
/// each person of an `escalate … each`.
extension Engine {
  /// The run's clock has come to something, and what it counts from has not left: a touch, or the word to the person
  /// whose turn it is in an `escalate … each`.
  func notLeft(of record: RunRecord) throws(StoreError) -> Outgoing? {
    guard try store.hasOpen(run: record.id) else { return nil }
    let lines = try store.outbox(run: record.id)
    func isOpen(_ line: Outgoing) -> Bool { [.planned, .claimed, .marked, .held].contains(line.state) }
    if let touch = lines.first(where: { $0.touch && isOpen($0) }) { return touch }
    return word(record.run, among: lines).flatMap { isOpen($0) ? $0 : nil }
  }

  /// What was last handed over to tell a person of the chain that the run waits at.
  private func word(_ run: Run, among lines: [Outgoing]) -> Outgoing? {
    guard let waiting = run.waiting, case .escalating = waiting.stage else { return nil }
    return lines.last { $0.node == waiting.node }
  }

  /// A chain goes on, to the next person or to its timeout, where the word to this one alone is put off, or set aside:
  /// an alarm does not wait for one full mailbox. It stands for what waits for rate, capacity or a hold.
  func goesOn(_ line: Outgoing) -> Bool {
    guard !line.touch else { return false }
    let isPutOff = line.state == .planned && line.attempts > 0 && line.next > clock.now()
    let isSetAside = line.state == .held && line.because?.hasPrefix(Hold.mark) != true
    return isPutOff || isSetAside
  }

  /// The last look at a touch. What the run has planned after it and has not let out either does not stand in its way.
  func look(
    at line: Outgoing, _ record: RunRecord, _ graph: Graph, at instant: Instant, _ surroundings: Surroundings
  ) throws(StoreError) -> Leave {
    let counted = counted(line, of: record.contact)
    var behind: [Instant] = []
    if record.run.touched.count(where: { $0 >= counted }) > 1 {
      let later = try store.outbox(run: line.run).drop { $0.key != line.key }.dropFirst()
      for other in later where other.touch && [.planned, .claimed, .held].contains(other.state) {
        behind.append(self.counted(other, of: record.contact))
      }
    }
    return Machine.mayLeave(
      graph, record.run, line.node, planned: counted, behind: behind, at: instant, surroundings)
  }

  /// Why a run stands still behind a touch.
  func reason(behind line: Outgoing) -> String {
    guard var because = line.because else { return behind(line) }
    if because.hasPrefix(Hold.mark) { because = String(because.dropFirst(Hold.mark.count)) }
    return "\(behind(line)): \(because)"
  }

  private func behind(_ line: Outgoing) -> String { "\(line.step) has not left yet" }

  func stands(_ record: RunRecord, behind line: Outgoing) -> Bool {
    record.stuck?.hasPrefix(Hold.mark + behind(line)) == true
  }

  /// A word to one person of a chain this much later than planned is a late one, in milliseconds; so is a touch for
  /// which the run's clock has stood.
  private static let lateWord: Int64 = 1000

  /// A line is settled. What is to be written of its run in the same transaction: that it counts from now, where it
  /// has left later than planned, and that it goes on, where it stood still for that.
  /// - Parameter hasLeft: or may have.
  func goOn(after line: Outgoing, hasLeft: Bool) throws(StoreError) -> [Write] {
    let now = clock.now()
    let off = now.milliseconds(since: line.planned)
    let mayBeLate = hasLeft && off >= Engine.lateWord
    guard mayBeLate || sending.aside.contains(line.run), let record = try store.run(line.run) else { return [] }
    if !line.touch {
      guard word(record.run, among: try store.outbox(run: line.run))?.key == line.key else { return [] }
    }
    var next = record
    var writes = release(&next, behind: line)
    let hasRunOut = record.run.waiting.map { $0.wakes <= now } ?? false
    if mayBeLate, !line.touch || off >= Engine.late || hasRunOut {
      let counted = line.touch ? counted(line, of: record.contact) : line.planned
      if line.touch { writes += noteLate(line, of: record.contact, left: now, isCounted: true) }
      if let step = try recount(&next, line, counted, now) { writes.append(.append(step)) }
      writes += try dueAgain(next, since: record.run.waiting, left: now)
    }
    return next == record ? writes : [.advance(next, from: record.sequence)] + writes
  }

  private func recount(
    _ next: inout RunRecord, _ line: Outgoing, _ counted: Instant, _ now: Instant
  ) throws(StoreError) -> JournalStep? {
    guard next.isLive, let graph = try graph(of: next) else { return nil }
    let isByHand = try line.touch ? somebodyActed(in: next, since: counted) : false
    let left = Event.Kind.left(step: line.node, counted: counted, withLater: !isByHand)
    let event = Event(id: "left.\(next.sequence)", at: now, kind: left)
    let transition = Machine.step(graph, next.run, event, at: now, Surroundings(zones: zones))
    next.take(transition)
    next.sequence += 1
    return JournalStep(
      run: next.id, sequence: next.sequence, at: now, event: event, entries: transition.entries)
  }

  /// What the run waits for follows upon what somebody has done after the touch was counted: an event of the user's own
  /// or a task's outcome. That has its own instant, and a wait counts from it (language.md, 5). What a channel has told
  /// by itself has none.
  private func somebodyActed(in record: RunRecord, since counted: Instant) throws(StoreError) -> Bool {
    guard let arrived = record.run.waiting?.arrived, arrived > counted, let graph = try graph(of: record) else {
      return false
    }
    return try store.journal(record.id).contains { step in
      guard step.at > counted, step.at <= arrived, let event = step.event else { return false }
      return graph.isByHand(event, step.entries)
    }
  }

  /// The run goes on where it stood still for this line; what holds it otherwise holds it on.
  func release(_ next: inout RunRecord, behind line: Outgoing) -> [Write] {
    guard stands(next, behind: line) else { return [] }
    next.stuck = nil
    sending.aside.remove(next.id)
    return [.remember(Facts.aside + next.id, nil)]
  }
}
