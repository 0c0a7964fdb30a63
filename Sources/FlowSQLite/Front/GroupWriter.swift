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
  /// The version that was asked for last, a long word: most lines of a group are of one.
  private var lastVersion: (text: String, cell: Cell)?
  private var room = Glossary.Room()

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
    if file.hasMoved { throw Connection.gone }
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

  private func writeLines(_ group: Group) throws(StoreError) {
    try inOrder(group.inbox, by: { $0.value.number }) { (line) throws(StoreError) in try write(line) }
    try inOrder(group.steps, by: { $0.value.number }) { (line) throws(StoreError) in try write(line) }
    try inOrder(group.lines, by: { $0.value.number }) { (line) throws(StoreError) in try write(line) }
    try inOrder(group.tasks, by: { $0.value.number }) { (line) throws(StoreError) in try write(line) }
    try inOrder(group.runs, by: { $0.value.number }) { (line) throws(StoreError) in try write(line) }
  }

  /// By number: neighbours share pages.
  private func inOrder<Line>(
    _ lines: [Line], by number: (borrowing InPlace<Line>) -> Int64,
    _ write: (borrowing InPlace<Line>) throws(StoreError) -> Void
  ) throws(StoreError) {
    try lines.withInPlace { (lines) throws(StoreError) in
      if lines.count < 2 {
        for index in 0..<lines.count { try write(lines[index]) }
        return
      }
      let numbers = (0..<lines.count).map { number(lines[$0]) }
      let order = numbers.indices.sorted { numbers[$0] < numbers[$1] }
      for index in order { try write(lines[index]) }
    }
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

  private func write(_ entry: borrowing InPlace<Group.InboxLine>) throws(StoreError) {
    let incoming = entry.value.row.incoming
    let (source, type) = (glossary.cell(incoming.source), glossary.cell(incoming.body.type))
    let state = entry.value.row.result?.number ?? 1
    let key = Glossary.Key(kind: Kind.inbox, first: type.word, second: state, third: 0)
    let (number, at) = (entry.value.number, incoming.at.milliseconds)
    let seal = Seal.event(number, source: source, id: incoming.id, at: at, type: type, state: state)
    glossary.pack(key, of: number, clock: at, seal: seal, in: &room) { packer in
      packer.put(entry.value.row.received)
      packer.put(incoming.body)
      packer.put(incoming.depth)
      packer.put(entry.value.row.result)
    }
    guard !entry.value.isStored else {
      let statement = try file.statement(.updateInbox)
      statement.bind(1, entry.value.number)
      statement.bind(2, state)
      statement.bind(3, lying: room.packed)
      return try statement.run()
    }
    let statement = try file.statement(.insertInbox)
    statement.bind(1, entry.value.number)
    statement.bind(2, source)
    statement.bind(3, incoming.id)
    statement.bind(4, incoming.at.milliseconds)
    statement.bind(5, type)
    statement.bind(6, state)
    statement.bind(7, lying: room.packed)
    try statement.run()
  }

  // MARK: Runs

  private func write(_ entry: borrowing InPlace<Group.RunLine>) throws(StoreError) {
    let statement = try file.statement(
      entry.value.isDamaged ? .updateEnds : entry.value.isStored ? .updateRun : .insertRun)
    statement.bind(1, entry.value.number)
    if !entry.value.isStored { statement.bind(2, runID.cell(entry.value.id)) }
    statement.bind(9, entry.value.steps)
    statement.bind(10, known(entry.value.lastStep))
    statement.bind(11, known(entry.value.lastLine))
    statement.bind(12, known(entry.value.lastTask))
    if entry.value.isDamaged { return try statement.run() }
    if let record = entry.value.record {
      bind(record, entry, statement)
    } else {
      for index: Int32 in [3, 4, 5, 6, 7, 8, 13, 15] { statement.bind(index, Int64?.none) }
      if !entry.value.isStored { for index: Int32 in [14, 16, 17, 18, 19, 20] { statement.bind(index, Int64?.none) } }
    }
    try statement.run()
  }

  private func bind(_ record: RunRecord, _ entry: borrowing InPlace<Group.RunLine>, _ statement: Statement) {
    let version = version(record.version)
    let outcome = record.outcome.map(glossary.cell)
    statement.bind(3, record.due?.milliseconds)
    statement.bind(4, record.ended?.milliseconds)
    statement.bind(5, outcome)
    statement.bind(6, record.touched.count)
    statement.bind(7, record.sequence)
    statement.bind(8, record.stuck)
    let place = record.waitsAt.map { Int64($0) } ?? -1 - (outcome?.word ?? glossary.number(""))
    let key = Glossary.Key(kind: Kind.run, first: version.word, second: place, third: 0)
    let seal =
      seal(record, entry)
      ^ Seal.run(
        version: version, steps: entry.value.steps, lastStep: entry.value.lastStep, lastLine: entry.value.lastLine,
        lastTask: entry.value.lastTask, touches: record.touched.count, sequence: record.sequence,
        due: record.due?.milliseconds, ended: record.ended?.milliseconds, outcome: outcome, stuck: record.stuck)
    glossary.pack(key, of: entry.value.number, clock: record.started.milliseconds, seal: seal, in: &room) {
      packer in
      packer.data = entry.value.packedData
      packer.put(entry.value.told)
      packer.put(entry.value.hasHeardStart)
      packer.put(entry.value.areThreadsTold)
      packer.put(entry.value.areThreadsTold ? [:] : record.threads)
      packer.put(record.run)
    }
    statement.bind(13, lying: room.packed)
    // A run may be moved to another version.
    statement.bind(15, version)
    if !entry.value.isStored {
      statement.bind(14, glossary.cell(record.workflow))
      statement.bind(16, record.subject)
      statement.bind(17, record.contact)
      statement.bind(18, record.exclusive.map(glossary.cell))
      statement.bind(19, event(record.event))
      statement.bind(20, record.started.milliseconds)
    }
  }

  /// Of what never changes, which is reckoned once.
  private func seal(_ record: RunRecord, _ entry: borrowing InPlace<Group.RunLine>) -> UInt32 {
    if let known = entry.value.packedData.seal { return known }
    let seal = Seal.run(
      entry.value.number, id: entry.value.id, workflow: glossary.cell(record.workflow), subject: record.subject,
      contact: record.contact, exclusive: record.exclusive.map(glossary.cell), event: record.event,
      started: record.started.milliseconds)
    entry.value.packedData.seal = seal
    return seal
  }

  private func version(_ text: String) -> Cell {
    if let lastVersion, lastVersion.text == text { return lastVersion.cell }
    let cell = glossary.cell(text)
    lastVersion = (text, cell)
    return cell
  }

  /// What came in stands in this group, most often.
  private func event(_ id: String) -> Cell {
    newEvents[id].map { .number($0) } ?? .text(id)
  }

  private func known(_ number: Int64) -> Int64? { number == 0 ? nil : number }

  // MARK: Journals

  private func write(_ new: borrowing InPlace<NewStep>) throws(StoreError) {
    let what = glossary.cell(new.value.step.summary)
    let key = Glossary.Key(kind: Kind.step, first: version(new.value.version).word, second: what.word, third: 0)
    let at = new.value.step.at.milliseconds(since: new.value.started)
    let seal = Seal.step(new.value.number, run: new.value.run, previous: new.value.previous, at: at, what: what)
    glossary.pack(key, of: new.value.run, clock: new.value.step.at.milliseconds, seal: seal, in: &room) { packer in
      packer.shown = new.value.shown
      packer.put(new.value.isHeard)
      packer.put(new.value.step.event)
      packer.put(new.value.step.entries)
      packer.put(new.value.step.touchesElsewhere)
      packer.put(new.value.step.suppressed)
      packer.put(new.value.step.held)
    }
    let statement = try file.statement(.insertStep)
    statement.bind(1, new.value.number)
    statement.bind(2, new.value.run)
    statement.bind(3, known(new.value.previous))
    statement.bind(4, at)
    statement.bind(5, what)
    statement.bind(6, lying: room.packed)
    try statement.run()
  }

  // MARK: Outbox

  private func write(_ line: borrowing InPlace<Group.OutboxLine>) throws(StoreError) {
    let outgoing = line.value.outgoing
    let planned = outgoing.planned
    let statement = try file.statement(line.value.isStored ? .updateLine : .insertLine)
    statement.bind(1, line.value.number)
    statement.bind(2, outgoing.state.number)
    statement.bind(3, outgoing.next == planned ? nil : outgoing.next.milliseconds)
    statement.bind(4, outgoing.attempts)
    statement.bind(5, outgoing.settled?.milliseconds(since: planned))
    statement.bind(6, outgoing.because)
    statement.bind(7, outgoing.receipt)
    if line.value.isStored {
      statement.bind(8, Int64(line.value.turned))
    } else {
      let (step, verb) = (glossary.cell(outgoing.step), glossary.cell(outgoing.verb))
      let key = Glossary.Key(
        kind: Kind.line, first: version(line.value.version).word, second: step.word, third: verb.word)
      statement.bind(8, line.value.run)
      statement.bind(9, known(line.value.previous))
      statement.bind(10, DeliveryKey.cell(outgoing.key.text))
      statement.bind(11, step)
      statement.bind(12, verb)
      statement.bind(13, outgoing.touch ? 1 : 0)
      let off = planned.milliseconds(since: line.value.started)
      let seal = Seal.line(
        line.value.number, run: line.value.run, previous: line.value.previous, key: outgoing.key.text, step: step,
        verb: verb, touch: outgoing.touch, planned: off)
      glossary.pack(key, of: line.value.run, clock: planned.milliseconds, seal: seal ^ line.value.moving, in: &room) {
        LineRow.pack(outgoing, outgoing.rendering, &$0)
      }
      statement.bind(14, lying: room.packed)
      statement.bind(15, off)
    }
    try statement.run()
  }

  // MARK: Tasks and what is seldom

  private func write(_ entry: borrowing InPlace<Group.TaskLine>) throws(StoreError) {
    let name = glossary.cell(entry.value.record.name)
    let isOpen: Int64 = entry.value.record.isOpen ? 1 : 0
    let key = Glossary.Key(
      kind: Kind.task, first: glossary.number(entry.value.record.workflow), second: name.word, third: isOpen)
    let statement = try file.statement(entry.value.isStored ? .updateTask : .insertTask)
    statement.bind(1, entry.value.number)
    statement.bind(2, isOpen)
    let seal = Seal.task(
      entry.value.number, id: entry.value.record.id, run: entry.value.run, previous: entry.value.previous, name: name,
      open: isOpen)
    glossary.pack(key, of: entry.value.run, clock: 0, seal: seal, in: &room) { TaskRow.pack(entry.value.record, &$0) }
    statement.bind(3, lying: room.packed)
    if !entry.value.isStored {
      statement.bind(4, taskID.cell(entry.value.record.id))
      statement.bind(5, entry.value.run)
      statement.bind(6, known(entry.value.previous))
      statement.bind(7, name)
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
      guard let since = one.since else {
        let statement = try file.once("DELETE FROM suppression WHERE contact = ? AND channel = ?")
        statement.bind(1, one.contact)
        statement.bind(2, one.channel)
        try statement.run()
        continue
      }
      let statement = try file.statement(.insertSuppression)
      statement.bind(1, one.contact)
      statement.bind(2, one.channel)
      statement.bind(3, since.at.milliseconds)
      statement.bind(4, since.because)
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

extension Cell {
  /// The word's number; 0 where it is none.
  fileprivate var word: Int64 { if case .number(let number) = self { number } else { 0 } }
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
  fileprivate var number: Int64 { unmatched != nil ? 2 : needsEyes ? 3 : 0 }
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
    let all = entries.span
    var room = 0
    for index in all.indices { room += 3 + all[index].type.utf8.count + (all[index].step?.utf8.count ?? 0) }
    return String(unsafeUninitializedCapacity: room) { bytes in
      var count = 0
      func put(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
          _ = UnsafeMutableBufferPointer(rebasing: bytes[count...]).update(fromContentsOf: utf8)
          count += utf8.count
        }
      }
      for index in all.indices {
        if index > 0 { put(", ") }
        put(all[index].type)
        guard let step = all[index].step else { continue }
        put(" ")
        put(step)
      }
      return count
    }
  }
}
