import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTime

/// Lines that are in memory, or come there.
extension Front {
  // MARK: Runs

  func run(_ id: String) throws(StoreError) -> RunEntry? {
    if let last = lastFound, last.id == id { return last }
    if let known = runs[id] {
      lastFound = known
      return known
    }
    if absent.run == id || presence?.lacks(.run, id) == true { return nil }
    let statement = try reader().statement(.runByID)
    statement.bind(1, runID.cell(id))
    guard let entry = try statement.first({ (row) throws(StoreError) in try self.entry(row) }) else {
      absent.run = id
      return nil
    }
    return entry
  }

  func run(number: Int64) throws(StoreError) -> RunEntry? {
    if let known = runsByNumber[number] { return known }
    let statement = try reader().statement(.runByNumber)
    statement.bind(1, number)
    return try statement.first { (row) throws(StoreError) in try self.entry(row) }
  }

  /// For what is written about it: named where it is not there.
  func runToWrite(_ id: String) throws(StoreError) -> RunEntry {
    if let known = try run(id) { return known }
    lastRun += 1
    let entry = RunEntry(number: lastRun, id: id, isStored: false)
    presence?.add(.run, id)
    runs[id] = entry
    runsByNumber[entry.number] = entry
    absent.run = nil
    return entry
  }

  func runs(ofSubject subject: String) throws(StoreError) -> [RunEntry] {
    if let known = bySubject[subject] { return known }
    let found = presence?.lacks(.subject, subject) == true ? [] : try runs(.runsOfSubject, subject)
    bySubject[subject] = found
    return found
  }

  func runs(ofContact contact: String) throws(StoreError) -> [RunEntry] {
    if let known = byContact[contact] { return known }
    let found = presence?.lacks(.contact, contact) == true ? [] : try runs(.runsOfContact, contact)
    // Nobody is no contact, and may have any number of runs.
    if !contact.isEmpty { byContact[contact] = found }
    return found
  }

  private func runs(_ query: Query, _ text: String) throws(StoreError) -> [RunEntry] {
    let statement = try reader().statement(query)
    statement.bind(1, text)
    var found = try statement.all { (row) throws(StoreError) in try self.entry(row) }
    // There is seldom more than one: SQLite would set up its sorting for each question.
    if found.count > 1 { found.sort { $0.number < $1.number } }
    return found
  }

  /// The entry of a row, which may be here already.
  private func entry(_ row: Statement) throws(StoreError) -> RunEntry {
    let number = row.number(0)
    if let known = runsByNumber[number] { return known }
    let entry = RunEntry(number: number, id: runID.text(row.cell(1)), isStored: true)
    entry.steps = Int(row.number(11))
    entry.lastStep = row.number(12)
    entry.lastLine = row.number(13)
    entry.lastTask = row.number(14)
    if !row.isNull(2) {
      do throws(StoreError) {
        entry.record = try record(row, entry)
      } catch .corrupt(let what) {
        note("its own row: \(what)", of: entry)
        entry.isOwnRowDamaged = true
        entry.record = remains(row, entry, entry.damagedRows ?? what)
      }
    }
    runs[entry.id] = entry
    runsByNumber[number] = entry
    return entry
  }

  /// What a run's row says.
  /// - Throws: `.corrupt` where it is not as it was written.
  private func record(_ row: Statement, _ entry: RunEntry) throws(StoreError) -> RunRecord {
    let started = row.number(10)
    let event = try event(row.cell(7))
    let seal = Seal.run(
      entry.number, id: entry.id, workflow: row.cell(2), subject: row.text(4), contact: row.text(5),
      exclusive: row.cellOrNil(6), event: event, started: started)
    let moving = Seal.run(
      version: row.cell(3), steps: entry.steps, lastStep: entry.lastStep, lastLine: entry.lastLine,
      lastTask: entry.lastTask, touches: Int(row.number(16)), sequence: Int(row.number(8)),
      due: row.numberOrNil(17), ended: row.numberOrNil(18), outcome: row.cellOrNil(19), stuck: row.textOrNil(9))
    let (told, hasHeardStart, threads, run) = try glossary.unpack(
      row.bytes(15), clock: started, seal: seal ^ moving
    ) { (unpacker) throws(StoreError) in
      unpacker.data = entry.packedData
      return (
        try unpacker.get(Int.self), try unpacker.get(Bool.self), try self.threads(&unpacker, entry),
        try unpacker.get(Run.self)
      )
    }
    entry.packedData.seal = seal
    entry.told = told
    entry.hasHeardStart = hasHeardStart
    return RunRecord(
      id: entry.id, workflow: try glossary.text(row.cell(2)), version: try glossary.text(row.cell(3)),
      subject: row.text(4), contact: row.text(5),
      exclusive: row.isNull(6) ? nil : try glossary.text(row.cell(6)), event: event,
      sequence: Int(row.number(8)), threads: threads, stuck: row.textOrNil(9), run: run)
  }

  /// Threads are those of the run's lines, but for what was packed as it is.
  private func threads(
    _ unpacker: inout Unpacker, _ entry: RunEntry
  ) throws(StoreError) -> [String: Delivery.Thread] {
    let told = try unpacker.get(Bool.self) ? threads(of: lines(entry)) : [:]
    return told.merging(try unpacker.get([String: Delivery.Thread].self)) { _, other in other }
  }

  /// By verb, as the run's lines tell them.
  func threads(of lines: [LineEntry]) -> [String: Delivery.Thread] {
    var threads: [String: Delivery.Thread] = [:]
    for line in lines {
      guard let reference = line.reference else { continue }
      threads[line.verb, default: Delivery.Thread(references: [])].references.append(reference)
      if let subject = line.subject { threads[line.verb]?.subject = subject }
    }
    return threads
  }

  /// Whether ``threads(of:)`` would be these, which are not none.
  func tell(_ lines: [LineEntry], _ threads: [String: Delivery.Thread]) -> Bool {
    var told = 0
    for (verb, thread) in threads {
      let count = told
      var subject: String?
      for line in lines where line.verb == verb {
        guard let reference = line.reference else { continue }
        guard told - count < thread.references.count, thread.references[told - count] == reference else { return false }
        told += 1
        subject = line.subject ?? subject
      }
      guard told > count, told - count == thread.references.count, subject == thread.subject else { return false }
    }
    return told == lines.count { $0.reference != nil }
  }

  /// The id of an event: of a line of the inbox, or the text.
  func event(_ cell: Cell) throws(StoreError) -> String {
    guard case .number(let number) = cell else { return try glossary.text(cell) }
    let statement = try reader().statement(.inboxByNumber)
    statement.bind(1, number)
    guard let (source, id) = try statement.first({ ($0.cell(0), $0.text(1)) }) else {
      throw .corrupt("there is no line \(number) in the inbox")
    }
    return InboxKey(source: try glossary.text(source), id: id).event
  }

  /// Those that are there, and not only named.
  func records(_ entries: [RunEntry]) -> [RunRecord] { entries.compactMap(\.record) }

  // MARK: Journals

  func heard(_ entry: RunEntry) throws(StoreError) -> Set<String> {
    if let known = entry.heard { return known }
    return try readThrough(entry)
  }

  /// What is not as it was written of the run (guarantee 21): its journal, messages and tasks are read, and their
  /// checksums compared, unless that was done, or its last step was written, a moment ago by this process.
  func damage(_ entry: RunEntry) throws(StoreError) -> String? {
    if let known = entry.damagedRows { return known }
    trust.turn(last: lastStep)
    if entry.damage == nil, entry.lastStep > trust.since || entry.readIn >= trust.span - 1 { return nil }
    try readThrough(entry)
    _ = try (lines(entry), tasks(entry))
    return entry.damagedRows ?? entry.damage
  }

  /// Which events the run has heard, as far as its journal can be read.
  @discardableResult
  private func readThrough(_ entry: RunEntry) throws(StoreError) -> Set<String> {
    entry.damage = nil
    var found: Set<String> = []
    if isHeardApart {
      let statement = try reader().statement(.knows)
      statement.bind(1, entry.number)
      found.formUnion(try statement.all { $0.text(0) })
    }
    if entry.hasHeardStart, let event = entry.record?.event { found.insert(event) }
    do throws(StoreError) {
      try walk(entry) { new in
        if new.isHeard, let event = new.step.event { found.insert(event.id) }
      } stored: { (step) throws(StoreError) in
        do throws(StoreError) {
          if let event = try heardEvent(step) { found.insert(event) }
        } catch .corrupt(let what) {
          entry.damage = what
        }
      }
    } catch .corrupt(let what) {
      entry.damage = what
    }
    entry.readIn = trust.span
    // What was added since is not in the file.
    if entry.heard == nil { entry.heard = found }
    return found
  }

  /// - Throws: `.corrupt` where anything of the run is not as it was written.
  func journal(_ entry: RunEntry) throws(StoreError) -> [JournalStep] {
    var steps: [JournalStep] = []
    do throws(StoreError) {
      _ = try lines(entry)
      if let known = entry.damagedRows { throw .corrupt(known) }
      try walk(entry) { new in
        steps.append(new.step)
      } stored: { (stored) throws(StoreError) in
        steps.append(try step(stored, entry))
      }
    } catch .corrupt(let what) {
      throw .corrupt("run \(entry.id): \(what)")
    }
    return steps.reversed()
  }

  /// The same, as far as it can be read.
  func legible(_ entry: RunEntry) -> [JournalStep] {
    var steps: [JournalStep] = []
    // Where a step is lost it ends.
    try? walk(entry) { new in
      steps.append(new.step)
    } stored: { (stored) throws(StoreError) in
      if let step = try? step(stored, entry) { steps.append(step) }
    }
    return steps.reversed()
  }

  /// A row of a journal.
  private struct StoredStep {
    var packed: [UInt8]
    var seal: UInt32
    var at: Int64
    var sequence: Int
  }

  /// The latest first.
  private func walk(
    _ entry: RunEntry, new body: (NewStep) -> Void, stored read: (StoredStep) throws(StoreError) -> Void
  ) throws(StoreError) {
    var number = entry.lastStep
    var sequence = entry.steps
    let started = entry.record?.run.started ?? .epoch
    while number > 0, sequence > 0 {
      if let new = unwrittenStep(number) {
        body(new)
        number = new.previous
        sequence -= 1
        continue
      }
      let statement = try reader().statement(.step)
      statement.bind(1, number)
      let row = try statement.first { ($0.number(0), $0.number(1), $0.bytes(2), $0.number(3), $0.cell(4)) }
      guard let (previous, at, bytes, run, what) = row, run == entry.number else { throw lost(sequence) }
      let seal = Seal.step(number, run: run, previous: previous, at: at, what: what)
      try read(
        StoredStep(
          packed: bytes, seal: seal, at: started.adding(milliseconds: at).milliseconds, sequence: sequence))
      number = previous
      sequence -= 1
    }
    if number != 0 || sequence != 0 { throw lost(sequence) }
  }

  private func lost(_ sequence: Int) -> StoreError {
    .corrupt(sequence > 0 ? "the step \(sequence) of its journal is lost" : "its journal has more steps than it made")
  }

  private func unwrittenStep(_ number: Int64) -> NewStep? {
    flight.flatMap { step(number, in: $0.changes.steps) } ?? step(number, in: changes.steps)
  }

  private func step(_ number: Int64, in steps: [NewStep]) -> NewStep? {
    guard let first = steps.first?.number, number >= first else { return nil }
    // Each has the number that follows the one before it.
    return number - first < steps.count ? steps[Int(number - first)] : nil
  }

  private func step(_ stored: StoredStep, _ entry: RunEntry) throws(StoreError) -> JournalStep {
    try glossary.unpack(stored.packed, clock: stored.at, seal: stored.seal) { (unpacker) throws(StoreError) in
      unpacker.shown = { [self] (number) throws(StoreError) in
        // Of a message that is damaged the step tells what it can.
        entry.damagedRows == nil ? try outgoing(number, entry.id).rendering.shown : []
      }
      _ = try unpacker.get(Bool.self)
      return JournalStep(
        run: entry.id, sequence: stored.sequence, at: Instant(milliseconds: stored.at), event: try unpacker.get(),
        entries: try unpacker.get(), touchesElsewhere: try unpacker.get(), suppressed: try unpacker.get(),
        held: try unpacker.get())
    }
  }

  /// The step's event, where the run knows it; what else the step says is not read.
  private func heardEvent(_ stored: StoredStep) throws(StoreError) -> String? {
    var unpacker = Unpacker(try glossary.plain(stored.packed, seal: stored.seal))
    unpacker.clock = stored.at
    return try unpacker.get(Bool.self) ? unpacker.get(Event?.self)?.id : nil
  }

  // MARK: Outbox

  /// All lines of the run, the first planned first.
  func lines(_ entry: RunEntry) throws(StoreError) -> [LineEntry] {
    if let known = entry.lines { return known }
    var found: [LineEntry] = []
    var number = entry.lastLine
    while number > 0 {
      var line = queues?.open[number]
      if line == nil { line = try soundRow(number, entry) }
      if let line {
        found.append(line)
        number = line.previous
      } else {
        number = try previous(ofDamaged: number)
      }
    }
    found.reverse()
    entry.lines = found
    return found
  }

  /// The latest of a run are asked for most often.
  func line(_ outgoing: Outgoing, of entry: RunEntry) throws(StoreError) -> LineEntry? {
    try lines(entry).last { $0.key == outgoing.key.text }
  }

  /// With what it holds.
  func outgoing(_ line: LineEntry) throws(StoreError) -> Outgoing {
    if let known = line.outgoing { return known }
    return try outgoing(line.number, line.runID)
  }

  private func outgoing(_ number: Int64, _ run: String) throws(StoreError) -> Outgoing {
    if let known = try row(number, run).outgoing { return known }
    throw .corrupt("there is no line \(number)")
  }

  func row(_ number: Int64, _ run: String) throws(StoreError) -> LineEntry {
    let statement = try reader().statement(.lineByNumber)
    statement.bind(1, number)
    let found = try statement.first { (row) throws(StoreError) in try LineRow.read(row, run, glossary) }
    guard let found else { throw .corrupt("there is no line \(number)") }
    return found
  }

  // MARK: Tasks

  func task(_ id: String) throws(StoreError) -> TaskEntry? {
    if let known = tasks[id] { return known }
    if absent.task == id || presence?.lacks(.task, id) == true { return nil }
    let statement = try reader().statement(.taskByID)
    statement.bind(1, taskID.cell(id))
    guard let row = try statement.first({ (row) throws(StoreError) in try TaskRow(row) }) else {
      absent.task = id
      return nil
    }
    return try entry(row)
  }

  /// All tasks of the run, the first given first.
  func tasks(_ entry: RunEntry) throws(StoreError) -> [TaskEntry] {
    if let known = entry.tasks { return known }
    var found: [TaskEntry] = []
    var number = entry.lastTask
    while number > 0 {
      let statement = try reader().statement(.taskByNumber)
      statement.bind(1, number)
      guard let row = try statement.first({ (row) throws(StoreError) in try TaskRow(row) }), row.previous < number
      else {
        note("a task is lost", of: entry)
        break
      }
      let task = try self.entry(row)
      found.append(task)
      number = task.previous
    }
    found.reverse()
    entry.tasks = found
    return found
  }

  func entry(_ row: TaskRow) throws(StoreError) -> TaskEntry {
    let id = taskID.text(row.id)
    if let known = tasks[id] { return known }
    guard let run = try run(number: row.run) else { throw .corrupt("task \(id) belongs to no run") }
    let record: TaskRecord
    do throws(StoreError) {
      record = try row.record(id: id, run: run.id, glossary)
    } catch {
      record = remains(row, id: id, of: run, error.words)
    }
    let entry = TaskEntry(number: row.number, run: row.run, previous: row.previous, record, isStored: true)
    tasks[id] = entry
    return entry
  }

  // MARK: Inbox

  func inbox(_ key: InboxKey) throws(StoreError) -> InboxEntry? {
    if let known = inbox[key] { return known }
    if absent.inbox == key || presence?.lacks(.incoming, key.id) == true { return nil }
    let statement = try reader().statement(.inboxByKey)
    statement.bind(1, key.id)
    statement.bind(2, glossary.known(key.source))
    guard let entry = try statement.first({ (row) throws(StoreError) in try self.inboxEntry(row) }) else {
      absent.inbox = key
      return nil
    }
    inbox[key] = entry
    return entry
  }

  func inboxEntry(_ row: Statement) throws(StoreError) -> InboxEntry {
    let source = try glossary.text(row.cell(1))
    do throws(StoreError) {
      return InboxEntry(number: row.number(0), try inboxRow(row, source), isStored: true)
    } catch .corrupt(let what) {
      return InboxEntry(number: row.number(0), remains(row, source: source, what), isStored: true)
    }
  }

  private func inboxRow(_ row: Statement, _ source: String) throws(StoreError) -> InboxRow {
    let at = row.number(3)
    let seal = Seal.event(
      row.number(0), source: row.cell(1), id: row.text(2), at: at, type: row.cell(5), state: row.number(6))
    let (received, body, depth, result) = try glossary.unpack(row.bytes(4), clock: at, seal: seal) {
      (unpacker) throws(StoreError) in
      (
        try unpacker.get(Instant.self), try unpacker.get(Incoming.Body.self), try unpacker.get(Int.self),
        try unpacker.get(Received?.self)
      )
    }
    let incoming = Incoming(
      source: source, id: row.text(2), at: Instant(milliseconds: at), body: body, depth: depth)
    return InboxRow(incoming: incoming, received: received, result: result)
  }

  // MARK: Queues

  func loadQueues() throws(StoreError) {
    guard queues == nil else { return }
    var dues = file.dues.take()
    if dues == nil { dues = try reader().statement(.dues).dues() }
    let statement = try reader().statement(.inboxOpen)
    statement.bind(1, 1)
    let pending = try statement.all { (row) throws(StoreError) in
      let entry = try inboxEntry(row)
      return inbox[entry.row.incoming.key] ?? entry
    }
    for entry in pending { inbox[entry.row.incoming.key] = entry }
    var made = Queues(dues: dues ?? [], pending: pending)
    for (number, run) in try reader().statement(.openLines).all({ ($0.number(0), $0.number(1)) }) {
      // Of a line that belongs to no run nobody can be told.
      guard let entry = try self.run(number: run) else { continue }
      guard let line = try soundRow(number, entry) else {
        damaged.append(entry.id)
        continue
      }
      if made.open.count > 1024 { line.outgoing = nil }
      made.add(line)
    }
    queues = made
  }
}
