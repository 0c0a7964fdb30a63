import FlowRuntime
import GRDB

/// The tables: rows as narrow as they can be, found by numbers. People read the views (README.md). A migration
/// that was released is never changed.
enum Schema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 runs, inbox, outbox, tasks") { db in try db.execute(sql: first + views) }
    migrator.registerMigration(whole) { db in
      guard let handle = db.sqliteConnection else { throw StoreError.failed("the file is closed") }
      for table in SealedTable.allCases { try table.sealAll(handle) }
    }
    return migrator
  }

  private static let whole = "2 checksums of whole lines"

  /// A line where the columns beside packed lines have their checksum.
  static let sealed = "SELECT 1 FROM grdb_migrations WHERE identifier = '\(whole)'"

  private static let first = """
    -- Words that stand in many lines: workflows, versions, steps, verbs, sources.
    CREATE TABLE name (
      id INTEGER PRIMARY KEY,
      text TEXT NOT NULL UNIQUE
    ) STRICT;

    -- Packed lines that others of their kind are told by. origin: the run that it is of, or the line of incoming.
    CREATE TABLE base (
      id INTEGER PRIMARY KEY,
      kind INTEGER NOT NULL,
      first INTEGER NOT NULL,
      second INTEGER NOT NULL,
      third INTEGER NOT NULL,
      origin INTEGER NOT NULL,
      bytes BLOB NOT NULL
    ) STRICT;

    -- Everything that came in. source and type: of name, or the text. state: 0 done, 1 pending, 2 unmatched,
    -- 3 refused.
    CREATE TABLE incoming (
      number INTEGER PRIMARY KEY,
      source ANY NOT NULL,
      id TEXT NOT NULL,
      at INTEGER NOT NULL,
      type ANY NOT NULL,
      state INTEGER NOT NULL,
      packed BLOB NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX incoming_once ON incoming (id, source);
    CREATE INDEX incoming_open ON incoming (state) WHERE state > 0;

    -- One line a run. id: 12 hexadecimal digits as a number, or the text. steps, last_step, last_line,
    -- last_task: how many steps its journal has, and the latest of each; each names the one before it. event: the
    -- line of incoming that started it, or the text. room: kept free for what the line grows by.
    CREATE TABLE run (
      number INTEGER PRIMARY KEY,
      id ANY NOT NULL,
      workflow ANY,
      version ANY,
      subject TEXT,
      contact TEXT,
      exclusive ANY,
      event ANY,
      started INTEGER,
      due INTEGER,
      ended INTEGER,
      outcome ANY,
      touches INTEGER,
      sequence INTEGER,
      stuck TEXT,
      steps INTEGER NOT NULL,
      last_step INTEGER,
      last_line INTEGER,
      last_task INTEGER,
      packed BLOB,
      room BLOB
    ) STRICT;
    CREATE UNIQUE INDEX run_id ON run (id);
    CREATE UNIQUE INDEX run_once ON run (subject, workflow, event);
    CREATE INDEX run_contact ON run (contact);

    -- Which events a run has heard, where its journal does not say so.
    CREATE TABLE heard (
      run INTEGER NOT NULL,
      event TEXT NOT NULL,
      PRIMARY KEY (run, event)
    ) STRICT, WITHOUT ROWID;

    -- What happened in each run, transition by transition. at: milliseconds after the run's start. what: of name, or
    -- the text.
    CREATE TABLE journal (
      number INTEGER PRIMARY KEY,
      run INTEGER NOT NULL,
      previous INTEGER,
      at INTEGER NOT NULL,
      what ANY NOT NULL,
      packed BLOB NOT NULL
    ) STRICT;

    -- What is handed to channels, with the very bytes. key: 32 hexadecimal digits as bytes, or the text.
    -- state: 0 planned, 1 claimed, 2 marked, 3 held, 4 unknown, 5 accepted, 6 failed, 7 cancelled. planned:
    -- milliseconds after the run's start. next: where it is not the instant in which it was planned. settled:
    -- milliseconds after that.
    CREATE TABLE line (
      number INTEGER PRIMARY KEY,
      run INTEGER NOT NULL,
      previous INTEGER,
      key ANY NOT NULL,
      step ANY NOT NULL,
      verb ANY NOT NULL,
      touch INTEGER NOT NULL,
      planned INTEGER NOT NULL,
      state INTEGER NOT NULL,
      next INTEGER,
      attempts INTEGER NOT NULL,
      settled INTEGER,
      because TEXT,
      receipt TEXT,
      packed BLOB NOT NULL,
      room BLOB
    ) STRICT;
    CREATE INDEX line_open ON line (state) WHERE state < 5;

    -- People's tasks. id: 8 hexadecimal digits as a number, or the text.
    CREATE TABLE task (
      number INTEGER PRIMARY KEY,
      id ANY NOT NULL,
      run INTEGER NOT NULL,
      previous INTEGER,
      name ANY NOT NULL,
      open INTEGER NOT NULL,
      packed BLOB NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX task_id ON task (id);

    -- Never again to these, on this channel or `all`. Of who was erased a digest is left.
    CREATE TABLE suppression (
      contact TEXT NOT NULL,
      channel TEXT NOT NULL,
      at INTEGER NOT NULL,
      because TEXT NOT NULL,
      PRIMARY KEY (contact, channel)
    ) STRICT, WITHOUT ROWID;

    -- Touches of a contact that no run of it tells.
    CREATE TABLE touch (
      contact TEXT NOT NULL,
      at INTEGER NOT NULL,
      run TEXT NOT NULL
    ) STRICT;
    CREATE INDEX touch_contact ON touch (contact, at);

    -- The store's id, channels' cursors, what is paused, and the like.
    CREATE TABLE fact (
      name TEXT PRIMARY KEY,
      value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- What each version of a workflow was made of.
    CREATE TABLE version (
      fingerprint TEXT PRIMARY KEY,
      workflow TEXT NOT NULL,
      main TEXT NOT NULL
    ) STRICT;
    CREATE TABLE version_file (
      fingerprint TEXT NOT NULL,
      number INTEGER NOT NULL,
      path TEXT NOT NULL,
      bytes BLOB NOT NULL,
      PRIMARY KEY (fingerprint, number)
    ) STRICT, WITHOUT ROWID;

    """

  /// A word of ``name``, or the text itself.
  private static func word(_ column: String) -> String {
    "CASE typeof(\(column)) WHEN 'integer' THEN (SELECT text FROM name WHERE name.id = \(column)) ELSE \(column) END"
  }

  /// Milliseconds as an instant in UTC.
  private static func instant(_ column: String) -> String {
    "strftime('%Y-%m-%d %H:%M:%f', \(column) / 1000.0, 'unixepoch')"
  }

  private static func digits(_ column: String, _ count: Int) -> String {
    "CASE typeof(\(column)) WHEN 'integer' THEN printf('%0\(count)x', \(column)) ELSE \(column) END"
  }

  private static let planned = "coalesce(run.started, 0) + line.planned"

  private static var views: String {
    """
    CREATE VIEW runs AS SELECT
      \(digits("run.id", 12)) AS id, \(word("workflow")) AS workflow, subject AS key, contact,
      \(instant("started")) AS started, \(instant("due")) AS due, \(instant("ended")) AS ended,
      \(word("outcome")) AS outcome, touches, stuck, \(word("version")) AS version,
      CASE typeof(event) WHEN 'integer' THEN (SELECT incoming.id FROM incoming WHERE incoming.number = event)
        ELSE event END AS event
      FROM run WHERE workflow IS NOT NULL;
    CREATE VIEW history AS SELECT
      \(digits("run.id", 12)) AS run, run.subject AS key, \(instant("(coalesce(run.started, 0) + journal.at)")) AS at,
      \(word("journal.what")) AS what
      FROM journal JOIN run ON run.number = journal.run;
    CREATE VIEW outbox AS SELECT
      line.number, \(digits("run.id", 12)) AS run, run.contact, \(word("line.step")) AS step,
      \(word("line.verb")) AS verb,
      CASE line.state WHEN 0 THEN iif(line.attempts > 0, 'deferred', 'planned') WHEN 1 THEN 'claimed' \
        WHEN 2 THEN 'marked' WHEN 3 THEN 'held'
        WHEN 4 THEN 'unknown' WHEN 5 THEN 'accepted' WHEN 6 THEN 'failed' ELSE 'cancelled' END AS state,
      line.attempts, \(instant("coalesce(line.next, \(planned))")) AS next,
      \(instant("(\(planned) + line.settled)")) AS settled, line.because,
      line.receipt,
      CASE typeof(line.key) WHEN 'blob' THEN lower(hex(line.key)) ELSE line.key END AS key
      FROM line JOIN run ON run.number = line.run;
    CREATE VIEW inbox AS SELECT
      number, \(word("source")) AS source, id, \(instant("at")) AS at, \(word("type")) AS type,
      CASE state WHEN 0 THEN 'done' WHEN 1 THEN 'pending' WHEN 2 THEN 'unmatched' ELSE 'refused' END AS state
      FROM incoming;
    CREATE VIEW tasks AS SELECT
      \(digits("task.id", 8)) AS id, \(digits("run.id", 12)) AS run, run.contact, \(word("task.name")) AS name,
      task.open
      FROM task JOIN run ON run.number = task.run;
    CREATE VIEW contacts AS SELECT
      contact, count(*) AS runs, sum(ended IS NULL) AS live, sum(touches) AS touches,
      \(instant("max(started)")) AS last_started
      FROM run WHERE contact <> '' GROUP BY contact;
    CREATE VIEW touches AS SELECT
      run.contact, \(digits("run.id", 12)) AS run, \(word("line.step")) AS step, \(word("line.verb")) AS verb,
      \(instant("(\(planned) + line.settled)")) AS at
      FROM line JOIN run ON run.number = line.run WHERE line.touch = 1 AND line.state = 5;
    CREATE VIEW suppressions AS SELECT contact, channel, \(instant("at")) AS at, because FROM suppression;
    """
  }
}
