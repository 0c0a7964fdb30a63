import FlowCore
import FlowPlugin
import FlowTime

/// One thing to hand to a channel: planned in the transaction that says so, with the very bytes that will
/// leave.
public struct Outgoing: Hashable, Sendable, Codable {
  public enum State: String, Hashable, Sendable, Codable, CaseIterable {
    /// Nothing has left. It is tried at ``Outgoing/next``; people read `deferred` where it was tried before.
    case planned
    /// It is in hand; nothing of it that could be a message has left. A crash here is a free retry.
    case claimed
    /// Committed just before the byte that completes the message: from here on it may have arrived.
    case marked
    case accepted
    /// It will not be tried again; the run and its owner are told.
    case failed
    /// Stopped before it left: suppressed, or an answer came first.
    case cancelled
    /// Nobody knows whether it left, and the far side takes no key: a person decides.
    case unknown
    /// Sending is held, or our own configuration is wrong: tried again when the hold is over, and when the
    /// engine starts anew.
    case held
  }

  /// The state as people read it: `planned`, `deferred`, `claimed`, `marked`, `accepted` …
  public var word: String { state == .planned && attempts > 0 ? "deferred" : state.rawValue }

  /// The same on a retry, another on every rightful repeat.
  public var key: IdempotencyKey
  public var run: String
  /// The transition that planned it.
  public var sequence: Int
  public var node: NodeIndex
  public var step: String
  public var round: Int?
  public var verb: String
  public var touch: Bool
  /// Everything that the contact is known by, for the last look at what is suppressed.
  public var contact: [String]
  /// The run's owner, who is told where it fails; absent where there is none.
  public var owner: Value
  public var rendering: Rendering
  /// SHA-256 of the payload, 64 hexadecimal digits.
  public var digest: String
  public var planned: Instant
  public var next: Instant
  /// How often it has been handed over.
  public var attempts: Int
  public var state: State
  /// Why it is in that state, where that says more.
  public var because: String?
  /// What the far side calls it.
  public var receipt: String?
  public var settled: Instant?

  public init(
    key: IdempotencyKey, run: String, sequence: Int, node: NodeIndex, step: String, round: Int?, verb: String,
    touch: Bool, contact: [String], owner: Value, rendering: Rendering, digest: String, planned: Instant,
    next: Instant, attempts: Int = 0, state: State = .planned, because: String? = nil, receipt: String? = nil,
    settled: Instant? = nil
  ) {
    self.key = key
    self.run = run
    self.sequence = sequence
    self.node = node
    self.step = step
    self.round = round
    self.verb = verb
    self.touch = touch
    self.contact = contact
    self.owner = owner
    self.rendering = rendering
    self.digest = digest
    self.planned = planned
    self.next = next
    self.attempts = attempts
    self.state = state
    self.because = because
    self.receipt = receipt
    self.settled = settled
  }

  /// Something is still to be done about it.
  public var isOpen: Bool { [.planned, .claimed, .marked, .held, .unknown].contains(state) }
}
