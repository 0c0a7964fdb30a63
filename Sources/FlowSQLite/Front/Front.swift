import FlowPlugin
import FlowRuntime
import FlowTime

/// The store as its user sees it: what was added, before what stands in the file. Lines that were used lately
/// stay here, so that most steps of a run read nothing. Used by one at a time.
final class Front {
  let file: Connection
  let glossary: Glossary
  var changes = Changes()
  /// The number of the group of changes that is being added to; those before it are in the file.
  var group = 1

  var runs: [String: RunEntry] = [:]
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
  /// What was looked for last and is not there: it is looked for again before it is added.
  var absent: Absent = Absent()

  /// Numbers of the inbox's lines in this group, by the id under which runs know them; while it is written.
  var newEvents: [String: Int64] = [:]

  struct Absent {
    var run: String?
    var task: String?
    var inbox: InboxKey?
  }

  var lastInbox: Int64 = 0
  var lastRun: Int64 = 0
  var lastStep: Int64 = 0
  var lastLine: Int64 = 0
  var lastTask: Int64 = 0

  /// More entries than these are let go when they are in the file.
  static let limit = 16_384

  init(_ file: Connection) throws(StoreError) {
    self.file = file
    let glossary = Glossary()
    for (number, text) in try file.statement(.words).all({ ($0.number(0), $0.text(1)) }) {
      glossary.add(word: number, text)
    }
    let bases = try file.statement(.bases).all {
      ($0.number(0), Glossary.Key(kind: $0.number(1), first: $0.number(2), second: $0.number(3), third: $0.number(4)),
        $0.bytes(5))
    }
    for (number, key, bytes) in bases { glossary.add(base: number, key, bytes) }
    self.glossary = glossary
    let lasts = try file.statement(.lasts).first { row in (0..<5).map { row.number($0) } } ?? [0, 0, 0, 0, 0]
    (lastInbox, lastRun, lastStep, lastLine, lastTask) = (lasts[0], lasts[1], lasts[2], lasts[3], lasts[4])
  }

  // MARK: Letting go

  /// After a commit: everything that is here stands in the file.
  func trim() {
    for line in changes.lines where !line.isOpen || (queues?.open.count ?? 0) > 1024 { line.outgoing = nil }
    if runs.count > Front.limit || tasks.count > Front.limit {
      runs = [:]
      runsByNumber = [:]
      bySubject = [:]
      byContact = [:]
      tasks = [:]
    } else if bySubject.count + byContact.count > 4 * Front.limit {
      bySubject = [:]
      byContact = [:]
    }
    if inbox.count > 1024 { inbox = [:] }
  }
}
