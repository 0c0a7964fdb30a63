import FlowCore
import FlowPlugin
import FlowTime

/// What the engine knows of what may go out: remembered by the store, and kept here so that asking costs nothing.
struct Sending {
  /// By ``Hold/fact``.
  var holds: [String: Hold] = [:]
  /// Runs that were counted against the cap of their workflow's first live run, by workflow.
  var firstRuns: [String: Set<String>] = [:]
  var released: Set<String> = []
  /// When what has come in by a channel was read last, by verb.
  var readAt: [String: Instant] = [:]
  /// Runs that stand still while sending is held.
  var aside: Set<String> = []
  /// Touches that went out later than their runs have counted them, by contact.
  var late: [String: [Late]] = [:]
  /// When the last of them left.
  var lastLate: Instant?
  var joined = JoinedNames()

  struct Late: Hashable {
    var run: String
    /// Of its line; empty where a store of before does not say so.
    var key: String
    var planned: Instant
    var real: Instant
    /// The instant at which its run counts it.
    var counted: Instant
    var isCounted: Bool { counted == real }
  }

  /// Runs whose step no channel could render for now.
  var reruns: [String: Engine.Rerun] = [:]
  /// It may not be what the store remembers any more.
  var isStale = true

  /// So many runs of a workflow go out by channels that send before somebody lifts that.
  static let firstRunLimit = 20
  /// A source that was not read for so long counts as unread, in milliseconds.
  static let unreadAfter: Int64 = 15 * 60_000

  /// A person has paused the run.
  func pause(of run: String) -> Hold? { holds.isEmpty ? nil : holds[Hold.fact(.paused, run: run)] }

  /// A transition is committed.
  mutating func note(_ plan: Engine.Plan) {
    if plan.next.stuck?.hasPrefix(Hold.mark) == true { aside.insert(plan.next.id) }
    if !plan.next.isLive, let pause = pause(of: plan.next.id) { holds[pause.fact] = nil }
    if plan.isFirstRun { firstRuns[plan.next.workflow, default: []].insert(plan.next.id) }
  }

  /// What holds everything.
  var whole: Hold? { holds.isEmpty ? nil : holds.values.filter(\.isWhole).min { $0.fact < $1.fact } }
}

extension Engine {
  /// Everything that holds sending now, and why: what holds all first, then channels, workflows, runs.
  public func holds() async throws(StoreError) -> [Hold] {
    try await alone { engine async throws(StoreError) in
      let known = engine.sending.holds.values.sorted {
        ($0.isWhole ? 0 : 1, $0.fact) < ($1.isWhole ? 0 : 1, $1.fact)
      }
      let unread = engine.outlets.verbs.compactMap { engine.unread($0) }
      let capped = engine.sending.firstRuns.keys.sorted().compactMap { engine.capped($0, run: "") }
      return known.filter { $0.run == nil } + unread + capped + known.filter { $0.run != nil }
    }
  }

  // MARK: Asked before anything goes out

  /// Why a channel's touches wait for what has come in by it (guarantee 14).
  func unread(_ verb: String) -> Hold? {
    guard let outlet = outlets[verb], outlet.polls else { return nil }
    guard let read = sending.readAt[verb] else {
      return Hold(.unread, verb: verb, because: "what came in by \(verb) has not been read since the start")
    }
    guard clock.now().milliseconds(since: read) > Sending.unreadAfter else { return nil }
    return Hold(
      .unread, verb: verb, because: "what came in by \(verb) has not been read for 15 minutes", since: read)
  }

  /// A run waits for the cap of its workflow's first live run.
  func tellCap(_ workflow: String, run: String) throws(StoreError) {
    if let hold = capped(workflow, run: run) { try tellOnce(hold, since: nil) }
  }

  /// The first live run of a workflow is capped until somebody lifts that.
  private func capped(_ workflow: String, run: String) -> Hold? {
    guard !sending.released.contains(workflow), let runs = sending.firstRuns[workflow], !runs.contains(run),
      runs.count >= Sending.firstRunLimit
    else { return nil }
    return Hold(firstRunOf: workflow)
  }

  /// Why nothing of the run goes out by its verbs for now; empty where all may.
  func held(_ workflow: String, run: String) -> [String: String] {
    if let whole = wholly(run) { return ["all": whole.because] }
    var held: [String: String] = [:]
    for verb in watched {
      if let hold = hold(verb: verb, workflow, run: run) { held[verb] = hold.because }
    }
    if sending.holds.isEmpty { return held }
    for verb in outlets.verbs where held[verb] == nil {
      if let hold = refusal(of: verb) { held[verb] = hold.because }
    }
    return held
  }

  /// What holds the run by every verb. Where nothing is held, as most of the time, nothing is copied to be asked.
  private func wholly(_ run: String) -> Hold? {
    sending.holds.isEmpty ? nil : sending.whole ?? sending.pause(of: run)
  }

  private func refusal(of verb: String) -> Hold? {
    sending.holds.isEmpty ? nil : sending.holds[Hold.fact(.refused, verb: verb)]
  }

  private func hold(verb: String, _ workflow: String, run: String) -> Hold? {
    refusal(of: verb) ?? sending.holds[Hold.fact(.brake, verb: verb)] ?? unread(verb)
      ?? (outlets[verb]?.isLive == true ? capped(workflow, run: run) : nil)
  }

  /// Why a line of the outbox waits.
  func hold(_ line: Outgoing) throws(StoreError) -> Hold? {
    if let hold = wholly(line.run) { return hold }
    if let hold = refusal(of: line.verb) { return hold }
    guard watched.contains(line.verb) else { return nil }
    if let hold = hold(verb: line.verb, "", run: line.run) { return hold }
    guard outlets[line.verb]?.isLive == true, !sending.firstRuns.isEmpty, let record = try store.run(line.run)
    else {
      return nil
    }
    return capped(record.workflow, run: line.run)
  }

  /// What a transition of a run remembers where it goes out by a channel that sends, for the first times.
  func countFirst(_ workflow: String, run: String, _ verb: String) -> Write? {
    guard outlets[verb]?.isLive == true, !sending.released.contains(workflow) else { return nil }
    let known = sending.firstRuns[workflow] ?? []
    guard known.count < Sending.firstRunLimit, !known.contains(run) else { return nil }
    return .remember("\(Facts.firstRun)\(workflow)/\(run)", "1")
  }

  // MARK: Remembered

  enum Facts {
    static let firstRun = "first-run/"
    static let released = "released/"
    static let aside = "aside/"
    /// When a touch really went out that its run has counted earlier.
    static let late = "late/"
    /// Which engine is the last on the store.
    static let epoch = "store/epoch"
    /// Since when which zone data are used.
    static let zones = "zones/"
    /// The runs that are woken now.
    static let waking = "store/waking"
    /// What a channel has done in an hour.
    static let tally = "tally/"
    /// How much went out today by a channel that takes so much in a minute or in a day, and when the next may.
    static let pace = "pace/"
    /// To where a channel's source has been read.
    static let cursor = "cursor/"
    /// The run that sent what a source calls so.
    static let reference = Fact.many[0]
    /// The contact that an identity belongs to.
    static let contact = Fact.many[1]
    /// Another name of the contact with this one: runs are stored under both.
    static let joined = "joined/"
    /// How the inbox calls a channel as a source.
    static let channel = "channel/"
    /// How often the process has ended with a line in hand.
    static let crash = "crash/"
    /// How often the fate of a line was not known.
    static let unknown = "unknown/"
    /// A line that is to be tried again, and may have arrived by a try before.
    static let perhaps = "perhaps/"
    /// A run whose step no channel could render for now.
    static let rerun = "rerun/"
    /// A line that was in a channel's hands when something stopped it: it is not tried again.
    static let stopped = "stopped/"
    /// What the clock showed when it was seen last to be behind the store.
    static let setBack = "store/set-back"
    /// A run by whose version this program cannot go on, and why; after a slash, ids of events that are kept for it.
    static let unread = "unread/"
  }

  /// Reads what the store remembers.
  func readSending() throws(StoreError) {
    var read = Sending()
    read.readAt = sending.readAt
    for fact in try store.remembered(prefix: Hold.prefix) {
      guard var hold = Hold(fact) else { continue }
      if hold.since == .epoch {
        // A store that was put back, or copied, does not know when: as far as it goes, now.
        hold.since = clock.now()
        try store.add([.remember(hold.fact, hold.value)])
      }
      read.holds[fact.name] = hold
    }
    for fact in try store.remembered(prefix: Facts.firstRun) {
      let parts = fact.name.dropFirst(Facts.firstRun.count).split(separator: "/").map(String.init)
      if parts.count == 2 { read.firstRuns[parts[0], default: []].insert(parts[1]) }
    }
    for fact in try store.remembered(prefix: Facts.released) {
      read.released.insert(String(fact.name.dropFirst(Facts.released.count)))
    }
    for fact in try store.remembered(prefix: Facts.aside) {
      read.aside.insert(String(fact.name.dropFirst(Facts.aside.count)))
    }
    read.late = try readLate()
    read.lastLate = read.late.values.joined().map(\.real).max()
    for fact in try store.remembered(prefix: Facts.rerun) {
      read.reruns[String(fact.name.dropFirst(Facts.rerun.count))] = Engine.Rerun(fact.value)
    }
    for fact in try store.remembered(prefix: Facts.joined) {
      _ = read.joined.join(fact.value, with: String(fact.name.dropFirst(Facts.joined.count)))
    }
    read.isStale = false
    sending = read
    brake = Brake(tallies: try readTallies())
    paces = [:]
    pacesChanged = []
  }

  private func readLate() throws(StoreError) -> [String: [Sending.Late]] {
    var late: [String: [Sending.Late]] = [:]
    for fact in try store.remembered(prefix: Facts.late) {
      guard let (contact, touch) = Sending.Late.read(fact) else { continue }
      late[contact, default: []].append(touch)
    }
    return late
  }

  /// Remembers a hold; nothing else changes by that.
  func remember(_ hold: Hold) throws(StoreError) {
    guard sending.holds[hold.fact]?.value != hold.value else { return }
    try store.add([.remember(hold.fact, hold.value)])
    sending.holds[hold.fact] = hold
    logger.warning(
      "sending is held", metadata: ["reason": "\(hold.reason.rawValue)", "because": "\(hold.because)"])
  }

  /// A leap of the clock ahead holds sending until it is confirmed, or undone.
  func watchClock() throws(StoreError) {
    _ = clock.now()
    let leap = clock.leap
    let name = Hold.fact(.clock)
    if leap > 0, sending.holds[name] == nil {
      hasLeapt = true
      let hold = Hold(
        .clock, because: "the clock has jumped ahead by \(leap / 60_000) minutes", since: clock.now())
      try remember(hold)
      try tellOperator(hold)
    } else if leap == 0, hasLeapt {
      // It was set right again. A leap that an engine before has seen only a person can confirm.
      hasLeapt = false
      guard let hold = sending.holds[name] else { return }
      try store.add([.remember(name, nil)])
      sending.holds[name] = nil
      try tellOver(hold)
      try goOn()
    }
  }

  // MARK: Standing still

  /// A run that would send stands still until sending goes on.
  /// - Parameter isNoted: its journal says so already.
  func standStill(_ record: RunRecord, isNoted: Bool, _ because: String) throws(StoreError) {
    var next = record
    next.stuck = Hold.mark + because
    var writes: [Write] = []
    if !isNoted, let node = record.run.waiting?.node, let graph = try graph(of: record) {
      next.sequence += 1
      let now = clock.now()
      let entry = Entry(
        at: now, step: graph.nodes[safe: node]?.name, kind: .deferred(until: now, because: because))
      writes = [
        .append(JournalStep(run: record.id, sequence: next.sequence, at: now, event: nil, entries: [entry]))
      ]
    }
    try store.add([.advance(next, from: record.sequence)] + writes + [.remember(Facts.aside + record.id, "")])
    sending.aside.insert(record.id)
    try tellCap(record.workflow, run: record.id)
  }

  /// Whatever stood still is due again, and every line that waited may be tried; what is still held stands still anew.
  func goOn() throws(StoreError) {
    for id in sending.aside.sorted() {
      if var record = try store.run(id), record.stuck?.hasPrefix(Hold.mark) == true {
        record.stuck = nil
        try store.add([.advance(record, from: record.sequence), .remember(Facts.aside + id, nil)])
      } else {
        try store.add([.remember(Facts.aside + id, nil)])
      }
      sending.aside.remove(id)
    }
    for line in try store.outbox(.held) where line.because?.hasPrefix(Hold.mark) == true {
      try tryAgain(line)
    }
  }

  func tryAgain(_ line: Outgoing) throws(StoreError) {
    var again = line
    again.state = .planned
    again.because = nil
    again.next = clock.now()
    try store.add([.change(again, from: line.state)])
  }
}

extension Sending.Late {
  /// `late/CONTACT/RUN/PLANNED.KEY`
  func fact(of contact: String) -> String {
    "\(Engine.Facts.late)\(contact)/\(run)/\(planned.milliseconds)\(key.isEmpty ? "" : ".\(key)")"
  }

  /// `REAL`, and `COUNTED` where that is not when it was planned.
  var value: String { "\(real.milliseconds)\(counted == planned ? "" : " \(counted.milliseconds)")" }

  static func read(_ fact: Fact) -> (contact: String, late: Sending.Late)? {
    // A contact may have a slash in its name, what follows it has none.
    let parts = fact.name.dropFirst(Engine.Facts.late.count).split(
      separator: "/", omittingEmptySubsequences: false)
    let values = fact.value.split(separator: " ")
    guard parts.count >= 3, let real = values.first.flatMap({ Int64($0) }) else { return nil }
    let words = parts[parts.count - 1].split(separator: ".", maxSplits: 1).map(String.init)
    guard let planned = words.first.flatMap({ Int64($0) }) else { return nil }
    let counted = values.count == 2 ? Int64(values[1]) ?? real : planned
    return (
      parts.dropLast(2).joined(separator: "/"),
      Sending.Late(
        run: String(parts[parts.count - 2]), key: words.count == 2 ? words[1] : "",
        planned: Instant(milliseconds: planned), real: Instant(milliseconds: real),
        counted: Instant(milliseconds: counted))
    )
  }
}
