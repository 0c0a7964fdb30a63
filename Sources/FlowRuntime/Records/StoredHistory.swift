import FlowCore
import FlowTime

extension RunHistory {
  /// A run as it is stored, whole. Reads only.
  /// - Parameters:
  ///   - graph: the version it started with, which tells what the starting event's data mean; without one
  ///     ``beginning`` stays empty.
  ///   - journal: what can be read of it, where it is damaged.
  /// - Throws: `.corrupt` where anything of the run is damaged, and no journal is given.
  public init(
    _ record: RunRecord, in store: any Store, graph: Graph?, zones: any ZoneSource, journal: [JournalStep]? = nil
  ) throws(StoreError) {
    let journal = if let journal { journal } else { try store.journal(record.id) }
    let outbox = try store.outbox(run: record.id)
    let contact = ContactIdentity.all(of: record.run.data["contact"] ?? .absent)
    self.init(
      id: record.id, workflow: record.workflow, version: record.version, subject: record.subject,
      contact: record.contact, stuck: record.stuck, run: record.run,
      steps: journal.map {
        Step(
          sequence: $0.sequence, at: $0.at, event: $0.event, entries: $0.entries,
          touchesElsewhere: $0.touchesElsewhere, suppressed: $0.suppressed,
          held: Dictionary($0.held.map { ($0.name, $0.text) }, uniquingKeysWith: { first, _ in first }))
      },
      deliveries: outbox.map(Delivery.init), beginning: nil, suppressed: try store.suppressed(contact))
    for hold in try store.remembered(prefix: Hold.prefix).compactMap({ Hold($0) }) {
      if hold.isWhole || hold.run == record.id || hold.workflow == record.workflow {
        holds.append(hold.because)
      } else if let verb = hold.verb {
        verbHolds[verb, default: []].append(hold.because)
      }
    }
    if let stuck = record.stuck, stuck.hasPrefix(Hold.mark) {
      standsBecause = String(stuck.dropFirst(Hold.mark.count))
    }
    standstills = try store.remembered(prefix: Hold.pastPrefix).compactMap(Hold.past)
    if !record.isLive { toldLate = try RunHistory.toldLate(of: record, in: store, journal) }
    if let because = record.stuck, because.hasPrefix(Hold.mark) || because.hasPrefix(Hold.pauseMark) { stuck = nil }
    if let graph, let start = journal.first?.at {
      beginning = try RunHistory.beginning(of: record, in: store, graph, at: start, zones: zones, journal)
    }
  }

  /// Outcomes that no run could be told any more.
  private static func toldLate(
    of record: RunRecord, in store: any Store, _ journal: [JournalStep]
  ) throws(StoreError) -> [Told] {
    let heard = Set(journal.compactMap { $0.event?.id })
    return try store.tasks(TaskFilter(run: record.id, isOpen: false)).compactMap { task in
      guard case .step(_, let name, _) = task.kind, case .done(let outcome, _, _) = task.state,
        !heard.contains(task.settledBy ?? "")
      else { return nil }
      return Told(step: name, outcome: outcome)
    }
  }

  /// The data that the run started with, from what came in. Where that was erased with somebody else whom it named, the
  /// run's own, which nothing but a step `set` changes.
  private static func beginning(
    of record: RunRecord, in store: any Store, _ graph: Graph, at start: Instant, zones: any ZoneSource,
    _ journal: [JournalStep]
  ) throws(StoreError) -> [String: Value]? {
    var isThere = false
    for key in InboxKey.candidates(record.event) {
      guard let row = try store.inbox(key) else { continue }
      isThere = true
      let input: [String: Value]
      switch row.incoming.body {
      case .event(_, _, let data):
        guard let json = try? JSONReader.read(data),
          case (.record(let fields), let problems) = readValue(
            json == .null ? [:] : json, as: .record(graph.triggerFields), zones: zones), problems.isEmpty
        else { continue }
        input = fields
      case .enrol(_, let fields): input = fields
      default: continue
      }
      guard case .runs(let runs) = Machine.enrol(graph, data: input, at: start, zones: zones) else { continue }
      if let run = runs.first(where: { $0.key == record.run.key }) { return run.data }
    }
    return isThere || hasSet(journal, graph) ? nil : record.run.data
  }

  /// Whether a step `set` was come to; one that failed may have changed something all the same.
  private static func hasSet(_ journal: [JournalStep], _ graph: Graph) -> Bool {
    let steps = Set(graph.nodes.compactMap { if case .set = $0.action { $0.name } else { nil } })
    return journal.contains { step in
      step.entries.contains { entry in
        if case .set = entry.kind { true } else { entry.step.map(steps.contains) ?? false }
      }
    }
  }
}

extension InboxKey {
  /// The lines of the inbox that a run may know by this id: `SOURCE#ID`, or `ID` alone.
  public static func candidates(_ event: String) -> [InboxKey] {
    var keys = [InboxKey(source: "", id: event)]
    let bytes = Array(event.utf8)
    for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "#") {
      keys.append(
        InboxKey(
          source: String(decoding: bytes[..<index], as: UTF8.self),
          id: String(decoding: bytes[(index + 1)...], as: UTF8.self)))
    }
    return keys
  }
}

extension RunHistory.Delivery {
  fileprivate init(_ line: Outgoing) {
    self.init(
      key: line.key.text, sequence: line.sequence, step: line.step, round: line.round, verb: line.verb,
      touch: line.touch, to: line.rendering.to, digest: line.digest, planned: line.planned, next: line.next,
      attempts: line.attempts, state: line.word, because: line.because, receipt: line.receipt,
      settled: line.settled)
  }
}
