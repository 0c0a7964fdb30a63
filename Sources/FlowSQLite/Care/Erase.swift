import FlowCore
import FlowPlugin
import FlowRuntime

extension SQLiteStore {
  /// Takes out everything that is known of a contact: its runs with their histories, deliveries and tasks, and
  /// whatever came in that names it (guarantee 27). Nothing of it is left in the file, in its free pages or in the
  /// log beside it. That it must not be written to is kept, under a digest; so are the ids of what had come in and the
  /// runs' keys: what is told again does nothing (``FlowRuntime/Erased``).
  ///
  /// Rewrites the file, which takes as long as that. What was planned for the contact is not handed over any more.
  /// - Parameter contact: anything that the contact is known by; its runs say what else that is. Of an empty one
  ///   nothing is taken.
  /// - Throws: also where another process reads the file for so long that what was erased is still in the log beside
  ///   it: everything else is done, and erasing again does the rest.
  public func erase(_ contact: String) throws(StoreError) -> Erasure {
    let name = ContactIdentity.canonical(contact)
    guard !name.isEmpty else { return Erasure() }
    let erasure: Erasure
    do throws(StoreError) {
      erasure = try useFile { (front) throws(StoreError) in
        var eraser = Eraser(front, name)
        return try eraser.erase()
      }
    } catch {
      // It may be in the file all the same.
      try reopen()
      throw error
    }
    try reopen()
    return erasure
  }

  /// What ``erase(_:)`` would take out and leave: nothing is taken. Suppressions are not counted.
  public func erasure(of contact: String) throws(StoreError) -> Erasure {
    let name = ContactIdentity.canonical(contact)
    guard !name.isEmpty else { return Erasure() }
    return try useFile { (front) throws(StoreError) in
      var eraser = Eraser(front, name)
      try eraser.find()
      return eraser.erasure
    }
  }
}

/// One erasure, on a store in which nothing waits to be written.
private struct Eraser {
  let front: Front
  /// Everything that the contact is known by.
  private var names: Set<String>
  private var known = KnownNames([])
  private(set) var erasure = Erasure()
  private var runs: Set<Int64> = []
  private var events: Set<Int64> = []
  /// The runs' keys: `7`, by which much else may be called.
  private var keys: Set<String> = []
  /// How often the process has ended with one of the events in hand.
  private var crashes: Set<String> = []
  /// What the runs' deliveries are called.
  private var deliveries: Set<String> = []
  /// Facts that stay of it.
  private var traces: Set<String> = []

  init(_ front: Front, _ name: String) {
    self.front = front
    names = [name]
  }

  /// Reads alone.
  mutating func find() throws(StoreError) {
    try findNames()
    try findRuns()
    try findEvents()
    try findNaming()
  }

  mutating func erase() throws(StoreError) -> Erasure {
    try find()
    try front.file.once("PRAGMA secure_delete = ON").run()
    try front.file.execute(.begin)
    do throws(StoreError) {
      try unbase()
      try delete()
      try front.file.execute(.commit)
    } catch {
      try? front.file.execute(.rollback)
      throw error
    }
    try front.file.once("VACUUM").run()
    guard try front.file.once("PRAGMA wal_checkpoint(TRUNCATE)").first({ $0.number(0) }) == 0 else {
      throw .failed("another process reads the store, and what was erased is still in its log: erase again")
    }
    return erasure
  }

  // MARK: What is its

  /// Other names of the contact that an event has told, whether it started a run or not.
  private mutating func findNames() throws(StoreError) {
    var facts: [Fact] = []
    for kind in KnownNames.facts { facts += try front.facts(kind) }
    known = KnownNames(facts)
    names = known.all(names)
  }

  private mutating func findRuns() throws(StoreError) {
    let numbers = try front.file.once("SELECT number FROM run WHERE workflow IS NOT NULL").all { $0.number(0) }
    // A run may know the contact by a name that leads to the next.
    var count = 0
    while count < names.count {
      count = names.count
      for number in numbers where !runs.contains(number) { try look(at: number) }
      names = known.all(names)
    }
  }

  private mutating func look(at number: Int64) throws(StoreError) {
    guard let record = try front.run(number: number)?.record else { return }
    front.trimAfterReading()
    let contact = ContactIdentity.all(of: record.run.data["contact"] ?? .absent)
    guard names.contains(record.contact) || contact.contains(where: names.contains) else { return }
    runs.insert(number)
    erasure.runs.insert(record.id)
    names.formUnion(contact)
    keys.insert(record.subject)
    traces.insert(Erased.key(record.subject, workflow: record.workflow))
    // The event that started it, whatever it is called.
    if let id = try front.file.once("SELECT event FROM run WHERE number = \(number)").first({ $0.cell(0) }),
      case .number(let event) = id
    {
      events.insert(event)
    }
  }

  /// Whatever came in that holds one of the names or the id of one of the runs, and what was sent to a key alone that
  /// reached nobody else.
  private mutating func findEvents() throws(StoreError) {
    let wanted = names.union(erasure.runs).map { Array($0.utf8) }
    let rows = try front.file.once(Query.inbox)
    defer { rows.reset() }
    while try rows.next() {
      let row = try front.inboxEntry(rows).row
      let bytes = Array(rows.text(2).utf8) + [0] + said(in: row)
      let number = rows.number(0)
      if events.contains(number) || isForKey(row)
        || wanted.contains(where: { holds(bytes, $0) || !isPlain($0) && holds(composed(bytes), $0) })
      {
        events.insert(number)
        traces.insert(Erased.event(row.incoming.key))
        crashes.insert("in/\(row.incoming.source)#\(row.incoming.id)")
      }
    }
    erasure.events = events.count
  }

  /// Runs of others keep their data: what they do hangs on them.
  private mutating func findNaming() throws(StoreError) {
    let numbers = try front.file.once("SELECT number FROM run WHERE workflow IS NOT NULL").all { $0.number(0) }
    for number in numbers where !runs.contains(number) {
      guard let record = try front.run(number: number)?.record else { continue }
      front.trimAfterReading()
      let data = Array(json(of: .record(record.run.data), zone: .utc).write().utf8)
      if isNamed(in: data) { erasure.naming.insert(record.id) }
    }
  }

  /// Whether one of the contact's names stands in it.
  private func isNamed(in bytes: [UInt8]) -> Bool {
    names.contains { name in
      let word = Array(name.utf8)
      return holds(bytes, word) || !isPlain(word) && holds(composed(bytes), word)
    }
  }

  /// Keys are not people's alone: what reached a run of somebody else is somebody else's.
  private func isForKey(_ row: InboxRow) -> Bool {
    guard case .event(_, let subject?, _) = row.incoming.body, keys.contains(subject) else { return false }
    let runs = (row.result?.reached ?? []) + (row.result?.started ?? []).map(\.run)
    return runs.allSatisfy(erasure.runs.contains)
  }

  /// What came in, without what the project calls by names of its own: a contact may be called as a channel, an event
  /// or a workflow is.
  private func said(in row: InboxRow) -> [UInt8] {
    var (body, result) = (row.incoming.body, row.result)
    switch body {
    case .event(_, let subject, let data): body = .event(type: "", subject: subject, data: data)
    case .enrol(_, let input):
      body = .event(type: "", subject: nil, data: json(of: .record(input), zone: .utc).write())
    case .suppress(let contact, _, let because): body = .suppress(contact: contact, channel: "", because: because)
    case .message(var message):
      message.verb = ""
      body = .message(message)
    case .run, .task: break
    }
    if let started = result?.started { for index in started.indices { result?.started[index].workflow = "" } }
    if let refused = result?.refused { for index in refused.indices { result?.refused[index].workflow = "" } }
    var packer = Packer()
    packer.begin(clock: row.incoming.at.milliseconds)
    packer.put(body)
    packer.put(result)
    return packer.bytes
  }

  /// Whether the word stands there by itself, not within a longer one: `c-1` is not `c-10`, `ann@…` not `joann@…`.
  private func holds(_ bytes: [UInt8], _ word: [UInt8]) -> Bool {
    guard let first = word.first, bytes.count >= word.count else { return false }
    let isAddress = word.contains(UInt8(ascii: "@"))
    for start in 0...(bytes.count - word.count) where bytes[start] == first {
      let end = start + word.count
      guard bytes[start..<end].elementsEqual(word) else { continue }
      // A packed text begins with its length, which may look like a letter.
      let begins = start == 0 || !isWithinWord(bytes[start - 1]) || Int(bytes[start - 1]) == word.count
      let ends = isAddress || end == bytes.count || !isWithinWord(bytes[end])
      // No member is called as an address or a telephone number is.
      if begins, ends, isAddress || word.first == UInt8(ascii: "+") || !isMember(bytes, start, end) { return true }
    }
    return false
  }

  /// It is how JSON calls a member: `"email":`.
  private func isMember(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Bool {
    guard start > 0, bytes[start - 1] == UInt8(ascii: "\""), end < bytes.count, bytes[end] == bytes[start - 1] else {
      return false
    }
    return bytes[(end + 1)...].first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: ":")
  }

  private func isPlain(_ word: [UInt8]) -> Bool { word.allSatisfy { $0 < 0x80 } }

  /// What came in is kept as it came: names in it may have other bytes than those by which they are known.
  private func composed(_ bytes: [UInt8]) -> [UInt8] { Array(String(decoding: bytes, as: UTF8.self).composed.utf8) }

  private func isWithinWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...0xFF: true
    default: byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }
  }

  // MARK: Taking it out

  /// Lines of others that are told by one of its lines are told whole.
  private func unbase() throws(StoreError) {
    let origins = try front.file.once("SELECT id, kind, origin FROM base").all {
      ($0.number(0), $0.number(1), $0.number(2))
    }
    let own = Set(origins.filter { $0.1 == Kind.inbox ? events.contains($0.2) : runs.contains($0.2) }.map(\.0))
    guard !own.isEmpty else { return }
    for table in ["incoming", "run", "journal", "line", "task"] {
      let rows = try front.file.once("SELECT number, packed FROM \(table) WHERE packed IS NOT NULL")
      let update = try front.file.once("UPDATE \(table) SET packed = ? WHERE number = ?")
      for (number, packed) in try rows.all({ ($0.number(0), $0.bytes(1)) }) {
        guard let base = front.glossary.base(of: packed), own.contains(base) else { continue }
        // What cannot be read any more stays as it is.
        guard let whole = try? front.glossary.whole(packed) else { continue }
        update.bind(1, whole)
        update.bind(2, number)
        try update.run()
      }
    }
    for base in own { try front.file.once("DELETE FROM base WHERE id = \(base)").run() }
  }

  private mutating func delete() throws(StoreError) {
    for run in runs {
      let keys = try front.file.once("SELECT key FROM line WHERE run = \(run)").all { DeliveryKey.text($0.cell(0)) }
      deliveries.formUnion(keys)
      for table in ["journal", "line", "task", "heard"] {
        try front.file.once("DELETE FROM \(table) WHERE run = \(run)").run()
      }
      try front.file.once("DELETE FROM run WHERE number = \(run)").run()
    }
    for event in events {
      // A run of somebody else that it started keeps its event's id.
      let name = try front.file.once("SELECT source, id FROM incoming WHERE number = \(event)").first {
        (row) throws(StoreError) in
        InboxKey(source: try front.glossary.text(row.cell(0)), id: row.text(1)).event
      }
      let keep = try front.file.once("UPDATE run SET event = ?2 WHERE event = ?1")
      keep.bind(1, event)
      keep.bind(2, name)
      try keep.run()
      try front.file.once("DELETE FROM incoming WHERE number = \(event)").run()
    }
    for name in names { try run("DELETE FROM touch WHERE contact = ?1", name) }
    for id in erasure.runs { try run("DELETE FROM touch WHERE run = ?1", id) }
    try deleteFacts()
    for trace in traces.union(traces.isEmpty ? [] : [Erased.mark]) {
      try run("INSERT OR IGNORE INTO fact (name, value) VALUES (?1, '')", trace)
    }
    for word in names.union(erasure.runs).union(keys) {
      try run(word.contains("@") ? Self.forget : Self.forgetUnused, word)
    }
    for name in names where try count("SELECT count(*) FROM suppression WHERE contact = ?1", name) > 0 {
      erasure.suppressions += 1
      let keep = try front.file.once(
        """
        INSERT OR IGNORE INTO suppression (contact, channel, at, because)
        SELECT ?2, channel, at, 'erased' FROM suppression WHERE contact = ?1
        """)
      keep.bind(1, name)
      keep.bind(2, ContactIdentity.erased(name))
      try keep.run()
      try run("DELETE FROM suppression WHERE contact = ?1", name)
    }
  }

  /// What nobody is called by but who is erased.
  private static let forget = "UPDATE name SET text = 'erased ' || id WHERE text = ?1"

  /// A name or a key may also be a channel's, a step's or a source's: what others' lines refer to keeps its word.
  private static let forgetUnused =
    forget
    + [
      ("incoming", ["source", "type"]), ("run", ["workflow", "version", "exclusive", "outcome"]),
      ("journal", ["what"]), ("line", ["step", "verb"]), ("task", ["name"]),
    ].map { table, columns in
      let uses = columns.map { "\(table).\($0) = name.id" }.joined(separator: " OR ")
      return " AND NOT EXISTS (SELECT 1 FROM \(table) WHERE \(uses))"
    }.joined()

  private func deleteFacts() throws(StoreError) {
    let facts = try front.file.once("SELECT name, value FROM fact").all { ($0.text(0), $0.text(1)) }
    for (name, value) in facts where isAbout(name, value) { try run("DELETE FROM fact WHERE name = ?1", name) }
  }

  /// Whether a fact is about the contact or one of the runs, as its kind has it: what holds sending, or is known of a
  /// channel or of others, stays, however they are called.
  private func isAbout(_ name: String, _ value: String) -> Bool {
    guard let cut = name.firstIndex(of: "/") else { return false }
    let rest = String(name[name.index(after: cut)...])
    let parts = rest.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    // A contact may have a slash in its name; what follows it has none.
    let contact = parts.dropLast(2).joined(separator: "/")
    let last = parts.last ?? ""
    switch name[..<cut] {
    case "contact", "joined": return names.contains(rest) || names.contains(value)
    case "reference": return erasure.runs.contains(value)
    case "allowed": return names.contains(contact)
    case "late": return names.contains(contact) || erasure.runs.contains(parts.dropLast().last ?? "")
    case "aside", "rerun": return erasure.runs.contains(rest)
    case "unread": return erasure.runs.contains(parts.first ?? "")
    case "first-run": return erasure.runs.contains(last)
    case "hold": return last.hasPrefix(".") && erasure.runs.contains(String(last.dropFirst()))
    case "crash": return crashes.contains(rest) || deliveries.contains(rest)
    case "unknown", "perhaps", "stopped": return deliveries.contains(rest)
    default: return false
    }
  }

  private func run(_ sql: String, _ text: String) throws(StoreError) {
    let statement = try front.file.once(sql)
    statement.bind(1, text)
    try statement.run()
  }

  private func count(_ sql: String, _ text: String) throws(StoreError) -> Int64 {
    let statement = try front.file.once(sql)
    statement.bind(1, text)
    return try statement.first { $0.number(0) } ?? 0
  }
}
