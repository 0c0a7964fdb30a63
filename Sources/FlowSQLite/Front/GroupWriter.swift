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
    try inOrder(group.inbox, by: { $0.number }) { (line) throws(StoreError) in try write(line) }
    try inOrder(group.steps, by: { $0.number }) { (line) throws(StoreError) in try write(line) }
    try inOrder(group.lines, by: { $0.number }) { (line) throws(StoreError) in try write(line) }
    try inOrder(group.tasks, by: { $0.number }) { (line) throws(StoreError) in try write(line) }
    try inOrder(group.runs, by: { $0.number }) { (line) throws(StoreError) in try write(line) }
  }

  /// By number: neighbours share pages. The lines stay as they lie: each would be copied otherwise.
  private func inOrder<Line>(
    _ lines: [Line], by number: (Line) -> Int64, _ write: (Line) throws(StoreError) -> Void
  ) throws(StoreError) {
    try lines.withUnsafeBufferPointer { (lines) throws(StoreError) in
      if lines.count < 2 {
        for index in lines.indices { try write(lines[index]) }
        return
      }
      let numbers = lines.indices.map { number(lines[$0]) }
      let order = lines.indices.sorted { numbers[$0] < numbers[$1] }
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

  private func write(_ entry: Group.InboxLine) throws(StoreError) {
    let incoming = entry.row.incoming
    let (source, type) = (glossary.cell(incoming.source), glossary.cell(incoming.body.type))
    let state = entry.row.result?.number ?? 1
    let key = Glossary.Key(kind: Kind.inbox, first: type.word, second: state, third: 0)
    let (number, at) = (entry.number, incoming.at.milliseconds)
    let seal = Seal.event(number, source: source, id: incoming.id, at: at, type: type, state: state)
    glossary.pack(key, of: number, clock: at, seal: seal, in: &room) { packer in
      packer.put(entry.row.received)
      packer.put(incoming.body)
      packer.put(incoming.depth)
      packer.put(entry.row.result)
    }
    guard !entry.isStored else {
      let statement = try file.statement(.updateInbox)
      statement.bind(1, entry.number)
      statement.bind(2, state)
      statement.bind(3, lying: room.packed)
      return try statement.run()
    }
    let statement = try file.statement(.insertInbox)
    statement.bind(1, entry.number)
    statement.bind(2, source)
    statement.bind(3, incoming.id)
    statement.bind(4, incoming.at.milliseconds)
    statement.bind(5, type)
    statement.bind(6, state)
    statement.bind(7, lying: room.packed)
    try statement.run()
  }

  // MARK: Runs

  private func write(_ entry: Group.RunLine) throws(StoreError) {
    let statement = try file.statement(entry.isDamaged ? .updateEnds : entry.isStored ? .updateRun : .insertRun)
    statement.bind(1, entry.number)
    if !entry.isStored { statement.bind(2, runID.cell(entry.id)) }
    statement.bind(9, entry.steps)
    statement.bind(10, known(entry.lastStep))
    statement.bind(11, known(entry.lastLine))
    statement.bind(12, known(entry.lastTask))
    if entry.isDamaged { return try statement.run() }
    if let record = entry.record {
      bind(record, entry, statement)
    } else {
      for index: Int32 in [3, 4, 5, 6, 7, 8, 13, 15] { statement.bind(index, Int64?.none) }
      if !entry.isStored { for index: Int32 in [14, 16, 17, 18, 19, 20] { statement.bind(index, Int64?.none) } }
    }
    try statement.run()
  }

  private func bind(_ record: RunRecord, _ entry: Group.RunLine, _ statement: Statement) {
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
        version: version, steps: entry.steps, lastStep: entry.lastStep, lastLine: entry.lastLine,
        lastTask: entry.lastTask, touches: record.touched.count, sequence: record.sequence,
        due: record.due?.milliseconds, ended: record.ended?.milliseconds, outcome: outcome, stuck: record.stuck)
    glossary.pack(key, of: entry.number, clock: record.started.milliseconds, seal: seal, in: &room) {
      packer in
      packer.data = entry.packedData
      packer.put(entry.told)
      packer.put(entry.hasHeardStart)
      packer.put(entry.areThreadsTold)
      packer.put(entry.areThreadsTold ? [:] : record.threads)
      packer.put(record.run)
    }
    statement.bind(13, lying: room.packed)
    // A run may be moved to another version.
    statement.bind(15, version)
    if !entry.isStored {
      statement.bind(14, glossary.cell(record.workflow))
      statement.bind(16, record.subject)
      statement.bind(17, record.contact)
      statement.bind(18, record.exclusive.map(glossary.cell))
      statement.bind(19, event(record.event))
      statement.bind(20, record.started.milliseconds)
    }
  }

  /// Of what never changes, which is reckoned once.
  private func seal(_ record: RunRecord, _ entry: Group.RunLine) -> UInt32 {
    if let known = entry.packedData.seal { return known }
    let seal = Seal.run(
      entry.number, id: entry.id, workflow: glossary.cell(record.workflow), subject: record.subject,
      contact: record.contact, exclusive: record.exclusive.map(glossary.cell), event: record.event,
      started: record.started.milliseconds)
    entry.packedData.seal = seal
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

  private func write(_ new: Group.StepLine) throws(StoreError) {
    let what = glossary.cell(new.step.summary)
    let key = Glossary.Key(kind: Kind.step, first: version(new.version).word, second: what.word, third: 0)
    let at = new.step.at.milliseconds(since: new.started)
    let seal = Seal.step(new.number, run: new.run, previous: new.previous, at: at, what: what)
    glossary.pack(key, of: new.run, clock: new.step.at.milliseconds, seal: seal, in: &room) { packer in
      packer.shown = new.shown
      packer.put(new.isHeard)
      packer.put(new.step.event)
      packer.put(new.step.entries)
      packer.put(new.step.touchesElsewhere)
      packer.put(new.step.suppressed)
      packer.put(new.step.held)
    }
    let statement = try file.statement(.insertStep)
    statement.bind(1, new.number)
    statement.bind(2, new.run)
    statement.bind(3, known(new.previous))
    statement.bind(4, at)
    statement.bind(5, what)
    statement.bind(6, lying: room.packed)
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
    if line.isStored {
      statement.bind(8, Int64(line.turned))
    } else {
      let (step, verb) = (glossary.cell(outgoing.step), glossary.cell(outgoing.verb))
      let key = Glossary.Key(kind: Kind.line, first: version(line.version).word, second: step.word, third: verb.word)
      statement.bind(8, line.run)
      statement.bind(9, known(line.previous))
      statement.bind(10, DeliveryKey.cell(outgoing.key.text))
      statement.bind(11, step)
      statement.bind(12, verb)
      statement.bind(13, outgoing.touch ? 1 : 0)
      let off = planned.milliseconds(since: line.started)
      let seal = Seal.line(
        line.number, run: line.run, previous: line.previous, key: outgoing.key.text, step: step, verb: verb,
        touch: outgoing.touch, planned: off)
      glossary.pack(key, of: line.run, clock: planned.milliseconds, seal: seal ^ line.moving, in: &room) {
        LineRow.pack(outgoing, outgoing.rendering, &$0)
      }
      statement.bind(14, lying: room.packed)
      statement.bind(15, off)
    }
    try statement.run()
  }

  // MARK: Tasks and what is seldom

  private func write(_ entry: Group.TaskLine) throws(StoreError) {
    let name = glossary.cell(entry.record.name)
    let isOpen: Int64 = entry.record.isOpen ? 1 : 0
    let key = Glossary.Key(
      kind: Kind.task, first: glossary.number(entry.record.workflow), second: name.word, third: isOpen)
    let statement = try file.statement(entry.isStored ? .updateTask : .insertTask)
    statement.bind(1, entry.number)
    statement.bind(2, isOpen)
    let seal = Seal.task(
      entry.number, id: entry.record.id, run: entry.run, previous: entry.previous, name: name, open: isOpen)
    glossary.pack(key, of: entry.run, clock: 0, seal: seal, in: &room) { TaskRow.pack(entry.record, &$0) }
    statement.bind(3, lying: room.packed)
    if !entry.isStored {
      statement.bind(4, taskID.cell(entry.record.id))
      statement.bind(5, entry.run)
      statement.bind(6, known(entry.previous))
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
