import FlowCore
import FlowRuntime
import FlowTime
import Foundation
import GRDB

extension Database {
  /// One change inside the transaction; throws where the store's own rules forbid it.
  func apply(_ write: Write) throws {
    switch write {
    case .receive(let row): try receive(row)
    case .answer(let key, let result):
      try run(
        "UPDATE inbox SET state = ?, result = ? WHERE source = ? AND id = ?",
        [result.state, Codec.bytes(result), key.source, key.id])
    case .start(let record): try start(record)
    case .advance(let record, let from): try advance(record, from)
    case .hear(let run, let event):
      try once("event \(event) of run \(run)", "INSERT INTO heard (run, event) VALUES (?, ?)", [run, event])
    case .append(let step): try append(step)
    case .plan(let outgoing): try plan(outgoing)
    case .change(let outgoing, let from): try change(outgoing, from)
    case .task(let task): try put(task)
    case .suppress(let contact, let channel, let at, let because):
      for one in contact {
        try run(
          "INSERT OR IGNORE INTO suppressions (contact, channel, at, because) VALUES (?, ?, ?, ?)",
          [one, channel, Codec.text(at), because])
      }
    case .touch(let contact, let run, let at):
      try self.run("INSERT INTO touches (contact, at, run) VALUES (?, ?, ?)", [contact, Codec.text(at), run])
    case .version(let version): try put(version)
    case .remember(let name, let value?):
      try run(
        "INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [name, value])
    case .remember(let name, nil): try run("DELETE FROM facts WHERE name = ?", [name])
    }
  }

  private func run(_ sql: String, _ arguments: StatementArguments) throws {
    try cachedStatement(sql: sql).execute(arguments: arguments)
  }

  /// A row that may be there once.
  private func once(_ what: String, _ sql: String, _ arguments: StatementArguments) throws {
    do {
      try run(sql, arguments)
    } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
      throw StoreError.known(what)
    }
  }

  /// A change of exactly one row, which is as it was read.
  private func exactlyOne(_ what: String, _ sql: String, _ arguments: StatementArguments) throws {
    try run(sql, arguments)
    if changesCount != 1 { throw StoreError.conflict(what) }
  }

  // MARK: Inbox

  private func receive(_ row: InboxRow) throws {
    let incoming = row.incoming
    try once(
      "event \(incoming.id)",
      "INSERT INTO inbox (source, id, at, received, state, event, result) VALUES (?, ?, ?, ?, ?, ?, ?)",
      [
        incoming.source, incoming.id, Codec.text(incoming.at), Codec.text(row.received),
        row.result?.state ?? "pending", Codec.bytes(incoming), row.result.map { Codec.bytes($0) },
      ])
  }

  // MARK: Runs

  private func start(_ record: RunRecord) throws {
    try once(
      "run \(record.id)",
      """
      INSERT INTO runs (id, workflow, version, subject, contact, exclusive, event, started, due, ended,
        outcome, touches, sequence, stuck, threads, run)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        record.id, record.workflow, record.version, record.subject, record.contact, record.exclusive,
        record.event,
        Codec.text(record.run.started), record.due.map(Codec.text), record.run.ended.map(Codec.text),
        record.run.outcome, record.run.touches, record.sequence, record.stuck, Codec.bytes(record.threads),
        Codec.bytes(record.run),
      ])
  }

  private func advance(_ record: RunRecord, _ from: Int) throws {
    try exactlyOne(
      "run \(record.id)",
      """
      UPDATE runs SET due = ?, ended = ?, outcome = ?, touches = ?, sequence = ?, stuck = ?, threads = ?,
        run = ? WHERE id = ? AND sequence = ?
      """,
      [
        record.due.map(Codec.text), record.run.ended.map(Codec.text), record.run.outcome, record.run.touches,
        record.sequence, record.stuck, Codec.bytes(record.threads), Codec.bytes(record.run), record.id, from,
      ])
  }

  private func append(_ step: JournalStep) throws {
    try exactlyOne(
      "the journal of run \(step.run)",
      """
      INSERT INTO journal (run, sequence, at, event, what, step) SELECT ?, ?, ?, ?, ?, ?
      WHERE ? = 1 + coalesce((SELECT max(sequence) FROM journal WHERE run = ?), 0)
      """,
      [
        step.run, step.sequence, Codec.text(step.at), step.event?.name ?? "", step.summary, Codec.bytes(step),
        step.sequence, step.run,
      ])
  }

  // MARK: Outbox

  private func plan(_ outgoing: Outgoing) throws {
    let rendering = outgoing.rendering
    try once(
      "delivery \(outgoing.key)",
      """
      INSERT INTO outbox (key, run, sequence, node, step, round, verb, touch, contact, owner, address, shown,
        extension, reference, digest, planned, next, attempts, state, because, receipt, settled, payload)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        outgoing.key.text, outgoing.run, outgoing.sequence, outgoing.node, outgoing.step, outgoing.round,
        outgoing.verb, outgoing.touch, Codec.bytes(outgoing.contact), Codec.bytes(outgoing.owner),
        rendering.to,
        Codec.bytes(rendering.shown), rendering.fileExtension, rendering.reference, outgoing.digest,
        Codec.text(outgoing.planned), Codec.text(outgoing.next), outgoing.attempts, outgoing.state.rawValue,
        outgoing.because, outgoing.receipt, outgoing.settled.map(Codec.text), Data(rendering.payload),
      ])
  }

  private func change(_ outgoing: Outgoing, _ from: Outgoing.State) throws {
    try exactlyOne(
      "delivery \(outgoing.key)",
      """
      UPDATE outbox SET next = ?, attempts = ?, state = ?, because = ?, receipt = ?, settled = ?
      WHERE key = ? AND state = ?
      """,
      [
        Codec.text(outgoing.next), outgoing.attempts, outgoing.state.rawValue, outgoing.because,
        outgoing.receipt,
        outgoing.settled.map(Codec.text), outgoing.key.text, from.rawValue,
      ])
  }

  // MARK: People and versions

  private func put(_ task: TaskRecord) throws {
    let person = task.person[path: ["name"]].text ?? task.person.text ?? ""
    try run(
      """
      INSERT INTO tasks (id, run, name, person, assigned, due, open, text, task)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET open = excluded.open, task = excluded.task
      """,
      [
        task.id, task.run, task.name, person, Codec.text(task.assigned), task.due.map(Codec.text),
        task.isOpen, task.text, Codec.bytes(task),
      ])
  }

  private func put(_ version: Version) throws {
    try run(
      "INSERT OR IGNORE INTO versions (fingerprint, workflow, main) VALUES (?, ?, ?)",
      [version.fingerprint, version.workflow, version.main])
    guard changesCount == 1 else { return }
    for (number, file) in version.files.enumerated() {
      try run(
        "INSERT INTO version_files (fingerprint, number, path, bytes) VALUES (?, ?, ?, ?)",
        [version.fingerprint, number, file.path, Data(file.bytes)])
    }
  }
}

extension Write {
  /// Whether the store needs but one statement for it.
  var isOneStatement: Bool {
    switch self {
    case .suppress, .version: false
    default: true
    }
  }
}

extension Received {
  /// As the inbox shows it.
  fileprivate var state: String {
    if unmatched != nil { return "unmatched" }
    return refused.isEmpty ? "done" : "refused"
  }
}

extension JournalStep {
  /// What a person reads in the table: `sent receipt, waiting`.
  fileprivate var summary: String {
    entries.map { entry in entry.step.map { "\(entry.type) \($0)" } ?? entry.type }.joined(separator: ", ")
  }
}
