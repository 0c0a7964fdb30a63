import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTime

package struct Violation: Sendable, CustomStringConvertible {
  package var guarantee: Int
  package var step: Int
  package var text: String
  package var description: String { "guarantee \(guarantee), step \(step): \(text)" }
}

/// One seed: an engine on a store that fails, channels that fail, people who answer when it is least welcome, and the
/// books of those outside. Everything happens on one thread (``OneThread``).
package final class World: @unchecked Sendable {
  let material: Material
  let plant: Plant?
  let without: Set<Feature>
  let isTracing: Bool
  let groupLimit: Int
  let thread: OneThread
  let isYear: Bool
  var chance: Chance

  // MARK: What is true

  var now: Instant
  /// What the machine's clock is off by.
  var skew: Int64 = 0
  var reckoning: Reckoning
  var diskIsFullUntil: Instant?
  /// Nothing goes wrong any more: what was begun must come to an end.
  var isCalm = false
  /// The last call that was to wake what is due.
  var hasFailed = false
  let features: Set<Feature>
  let caps: Caps?
  let areKeyed: [String: Bool]
  let retriesUnknown: Bool
  /// Verbs whose hand-overs wait for no other's.
  private(set) var apart: Set<String> = []
  var step = 0
  var restarts = 0
  var startedBeforeRestart: [String: Bool] = [:]

  // MARK: The program

  var store: FlakyStore!
  var engine: Engine!
  let processes: [Material.Process]
  var isEdited = false
  /// By fingerprint, as written.
  let graphs: [String: Graph]
  /// The same as the engine has them.
  let engineGraphs: [String: Graph]

  // MARK: The books

  /// Every batch that is surely written, in its order.
  var written: [[Write]] = []
  var shadow = Shadow()
  var ledger: [Effect] = []
  var effects: [String: [Effect]] = [:]
  /// What has arrived of each run.
  var arrived: [String: [Outgoing]] = [:]
  /// Touches by each name that a contact is known by.
  var touches: [String: [Effect]] = [:]
  var calls: [String: Int] = [:]
  var acknowledged: Set<InboxKey> = []
  package private(set) var violations: [Violation] = []
  package private(set) var trace: [String] = []

  // MARK: What is to come

  var queue: [Happening] = []
  var eventCount = 0
  var nastiness = 0
  var asides: [Task<Void, Never>] = []
  /// When a line was last about to be complete: what goes on by itself may end after the call that began it.
  var markedAt: [String: Instant] = [:]
  /// How many batches were written when the clock was set last, and the channels of which one message that was claimed
  /// before has arrived since.
  var beforeJump: (batches: Int, verbs: Set<String>) = (-1, [])
  var mailboxes = Mailboxes()
  /// Runs whose history is damaged: since when.
  var damaged: [String: Instant] = [:]
  /// The journal's last instant, as this process has written it.
  var lastWritten: Instant?
  var isAsking = false
  let contacts: [Contact]

  struct Contact {
    var id: String
    var zone: String
  }

  /// What left, as the far side has it.
  struct Effect {
    var line: Outgoing
    var digest: String
    /// By the machine's clock, and in truth.
    var at: Instant
    var real: Instant
    var batch: Int
  }

  struct Happening {
    enum Kind {
      case tell(Incoming)
      case poll
      case restart(isEdited: Bool)
      case reload(isEdited: Bool)
      case jump(Int64)
      case fullDisk(Int64)
      case standStill(Int64)
      case pauseAll, resumeAll
      case pause(String)
      case resume(String)
      case drain
      case answerTo(String)
      case damage
    }
    var at: Instant
    var kind: Kind
  }

  private static let verbs = [
    "letter", "card", "errand", "tell", "email", "sms", "message", "call", "task", "notify", "webhook",
  ]
  static let zones = [
    "Europe/Berlin", "America/New_York", "America/Los_Angeles", "Asia/Kolkata", "Australia/Lord_Howe",
    "Pacific/Auckland", "America/St_Johns", "Africa/Cairo", "Europe/London", "America/Santiago",
    "Pacific/Apia",
    "Asia/Tehran", "UTC", "Asia/Tokyo", "Atlantic/Azores",
  ]
  /// Shortly before clocks change somewhere.
  private static let beginnings = [(3, 6), (3, 27), (4, 3), (10, 23), (10, 30), (12, 28)].compactMap {
    CivilDate(year: 2026, month: $0.0, day: $0.1).map { Int($0.dayNumber) }
  }

  /// All shipped processes, with contacts all over the world, for a year, and nothing that fails.
  init(yearOf seed: UInt64, material: Material, contacts count: Int) {
    self.material = material
    (plant, without, isTracing, isYear) = (nil, [], false, true)
    groupLimit = 256
    thread = OneThread(seed: seed &+ 1)
    chance = Chance(seed)
    features = []
    now = Instant(seconds: 1_767_225_600)
    reckoning = Reckoning(now, uptime: now.milliseconds)
    processes = material.shipped
    contacts = (0..<count).map { Contact(id: "c-\($0)", zone: Year.zones[$0 % Year.zones.count]) }
    caps = Caps(touches: 3, span: .days(7), then: .delay)
    areKeyed = Dictionary(uniqueKeysWithValues: World.verbs.map { ($0, true) })
    retriesUnknown = false
    graphs = Dictionary(
      processes.map { ($0.graph.fingerprint, $0.graph) }, uniquingKeysWith: { one, _ in one })
    engineGraphs = graphs
    store = FlakyStore(self)
    engine = makeEngine()
  }

  package init(
    seed: UInt64, material: Material, plant: Plant? = nil, without: Set<Feature> = [], isTracing: Bool = false
  ) {
    var chance = Chance(seed)
    // Small groups follow one another: commits overlap with the turn that comes next.
    groupLimit = seed % 2 == 0 ? 256 : 1 + Int(seed / 2 % 3)
    thread = OneThread(seed: seed &+ 1)
    self.material = material
    (self.plant, self.without, self.isTracing, isYear) = (plant, without, isTracing, false)
    let drawn = Feature.allCases.filter { _ in chance.happens(45) }
    features = Set(drawn).subtracting(without)
    let day =
      chance.happens(70)
      ? CivilDate(dayNumber: chance.pick(World.beginnings) ?? 20_500)
      : CivilDate(dayNumber: 20_454 + chance.below(365))
    now = Instant(milliseconds: Int64(day.dayNumber) * 86_400_000 + chance.between(0, 86_399) * 1000)
    reckoning = Reckoning(now, uptime: now.milliseconds)
    var processes = (0..<(1 + chance.below(2))).compactMap { _ in chance.pick(material.small) }
    if chance.happens(50), let shipped = chance.pick(material.shipped) {
      // What it may start comes along.
      processes.append(shipped)
      processes += material.shipped.filter {
        $0.graph.workflow != shipped.graph.workflow && chance.happens(15)
      }
    }
    var names: Set<String> = []
    self.processes = processes.filter { names.insert($0.graph.workflow).inserted }
    contacts = (0..<(1 + chance.below(3))).map {
      Contact(id: "c-\($0)", zone: chance.pick(World.zones) ?? "UTC")
    }
    let drawnCaps = Caps(
      touches: 2 + chance.below(2), span: chance.happens(50) ? .days(7) : .hours(60),
      gap: chance.happens(50) ? .days(1) : nil, then: chance.happens(70) ? .delay : .skip)
    caps = features.contains(.caps) ? drawnCaps : nil
    areKeyed = Dictionary(uniqueKeysWithValues: World.verbs.map { ($0, chance.happens(50)) })
    retriesUnknown = chance.happens(50)
    let all = self.processes.flatMap { [$0.graph, $0.edited].compactMap(\.self) }
    graphs = Dictionary(all.map { ($0.fingerprint, $0) }, uniquingKeysWith: { one, _ in one })
    engineGraphs = graphs.mapValues { plant?.change($0) ?? $0 }
    if features.contains(.apart) { apart = Set(World.verbs.filter { _ in chance.happens(60) }) }
    if features.contains(.polled) {
      for verb in World.verbs where chance.happens(60) { mailboxes.messages[verb] = [] }
    }
    self.chance = chance
    store = FlakyStore(self)
    engine = makeEngine()
  }

  // MARK: A process

  /// What the files say by now.
  var library: Library {
    let current = processes.map { isEdited ? $0.edited ?? $0.graph : $0.graph }
    let changed = engineGraphs
    let sources = changed.mapValues {
      Version(fingerprint: $0.fingerprint, workflow: $0.workflow, main: "", files: [])
    }
    return Library(current.map { changed[$0.fingerprint] ?? $0 }, sources: sources) { version in
      changed[version.fingerprint].map { .success(Recompiled($0)) } ?? .failure(Unreadable("it was never there"))
    }
  }

  var outlets: [String: Outlet] {
    let process = store!
    let outlets = areKeyed.map { verb, isKeyed in
      var outlet = Outlet(
        ScriptedChannel(verb, self, process), isKeyed: isKeyed,
        polls: mailboxes.messages[verb] != nil && plant != .unreadSource, retriesUnknown: retriesUnknown)
      outlet.isApart = apart.contains(verb)
      return (verb, outlet)
    }
    return Dictionary(uniqueKeysWithValues: outlets)
  }

  func makeEngine() -> Engine {
    Engine(
      store: store!, library: library, outlets: outlets,
      caps: plant == .noCaps ? nil : caps, zones: plant == .everywhereUTC ? OnlyUTC() : material.zones,
      clock: WorldClock(self), groupLimit: groupLimit, tasks: thread)
  }

  func restart(because reason: String) {
    note("restart: \(reason)")
    restarts += 1
    for id in shadow.runs.keys { startedBeforeRestart[id] = true }
    store = FlakyStore(self)
    mailboxes.readAt = [:]
    lastWritten = nil
    believeClock()
    engine = makeEngine()
    compareBooks()
  }

  // MARK: Chance

  func fails(_ feature: Feature) -> Bool {
    !isCalm && features.contains(feature)
      && (feature == .failedReads ? chance.below(400) == 0 : chance.happens(3))
  }

  func fateOfCommit() -> FateOfCommit {
    if isCalm { return .done }
    if let until = diskIsFullUntil {
      if now < until { return .refused }
      diskIsFullUntil = nil
    }
    if features.contains(.refusedCommits), chance.happens(4) { return .refused }
    if features.contains(.crashes), chance.happens(4) {
      return chance.happens(50) ? .crashBefore : .crashAfter
    }
    return .done
  }

  func fateOfHandover(_ verb: String, _ key: String) -> Fate {
    if isCalm { return .accepted }
    // A far side that is busy for days.
    if features.contains(.badReceipts), (key.utf8.first ?? 0) % 8 == 0 {
      return .refused(.temporary(after: nil, because: "busy"))
    }
    if features.contains(.crashes) {
      switch chance.below(50) {
      case 0: return .crashAtOnce
      case 1: return .crashAfterMarker
      case 2: return .crashAfterByte
      default: break
      }
    }
    guard features.contains(.badReceipts), chance.happens(45) else { return .accepted }
    switch chance.below(12) {
    case 0...5:
      let pause = chance.pick([nil, 0, 600, 40_000]) ?? nil
      return .refused(.temporary(after: pause, because: "busy"))
    case 6: return .refused(.permanent(because: "no such address"))
    case 7: return .refused(.ours(because: "wrong password"))
    case 8, 9: return .lost
    default: return .unknown
    }
  }

  /// The same for the same delivery.
  func cannotRender(_ delivery: Delivery) -> Bool {
    guard features.contains(.unrenderable) else { return false }
    let parts = "\(delivery.workflow) \(delivery.step) \(delivery.contact[path: ["id"]].text ?? "")"
    return parts.utf8.reduce(UInt64(5381)) { ($0 &* 33) ^ UInt64($1) } % 12 == 0
  }

  // MARK: Books

  func note(_ text: @autoclosure () -> String) {
    if isTracing { trace.append("\(step) \(machineNow.rfc3339(in: .utc)) \(text())") }
  }

  func violate(_ guarantee: Int, _ text: String) {
    if violations.count < 20 { violations.append(Violation(guarantee: guarantee, step: step, text: text)) }
    note("VIOLATION of \(guarantee): \(text)")
  }

  func settle(_ batch: [Write]) {
    audit(batch)
    for case .change(let line, _) in batch where line.state == .marked { markedAt[line.key.text] = machineNow }
    written.append(batch)
    shadow.take(batch)
    if isYear { for case .start(let record) in batch { scheduleYearsAnswer(to: record) } }
    if isTracing { for write in batch { note("    \(World.words(write))") } }
  }

  private static func words(_ write: Write) -> String {
    switch write {
    case .receive(let row): "receive \(row.incoming.id)"
    case .answer(let key, _): "answer \(key.id)"
    case .start(let record): "start \(record.id) \(record.workflow) for \(record.contact)"
    case .advance(let record, let from):
      "advance \(record.id.prefix(4)) \(from) → \(record.sequence), due \(record.due?.rfc3339(in: .utc) ?? "never") \(record.stuck ?? "")"
    case .hear(let run, let event): "hear \(run.prefix(4)) \(event)"
    case .append(let step):
      "journal \(step.run.prefix(4)) \(step.sequence) \(step.event?.name ?? "-"): "
        + step.entries.map { "\($0.type) \($0.step ?? "")" }.joined(separator: ", ")
    case .plan(let line): "plan \(line.key.text.prefix(6)) \(line.step) of \(line.run.prefix(4))"
    case .change(let line, let from):
      "change \(line.key.text.prefix(6)) \(from.rawValue) → \(line.state.rawValue) \(line.attempts) \(line.because ?? "")"
    case .task(let task): "task \(task.name)"
    case .suppress(let contact, let channel, _, _): "suppress \(contact) \(channel)"
    case .allow(let contact, let channel): "allow \(contact) \(channel)"
    case .touch(let contact, _, let at): "touch \(contact) \(at.rfc3339(in: .utc))"
    case .version(let version): "version \(version.fingerprint)"
    case .remember(let name, let value): "remember \(name) \(value ?? "-")"
    }
  }
}

/// Knows no zone but one, by every name.
struct OnlyUTC: ZoneSource {
  var names: [String] { ["UTC"] }
  var version: String { "none" }
  func zone(named name: String) -> Zone? { .utc }
}
