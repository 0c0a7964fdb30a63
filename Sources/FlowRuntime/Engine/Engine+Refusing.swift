import FlowCore
import FlowPlugin
import FlowTime

/// A channel that refuses by our own mistake (a wrong password, no TLS, a sender that may not send) is held at the
/// first time, and people are told. A person mends it: every start, every reload and `flow resume --all` try again,
/// one line first. And what could not be rendered for now is rendered again later.
extension Engine {
  /// Nothing goes out by the channel until somebody has mended it.
  @discardableResult
  func refuse(_ verb: String, _ because: String) throws(StoreError) -> Hold {
    let hold = Hold(
      .refused, verb: verb, because: "nothing leaves by \(verb) until it is mended: \(because)", since: clock.now())
    if let known = sending.holds[hold.fact] { return known }
    try remember(hold)
    try tellOperator(hold)
    return hold
  }

  /// Whatever was refused is tried again.
  func forgetRefusals() throws(StoreError) {
    let refusals = sending.holds.values.filter { $0.reason == .refused }
    for hold in refusals {
      try store.add([.remember(hold.fact, nil)])
      sending.holds[hold.fact] = nil
      try tellOver(hold)
    }
    if !refusals.isEmpty { try goOn() }
  }

  // MARK: What could not be rendered

  /// A step that no channel could render for now: how often, since when, and when it is tried again.
  struct Rerun: Hashable {
    var count: Int
    var since: Instant
    /// Nil once its run is due again.
    var next: Instant?

    /// As the store remembers it.
    var text: String { "\(count) \(since.milliseconds) \((next ?? since).milliseconds)" }

    init(count: Int, since: Instant, next: Instant) {
      (self.count, self.since, self.next) = (count, since, next)
    }

    init?(_ text: String) {
      let numbers = text.split(separator: " ").compactMap { Int64($0) }
      guard numbers.count == 3, let count = Int(exactly: numbers[0]) else { return nil }
      self.init(
        count: count, since: Instant(milliseconds: numbers[1]), next: Instant(milliseconds: numbers[2]))
    }
  }

  /// When the run tries once more to render; nil where it has tried often enough.
  func rerun(of run: String, at now: Instant) -> Rerun? {
    let before = sending.reruns[run]
    let count = (before?.count ?? 0) + 1
    let since = before?.since ?? now
    let next = now.adding(milliseconds: Engine.pause(after: count, of: run))
    guard count < Engine.attempts, next.milliseconds(since: since) <= Engine.patience else { return nil }
    return Rerun(count: count, since: since, next: next)
  }

  /// Why runs stand still whose step no channel could render for now, by their ids. Each is tried again by itself.
  public func unrendered() throws(StoreError) -> [String: String] {
    var found: [String: String] = [:]
    for id in sending.reruns.keys {
      guard let stuck = try store.run(id)?.stuck, stuck.hasPrefix(Hold.mark) else { continue }
      found[id] = String(stuck.dropFirst(Hold.mark.count))
    }
    return found
  }

  /// Runs whose time has come to try again are due.
  func wakeReruns() throws(StoreError) {
    let now = clock.now()
    for (id, rerun) in sending.reruns.sorted(by: { $0.key < $1.key }) {
      guard let next = rerun.next, next <= now else { continue }
      sending.reruns[id]?.next = nil
      guard var record = try store.run(id), record.stuck?.hasPrefix(Hold.mark) == true else { continue }
      record.stuck = nil
      sending.aside.remove(id)
      try store.add([.advance(record, from: record.sequence), .remember(Facts.aside + id, nil)])
    }
  }

  /// Twice as long each time, spread by a digest so that not all come back at once.
  static func pause(after attempts: Int, of key: String) -> Int64 {
    let base = base(after: attempts)
    let spread = Int64(Derived.hex([key, String(attempts)], digits: 4), radix: 16) ?? 0
    return base + base / 4 * spread / 65_536
  }

  static func base(after attempts: Int) -> Int64 { 60_000 << Int64(min(max(attempts - 1, 0), 10)) }
}
