import FlowRuntime

/// The tables with packed lines, and what stands in columns beside these: as the checksum of each covers it.
enum SealedTable: String, CaseIterable {
  case incoming, run, journal, line, task

  /// A row: its number, its packed line, its run's number (0 where it has none), then the columns.
  private var columns: String {
    switch self {
    case .incoming: "number, packed, 0, source, id, at, type, state FROM incoming"
    case .run:
      """
      run.number, run.packed, run.number, run.id, workflow, subject, contact, exclusive, event, started, version, steps,
        last_step, last_line, last_task, touches, sequence, due, ended, outcome, stuck,
        (SELECT text FROM name WHERE name.id = incoming.source), incoming.source, incoming.id
      FROM run LEFT JOIN incoming ON typeof(run.event) = 'integer' AND incoming.number = run.event
      """
    case .journal: "number, packed, run, previous, at, what FROM journal"
    case .line:
      """
      number, packed, run, previous, key, step, verb, touch, planned, state, next, attempts, settled, because, receipt
      FROM line
      """
    case .task: "number, packed, run, id, previous, name, open FROM task"
    }
  }

  /// The rows after a number that have a packed line, by number; at most so many.
  var query: String {
    """
    SELECT \(columns) WHERE \(rawValue).packed IS NOT NULL AND \(rawValue).number > ?
    ORDER BY \(rawValue).number LIMIT ?
    """
  }

  /// - Returns: nil where what the columns name is not there.
  func seal(_ row: Statement) -> UInt32? {
    let number = row.number(0)
    switch self {
    case .incoming:
      return Seal.event(
        number, source: row.cell(3), id: row.text(4), at: row.number(5), type: row.cell(6), state: row.number(7))
    case .run:
      var event = row.text(8)
      if case .number = row.cell(8) {
        guard let id = row.textOrNil(23), let source = row.textOrNil(21) ?? row.textOrNil(22) else { return nil }
        event = InboxKey(source: source, id: id).event
      }
      let fixed = Seal.run(
        number, id: runID.text(row.cell(3)), workflow: row.cellOrNil(4), subject: row.text(5), contact: row.text(6),
        exclusive: row.cellOrNil(7), event: event, started: row.number(9))
      let moving = Seal.run(
        version: row.cellOrNil(10), steps: Int(row.number(11)), lastStep: row.number(12), lastLine: row.number(13),
        lastTask: row.number(14), touches: Int(row.number(15)), sequence: Int(row.number(16)),
        due: row.numberOrNil(17), ended: row.numberOrNil(18), outcome: row.cellOrNil(19), stuck: row.textOrNil(20))
      return fixed ^ moving
    case .journal:
      return Seal.step(number, run: row.number(2), previous: row.number(3), at: row.number(4), what: row.cell(5))
    case .line:
      let fixed = Seal.line(
        number, run: row.number(2), previous: row.number(3), key: DeliveryKey.text(row.cell(4)), step: row.cell(5),
        verb: row.cell(6), touch: row.number(7) == 1, planned: row.number(8))
      let moving = Seal.line(
        state: row.number(9), next: row.numberOrNil(10), attempts: Int(row.number(11)), settled: row.numberOrNil(12),
        because: row.textOrNil(13), receipt: row.textOrNil(14))
      return fixed ^ moving
    case .task:
      return Seal.task(
        number, id: taskID.text(row.cell(3)), run: row.number(2), previous: row.number(4), name: row.cell(5),
        open: row.number(6))
    }
  }

  /// Has all checksums, which covered the packed lines alone, cover the columns. A line that is damaged stays so.
  func sealAll(_ connection: OpaquePointer) throws(StoreError) {
    let rows = try Statement(connection, query)
    let update = try Statement(connection, "UPDATE \(rawValue) SET packed = flow_turned(packed, ?2) WHERE number = ?1")
    var last: Int64 = 0
    while true {
      rows.bind(1, last)
      rows.bind(2, 4096)
      let seals = try rows.all { ($0.number(0), seal($0)) }
      guard let newest = seals.last?.0 else { return }
      for case (let number, let seal?) in seals {
        update.bind(1, number)
        update.bind(2, Int64(seal))
        try update.run()
      }
      last = newest
    }
  }
}
