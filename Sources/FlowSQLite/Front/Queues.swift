import FlowRuntime
import FlowTime

/// What waits, in the order in which its time comes: in memory alone, read back when the store is opened.
struct Queues {
  /// Runs that are due at some time.
  var wakes: WakeHeap
  /// Lines of the outbox that are not settled, by number.
  private(set) var open: [Int64: LineEntry] = [:]
  private var openByKey: [String: LineEntry] = [:]
  /// Planned lines whose time has come, by verb and number; and the others.
  private var ready: [(verb: String, lines: WakeHeap)] = []
  private var later = WakeHeap()
  /// How many lines of a run are not settled.
  private(set) var openOfRun: [Int64: Int] = [:]
  private var pending: [InboxEntry]
  private var firstPending = 0

  init(dues: [WakeHeap.Wake], pending: [InboxEntry]) {
    wakes = WakeHeap(dues)
    self.pending = pending
  }

  // MARK: Outbox

  func openLine(_ key: String) -> LineEntry? { openByKey[key] }

  mutating func add(_ line: LineEntry) {
    if line.isOpen {
      (open[line.number], openByKey[line.key]) = (line, line)
      openOfRun[line.run, default: 0] += 1
    }
    if line.state == .planned { plan(line) }
  }

  mutating func change(_ line: LineEntry, from state: Outgoing.State) {
    let kept = line.isOpen ? line : nil
    if open[line.number] !== kept { (open[line.number], openByKey[line.key]) = (kept, kept) }
    let wasOpen = state.number < Outgoing.State.accepted.number
    if wasOpen != line.isOpen {
      let count = (openOfRun[line.run] ?? 0) + (wasOpen ? -1 : 1)
      openOfRun[line.run] = count > 0 ? count : nil
    }
    if line.state == .planned { plan(line) }
  }

  /// It is damaged.
  mutating func drop(_ line: LineEntry) {
    guard open.removeValue(forKey: line.number) != nil else { return }
    openByKey[line.key] = nil
    let count = (openOfRun[line.run] ?? 0) - 1
    openOfRun[line.run] = count > 0 ? count : nil
  }

  private mutating func plan(_ line: LineEntry) {
    later.insert(WakeHeap.Wake(due: line.next, number: line.number))
  }

  /// Whether a line of a heap is still planned for then.
  private func isCurrent(_ wake: WakeHeap.Wake, _ line: LineEntry?) -> Bool {
    line?.state == .planned && line?.next == wake.due
  }

  /// The planned line by these verbs that may be tried by `instant`, the first planned first.
  mutating func nextLine(until instant: Instant, _ verbs: Verbs) -> LineEntry? {
    while let first = later.first, first.due <= instant {
      later.removeFirst()
      if let line = open[first.number], isCurrent(first, line) { insert(ready: line) }
    }
    var found: LineEntry?
    for index in ready.indices where verbs.contains(ready[index].verb) {
      if let line = firstReady(index, until: instant), line.number < found?.number ?? .max { found = line }
    }
    return found
  }

  private mutating func insert(ready line: LineEntry) {
    let wake = WakeHeap.Wake(due: .distantPast, number: line.number)
    if let index = ready.firstIndex(where: { $0.verb == line.verb }) {
      ready[index].lines.insert(wake)
    } else {
      ready.append((line.verb, WakeHeap([wake])))
    }
  }

  private mutating func firstReady(_ index: Int, until instant: Instant) -> LineEntry? {
    while let first = ready[index].lines.first {
      guard let line = open[first.number], line.state == .planned else {
        ready[index].lines.removeFirst()
        continue
      }
      if line.next <= instant { return line }
      // The clock has gone back, or the line was put off.
      ready[index].lines.removeFirst()
      later.insert(WakeHeap.Wake(due: line.next, number: line.number))
    }
    return nil
  }

  mutating func nextLineDue(_ verbs: Verbs) -> Instant? {
    let open = open
    var due = later.next { wake in open[wake.number].map { $0.state == .planned && $0.next == wake.due } ?? false }
    for index in ready.indices where verbs.contains(ready[index].verb) {
      guard ready[index].lines.next(counts: { open[$0.number]?.state == .planned }) != nil else { continue }
      let first = ready[index].lines.first.flatMap { open[$0.number]?.next }
      due = [due, first].compactMap(\.self).min()
    }
    return due
  }

  // MARK: Inbox

  mutating func add(_ entry: InboxEntry) { if entry.isPending { pending.append(entry) } }

  mutating func pending(limit: Int) -> [InboxRow] {
    while firstPending < pending.count, !pending[firstPending].isPending { firstPending += 1 }
    if firstPending == pending.count {
      pending.removeAll(keepingCapacity: true)
      firstPending = 0
      return []
    }
    var found: [InboxRow] = []
    for entry in pending[firstPending...] where entry.isPending {
      if found.count >= limit { break }
      found.append(entry.row)
    }
    return found
  }
}
