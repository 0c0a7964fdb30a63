import GRDB

/// The tables, as a person sees them with `sqlite3 flow.db`. A migration that was released is never changed.
enum Schema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 runs, inbox, outbox, tasks") { db in try db.execute(sql: first) }
    return migrator
  }

  private static let first = """
    -- Everything that came in, in the order in which it came. state: pending, done, unmatched or refused.
    CREATE TABLE inbox (
      number INTEGER PRIMARY KEY,
      source TEXT NOT NULL,
      id TEXT NOT NULL,
      at TEXT NOT NULL,
      received TEXT NOT NULL,
      state TEXT NOT NULL,
      event BLOB NOT NULL,
      result BLOB,
      UNIQUE (source, id)
    ) STRICT;
    CREATE INDEX inbox_pending ON inbox (number) WHERE state = 'pending';
    CREATE INDEX inbox_needing_eyes ON inbox (number) WHERE state IN ('unmatched', 'refused');

    -- One line a run; run is its whole state, packed; `flow show` prints it.
    CREATE TABLE runs (
      id TEXT PRIMARY KEY,
      workflow TEXT NOT NULL,
      version TEXT NOT NULL,
      subject TEXT NOT NULL,
      contact TEXT NOT NULL,
      exclusive TEXT,
      event TEXT NOT NULL,
      started TEXT NOT NULL,
      due TEXT,
      ended TEXT,
      outcome TEXT,
      touches INTEGER NOT NULL,
      sequence INTEGER NOT NULL,
      stuck TEXT,
      threads BLOB NOT NULL,
      run BLOB NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX runs_one_an_event ON runs (workflow, subject, event);
    CREATE UNIQUE INDEX runs_one_live_a_key ON runs (workflow, subject) WHERE ended IS NULL;
    CREATE UNIQUE INDEX runs_one_live_a_group ON runs (exclusive, contact)
      WHERE ended IS NULL AND exclusive IS NOT NULL;
    CREATE INDEX runs_due ON runs (due, id) WHERE due IS NOT NULL;
    CREATE INDEX runs_by_subject ON runs (subject);
    CREATE INDEX runs_by_contact ON runs (contact);

    -- Which events a run has heard.
    CREATE TABLE heard (
      run TEXT NOT NULL,
      event TEXT NOT NULL,
      PRIMARY KEY (run, event)
    ) STRICT, WITHOUT ROWID;

    -- What happened in each run, transition by transition: the event, what it did, and both packed as step.
    CREATE TABLE journal (
      run TEXT NOT NULL,
      sequence INTEGER NOT NULL,
      at TEXT NOT NULL,
      event TEXT NOT NULL,
      what TEXT NOT NULL,
      step BLOB NOT NULL,
      PRIMARY KEY (run, sequence)
    ) STRICT, WITHOUT ROWID;

    -- What is handed to channels, with the very bytes.
    CREATE TABLE outbox (
      number INTEGER PRIMARY KEY,
      key TEXT NOT NULL UNIQUE,
      run TEXT NOT NULL,
      sequence INTEGER NOT NULL,
      node INTEGER NOT NULL,
      step TEXT NOT NULL,
      round INTEGER,
      verb TEXT NOT NULL,
      touch INTEGER NOT NULL,
      contact BLOB NOT NULL,
      owner BLOB NOT NULL,
      address TEXT NOT NULL,
      shown BLOB NOT NULL,
      extension TEXT NOT NULL,
      reference TEXT,
      digest TEXT NOT NULL,
      planned TEXT NOT NULL,
      next TEXT NOT NULL,
      attempts INTEGER NOT NULL,
      state TEXT NOT NULL,
      because TEXT,
      receipt TEXT,
      settled TEXT,
      payload BLOB NOT NULL
    ) STRICT;
    CREATE INDEX outbox_planned ON outbox (number, next) WHERE state = 'planned';
    CREATE INDEX outbox_open ON outbox (state, number) WHERE state NOT IN ('accepted', 'failed', 'cancelled');
    CREATE INDEX outbox_by_run ON outbox (run, number);

    -- People's tasks; task is the whole line, packed.
    CREATE TABLE tasks (
      id TEXT PRIMARY KEY,
      run TEXT NOT NULL,
      name TEXT NOT NULL,
      person TEXT NOT NULL,
      assigned TEXT NOT NULL,
      due TEXT,
      open INTEGER NOT NULL,
      text TEXT NOT NULL,
      task BLOB NOT NULL
    ) STRICT;
    CREATE INDEX tasks_by_run ON tasks (run);
    CREATE INDEX tasks_open ON tasks (assigned, id) WHERE open = 1;

    -- Never again to these, on this channel or `all`.
    CREATE TABLE suppressions (
      contact TEXT NOT NULL,
      channel TEXT NOT NULL,
      at TEXT NOT NULL,
      because TEXT NOT NULL,
      PRIMARY KEY (contact, channel)
    ) STRICT, WITHOUT ROWID;

    -- Every touch of a contact, over all runs.
    CREATE TABLE touches (
      contact TEXT NOT NULL,
      at TEXT NOT NULL,
      run TEXT NOT NULL
    ) STRICT;
    CREATE INDEX touches_by_contact ON touches (contact, at);

    -- The store's id, channels' cursors, what is paused, and the like.
    CREATE TABLE facts (
      name TEXT PRIMARY KEY,
      value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- What each version of a workflow was made of.
    CREATE TABLE versions (
      fingerprint TEXT PRIMARY KEY,
      workflow TEXT NOT NULL,
      main TEXT NOT NULL
    ) STRICT;
    CREATE TABLE version_files (
      fingerprint TEXT NOT NULL,
      number INTEGER NOT NULL,
      path TEXT NOT NULL,
      bytes BLOB NOT NULL,
      PRIMARY KEY (fingerprint, number)
    ) STRICT, WITHOUT ROWID;
    """
}
