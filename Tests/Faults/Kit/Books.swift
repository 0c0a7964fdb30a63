import FlowCore
import FlowRuntime
import FlowTime

/// The store against the second book, and both against what must hold after a step and at the end.
extension World {
  /// What a new process finds is what was written: guarantees 1 and 2.
  func compareBooks() {
    do {
      for (id, record) in shadow.runs {
        if try store.base.run(id) != record { violate(2, "run \(id) is another than was written") }
        if try store.base.journal(id) != shadow.journal[id] ?? [] {
          violate(2, "the journal of run \(id) is another")
        }
      }
      for (key, line) in shadow.lines where try store.base.outgoing(key) != line {
        violate(2, "the line \(key) is another than was written")
      }
    } catch { violate(2, "\(error)") }
    checkAcknowledged()
  }

  func checkAcknowledged() {
    for key in acknowledged {
      guard let row = shadow.inbox[key] else {
        violate(1, "\(key.id) was acknowledged and is not there")
        continue
      }
      if row.result == nil { violate(1, "\(key.id) was acknowledged and is not worked off") }
    }
    checkMailboxes()
  }

  /// After a call that returned, on a machine that is up: nothing that could be done waits.
  func checkNothingWaits() {
    if isHeld { return }
    let now = machineNow
    for record in shadow.runs.values {
      if let due = record.due, due <= now {
        violate(11, "run \(record.id) was due \(due.rfc3339(in: .utc)) and was not woken")
      }
    }
    for line in shadow.lines.values where line.state == .planned && line.next <= now {
      violate(
        18, "\(line.step) of run \(line.run) may be tried since \(line.next.rfc3339(in: .utc)) and was not")
    }
  }

  /// Both sides of each invariant, when nothing is left to do.
  func checkEnd() {
    compareBooks()
    for record in shadow.runs.values {
      // The brake waits for a person, and says so.
      if let stuck = record.stuck, stuck.contains("the brake") { continue }
      if let stuck = record.stuck { violate(18, "run \(record.id) is set aside: \(stuck)") }
      if record.isLive, record.due == nil { violate(11, "run \(record.id) lives and waits for nothing") }
      if record.sequence != shadow.journal[record.id]?.last?.sequence {
        violate(2, "run \(record.id) is ahead of its journal")
      }
    }
    for line in shadow.lines.values {
      if shadow.runs[line.run] == nil { violate(2, "\(line.step) is planned without a run") }
      let count = effects[line.key.text]?.count ?? 0
      switch line.state {
      case .accepted:
        // Of what may have arrived, a person may say that it has.
        if count == 0, shadow.unknowns(line.key.text) == 0 {
          violate(7, "\(line.step) of run \(line.run) is accepted and never arrived")
        }
      case .failed:
        let isTold = shadow.tasks.values.contains { $0.run == line.run }
        if !isTold { violate(7, "\(line.step) of run \(line.run) failed, and nobody is told") }
      case .cancelled:
        // A person may have taken it for lost, and wanted it to leave again.
        if count > 0, !isWantedAgain(line) {
          violate(28, "\(line.step) of run \(line.run) arrived, and is told as stopped before it left")
        }
      case .held, .unknown: break
      default: violate(7, "\(line.step) of run \(line.run) is \(line.state.rawValue) for ever")
      }
      if calls[line.key.text] ?? 0 > 16 {
        violate(7, "\(line.step) is tried \(calls[line.key.text] ?? 0) times")
      }
    }
    for key in shadow.inbox.values where key.result == nil {
      violate(1, "\(key.incoming.id) is never worked off")
    }
  }

  private func isWantedAgain(_ line: Outgoing) -> Bool {
    shadow.tasks.values.contains { task in
      if task.run == line.run, case .done("again", _, _) = task.state { true } else { false }
    }
  }
}
