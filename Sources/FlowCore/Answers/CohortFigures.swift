import FlowTime

/// What is expected of many contacts that go through one workflow: counted (`flow simulate --contacts N`) or computed
/// (`--exact`). Counts are numbers of contacts or of things handed over; computed ones need not be whole.
public struct CohortFigures: Hashable, Sendable {
  /// So many of something.
  public struct Share: Hashable, Sendable {
    public var name: String
    public var count: Double
    public init(name: String, count: Double) {
      self.name = name
      self.count = count
    }
  }

  /// From a contact's start to the end, in minutes of elapsed time.
  public struct Times: Hashable, Sendable {
    public var mean: Double
    /// The least time within which a tenth, half, nine tenths of those that ended had ended.
    public var tenth: Int
    public var median: Int
    public var ninetieth: Int
    public var longest: Int
    /// Ended on the N-th day after the start: [0] within the first 24 hours.
    public var days: [Double]
    public init(mean: Double, tenth: Int, median: Int, ninetieth: Int, longest: Int, days: [Double]) {
      self.mean = mean
      self.tenth = tenth
      self.median = median
      self.ninetieth = ninetieth
      self.longest = longest
      self.days = days
    }
  }

  /// What a step handed over, and the outcomes that came of it.
  public struct Step: Hashable, Sendable {
    public var name: String
    public var verb: String
    public var count: Double
    public var outcomes: [Share]
    public init(name: String, verb: String, count: Double, outcomes: [Share]) {
      self.name = name
      self.verb = verb
      self.count = count
      self.outcomes = outcomes
    }
  }

  /// What one verb hands over.
  public struct Load: Hashable, Sendable {
    public struct Day: Hashable, Sendable {
      public var date: CivilDate
      public var count: Double
      /// Waiting for capacity at the day's end.
      public var waiting: Double
      public init(date: CivilDate, count: Double, waiting: Double) {
        self.date = date
        self.count = count
        self.waiting = waiting
      }
    }

    public var verb: String
    /// People do it: a task.
    public var isTask: Bool
    /// A day, where flow.yaml names one; what is computed does not wait for it.
    public var capacity: Int?
    public var total: Double
    /// From the first day on which something is handed over or waits, to the last; no day is left out between.
    public var days: [Day]
    /// By the hour of the day, 24 of them, in the run's zone.
    public var hours: [Double]
    /// How many waited for capacity, how long those did in minutes, and how many of them were never handed over,
    /// because the run had ended, gone on without them, or because it would be ten years.
    public var waited: Double
    public var meanWait: Double
    public var longestWait: Int
    public var lost: Double
    public init(
      verb: String, isTask: Bool, capacity: Int?, total: Double, days: [Day], hours: [Double], waited: Double,
      meanWait: Double, longestWait: Int, lost: Double
    ) {
      self.verb = verb
      self.isTask = isTask
      self.capacity = capacity
      self.total = total
      self.days = days
      self.hours = hours
      self.waited = waited
      self.meanWait = meanWait
      self.longestWait = longestWait
      self.lost = lost
    }

    public var most: Day? { days.max { ($0.count, $1.date) < ($1.count, $0.date) } }
  }

  public var workflow: String
  /// The run's zone.
  public var zone: Zone
  public var start: Instant
  /// The last contact comes before `start` and so many minutes.
  public var overMinutes: Int
  public var contacts: Int
  /// Nil where it is computed.
  public var seed: UInt64?
  /// Of computed figures: at most so many contacts are in another place than they belong, for there was too much to
  /// follow.
  public var rounded = 0.0
  /// Events that the file emits and takes itself: here nobody hears them.
  public var unheard: [String] = []
  /// Contacts whose data start no run, and why the first of them.
  public var refused: Double
  public var refusedBecause: String?
  /// By name; with `""` for runs that still lived after ten years.
  public var outcomes: [Share]
  /// [N]: contacts with N touches.
  public var touches: [Double]
  public var times: Times
  /// Answers by class.
  public var replies: [Share]
  /// In the order of the file; those that handed something over.
  public var steps: [Step]
  /// By verb.
  public var load: [Load]

  public init(
    workflow: String, zone: Zone, start: Instant, overMinutes: Int, contacts: Int, seed: UInt64?, refused: Double,
    refusedBecause: String?, outcomes: [Share], touches: [Double], times: Times, replies: [Share], steps: [Step],
    load: [Load]
  ) {
    self.workflow = workflow
    self.zone = zone
    self.start = start
    self.overMinutes = overMinutes
    self.contacts = contacts
    self.seed = seed
    self.refused = refused
    self.refusedBecause = refusedBecause
    self.outcomes = outcomes
    self.touches = touches
    self.times = times
    self.replies = replies
    self.steps = steps
    self.load = load
  }

  public var meanTouches: Double {
    let started = Double(contacts) - refused
    guard started > 0 else { return 0 }
    return touches.indices.reduce(0) { $0 + Double($1) * touches[$1] } / started
  }
}
