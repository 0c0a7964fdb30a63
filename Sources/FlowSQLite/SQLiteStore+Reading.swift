import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTime
import Foundation
import GRDB

extension SQLiteStore {
  // MARK: Inbox

  public func inbox(_ key: InboxKey) throws(StoreError) -> InboxRow? {
    try read { db in
      try db.one(
        "SELECT \(Columns.inbox) FROM inbox WHERE source = ? AND id = ?", [key.source, key.id]
      ).map(Self.inboxRow)
    }
  }

  public func pending(limit: Int) throws(StoreError) -> [InboxRow] {
    try read { db in
      try db.all(
        "SELECT \(Columns.inbox) FROM inbox WHERE state = 'pending' ORDER BY number LIMIT ?", [limit]
      ).map(Self.inboxRow)
    }
  }

  public func inboxNeedingEyes() throws(StoreError) -> [InboxRow] {
    try read { db in
      try db.all(
        """
        SELECT \(Columns.inbox) FROM inbox WHERE state IN ('unmatched', 'refused') ORDER BY number
        """, []
      ).map(Self.inboxRow)
    }
  }

  private static func inboxRow(_ row: Row) throws -> InboxRow {
    InboxRow(
      incoming: try Codec.value(Incoming.self, row[0]), received: try Codec.instant(row[1]),
      result: try (row[2] as Data?).map { try Codec.value(Received.self, $0) })
  }

  // MARK: Runs

  public func run(_ id: String) throws(StoreError) -> RunRecord? {
    try read { db in try db.one("SELECT \(Columns.runs) FROM runs WHERE id = ?", [id]).map(Self.record) }
  }

  public func runIDs(prefix: String, limit: Int) throws(StoreError) -> [String] {
    // The last scalar there is comes after all that may follow.
    try read { db in
      try String.fetchAll(
        db, sql: "SELECT id FROM runs WHERE id >= ? AND id < ? || char(1114111) ORDER BY id LIMIT ?",
        arguments: [prefix, prefix, limit])
    }
  }

  public func runs(_ filter: RunFilter) throws(StoreError) -> [RunRecord] {
    var conditions: [String] = []
    var arguments = StatementArguments()
    for (column, value) in [
      ("workflow", filter.workflow), ("contact", filter.contact), ("subject", filter.subject),
    ] {
      guard let value else { continue }
      conditions.append("\(column) = ?")
      arguments += [value]
    }
    if let isLive = filter.isLive { conditions.append("ended IS \(isLive ? "" : "NOT ")NULL") }
    let clause = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
    return try read { db in
      try db.all("SELECT \(Columns.runs) FROM runs\(clause) ORDER BY started, id", arguments).map(Self.record)
    }
  }

  public func run(workflow: String, subject: String, startedBy event: String) throws(StoreError) -> RunRecord?
  {
    try read { db in
      try db.one(
        "SELECT \(Columns.runs) FROM runs WHERE workflow = ? AND subject = ? AND event = ?",
        [workflow, subject, event]
      ).map(Self.record)
    }
  }

  public func lastRun(workflow: String, subject: String) throws(StoreError) -> RunRecord? {
    try read { db in
      try db.one(
        """
        SELECT \(Columns.runs) FROM runs WHERE workflow = ? AND subject = ?
        ORDER BY started DESC, id DESC LIMIT 1
        """,
        [workflow, subject]
      ).map(Self.record)
    }
  }

  public func lastRun(workflow: String, contact: String) throws(StoreError) -> RunRecord? {
    try read { db in
      try db.one(
        """
        SELECT \(Columns.runs) FROM runs WHERE workflow = ? AND contact = ?
        ORDER BY started DESC, id DESC LIMIT 1
        """,
        [workflow, contact]
      ).map(Self.record)
    }
  }

  public func liveRun(exclusive: String, contact: String) throws(StoreError) -> RunRecord? {
    try read { db in
      try db.one(
        """
        SELECT \(Columns.runs) FROM runs WHERE exclusive = ? AND contact = ? AND ended IS NULL
        ORDER BY started, id LIMIT 1
        """, [exclusive, contact]
      ).map(Self.record)
    }
  }

  public func knows(run: String, event: String) throws(StoreError) -> Bool {
    try read { db in try db.one("SELECT 1 FROM heard WHERE run = ? AND event = ?", [run, event]) != nil }
  }

  public func journal(_ run: String) throws(StoreError) -> [JournalStep] {
    try read { db in
      try db.all("SELECT step FROM journal WHERE run = ? ORDER BY sequence", [run])
        .map { try Codec.value(JournalStep.self, $0[0]) }
    }
  }

  private static func record(_ row: Row) throws -> RunRecord {
    RunRecord(
      id: row[0], workflow: row[1], version: row[2], subject: row[3],
      contact: row[4], exclusive: row[5], event: row[6], sequence: row[7],
      threads: try Codec.value([String: Delivery.Thread].self, row[8]), stuck: row[9],
      run: try Codec.value(Run.self, row[10]))
  }

  // MARK: Time

  public func due(until instant: Instant, limit: Int) throws(StoreError) -> [String] {
    try read { db in
      try db.all(
        "SELECT id FROM runs WHERE due IS NOT NULL AND due <= ? ORDER BY due, id LIMIT ?",
        [Codec.text(instant), limit]
      ).map { $0[0] }
    }
  }

  public func nextDue() throws(StoreError) -> Instant? {
    try read { db in
      let due = try db.one("SELECT min(due) AS due FROM runs WHERE due IS NOT NULL", [])?["due"] as String?
      let next =
        try db.one("SELECT min(next) AS next FROM outbox WHERE state = 'planned'", [])?["next"] as String?
      return try [due, next].compactMap(\.self).min().map(Codec.instant)
    }
  }

  // MARK: Outbox

  public func outgoing(_ key: String) throws(StoreError) -> Outgoing? {
    try read { db in
      try db.one("SELECT \(Columns.outbox) FROM outbox WHERE key = ?", [key]).map(Self.outgoing)
    }
  }

  public func nextOutgoing(until instant: Instant) throws(StoreError) -> Outgoing? {
    try read { db in
      try db.one(
        "SELECT \(Columns.outbox) FROM outbox WHERE state = 'planned' AND next <= ? ORDER BY number LIMIT 1",
        [Codec.text(instant)]
      ).map(Self.outgoing)
    }
  }

  public func outbox(_ state: Outgoing.State) throws(StoreError) -> [Outgoing] {
    try read { db in
      try db.all(
        "SELECT \(Columns.outbox) FROM outbox WHERE state = ? ORDER BY number", [state.rawValue]
      ).map(Self.outgoing)
    }
  }

  public func outbox(run: String) throws(StoreError) -> [Outgoing] {
    try read { db in
      try db.all("SELECT \(Columns.outbox) FROM outbox WHERE run = ? ORDER BY number", [run])
        .map(Self.outgoing)
    }
  }

  public func hasPlanned(run: String) throws(StoreError) -> Bool {
    try read { db in
      try db.one("SELECT 1 FROM outbox WHERE run = ? AND state = 'planned' LIMIT 1", [run]) != nil
    }
  }

  private static func outgoing(_ row: Row) throws -> Outgoing {
    guard let state = Outgoing.State(rawValue: row[19]) else {
      throw StoreError.corrupt("\"\(row[19] as String)\" is no state of a delivery")
    }
    let rendering = Rendering(
      to: row[10], shown: try Codec.value([Entry.NamedText].self, row[11]),
      payload: Array(row[12] as Data), fileExtension: row[13], reference: row[14])
    return Outgoing(
      key: IdempotencyKey(row[0]), run: row[1], sequence: row[2], node: row[3],
      step: row[4], round: row[5], verb: row[6], touch: row[7],
      contact: try Codec.value([String].self, row[8]),
      owner: try Codec.value(Value.self, row[9]),
      rendering: rendering, digest: row[15], planned: try Codec.instant(row[16]),
      next: try Codec.instant(row[17]), attempts: row[18], state: state, because: row[20],
      receipt: row[21], settled: try (row[22] as String?).map(Codec.instant))
  }

  // MARK: People

  public func task(_ id: String) throws(StoreError) -> TaskRecord? {
    try read { db in
      try db.one("SELECT task FROM tasks WHERE id = ?", [id]).map {
        try Codec.value(TaskRecord.self, $0[0])
      }
    }
  }

  public func tasks(_ filter: TaskFilter) throws(StoreError) -> [TaskRecord] {
    var conditions: [String] = []
    var arguments = StatementArguments()
    if let run = filter.run {
      conditions.append("run = ?")
      arguments += [run]
    }
    if let isOpen = filter.isOpen { conditions.append("open = \(isOpen ? 1 : 0)") }
    let clause = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
    return try read { db in
      try db.all("SELECT task FROM tasks\(clause) ORDER BY assigned, id", arguments)
        .map { try Codec.value(TaskRecord.self, $0[0]) }
    }
  }

  public func suppressed(_ contact: [String]) throws(StoreError) -> Set<String> {
    try read { db in
      var all: Set<String> = []
      for one in contact {
        let rows = try db.all("SELECT channel FROM suppressions WHERE contact = ?", [one])
        for row in rows { all.insert(row[0]) }
      }
      return all
    }
  }

  public func suppressions() throws(StoreError) -> [Suppression] {
    try read { db in
      try db.all("SELECT * FROM suppressions ORDER BY contact, channel", []).map { row in
        Suppression(
          contact: row["contact"], channel: row["channel"], at: try Codec.instant(row["at"]),
          because: row["because"])
      }
    }
  }

  public func touches(contact: String) throws(StoreError) -> [ContactTouch] {
    try read { db in
      try db.all("SELECT run, at FROM touches WHERE contact = ? ORDER BY at, rowid", [contact])
        .map { ContactTouch(run: $0[0], at: try Codec.instant($0[1])) }
    }
  }

  // MARK: Facts

  public func remembered(_ name: String) throws(StoreError) -> String? {
    try read { db in try db.one("SELECT value FROM facts WHERE name = ?", [name]).map { $0[0] } }
  }

  public func remembered(prefix: String) throws(StoreError) -> [Fact] {
    try read { db in
      try db.all("SELECT name, value FROM facts WHERE substr(name, 1, length(?)) = ? ORDER BY name", [prefix, prefix])
        .map { Fact(name: $0[0], value: $0[1]) }
    }
  }

  // MARK: Versions

  public func version(_ fingerprint: String) throws(StoreError) -> Version? {
    try read { db in
      guard let row = try db.one("SELECT * FROM versions WHERE fingerprint = ?", [fingerprint]) else {
        return nil
      }
      let files = try db.all(
        "SELECT path, bytes FROM version_files WHERE fingerprint = ? ORDER BY number", [fingerprint])
      return Version(
        fingerprint: fingerprint, workflow: row["workflow"], main: row["main"],
        files: files.map { Version.File(path: $0["path"], bytes: Array($0["bytes"] as Data)) })
    }
  }
}

/// Columns in the order in which they are read: by position, a name would be looked up for each row.
private enum Columns {
  static let inbox = "event, received, result"
  static let runs = "id, workflow, version, subject, contact, exclusive, event, sequence, threads, stuck, run"
  static let outbox = """
    key, run, sequence, node, step, round, verb, touch, contact, owner, address, shown, payload, extension,
    reference, digest, planned, next, attempts, state, because, receipt, settled
    """
}

extension Database {
  fileprivate func one(_ sql: String, _ arguments: StatementArguments) throws -> Row? {
    try Row.fetchOne(cachedStatement(sql: sql), arguments: arguments)
  }

  fileprivate func all(_ sql: String, _ arguments: StatementArguments) throws -> [Row] {
    try Row.fetchAll(cachedStatement(sql: sql), arguments: arguments)
  }
}
