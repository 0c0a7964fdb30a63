import FlowRuntime

/// What the store asks and says often.
enum Query: Int, CaseIterable {
  case begin, commit, rollback, dataVersion
  case words, bases, lasts, carryLog
  case inboxByKey, inboxByNumber, inboxOpen, insertInbox, updateInbox
  case runByID, runByNumber, runsOfSubject, runsOfContact, dueOfRun, dues, insertRun, updateRun, updateEnds
  case step, insertStep, knows, insertHeard
  case lineByNumber, openLines, insertLine, updateLine
  case taskByID, taskByNumber, insertTask, updateTask
  case suppressed, insertSuppression, touches, insertTouch, facts, fact, insertFact, deleteFact
  case insertWord, insertBase

  private static let run = """
    SELECT number, id, workflow, version, subject, contact, exclusive, event, sequence, stuck, started, steps,
      last_step, last_line, last_task, packed, touches, due, ended, outcome FROM run
    """
  private static let line = """
    SELECT number, run, previous, key, step, verb, touch, state, next, attempts, settled, because, receipt,
      packed, planned + coalesce((SELECT run.started FROM run WHERE run.number = line.run), 0), planned FROM line
    """

  static let inbox = "SELECT number, source, id, at, packed, type, state FROM incoming"
  static let task = "SELECT number, id, run, previous, packed, name, open FROM task"

  /// All but those of which there are many (``Fact/many``): a slash is followed by a naught.
  private static let fewFacts: String = {
    var least = ""
    var parts: [String] = []
    for kind in Fact.many.sorted() {
      parts.append("SELECT name, value FROM fact WHERE name >= '\(least)' AND name < '\(kind)'")
      least = kind.dropLast() + "0"
    }
    parts.append("SELECT name, value FROM fact WHERE name >= '\(least)'")
    return parts.joined(separator: " UNION ALL ")
  }()

  var sql: String {
    switch self {
    case .begin: "BEGIN IMMEDIATE"
    case .commit: "COMMIT"
    case .rollback: "ROLLBACK"
    case .dataVersion: "PRAGMA data_version"
    case .words: "SELECT id, text FROM name"
    case .bases: "SELECT id, kind, first, second, third, bytes FROM base"
    case .carryLog: "PRAGMA wal_checkpoint(PASSIVE)"
    case .lasts:
      """
      SELECT (SELECT max(number) FROM incoming), (SELECT max(number) FROM run),
        (SELECT max(number) FROM journal), (SELECT max(number) FROM line), (SELECT max(number) FROM task),
        EXISTS (SELECT 1 FROM heard)
      """
    case .inboxByKey: "\(Self.inbox) WHERE id = ? AND source = ?"
    case .inboxByNumber: "SELECT source, id FROM incoming WHERE number = ?"
    case .inboxOpen: "\(Self.inbox) WHERE state = ? AND state > 0 ORDER BY number"
    case .insertInbox:
      "INSERT INTO incoming (number, source, id, at, type, state, packed) VALUES (?, ?, ?, ?, ?, ?, ?)"
    case .updateInbox: "UPDATE incoming SET state = ?2, packed = ?3 WHERE number = ?1"
    case .runByID: "\(Self.run) WHERE id = ?"
    case .runByNumber: "\(Self.run) WHERE number = ?"
    case .runsOfSubject: "\(Self.run) WHERE subject = ?"
    case .runsOfContact: "\(Self.run) WHERE contact = ?"
    case .dueOfRun: "SELECT due FROM run WHERE number = ?"
    case .dues: "SELECT number, due FROM run WHERE due IS NOT NULL"
    case .insertRun:
      """
      INSERT INTO run (number, id, due, ended, outcome, touches, sequence, stuck, steps, last_step, last_line,
        last_task, packed, workflow, version, subject, contact, exclusive, event, started, room)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, zeroblob(24))
      """
    case .updateRun:
      """
      UPDATE run SET due = ?3, ended = ?4, outcome = ?5, touches = ?6, sequence = ?7, stuck = ?8, steps = ?9,
        last_step = ?10, last_line = ?11, last_task = ?12, packed = ?13, version = ?15, room = NULL
      WHERE number = ?1
      """
    case .updateEnds: "UPDATE run SET steps = ?9, last_step = ?10, last_line = ?11, last_task = ?12 WHERE number = ?1"
    case .step: "SELECT previous, at, packed, run, what FROM journal WHERE number = ?"
    case .insertStep: "INSERT INTO journal (number, run, previous, at, what, packed) VALUES (?, ?, ?, ?, ?, ?)"
    case .knows: "SELECT event FROM heard WHERE run = ?"
    case .insertHeard: "INSERT INTO heard (run, event) VALUES (?, ?)"
    case .lineByNumber: "\(Self.line) WHERE number = ?"
    case .openLines: "SELECT number, run, state FROM line WHERE state < 5 ORDER BY number"
    case .insertLine:
      """
      INSERT INTO line (number, state, next, attempts, settled, because, receipt, run, previous, key, step,
        verb, touch, packed, planned, room)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, zeroblob(4))
      """
    case .updateLine:
      """
      UPDATE line SET state = ?2, next = ?3, attempts = ?4, settled = ?5, because = ?6, receipt = ?7, room = NULL,
        packed = flow_turned(packed, ?8)
      WHERE number = ?1
      """
    case .taskByID: "\(Self.task) WHERE id = ?"
    case .taskByNumber: "\(Self.task) WHERE number = ?"
    case .insertTask:
      "INSERT INTO task (number, open, packed, id, run, previous, name) VALUES (?, ?, ?, ?, ?, ?, ?)"
    case .updateTask: "UPDATE task SET open = ?2, packed = ?3 WHERE number = ?1"
    case .suppressed: "SELECT channel FROM suppression WHERE contact = ?"
    case .insertSuppression:
      "INSERT OR IGNORE INTO suppression (contact, channel, at, because) VALUES (?, ?, ?, ?)"
    case .touches: "SELECT run, at FROM touch WHERE contact = ? ORDER BY rowid"
    case .insertTouch: "INSERT INTO touch (contact, at, run) VALUES (?, ?, ?)"
    case .facts: Self.fewFacts
    case .fact: "SELECT value FROM fact WHERE name = ?"
    case .insertFact:
      "INSERT INTO fact (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    case .deleteFact: "DELETE FROM fact WHERE name = ?"
    case .insertWord: "INSERT INTO name (id, text) VALUES (?, ?)"
    case .insertBase: "INSERT INTO base (id, kind, first, second, third, origin, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)"
    }
  }
}
