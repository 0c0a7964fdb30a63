import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTime

extension SQLiteStore {
  // MARK: Inbox

  public func inbox(_ key: InboxKey) throws(StoreError) -> InboxRow? {
    try use { (front) throws(StoreError) in try front.inbox(key)?.row }
  }

  public func pending(limit: Int) throws(StoreError) -> [InboxRow] {
    try use { (front) throws(StoreError) in
      try front.loadQueues()
      return front.queues?.pending(limit: limit) ?? []
    }
  }

  public func inboxNeedingEyes() throws(StoreError) -> [InboxRow] {
    try useFile { (front) throws(StoreError) in
      var found: [InboxEntry] = []
      // What is damaged may wait, and nothing is done about it.
      for state in [1, 2, 3] {
        let statement = try front.file.statement(.inboxOpen)
        statement.bind(1, state)
        found += try statement.all { (row) throws(StoreError) in try front.inboxEntry(row) }
          .filter { state > 1 || !$0.isPending }
      }
      return found.sorted { $0.number < $1.number }.map(\.row)
    }
  }

  /// Everything that came in, in the order in which it came.
  public func eachInboxRow(_ body: (InboxRow) -> Void) throws(StoreError) {
    var last: Int64 = 0
    while true {
      let rows = try useFile { (front) throws(StoreError) in
        let statement = try front.file.once(
          "\(Query.inbox) WHERE number > ? ORDER BY number LIMIT 1000")
        statement.bind(1, last)
        let entries = try statement.all { (row) throws(StoreError) in try front.inboxEntry(row) }
        return entries.map { ($0.number, $0.row) }
      }
      guard let newest = rows.last?.0 else { return }
      for (_, row) in rows { body(row) }
      last = newest
    }
  }

  // MARK: Runs

  public func run(_ id: String) throws(StoreError) -> RunRecord? {
    try use { (front) throws(StoreError) in try front.run(id)?.record }
  }

  public func runs(_ filter: RunFilter) throws(StoreError) -> [RunRecord] {
    if let subject = filter.subject {
      return try use { (front) throws(StoreError) in
        sorted(front.records(try front.runs(ofSubject: subject)).filter(filter.admits))
      }
    }
    if let contact = filter.contact, !contact.isEmpty {
      return try use { (front) throws(StoreError) in
        sorted(front.records(try front.runs(ofContact: contact)).filter(filter.admits))
      }
    }
    return try useFile { (front) throws(StoreError) in
      let live = filter.isLive.map { $0 ? " AND ended IS NULL" : " AND ended IS NOT NULL" } ?? ""
      let workflow = filter.workflow == nil ? "" : " AND workflow = ?"
      let statement = try front.file.once(
        "SELECT number FROM run WHERE workflow IS NOT NULL\(live)\(workflow) ORDER BY number")
      if let workflow = filter.workflow { statement.bind(1, front.glossary.known(workflow)) }
      var found: [RunRecord] = []
      for number in try statement.all({ $0.number(0) }) {
        if let record = try front.run(number: number)?.record, filter.admits(record) { found.append(record) }
        front.trimAfterReading()
      }
      return sorted(found)
    }
  }

  private func sorted(_ records: [RunRecord]) -> [RunRecord] {
    records.count < 2 ? records : records.sorted { ($0.run.started, $0.id) < ($1.run.started, $1.id) }
  }

  public func runIDs(prefix: String, limit: Int) throws(StoreError) -> [String] {
    try useFile { (front) throws(StoreError) in
      // Ids of digits alone are numbers, and found between two of them.
      let digits = runID.range(of: prefix)
      let numbers = try front.file.once(
        """
        SELECT id FROM run WHERE id BETWEEN ? AND ? AND typeof(id) = 'integer' AND workflow IS NOT NULL
        ORDER BY id LIMIT ?
        """)
      numbers.bind(1, digits?.lowerBound ?? 1)
      numbers.bind(2, digits?.upperBound ?? 0)
      numbers.bind(3, limit)
      let texts = try front.file.once(
        """
        SELECT id FROM run WHERE id >= ? AND id < ? || char(1114111) AND typeof(id) = 'text'
          AND workflow IS NOT NULL ORDER BY id LIMIT ?
        """)
      texts.bind(1, prefix)
      texts.bind(2, prefix)
      texts.bind(3, limit)
      let found = try numbers.all { runID.text($0.cell(0)) } + texts.all { runID.text($0.cell(0)) }
      return Array(found.sorted().prefix(limit))
    }
  }

  public func run(workflow: String, subject: String, startedBy event: String) throws(StoreError) -> RunRecord? {
    try use { (front) throws(StoreError) in
      front.records(try front.runs(ofSubject: subject)).first { $0.workflow == workflow && $0.event == event }
    }
  }

  public func lastRun(workflow: String, subject: String) throws(StoreError) -> RunRecord? {
    try use { (front) throws(StoreError) in last(front.records(try front.runs(ofSubject: subject)), workflow) }
  }

  public func lastRun(workflow: String, contact: String) throws(StoreError) -> RunRecord? {
    try use { (front) throws(StoreError) in last(front.records(try front.runs(ofContact: contact)), workflow) }
  }

  private func last(_ records: [RunRecord], _ workflow: String) -> RunRecord? {
    records.filter { $0.workflow == workflow }.max { ($0.run.started, $0.id) < ($1.run.started, $1.id) }
  }

  public func liveRun(exclusive: String, contact: String) throws(StoreError) -> RunRecord? {
    try use { (front) throws(StoreError) in
      front.records(try front.runs(ofContact: contact)).first { $0.isLive && $0.exclusive == exclusive }
    }
  }

  public func knows(run: String, event: String) throws(StoreError) -> Bool {
    try use { (front) throws(StoreError) in
      guard let entry = try front.run(run) else { return false }
      return try front.heard(entry).contains(event)
    }
  }

  public func journal(_ run: String) throws(StoreError) -> [JournalStep] {
    try useFile { (front) throws(StoreError) in
      guard let entry = try front.run(run) else { return [] }
      return try front.journal(entry)
    }
  }

  /// Those steps of a run's journal that can be read, in the order of their sequence: all, of a run that is whole.
  public func legible(run: String) throws(StoreError) -> [JournalStep] {
    try useFile { (front) throws(StoreError) in try front.run(run).map(front.legible) ?? [] }
  }

  // MARK: Time

  public func lastStep() throws(StoreError) -> Instant? {
    try useFile { (front) throws(StoreError) in
      try front.file.once(
        """
        SELECT journal.at + coalesce(run.started, 0) FROM journal JOIN run ON run.number = journal.run
        ORDER BY journal.number DESC LIMIT 1
        """
      ).first { Instant(milliseconds: $0.number(0)) }
    }
  }

  public func due(until instant: Instant, limit: Int) throws(StoreError) -> [String] {
    try use { (front) throws(StoreError) in try front.dueRuns(until: instant, limit: limit) }
  }

  public func nextDue(_ verbs: Verbs) throws(StoreError) -> Instant? {
    try use { (front) throws(StoreError) in try front.nextDue(verbs) }
  }

  // MARK: Outbox

  public func outgoing(_ key: String) throws(StoreError) -> Outgoing? {
    let open = try use { (front) throws(StoreError) in
      try front.loadQueues()
      return try front.queues?.openLine(key).map { (line) throws(StoreError) in try front.outgoing(line) }
    }
    if let open { return open }
    return try useFile { (front) throws(StoreError) in
      let statement = try front.file.once("SELECT number, run FROM line WHERE key = ?")
      statement.bind(1, DeliveryKey.cell(key))
      guard let (number, run) = try statement.first({ ($0.number(0), $0.number(1)) }),
        let entry = try front.run(number: run)
      else { return nil }
      return try front.soundRow(number, entry)?.outgoing
    }
  }

  public func nextOutgoing(until instant: Instant, _ verbs: Verbs) throws(StoreError) -> Outgoing? {
    try use { (front) throws(StoreError) in
      try front.loadQueues()
      while let line = front.queues?.nextLine(until: instant, verbs) {
        if let outgoing = try front.soundOutgoing(line) { return outgoing }
      }
      return nil
    }
  }

  public func outbox(_ state: Outgoing.State) throws(StoreError) -> [Outgoing] {
    try useFile { (front) throws(StoreError) in
      let statement = try front.file.once(
        state.number < Outgoing.State.accepted.number
          ? "SELECT number, run FROM line WHERE state = ? AND state < 5 ORDER BY number"
          : "SELECT number, run FROM line WHERE state = ? ORDER BY number")
      statement.bind(1, state.number)
      var found: [Outgoing] = []
      for (number, run) in try statement.all({ ($0.number(0), $0.number(1)) }) {
        guard let entry = try front.run(number: run) else { continue }
        if let outgoing = try front.soundRow(number, entry)?.outgoing { found.append(outgoing) }
        front.trimAfterReading()
      }
      return found
    }
  }

  public func outbox(run: String) throws(StoreError) -> [Outgoing] {
    try use { (front) throws(StoreError) in
      guard let entry = try front.run(run) else { return [] }
      var found: [Outgoing] = []
      for line in try front.lines(entry) { if let one = try front.soundOutgoing(line) { found.append(one) } }
      return found
    }
  }

  public func touchSteps(run: String) throws(StoreError) -> Set<NodeIndex> {
    try use { (front) throws(StoreError) in
      guard let entry = try front.run(run) else { return [] }
      return Set(try front.lines(entry).filter(\.touch).map(\.node))
    }
  }

  public func damage(run: String) throws(StoreError) -> String? {
    try use { (front) throws(StoreError) in
      guard let entry = try front.run(run) else { return nil }
      return try front.damage(entry)
    }
  }

  public func damaged() throws(StoreError) -> [String] {
    try use { (front) throws(StoreError) in
      try front.loadQueues()
      return Set(front.damaged).sorted()
    }
  }

  public func hasOpen(run: String) throws(StoreError) -> Bool {
    try use { (front) throws(StoreError) in
      try front.loadQueues()
      guard let entry = try front.run(run) else { return false }
      return front.queues?.openOfRun[entry.number] != nil
    }
  }

  // MARK: People

  public func task(_ id: String) throws(StoreError) -> TaskRecord? {
    try use { (front) throws(StoreError) in try front.task(id)?.record }
  }

  public func tasks(_ filter: TaskFilter) throws(StoreError) -> [TaskRecord] {
    let found: [TaskRecord]
    if let run = filter.run {
      found = try use { (front) throws(StoreError) in
        guard let entry = try front.run(run) else { return [] }
        return try front.tasks(entry).map(\.record)
      }
    } else {
      found = try useFile { (front) throws(StoreError) in
        let open = filter.isOpen.map { " WHERE open = \($0 ? 1 : 0)" } ?? ""
        let statement = try front.file.once("\(Query.task)\(open)")
        var found: [TaskRecord] = []
        for row in try statement.all({ (row) throws(StoreError) in try TaskRow(row) }) {
          found.append(try front.entry(row).record)
        }
        return found
      }
    }
    return found.filter(filter.admits).sorted { ($0.assigned, $0.id) < ($1.assigned, $1.id) }
  }

  public func suppressed(_ contact: [String]) throws(StoreError) -> Set<String> {
    try use { (front) throws(StoreError) in
      if front.suppressed?.isEmpty == true { return [] }
      var all: Set<String> = []
      for one in contact { all.formUnion(try front.channelsSuppressed(for: one)) }
      return all
    }
  }

  public func suppressions() throws(StoreError) -> [Suppression] {
    try useFile { (front) throws(StoreError) in
      try front.file.once("SELECT contact, channel, at, because FROM suppression ORDER BY contact, channel").all {
        Suppression(
          contact: $0.text(0), channel: $0.text(1), at: Instant(milliseconds: $0.number(2)), because: $0.text(3))
      }
    }
  }

  public func touches(contact: String) throws(StoreError) -> [ContactTouch] {
    try use { (front) throws(StoreError) in try front.touches(contact) }
  }

  // MARK: Facts

  public func remembered(_ name: String) throws(StoreError) -> String? {
    try use { (front) throws(StoreError) in try front.fact(name) }
  }

  public func remembered(prefix: String) throws(StoreError) -> [Fact] {
    try use { (front) throws(StoreError) in try front.facts(prefix) }
  }

  // MARK: Versions

  /// By workflow, then fingerprint.
  public func versions() throws(StoreError) -> [Version] {
    let fingerprints = try useFile { (front) throws(StoreError) in
      try front.file.once("SELECT fingerprint FROM version ORDER BY workflow, fingerprint").all { $0.text(0) }
    }
    var found: [Version] = []
    for fingerprint in fingerprints { if let version = try version(fingerprint) { found.append(version) } }
    return found
  }

  public func liveVersions() throws(StoreError) -> Set<String> {
    try useFile { (front) throws(StoreError) in
      let statement = try front.file.once(
        "SELECT DISTINCT version FROM run WHERE workflow IS NOT NULL AND ended IS NULL")
      return Set(try statement.all { try? front.glossary.text($0.cell(0)) }.compactMap(\.self))
    }
  }

  public func version(_ fingerprint: String) throws(StoreError) -> Version? {
    try useFile { (front) throws(StoreError) in
      let statement = try front.file.once("SELECT workflow, main FROM version WHERE fingerprint = ?")
      statement.bind(1, fingerprint)
      guard let (workflow, main) = try statement.first({ ($0.text(0), $0.text(1)) }) else { return nil }
      let files = try front.file.once(
        "SELECT path, bytes FROM version_file WHERE fingerprint = ? ORDER BY number")
      files.bind(1, fingerprint)
      return Version(
        fingerprint: fingerprint, workflow: workflow, main: main,
        files: try files.all { Version.File(path: $0.text(0), bytes: $0.bytes(1)) })
    }
  }
}
