import FlowPlugin
import FlowRuntime
import FlowTime

/// The store as its user sees it: what was added, before what stands in the file. Lines that were used lately
/// stay here, so that most steps of a run read nothing. Used by one at a time.
final class Front {
  let file: Connection
  let glossary: Glossary
  var changes = Changes()
  /// The number of the group of changes that is being added to; those before it are in the file, or on their way.
  var group = 1
  /// The group before, while a thread of its own writes it; that uses ``file`` alone meanwhile.
  var flight: (group: Flight, changes: Changes)?
  /// For reading while ``file`` is in use.
  private var second: Connection?
  /// What is read now, and what is added by then, is of one transaction, which the next flush ends.
  var readsInTransaction = false

  var runs: [String: RunEntry] = [:]
  /// One of these: what is asked about a run comes together.
  var lastFound: RunEntry?
  var runsByNumber: [Int64: RunEntry] = [:]
  /// Every run of the subject, or contact, that there is, in the order of their start.
  var bySubject: [String: [RunEntry]] = [:]
  var byContact: [String: [RunEntry]] = [:]
  var tasks: [String: TaskEntry] = [:]
  var inbox: [InboxKey: InboxEntry] = [:]
  var facts: [String: String]?
  /// Digests of everybody that is suppressed.
  var suppressed: Set<Int>?
  var queues: Queues?
  /// Runs of which something that waits was damaged when ``queues`` was read.
  var damaged: [String] = []
  /// The thread that writes the next group lets go of it, and not the one that makes it.
  private var litter = Litter()
  private let writer: GroupWriter
  /// How many groups were written one by one since ``carryLog()``.
  private var groupsInLog = 0

  /// What stands in the file, and is not needed any more.
  private struct Litter {
    var changes: [Changes] = []
    var outgoing: [Outgoing] = []
  }

  /// What was looked for last and is not there: it is looked for again before it is added.
  var absent: Absent = Absent()

  struct Absent {
    var run: String?
    var task: String?
    var inbox: InboxKey?
  }

  /// What stands in the file, or will; nil where that is not known.
  var presence: Presence?
  /// For what is checked next.
  var emptyBatch = Batch()

  /// Some run has heard an event of which its journal does not say so.
  var isHeardApart = false
  var lastInbox: Int64 = 0
  var lastRun: Int64 = 0
  var lastStep: Int64 = 0
  var lastLine: Int64 = 0
  var lastTask: Int64 = 0
  var trust: Trust

  /// More entries than these are let go when they are in the file.
  static let limit = 16_384
  private var inboxLimit = 1024

  /// Which steps this process has written a moment ago, 30 seconds to a minute: they need not be read to be known as
  /// whole, and neither need the journals that end with one. Time is told in spans.
  struct Trust {
    private static let seconds = 30.0
    private var turned = SystemClock.seconds
    /// The last step when this span began.
    private var mark: Int64
    /// The same of the span before: what has a greater number was written since.
    private(set) var since: Int64
    private(set) var span = 2

    /// - Parameter last: the number of the last step there is.
    init(last: Int64) { (mark, since) = (last, last) }

    mutating func turn(last: Int64) {
      let now = SystemClock.seconds
      guard now - turned >= Trust.seconds else { return }
      // Where nobody has asked for long, nobody knows when the last of them was written.
      let isLong = now - turned >= 2 * Trust.seconds
      since = isLong ? last : mark
      span += isLong ? 2 : 1
      mark = last
      turned = isLong ? now : turned + Trust.seconds
    }
  }

  init(_ file: Connection) throws(StoreError) {
    self.file = file
    let glossary = Glossary(areSealed: try file.once(Schema.sealed).first { _ in true } != nil)
    for (number, text) in try file.statement(.words).all({ ($0.number(0), $0.text(1)) }) {
      glossary.add(word: number, text)
    }
    let bases = try file.statement(.bases).all {
      (
        $0.number(0), Glossary.Key(kind: $0.number(1), first: $0.number(2), second: $0.number(3), third: $0.number(4)),
        $0.bytes(5)
      )
    }
    for (number, key, bytes) in bases { glossary.add(base: number, key, bytes) }
    self.glossary = glossary
    writer = GroupWriter(file, glossary)
    let lasts = try file.statement(.lasts).first { row in (0..<6).map { row.number($0) } } ?? [0, 0, 0, 0, 0, 0]
    (lastInbox, lastRun, lastStep, lastLine, lastTask) = (lasts[0], lasts[1], lasts[2], lasts[3], lasts[4])
    isHeardApart = lasts[5] != 0
    trust = Trust(last: lastStep)
  }

  // MARK: Reading

  /// What a single line is read by: the file as of some group that was written. Whatever a later group has changed is
  /// in memory, with every list that it belongs to.
  func reader() throws(StoreError) -> Connection {
    guard flight != nil else {
      if readsInTransaction { try file.begin() }
      return file
    }
    if let second { return second }
    let made = try Connection(path: file.path, isWriting: false, isChecked: false)
    second = made
    return made
  }

  /// What was added and is not known to be in the file, the earlier first.
  var unwritten: [Changes] { flight.map { [$0.changes, changes] } ?? [changes] }

  // MARK: Writing

  /// When it returns, everything that was added is on the disk. When it throws, the store must be read anew.
  func flush() throws(StoreError) {
    try land()
    guard !changes.isEmpty else { return try file.endReading() }
    try writer.write(try seal())
    groupsInLog += 1
    settle(turnPage())
    litter = Litter()
  }

  /// Carrying it is worth two syncs, and would take a millisecond; nothing is on its way, and nothing was added.
  var isLogLong: Bool { groupsInLog >= 24 && flight == nil && changes.isEmpty }

  /// Into the file, as far as nobody reads an earlier state of it.
  func carryLog() throws(StoreError) {
    groupsInLog = 0
    try file.endReading()
    try file.statement(.carryLog).run()
  }

  /// The same, but for what was added since the last time, which is on its way when this returns.
  func beginFlush() throws(StoreError) {
    try land()
    guard !changes.isEmpty else { return try file.endReading() }
    let sealed = try seal()
    if presence == nil { presence = try Presence(of: self) }
    let writer = writer
    var dropped = Litter()
    swap(&dropped, &litter)
    flight = (
      Flight { [dropped] () throws(StoreError) in
        try withExtendedLifetime(dropped) { () throws(StoreError) in try writer.write(sealed) }
      }, turnPage()
    )
  }

  /// Waits until what is on its way is in the file.
  private func land() throws(StoreError) {
    guard let (group, changes) = flight else { return }
    flight = nil
    try group.land()
    settle(changes)
  }

  /// What is added from now on is another group.
  private func turnPage() -> Changes {
    var page = Changes()
    swap(&page, &changes)
    group += 1
    return page
  }

  /// When nothing is on its way any more, whatever became of it.
  func close() throws(StoreError) {
    defer { second = nil }
    if let flight { try? flight.group.land() }
    flight = nil
    // The one that writes is the last, and takes the log away.
    try second?.close()
    try file.close()
  }

  // MARK: Letting go

  /// The group is in the file; what was added since is not.
  private func settle(_ written: Changes) {
    let isFull = (queues?.open.count ?? 0) > 1024
    for line in written.lines where line.group < group && (!line.isOpen || isFull) {
      if let outgoing = line.outgoing.take() { litter.outgoing.append(outgoing) }
    }
    litter.changes.append(written)
    trim()
  }

  /// Lets go of what was not used lately, and stands in the file.
  func trim() {
    if runs.count > Front.limit || tasks.count > Front.limit {
      trimRuns()
    } else if bySubject.count + byContact.count > 4 * Front.limit {
      (bySubject, byContact) = (unwritten(bySubject), unwritten(byContact))
    }
    if inbox.count > inboxLimit {
      inbox = inbox.filter { $0.value.isPending || $0.value.group == group }
      inboxLimit = max(1024, 2 * inbox.count)
    }
  }

  /// What is to be written, and whatever is reached from there, stays as it is known.
  private func trimRuns() {
    (bySubject, byContact) = (unwritten(bySubject), unwritten(byContact))
    var kept = Set(changes.lines.map(\.run) + changes.tasks.map(\.run) + changes.runs.map(\.number))
    for list in [bySubject, byContact] { for entries in list.values { kept.formUnion(entries.map(\.number)) } }
    runsByNumber = runsByNumber.filter { kept.contains($0.key) }
    (runs, lastFound) = ([:], nil)
    var tasks: [String: TaskEntry] = [:]
    for task in changes.tasks { tasks[task.record.id] = task }
    for entry in runsByNumber.values {
      runs[entry.id] = entry
      for task in entry.tasks ?? [] { tasks[task.record.id] = task }
    }
    self.tasks = tasks
  }

  /// Those lists that the file does not tell.
  private func unwritten(_ lists: [String: [RunEntry]]) -> [String: [RunEntry]] {
    changes.runs.isEmpty ? [:] : lists.filter { list in list.value.contains { $0.group == group } }
  }
}
