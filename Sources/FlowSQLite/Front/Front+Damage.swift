import FlowCore
import FlowRuntime
import FlowTime

/// Rows that are not as they were written. Each is its run's, or is something that came in: that one is set aside, and
/// all else goes on (guarantee 21). What was found so stays so while the file is open.
extension Front {
  /// Something of a run cannot be believed.
  func note(_ what: String, of entry: RunEntry) {
    if entry.damagedRows == nil { entry.damagedRows = what }
  }

  // MARK: Runs

  /// What can be told of a run whose own row is damaged: the columns as they stand, and of what is packed what can be
  /// read. It waits for nothing any more.
  func remains(_ row: Statement, _ entry: RunEntry, _ what: String) -> RunRecord {
    let started = Instant(milliseconds: row.number(10))
    let packed = try? glossary.unpack(row.bytes(15), clock: row.number(10), seal: nil) {
      (unpacker) throws(StoreError) in
      let (told, hasHeardStart) = (try unpacker.get(Int.self), try unpacker.get(Bool.self))
      _ = try unpacker.get(Bool.self)
      _ = try unpacker.get([String: Delivery.Thread].self)
      return (told, hasHeardStart, try unpacker.get(Run.self))
    }
    var run = Run(key: [row.text(4)], data: packed?.2.data ?? [:], started: started, zone: packed?.2.zone ?? "UTC")
    run.touched = packed?.2.touched ?? []
    (entry.told, entry.hasHeardStart) = (min(packed?.0 ?? 0, run.touched.count), packed?.1 ?? false)
    if let ended = row.numberOrNil(18) {
      run.state = .ended(outcome: word(row.cellOrNil(19)), at: Instant(milliseconds: ended))
    } else {
      let due = row.numberOrNil(17).map { Instant(milliseconds: $0) } ?? started
      run.state = .waiting(
        Run.Waiting(node: 0, stage: .plain, arrived: started, due: due, computed: due, shift: 0))
    }
    return RunRecord(
      id: entry.id, workflow: word(row.cell(2)), version: word(row.cell(3)), subject: row.text(4),
      contact: row.text(5), exclusive: row.cellOrNil(6).map(word), event: (try? event(row.cell(7))) ?? "",
      sequence: entry.steps, stuck: Unreadable(damage: what).because, run: run)
  }

  private func word(_ cell: Cell?) -> String { cell.flatMap { try? glossary.text($0) } ?? "?" }

  // MARK: Deliveries

  /// A line of the outbox; nil where it is not as it was written: its run is told by that, and it does not leave.
  func soundRow(_ number: Int64, _ entry: RunEntry) throws(StoreError) -> LineEntry? {
    do throws(StoreError) {
      return try row(number, entry.id)
    } catch .corrupt(let what) {
      note("a message, line \(number): \(what)", of: entry)
      return nil
    }
  }

  /// What a line holds; nil where it was let go and is not as it was written any more: it waits for nothing from here.
  func soundOutgoing(_ line: LineEntry) throws(StoreError) -> Outgoing? {
    do throws(StoreError) {
      return try outgoing(line)
    } catch .corrupt(let what) {
      queues?.drop(line)
      if let entry = try run(number: line.run) { note("a message, line \(line.number): \(what)", of: entry) }
      return nil
    }
  }

  /// The line before one that is damaged, as it says; 0 where it says none that is older.
  func previous(ofDamaged number: Int64) throws(StoreError) -> Int64 {
    let statement = try reader().once("SELECT previous FROM line WHERE number = ?")
    statement.bind(1, number)
    guard let previous = try statement.first({ $0.number(0) }), previous < number else { return 0 }
    return previous
  }

  // MARK: Tasks

  /// What can be told of a task that is damaged.
  func remains(_ row: TaskRow, id: String, of run: RunEntry, _ what: String) -> TaskRecord {
    note("the task \(id): \(what)", of: run)
    if let record = try? row.record(id: id, run: run.id, glossary, isChecked: false) { return record }
    return TaskRecord(
      id: id, run: run.id, workflow: run.record?.workflow ?? "", kind: .notice(.held), person: .absent,
      contact: .absent, text: "What was to be done cannot be read any more: \(what).", assigned: .epoch, due: nil,
      outcomes: ["done"])
  }

  // MARK: Inbox

  /// What came in and is damaged: nothing is done about it, and people see it.
  func remains(_ row: Statement, source: String, _ what: String) -> InboxRow {
    let at = Instant(milliseconds: row.number(3))
    let packed = try? glossary.unpack(row.bytes(4), clock: row.number(3), seal: nil) { (unpacker) throws(StoreError) in
      (try unpacker.get(Instant.self), try unpacker.get(Incoming.Body.self), try unpacker.get(Int.self))
    }
    return InboxRow(
      incoming: Incoming(
        source: source, id: row.text(2), at: at,
        body: packed?.1 ?? .event(type: word(row.cell(5)), subject: nil, data: "null"), depth: packed?.2 ?? 0),
      received: packed?.0 ?? at, result: .unmatched("it is damaged: \(what)"))
  }
}
