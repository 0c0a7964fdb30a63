import FlowCore
import FlowPlugin
import FlowTime

/// One thing to hand to a channel: planned in the transaction that says so, with the very bytes that will
/// leave.
public struct Outgoing: Hashable, Sendable {
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
    /// Nobody knows whether it left, and it is not tried again: the far side takes no key, or something has stopped it.
    /// A person decides.
    case unknown
    /// Sending is held, or our own configuration is wrong: tried again when the hold is over, and when the
    /// engine starts anew.
    case held
  }

  /// The state as people read it: `planned`, `deferred`, `claimed`, `marked`, `accepted` …
  public var word: String { state == .planned && attempts > 0 ? "deferred" : state.rawValue }

  /// What never changes of it.
  private struct Content: Hashable, Sendable {
    var key: IdempotencyKey
    var run: String
    var sequence: Int
    var node: NodeIndex
    var step: String
    var round: Int?
    var verb: String
    var touch: Bool
    var contact: [String]
    var owner: Value
    var rendering: Rendering
    var digest: String?
    var planned: Instant
  }

  private let content: Shared<Content>

  /// The same on a retry, another on every rightful repeat.
  public var key: IdempotencyKey { _read { yield content.value.key } }
  public var run: String { content.value.run }
  /// The transition that planned it.
  public var sequence: Int { content.value.sequence }
  public var node: NodeIndex { content.value.node }
  public var step: String { content.value.step }
  public var round: Int? { content.value.round }
  public var verb: String { content.value.verb }
  public var touch: Bool { content.value.touch }
  /// Everything that the contact is known by, for the last look at what is suppressed.
  public var contact: [String] { _read { yield content.value.contact } }
  /// The run's owner, who is told where it fails; absent where there is none.
  public var owner: Value { _read { yield content.value.owner } }
  public var rendering: Rendering { _read { yield content.value.rendering } }
  /// SHA-256 of the payload, 64 hexadecimal digits.
  public var digest: String { givenDigest ?? hexadecimal(sha256(rendering.payload)) }
  /// Where it was told otherwise than from the payload.
  public var givenDigest: String? { content.value.digest }
  public var planned: Instant { content.value.planned }
  public var next: Instant
  /// How often it has been handed over.
  public var attempts: Int
  public var state: State
  // `Optional` in full: a `?` is set to nil first, and the whole is then copied once more where it is made.
  /// Why it is in that state, where that says more.
  public var because: Optional<String>
  /// What the far side calls it.
  public var receipt: Optional<String>
  public var settled: Optional<Instant>

  public init(
    key: IdempotencyKey, run: String, sequence: Int, node: NodeIndex, step: String, round: Int?, verb: String,
    touch: Bool, contact: [String], owner: Value, rendering: Rendering, digest: String? = nil, planned: Instant,
    next: Instant, attempts: Int = 0, state: State = .planned, because: String? = nil, receipt: String? = nil,
    settled: Instant? = nil
  ) {
    content = Shared(
      Content(
        key: key, run: run, sequence: sequence, node: node, step: step, round: round, verb: verb,
        touch: touch, contact: contact, owner: owner, rendering: rendering, digest: digest, planned: planned))
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
