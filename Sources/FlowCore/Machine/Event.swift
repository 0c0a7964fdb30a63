import FlowTime

/// What a run is told. Everything that comes in (replies, timers, tasks, the user's events) is one of these.
public struct Event: Hashable, Sendable, Codable {
  public enum Kind: Hashable, Sendable, Codable {
    /// The due instant of what the run waits for has come.
    case timer
    /// A person's answer; only its new text.
    case reply(text: String)
    /// One of the user's events, with its data.
    case named(String, data: [String: Value])
    /// What came of a step that waits for an outcome, or of a person's task; `step` nil: the one the run waits for.
    case outcome(String, step: NodeIndex?, note: String?)
    case autoReply
    /// The date of return, where one is named.
    case outOfOffice(return: CivilDate?)
    case bounce(hard: Bool)
    /// The verb of the channel it came by; nil: the one of the run's last touch.
    case complaint(channel: String?)
    case unsubscribe(channel: String?)
    case opened, clicked
    /// Somebody acknowledged an escalation.
    case acknowledged
    /// A channel could not deliver what the step handed to it.
    case failed(step: NodeIndex, because: String)
    /// A person ends the run by hand.
    case cancel(because: String)
    /// A touch has really left only now; until now the run has counted it at another instant. What waits since then
    /// counts from now; so does the time of a person whom an escalation has told, where that is what has left.
    ///
    /// - `withLater`: what the run has come to since, by an outcome, counts from now as well. False where that began
    ///   with what somebody has done, which has its own instant, and in journals of before, whose awaits were not moved
    ///   then.
    case left(step: NodeIndex, counted: Instant, withLater: Bool)

    /// An answer as it came: a reply by what is new in it. Whatever brings an answer in makes the event so, but for
    /// mail, whose own reader tells what it quotes by more than its text.
    public static func answer(_ text: String) -> Kind { .reply(text: NewText.of(text)) }
  }

  /// Known ids do nothing; events are ordered by (time, id).
  public var id: String
  public var at: Instant
  public var kind: Kind

  public init(id: String, at: Instant, kind: Kind) {
    self.id = id
    self.at = at
    self.kind = kind
  }

  /// The word that a workflow file knows the event by.
  public var name: String {
    switch kind {
    case .timer: "timer"
    case .reply: "reply"
    case .named(let name, _): name
    case .outcome: "task"
    case .autoReply: "auto-reply"
    case .outOfOffice: "out-of-office"
    case .bounce: "bounce"
    case .complaint: "complaint"
    case .unsubscribe: "unsubscribe"
    case .opened: "opened"
    case .clicked: "clicked"
    case .acknowledged: "ack"
    case .failed: "failed"
    case .cancel: "cancel"
    case .left: "left"
    }
  }

  /// Built-in names other than `reply`, outcomes and the user's.
  public static let builtIn = [
    "auto-reply", "out-of-office", "bounce", "complaint", "unsubscribe", "opened", "clicked", "ack",
  ]
}
