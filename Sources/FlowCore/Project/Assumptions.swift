import FlowTime

/// What a workflow says is expected to happen (`assume:`), for forecasts; shares in hundredths of a percent.
///
/// The language leaves open what the shares are shares of. Here:
///
/// - **Replies.** Each touch that goes out and has no outcomes of its own (a call is answered by its outcomes) is
///   answered with these shares, by one class at most. The answer takes a time of which half of all answers take less
///   than ``after``, and in each stretch that long half of those still missing come: exponential, with that median.
///   A contact who is going to answer answers once: until then, further touches change nothing.
/// - **Outcomes of steps.** A step that waits for an outcome has one with these shares; it comes at any minute between
///   the hand-over and the step's timeout with equal chance. What is missing to the whole is the timeout.
/// - **Events.** In place of an answer, a touch may bring a bounce, a note that somebody is away, an unsubscription, a
///   complaint, or one of the user's events, with data made up as for a preview. The first two come within minutes:
///   half of them in one, half of the rest in the next. The others take as long as an answer.
/// - **Everything else** does not happen: nobody opens, clicks or acknowledges anything.
public struct Assumptions: Hashable, Sendable {
  public struct Share: Hashable, Sendable {
    /// A class of reply, or an outcome.
    public var name: String
    public var share: Int
    public var span: Span
    public init(name: String, share: Int, span: Span) {
      self.name = name
      self.share = share
      self.span = span
    }
  }

  public struct Step: Hashable, Sendable {
    public var name: String
    public var shares: [Share]
    public init(name: String, shares: [Share]) {
      self.name = name
      self.shares = shares
    }
  }

  /// By class of reply.
  public var reply: [Share] = []
  /// How long an answer takes: the median. One day where nothing is said.
  public var after: Duration?
  public var steps: [Step] = []
  /// By the name of the event: of each touch that may be answered, what it brings in place of an answer.
  public var events: [Share] = []

  /// What comes by itself, and so at once.
  public static let prompt = ["bounce", "out-of-office"]
  /// Names of ``events`` that are not the user's.
  public static let builtIn = prompt + ["unsubscribe", "complaint"]

  public init() {}

  public var isEmpty: Bool { reply.isEmpty && steps.isEmpty && events.isEmpty }

  /// Wherever it stands in the file.
  public func isSame(as other: Assumptions) -> Bool {
    func plain(_ shares: [Share]) -> [String: Int] {
      Dictionary(shares.map { ($0.name, $0.share) }, uniquingKeysWith: { first, _ in first })
    }
    func plain(_ steps: [Step]) -> [String: [String: Int]] {
      Dictionary(steps.map { ($0.name, plain($0.shares)) }, uniquingKeysWith: { first, _ in first })
    }
    return plain(reply) == plain(other.reply) && plain(events) == plain(other.events)
      && plain(steps) == plain(other.steps) && after == other.after
  }
}
