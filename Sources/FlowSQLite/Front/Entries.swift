import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTime

/// A run in memory, and what is known of what belongs to it. Without a record it is only named: something was
/// written about a run that is not there.
final class RunEntry {
  let number: Int64
  let id: String
  var record: RunRecord?
  /// How many steps the journal has, and the latest of each kind of line; 0 for none.
  var steps = 0
  var lastStep: Int64 = 0
  var lastLine: Int64 = 0
  var lastTask: Int64 = 0
  /// How many of the run's touches the contact's list knows.
  var told = 0
  /// Whether the event that started it counts as heard.
  var hasHeardStart = false

  /// Nil where they have not been read.
  var lines: [LineEntry]?
  var tasks: [TaskEntry]?
  var heard: Set<String>?
  /// What was not as it was written when the journal was read last.
  var damage: String?
  /// What is not of its deliveries and tasks, as far as they were read, and of its own row: then ``record`` is what
  /// can be told of that.
  var damagedRows: String?
  var isOwnRowDamaged = false
  /// Its own row is damaged, and whoever asked which runs are due has heard of it.
  var isDamageTold = false
  /// The span of ``Front/trust`` in which all of the journal was read last.
  var readIn = 0

  /// The group of changes that it was last changed in; it stands in the file as of the group before.
  var group = 0
  var isStored: Bool
  let packedData = PackedData()

  init(number: Int64, id: String, isStored: Bool) {
    self.number = number
    self.id = id
    self.isStored = isStored
    if !isStored { (lines, tasks, heard) = ([], [], []) }
  }
}

/// A line of the outbox in memory.
final class LineEntry {
  let number: Int64
  let run: Int64
  let runID: String
  let previous: Int64
  let key: String
  var state: Outgoing.State
  var next: Instant
  var planned: Instant
  let verb: String
  let node: NodeIndex
  let touch: Bool
  /// How a later message names it, and what it shows as subject.
  let reference: String?
  let subject: String?
  /// Nil where it was let go; it stands in the file.
  var outgoing: Outgoing?
  /// What its checksum in the file covers of what changes (``Seal``).
  var moving: UInt32
  var group = 0
  /// Something is still to be done about it.
  var isOpen: Bool { state.number < Outgoing.State.accepted.number }
  var isStored: Bool

  init(number: Int64, run: Int64, previous: Int64, _ outgoing: Outgoing, moving: UInt32 = 0, isStored: Bool) {
    self.number = number
    self.run = run
    self.moving = moving
    runID = outgoing.run
    self.previous = previous
    key = outgoing.key.text
    state = outgoing.state
    next = outgoing.next
    planned = outgoing.planned
    verb = outgoing.verb
    node = outgoing.node
    touch = outgoing.touch
    reference = outgoing.rendering.reference
    subject = outgoing.rendering.shown.first { $0.name == "subject" }?.text
    self.outgoing = outgoing
    self.isStored = isStored
  }
}

final class TaskEntry {
  let number: Int64
  let run: Int64
  let previous: Int64
  var record: TaskRecord
  var group = 0
  var isStored: Bool

  init(number: Int64, run: Int64, previous: Int64, _ record: TaskRecord, isStored: Bool) {
    self.number = number
    self.run = run
    self.previous = previous
    self.record = record
    self.isStored = isStored
  }
}

final class InboxEntry {
  let number: Int64
  var row: InboxRow
  var group = 0
  var isStored: Bool
  var isPending: Bool { row.result == nil }

  init(number: Int64, _ row: InboxRow, isStored: Bool) {
    self.number = number
    self.row = row
    self.isStored = isStored
  }
}

/// A step of a journal that is not in the file yet: a value, so that it is written as it stands here.
struct NewStep: Sendable {
  var number: Int64
  var run: Int64
  var version: String
  /// When the run has started, where it has; else the epoch.
  var started: Instant
  var previous: Int64
  var step: JournalStep
  /// Texts that stand in the lines of the outbox that were planned with it.
  var shown: [(line: Int64, texts: [Entry.NamedText])] = []
  /// The run knows the step's event from now on.
  var isHeard = false
}

/// What was added and is not in the file yet. Lines come in the order of their first change.
struct Changes {
  var inbox: [InboxEntry] = []
  var runs: [RunEntry] = []
  var steps: [NewStep] = []
  var lines: [LineEntry] = []
  var tasks: [TaskEntry] = []
  var heard: [(run: Int64, event: String)] = []
  /// Nil: it is allowed again.
  var suppressions: [(contact: String, channel: String, since: Suppression?)] = []
  var touches: [(contact: String, touch: ContactTouch)] = []
  var versions: [Version] = []
  var facts: [String: String?] = [:]
  var isEmpty = true
}
