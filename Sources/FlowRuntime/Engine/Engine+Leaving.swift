import FlowCore
import FlowPlugin
import FlowTime

/// Steps are relative to what was really done (guarantee 11): while a touch of a run is planned and has neither left
/// nor failed, the run's clock stands; and what follows it counts from when it really left.
extension Engine {
  /// The run's clock has come to something, and a touch before it has not left.
  func openTouch(of run: String) throws(StoreError) -> Outgoing? {
    guard try store.hasOpen(run: run) else { return nil }
    return try store.outbox(run: run).first {
      $0.touch && [.planned, .claimed, .marked, .held].contains($0.state)
    }
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

  /// A line is settled. What is to be written of its run in the same transaction: that it counts from now, where the
  /// touch has left later than planned, and that it goes on, where it stood still for that.
  /// - Parameter hasLeft: or may have.
  func goOn(after line: Outgoing, hasLeft: Bool) throws(StoreError) -> [Write] {
    let now = clock.now()
    let isLate = hasLeft && now.milliseconds(since: line.planned) >= Engine.late
    guard line.touch, isLate || sending.aside.contains(line.run), let record = try store.run(line.run) else {
      return []
    }
    var next = record
    var writes = release(&next, behind: line)
    if isLate {
      let counted = counted(line, of: record.contact)
      writes += noteLate(line, of: record.contact, left: now, isCounted: true)
      if let step = try recount(&next, line, counted, now) { writes.append(.append(step)) }
      writes += try dueAgain(next, since: record.run.waiting, left: now)
    }
    return next == record ? writes : [.advance(next, from: record.sequence)] + writes
  }

  private func recount(
    _ next: inout RunRecord, _ line: Outgoing, _ counted: Instant, _ now: Instant
  ) throws(StoreError) -> JournalStep? {
    guard next.isLive, let graph = try graph(of: next) else { return nil }
    let event = Event(id: "left.\(next.sequence)", at: now, kind: .left(step: line.node, counted: counted))
    let transition = Machine.step(graph, next.run, event, at: now, Surroundings(zones: zones))
    next.run = transition.run
    next.sequence += 1
    return JournalStep(
      run: next.id, sequence: next.sequence, at: now, event: event, entries: transition.entries)
  }

  /// The run goes on where it stood still for this line; what holds it otherwise holds it on.
  func release(_ next: inout RunRecord, behind line: Outgoing) -> [Write] {
    guard next.stuck?.hasPrefix(Hold.mark + behind(line)) == true else { return [] }
    next.stuck = nil
    sending.aside.remove(next.id)
    return [.remember(Facts.aside + next.id, nil)]
  }
}
