import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTime

/// What was added becomes one transaction. Used by one at a time.
final class GroupWriter {
  private let file: Connection
  private let glossary: Glossary
  /// Numbers of the inbox's lines in the group, by the id under which runs know them.
  private var newEvents: [String: Int64] = [:]

  init(_ file: Connection, _ glossary: Glossary) {
    self.file = file
    self.glossary = glossary
  }

  /// When it returns, the group is on the disk. When it throws, the store must be read anew.
  func write(_ group: Group) throws(StoreError) {
    if group.runs.contains(where: { !$0.isStored }) {
      newEvents = Dictionary(
        group.inbox.map { ($0.row.incoming.key.event, $0.number) }, uniquingKeysWith: { first, _ in first })
    }
    defer { newEvents = [:] }
    try file.begin()
    do throws(StoreError) {
      try writeLines(group)
      try writeOthers(group)
      try file.execute(.commit)
    } catch {
      // Where the commit failed there is nothing left to roll back.
      try? file.execute(.rollback)
      throw error
    }
    glossary.isCommitted()
  }

  private func ordered<Line>(_ lines: [Line], by number: (Line) -> Int64) -> [Line] {
    lines.count < 2 ? lines : lines.sorted { number($0) < number($1) }
  }

  private func writeLines(_ group: Group) throws(StoreError) {
    // By number: neighbours share pages.
    for line in ordered(group.inbox, by: { $0.number }) { try write(line) }
    for step in group.steps { try write(step) }
    for line in ordered(group.lines, by: { $0.number }) { try write(line) }
    for task in ordered(group.tasks, by: { $0.number }) { try write(task) }
    for run in ordered(group.runs, by: { $0.number }) { try write(run) }
  }

  /// Last of all: what the lines above have made new.
  private func writeGlossary() throws(StoreError) {
    for (number, text) in glossary.newWords {
      let statement = try file.statement(.insertWord)
      statement.bind(1, number)
      statement.bind(2, text)
      try statement.run()
    }
    for (number, key, origin, base) in glossary.newBases {
      let statement = try file.statement(.insertBase)
      for (index, value) in [number, key.kind, key.first, key.second, key.third, origin].enumerated() {
        statement.bind(Int32(index + 1), value)
      }
      statement.bind(7, base.bytes)
      try statement.run()
    }
  }

  // MARK: Inbox

  private func write(_ entry: Group.InboxLine) throws(StoreError) {
    let incoming = entry.row.incoming
    let type = glossary.cell(incoming.body.type)
    let state = entry.row.result?.number ?? 1
    let key = Glossary.Key(
      kind: Kind.inbox, first: glossary.number(incoming.body.type), second: state, third: 0)
    let packed = glossary.pack(key, of: entry.number, clock: incoming.at.milliseconds) { packer in
      packer.put(entry.row.received)
      packer.put(incoming.body)
      packer.put(incoming.depth)
      packer.put(entry.row.result)
    }
    guard !entry.isStored else {
      let statement = try file.statement(.updateInbox)
      statement.bind(1, entry.number)
      statement.bind(2, state)
      statement.bind(3, packed)
      return try statement.run()
    }
    let statement = try file.statement(.insertInbox)
    statement.bind(1, entry.number)
    statement.bind(2, glossary.cell(incoming.source))
    statement.bind(3, incoming.id)
    statement.bind(4, incoming.at.milliseconds)
    statement.bind(5, type)
    statement.bind(6, state)
    statement.bind(7, packed)
    try statement.run()
  }

  // MARK: Runs

  private func write(_ entry: Group.RunLine) throws(StoreError) {
    let record = entry.record
    let statement = try file.statement(entry.isStored ? .updateRun : .insertRun)
    statement.bind(1, entry.number)
    if !entry.isStored { statement.bind(2, runID.cell(entry.id)) }
    statement.bind(3, record?.due?.milliseconds)
    statement.bind(4, record?.ended?.milliseconds)
    statement.bind(5, record?.outcome.map(glossary.cell))
    statement.bind(6, record.map { Int64($0.touched.count) })
    statement.bind(7, record.map { Int64($0.sequence) })
    statement.bind(8, record?.stuck)
    statement.bind(9, entry.steps)
    statement.bind(10, known(entry.lastStep))
    statement.bind(11, known(entry.lastLine))
    statement.bind(12, known(entry.lastTask))
    if let record { statement.bind(13, pack(record, entry)) } else { statement.bind(13, Int64?.none) }
    // A run may be moved to another version.
    statement.bind(15, record.map { glossary.cell($0.version) })
    if !entry.isStored {
      statement.bind(14, record.map { glossary.cell($0.workflow) })
      statement.bind(16, record?.subject)
      statement.bind(17, record?.contact)
      statement.bind(18, record?.exclusive.map(glossary.cell))
      statement.bind(19, record.map { event($0.event) })
      statement.bind(20, record?.started.milliseconds)
    }
    try statement.run()
  }

  /// What came in stands in this group, most often.
  private func event(_ id: String) -> Cell {
    newEvents[id].map { .number($0) } ?? .text(id)
  }

  private func known(_ number: Int64) -> Int64? { number == 0 ? nil : number }

  private func pack(_ record: RunRecord, _ entry: Group.RunLine) -> [UInt8] {
    let place = record.waitsAt.map { Int64($0) } ?? -1 - glossary.number(record.outcome ?? "")
    let key = Glossary.Key(kind: Kind.run, first: glossary.number(record.version), second: place, third: 0)
    return glossary.pack(key, of: entry.number, clock: record.started.milliseconds) { packer in
      packer.put(entry.told)
      packer.put(entry.hasHeardStart)
      packer.put(entry.areThreadsTold)
      packer.put(entry.areThreadsTold ? [:] : record.threads)
      packer.put(record.run)
    }
  }

  // MARK: Journals

  private func write(_ new: Group.StepLine) throws(StoreError) {
    let step = new.step
    let what = glossary.cell(step.summary)
    let version = glossary.number(new.version)
    let kind = if case .number(let number) = what { number } else { Int64(0) }
    let key = Glossary.Key(kind: Kind.step, first: version, second: kind, third: 0)
    let at = step.at.milliseconds
    let packed = glossary.pack(key, of: new.run, clock: at) { packer in
      packer.shown = new.shown
      packer.put(new.isHeard)
      packer.put(step.event)
      packer.put(step.entries)
      packer.put(step.touchesElsewhere)
      packer.put(step.suppressed)
      packer.put(step.held)
    }
    let statement = try file.statement(.insertStep)
    statement.bind(1, new.number)
    statement.bind(2, new.run)
    statement.bind(3, known(new.previous))
    statement.bind(4, step.at.milliseconds(since: new.started))
    statement.bind(5, what)
    statement.bind(6, packed)
    try statement.run()
  }

  // MARK: Outbox

  private func write(_ line: Group.OutboxLine) throws(StoreError) {
    let outgoing = line.outgoing
    let planned = outgoing.planned
    let statement = try file.statement(line.isStored ? .updateLine : .insertLine)
    statement.bind(1, line.number)
    statement.bind(2, outgoing.state.number)
    statement.bind(3, outgoing.next == planned ? nil : outgoing.next.milliseconds)
    statement.bind(4, outgoing.attempts)
    statement.bind(5, outgoing.settled?.milliseconds(since: planned))
    statement.bind(6, outgoing.because)
    statement.bind(7, outgoing.receipt)
    if !line.isStored {
      let step = glossary.cell(outgoing.step)
      let key = Glossary.Key(
        kind: Kind.line, first: glossary.number(line.version), second: glossary.number(outgoing.step),
        third: glossary.number(outgoing.verb))
      statement.bind(8, line.run)
      statement.bind(9, known(line.previous))
      statement.bind(10, DeliveryKey.cell(outgoing.key.text))
      statement.bind(11, step)
      statement.bind(12, glossary.cell(outgoing.verb))
      statement.bind(13, outgoing.touch ? 1 : 0)
      statement.bind(
        14,
        glossary.pack(key, of: line.run, clock: planned.milliseconds) { LineRow.pack(outgoing, &$0) })
      statement.bind(15, planned.milliseconds(since: line.started))
    }
    try statement.run()
  }

  // MARK: Tasks and what is seldom

  private func write(_ entry: Group.TaskLine) throws(StoreError) {
    let task = entry.record
    let key = Glossary.Key(
      kind: Kind.task, first: glossary.number(task.workflow), second: glossary.number(task.name),
      third: task.isOpen ? 1 : 0)
    let statement = try file.statement(entry.isStored ? .updateTask : .insertTask)
    statement.bind(1, entry.number)
    statement.bind(2, task.isOpen ? 1 : 0)
    statement.bind(3, glossary.pack(key, of: entry.run, clock: 0) { TaskRow.pack(task, &$0) })
    if !entry.isStored {
      statement.bind(4, taskID.cell(task.id))
      statement.bind(5, entry.run)
      statement.bind(6, known(entry.previous))
      statement.bind(7, glossary.cell(task.name))
    }
    try statement.run()
  }

  private func writeOthers(_ group: Group) throws(StoreError) {
    for (run, event) in group.heard {
      let statement = try file.statement(.insertHeard)
      statement.bind(1, run)
      statement.bind(2, event)
      try statement.run()
    }
    for one in group.suppressions {
      let statement = try file.statement(.insertSuppression)
      statement.bind(1, one.contact)
      statement.bind(2, one.channel)
      statement.bind(3, one.at.milliseconds)
      statement.bind(4, one.because)
      try statement.run()
    }
    for (contact, touch) in group.touches {
      let statement = try file.statement(.insertTouch)
      statement.bind(1, contact)
      statement.bind(2, touch.at.milliseconds)
      statement.bind(3, touch.run)
      try statement.run()
    }
    for (name, value) in group.facts.sorted(by: { $0.key < $1.key }) {
      let statement = try file.statement(value == nil ? .deleteFact : .insertFact)
      statement.bind(1, name)
      if let value { statement.bind(2, value) }
      try statement.run()
    }
    for version in group.versions { try write(version) }
    try writeGlossary()
  }

  private func write(_ version: Version) throws(StoreError) {
    let exists = try file.once("SELECT 1 FROM version WHERE fingerprint = ?")
    exists.bind(1, version.fingerprint)
    guard try exists.first({ _ in true }) == nil else { return }
    let insert = try file.once("INSERT INTO version (fingerprint, workflow, main) VALUES (?, ?, ?)")
    insert.bind(1, version.fingerprint)
    insert.bind(2, version.workflow)
    insert.bind(3, version.main)
    try insert.run()
    for (number, one) in version.files.enumerated() {
      let file = try file.once("INSERT INTO version_file (fingerprint, number, path, bytes) VALUES (?, ?, ?, ?)")
      file.bind(1, version.fingerprint)
      file.bind(2, number)
      file.bind(3, one.path)
      file.bind(4, one.bytes)
      try file.run()
    }
  }
}

/// What kinds of packed lines there are.
enum Kind {
  static let inbox: Int64 = 1
  static let run: Int64 = 2
  static let step: Int64 = 3
  static let line: Int64 = 4
  static let task: Int64 = 5
}

extension Statement {
  func bind(_ index: Int32, _ cell: Cell?) {
    if let cell { bind(index, cell) } else { bind(index, Int64?.none) }
  }
}

extension InboxKey {
  /// The id under which runs know it.
  var event: String { source.isEmpty ? id : "\(source)#\(id)" }
}

extension Received {
  /// 0 done, 2 unmatched, 3 refused.
  fileprivate var number: Int64 { unmatched != nil ? 2 : refused.isEmpty ? 0 : 3 }
}

extension Incoming.Body {
  /// As the inbox shows it.
  fileprivate var type: String {
    switch self {
    case .event(let type, _, _): type
    case .enrol(let workflow, _): "enrol \(workflow)"
    case .run(_, let kind): Event(id: "", at: .epoch, kind: kind).name
    case .task: "task"
    case .suppress: "suppress"
    case .message(let message): message.word
    }
  }
}

extension JournalStep {
  /// What a person reads in the table: `sent receipt, waiting`.
  fileprivate var summary: String {
    entries.map { entry in entry.step.map { "\(entry.type) \($0)" } ?? entry.type }.joined(separator: ", ")
  }
}
