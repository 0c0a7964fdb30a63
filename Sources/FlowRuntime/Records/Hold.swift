import FlowCore
import FlowTime

/// Why something does not go out for now. While sending is held answers are heard, and whatever is to go out stands
/// still: what follows counts from when it really went out.
public struct Hold: Hashable, Sendable {
  public enum Reason: String, Hashable, Sendable, CaseIterable {
    /// A person said so.
    case paused
    /// The store was restored or copied: two might send the same.
    case restored
    /// The clock has jumped ahead.
    case clock
    /// Too many bounces, complaints or unknown fates, or far more than usual.
    case brake
    /// The channel refuses by our own mistake: a wrong password, no TLS, a sender that may not send.
    case refused
    /// Nobody has lifted the cap on the workflow's first live run.
    case firstRun = "first-run"
    /// What came in by the channel has not been read since the start, or for too long.
    case unread
  }

  public var reason: Reason
  /// The channel that it holds; nil: not one alone.
  public var verb: String?
  /// The workflow that it holds; nil: not one alone.
  public var workflow: String?
  /// The run that it holds; nil: not one alone.
  public var run: String?
  /// A sentence without a full stop.
  public var because: String
  /// Nil where it began with the engine.
  public var since: Instant?

  public init(
    _ reason: Reason, verb: String? = nil, workflow: String? = nil, run: String? = nil, because: String,
    since: Instant? = nil
  ) {
    self.reason = reason
    self.verb = verb
    self.workflow = workflow
    self.run = run
    self.because = because
    self.since = since
  }

  /// It holds everything.
  public var isWhole: Bool { verb == nil && workflow == nil && run == nil }

  /// How ``RunRecord/stuck`` and ``Outgoing/because`` begin where a hold is the reason: that goes on by itself.
  public static let mark = "held: "
  /// The same where a person has paused the run.
  public static let pauseMark = "paused: "

  // MARK: As the store remembers it

  /// The fact under which it is remembered: `hold/paused`, `hold/brake/VERB`, `hold/paused/.RUN`.
  public var fact: String { Hold.fact(reason, verb: verb, run: run) }

  static func fact(_ reason: Reason, verb: String? = nil, run: String? = nil) -> String {
    let whose = run.map { ".\($0)" } ?? verb ?? ""
    return prefix + reason.rawValue + (whose.isEmpty ? "" : "/" + whose)
  }

  /// What ``fact`` says: since when, and why.
  public var value: String { "\((since ?? .epoch).milliseconds) \(because)" }

  /// How what held everything is remembered when it is over, for whoever asks why something went out late:
  /// `held/FROM`, until when, and why. Nil where it held something alone, or since nobody knows when.
  func over(at end: Instant) -> Fact? {
    guard isWhole, let since else { return nil }
    let because = (reason == .paused ? Hold.pauseMark : "") + because
    return Fact(name: "\(Hold.pastPrefix)\(since.milliseconds)", value: "\(end.milliseconds) \(because)")
  }

  /// What ``over(at:)`` has said.
  static func past(_ fact: Fact) -> RunHistory.Standstill? {
    let words = fact.value.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    guard let from = Int64(fact.name.dropFirst(pastPrefix.count)), words.count == 2, let until = Int64(words[0])
    else { return nil }
    return RunHistory.Standstill(
      from: Instant(milliseconds: from), until: Instant(milliseconds: until), because: String(words[1]))
  }

  static let pastPrefix = "held/"

  /// How the names of these facts begin.
  public static let prefix = "hold/"

  /// Nil where the fact is no hold of this program.
  public init?(_ fact: Fact) {
    guard fact.name.hasPrefix(Hold.prefix) else { return nil }
    let parts = fact.name.dropFirst(Hold.prefix.count).split(separator: "/", maxSplits: 1).map(String.init)
    guard let word = parts.first, let reason = Reason(rawValue: word) else { return nil }
    let words = fact.value.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    guard words.count == 2, let milliseconds = Int64(words[0]) else { return nil }
    self.init(reason, because: String(words[1]), since: Instant(milliseconds: milliseconds))
    guard parts.count == 2 else { return }
    if parts[1].hasPrefix(".") { run = String(parts[1].dropFirst()) } else { verb = parts[1] }
  }
}
