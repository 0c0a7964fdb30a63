import FlowCore
import FlowPlugin
import FlowTime

/// What a channel that sends has done in an hour.
struct Tally: Hashable {
  var sent = 0
  var bounced = 0
  var complained = 0
  var unknown = 0
  /// So many in an hour are as planned: a person has said so.
  var plan = 0

  /// As the store remembers it.
  var text: String { "\(sent) \(bounced) \(complained) \(unknown)" + (plan == 0 ? "" : " \(plan)") }

  init() {}

  init?(_ text: String) {
    let numbers = text.split(separator: " ").compactMap { Int($0) }
    guard numbers.count == 4 || numbers.count == 5 else { return nil }
    (sent, bounced, complained, unknown) = (numbers[0], numbers[1], numbers[2], numbers[3])
    if numbers.count == 5 { plan = numbers[4] }
  }
}

/// The brake: where more comes back than should, or far more goes out than ever, sending stops by itself and
/// people are told.
struct Brake {
  /// Looked back over so many hours.
  static let hours = 7 * 24
  /// A share counts from so many cases on: one bounce of three is no flood.
  static let bounces = (share: 20, least: 5)
  static let complaints = (share: 1000, least: 2)
  static let unknowns = (share: 100, least: 3)
  /// So many times what any hour has seen, and the least that counts as an hour's plan.
  static let times = 3
  static let leastPlan = 100

  /// By verb, then by hours since 1970.
  var tallies: [String: [Int64: Tally]] = [:]
  /// What has changed since it was remembered.
  var changed: [String: Set<Int64>] = [:]

  static func hour(_ instant: Instant) -> Int64 { instant.milliseconds / 3_600_000 }

  mutating func count(_ verb: String, at now: Instant, _ change: (inout Tally) -> Void) {
    let hour = Brake.hour(now)
    change(&tallies[verb, default: [:]][hour, default: Tally()])
    changed[verb, default: []].insert(hour)
  }

  /// Why the channel must stop; nil where all is well.
  func reason(_ verb: String, at now: Instant) -> String? {
    guard let all = tallies[verb] else { return nil }
    let hour = Brake.hour(now)
    var sum = Tally()
    var most = Brake.leastPlan
    for (one, tally) in all where one > hour - Int64(Brake.hours) {
      sum.sent += tally.sent
      sum.bounced += tally.bounced
      sum.complained += tally.complained
      sum.unknown += tally.unknown
      most = max(most, tally.plan, one == hour ? 0 : tally.sent)
    }
    func isOver(_ count: Int, _ limit: (share: Int, least: Int)) -> Bool {
      count >= limit.least && count * limit.share > sum.sent
    }
    if isOver(sum.bounced, Brake.bounces) { return "\(sum.bounced) of \(sum.sent) by \(verb) came back" }
    if isOver(sum.complained, Brake.complaints) {
      return "\(sum.complained) complaints about \(sum.sent) by \(verb)"
    }
    if isOver(sum.unknown, Brake.unknowns) {
      return "nobody knows whether \(sum.unknown) by \(verb) arrived, where \(sum.sent) were accepted"
    }
    if let now = all[hour]?.sent, now > Brake.times * most {
      return "\(now) went out by \(verb) within an hour, where no hour of the last week had more than \(most)"
    }
    return nil
  }

  /// A person has looked: what was counted against the channel is forgotten, and this hour's measure is the
  /// new plan.
  mutating func forgive(_ verb: String, at now: Instant) {
    let hour = Brake.hour(now)
    for one in tallies[verb, default: [:]].keys {
      var tally = tallies[verb]?[one] ?? Tally()
      (tally.bounced, tally.complained, tally.unknown) = (0, 0, 0)
      tallies[verb]?[one] = tally
      changed[verb, default: []].insert(one)
    }
    if let sent = tallies[verb]?[hour]?.sent { tallies[verb]?[hour]?.plan = sent }
  }
}

extension Engine {
  /// What became of a line by a channel that sends.
  func tally(_ verb: String, _ change: (inout Tally) -> Void) {
    guard outlets[verb]?.isLive == true else { return }
    brake.count(verb, at: clock.now(), change)
  }

  /// A bounce or a complaint about something that is ours.
  func noteReturn(of kind: Event.Kind, _ verb: String) throws(StoreError) {
    switch kind {
    case .bounce(hard: true): tally(verb) { $0.bounced += 1 }
    case .complaint: tally(verb) { $0.complained += 1 }
    default: return
    }
    try keepTallies()
  }

  /// Remembers what has been counted, and stops a channel where it is too much.
  func keepTallies() throws(StoreError) {
    guard !brake.changed.isEmpty else { return }
    let now = clock.now()
    for (verb, hours) in brake.changed {
      for hour in hours.sorted() {
        let text = brake.tallies[verb]?[hour]?.text
        try store.add([.remember("\(Facts.tally)\(verb)/\(hour)", text)])
      }
      let old = Brake.hour(now) - Int64(Brake.hours)
      for hour in brake.tallies[verb, default: [:]].keys where hour <= old {
        brake.tallies[verb]?[hour] = nil
        try store.add([.remember("\(Facts.tally)\(verb)/\(hour)", nil)])
      }
      if let reason = brake.reason(verb, at: now) { try pull(verb, reason) }
    }
    brake.changed = [:]
  }

  private func pull(_ verb: String, _ reason: String) throws(StoreError) {
    let because = "the brake: \(reason); `flow resume --all` lets it go on"
    let hold = Hold(.brake, verb: verb, because: because, since: clock.now())
    guard sending.holds[hold.fact] == nil else { return }
    try remember(hold)
    try tellOperator(hold, remedy: nil)
  }

  /// A hold that nobody asked for is told to whoever looks at the tasks; not again while its task is open.
  /// - Parameter remedy: what lets it go on, where its reason does not say so itself.
  func tellOperator(_ hold: Hold, remedy: String? = "`flow resume --all` lets it go on") throws(StoreError) {
    let id = taskID(of: hold)
    if try store.task(id)?.isOpen == true { return }
    let text = "Sending is held: \(hold.because)." + (remedy.map { " \($0)." } ?? "")
    let task = TaskRecord(
      id: id, run: "", workflow: "", kind: .notice(.held), person: .absent, contact: .absent, text: text,
      assigned: clock.now(), due: nil, outcomes: ["done"])
    try store.add([.task(task)])
  }

  /// The same of one that may last or come again; who has seen it is not told again.
  /// - Parameter began: it counts as another one where it was seen to be done before that; nil: it never does.
  func tellOnce(_ hold: Hold, since began: Instant?, remedy: String? = nil) throws(StoreError) {
    if case .done(_, _, let at) = try store.task(taskID(of: hold))?.state {
      guard let began, at < began else { return }
    }
    try tellOperator(hold, remedy: remedy)
  }

  /// Nobody need do anything about a hold that is over.
  func tellOver(_ hold: Hold) throws(StoreError) {
    guard var task = try store.task(taskID(of: hold)), task.isOpen else { return }
    task.state = .withdrawn(because: "it is not held any more", at: clock.now())
    try store.add([.task(task)])
  }

  /// What cannot be read has one task a channel, and a first run's cap one a workflow, whatever they say; what refuses
  /// has one for what it says, whichever start finds it; all else has one each time.
  private func taskID(of hold: Hold) -> String {
    let parts =
      switch hold.reason {
      case .unread, .firstRun: ["held", hold.reason.rawValue, hold.verb ?? hold.workflow ?? ""]
      case .refused: ["ours", hold.verb ?? "", hold.because]
      case .paused, .restored, .clock, .brake: [hold.fact, hold.value]
      }
    return Derived.hex(parts, digits: 12)
  }

  func readTallies() throws(StoreError) -> [String: [Int64: Tally]] {
    var found: [String: [Int64: Tally]] = [:]
    for fact in try store.remembered(prefix: Facts.tally) {
      let parts = fact.name.dropFirst(Facts.tally.count).split(separator: "/").map(String.init)
      guard parts.count == 2, let hour = Int64(parts[1]), let tally = Tally(fact.value) else { continue }
      found[parts[0], default: [:]][hour] = tally
    }
    return found
  }
}
