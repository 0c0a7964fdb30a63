import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTime

/// What was added up to a moment, as values: it can be written while more is added.
struct Group: Sendable {
  struct InboxLine: Sendable {
    var number: Int64
    var row: InboxRow
    var isStored: Bool
  }

  struct RunLine: Sendable {
    var number: Int64
    var id: String
    var record: RunRecord?
    var steps: Int
    var lastStep: Int64
    var lastLine: Int64
    var lastTask: Int64
    var told: Int
    var hasHeardStart: Bool
    /// The lines of its outbox tell its threads.
    var areThreadsTold: Bool
    var isStored: Bool
    /// Its row stays as it is: nobody knows what stood there.
    var isDamaged: Bool
    var packedData: PackedData
  }

  struct OutboxLine: Sendable {
    var number: Int64
    var run: Int64
    var version: String
    /// When the run has started, where it has; else the epoch.
    var started: Instant
    var previous: Int64
    var outgoing: Outgoing
    var isStored: Bool
    /// What its checksum comes to cover of what changes, and by which bits that is another than it was.
    var moving: UInt32
    var turned: UInt32
  }

  struct TaskLine: Sendable {
    var number: Int64
    var run: Int64
    var previous: Int64
    var record: TaskRecord
    var isStored: Bool
  }

  var inbox: [InboxLine] = []
  var runs: [RunLine] = []
  var steps: [NewStep] = []
  var lines: [OutboxLine] = []
  var tasks: [TaskLine] = []
  var heard: [(run: Int64, event: String)] = []
  /// Nil: it is allowed again.
  var suppressions: [(contact: String, channel: String, since: Suppression?)] = []
  var touches: [(contact: String, touch: ContactTouch)] = []
  var versions: [Version] = []
  var facts: [String: String?] = [:]
}

extension Front {
  /// Everything that was added and is not on its way yet, as values; from now on it counts as written.
  func seal() throws(StoreError) -> Group {
    let inbox = changes.inbox.map { entry in
      defer { entry.isStored = true }
      return Group.InboxLine(number: entry.number, row: entry.row, isStored: entry.isStored)
    }
    let lines = try changes.lines.map { (line) throws(StoreError) in try seal(line) }
    let tasks = changes.tasks.map { entry in
      defer { entry.isStored = true }
      return Group.TaskLine(
        number: entry.number, run: entry.run, previous: entry.previous, record: entry.record, isStored: entry.isStored)
    }
    let runs = try changes.runs.map { (entry) throws(StoreError) in try seal(entry) }
    return Group(
      inbox: inbox, runs: runs, steps: changes.steps, lines: lines, tasks: tasks, heard: changes.heard,
      suppressions: changes.suppressions, touches: changes.touches, versions: changes.versions, facts: changes.facts)
  }

  private func seal(_ line: LineEntry) throws(StoreError) -> Group.OutboxLine {
    guard let outgoing = line.outgoing else { throw .failed("line \(line.number) was let go") }
    let before = line.moving
    line.moving = outgoing.moving
    defer { line.isStored = true }
    let run = line.isStored ? nil : runsByNumber[line.run]?.record
    return Group.OutboxLine(
      number: line.number, run: line.run, version: run?.version ?? "", started: run?.started ?? .epoch,
      previous: line.previous, outgoing: outgoing, isStored: line.isStored, moving: line.moving,
      turned: before ^ line.moving)
  }

  private func seal(_ entry: RunEntry) throws(StoreError) -> Group.RunLine {
    // What the lines of the outbox tell is not told again.
    let threads = entry.record?.threads ?? [:]
    let areTold = threads.isEmpty ? false : try tell(lines(entry), threads)
    defer { entry.isStored = true }
    return Group.RunLine(
      number: entry.number, id: entry.id, record: entry.record, steps: entry.steps, lastStep: entry.lastStep,
      lastLine: entry.lastLine, lastTask: entry.lastTask, told: entry.told, hasHeardStart: entry.hasHeardStart,
      areThreadsTold: areTold, isStored: entry.isStored, isDamaged: entry.isOwnRowDamaged,
      packedData: entry.packedData)
  }
}

extension Outgoing {
  /// What the checksum of its line covers of what changes, as the columns have it.
  fileprivate var moving: UInt32 {
    Seal.line(
      state: state.number, next: next == planned ? nil : next.milliseconds, attempts: attempts,
      settled: settled?.milliseconds(since: planned), because: because, receipt: receipt)
  }
}
