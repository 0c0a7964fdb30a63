import FlowTime

/// What came of a workflow's runs, counted.
public struct Figures: Sendable, Hashable {
  /// How long answers took: the middle one, and the one that nine of ten do not exceed; nil where none came.
  public struct Times: Sendable, Hashable {
    public var count: Int
    /// Milliseconds; nearest rank.
    public var median: Int64?
    public var p90: Int64?
    public init(count: Int = 0, median: Int64? = nil, p90: Int64? = nil) {
      self.count = count
      self.median = median
      self.p90 = p90
    }
  }

  /// Of the runs that ended in a goal, the share that is put down to a step, in thousandths of a run.
  public struct Credit: Sendable, Hashable {
    /// To the run's first touch.
    public var first: Int
    /// To its last.
    public var last: Int
    /// To each of its touches alike.
    public var linear: Int
    public init(first: Int = 0, last: Int = 0, linear: Int = 0) {
      self.first = first
      self.last = last
      self.linear = linear
    }
  }

  public struct Step: Sendable, Hashable {
    public var name: String
    public var verb: String
    public var touch: Bool
    /// Handed to the channel, once at least; not what was stopped before it left. A task: given. An escalation: people
    /// told.
    public var sent = 0
    /// Accepted by the far side.
    public var delivered = 0
    /// Came back.
    public var bounced = 0
    /// Nil where its channel does not tell.
    public var opened: Int?
    public var clicked: Int?
    /// Answers whose last touch before was this, by class.
    public var replies: [String: Int] = [:]
    /// What was said of a task, late too, and by whom an escalation reached (`ack`); and `timeout`, once for each time
    /// that nothing was said in time.
    public var outcomes: [String: Int] = [:]
    public var withheld = 0
    public var skipped = 0
    public var failed = 0
    /// From this touch to the answer.
    public var toReply = Times()
    public var credit = Credit()
    public init(name: String, verb: String, touch: Bool) {
      self.name = name
      self.verb = verb
      self.touch = touch
    }

    public var replied: Int { replies.values.reduce(0, +) }
  }

  /// What came of the runs that a `split` sent one way.
  public struct Arm: Sendable, Hashable {
    /// The step's name.
    public var split: String
    public var name: String
    public var runs = 0
    public var ended = 0
    /// Runs that ended in a goal.
    public var reached = 0
    /// Runs whose contact has answered, once at least, before the split or after it.
    public var answered = 0
    public var outcomes: [String: Int] = [:]
    public init(split: String, name: String) {
      self.split = split
      self.name = name
    }
  }

  public var workflow: String
  public var runs = 0
  public var live = 0
  public var outcomes: [String: Int] = [:]
  /// The outcomes that count as success; none: the file names none.
  public var goal: [String] = []
  public var reached = 0
  public var replies: [String: Int] = [:]
  public var toReply = Times()
  /// In the order of the file.
  public var steps: [Step] = []
  /// In the order of the file.
  public var arms: [Arm] = []

  public init(workflow: String) { self.workflow = workflow }

  public var ended: Int { runs - live }

  /// Goals among the runs that have ended, in thousandths; nil where none has, or there is no goal.
  public var goalRate: Int? {
    rate(reached, of: ended)
  }

  /// The same for runs of one arm.
  public func goalRate(of arm: Arm) -> Int? { rate(arm.reached, of: arm.ended) }

  private func rate(_ reached: Int, of ended: Int) -> Int? {
    guard ended > 0, !goal.isEmpty else { return nil }
    return (reached * 1000 + ended / 2) / ended
  }
}
