import FlowTime

/// What came of one scenario in a dry run.
public struct ScenarioResult: Sendable, Hashable {
  /// An expectation that was not met, or something that happened and was not expected.
  public struct Problem: Sendable, Hashable {
    /// As the file has it: `2026-03-27 16:40  receipt`; nil where nothing was expected.
    public var expected: String?
    /// In the same words; nil where nothing came.
    public var got: String?
    /// Why, where that says more than the two lines.
    public var because: String?
    public var span: Span

    public init(expected: String?, got: String?, because: String? = nil, span: Span) {
      self.expected = expected
      self.got = got
      self.because = because
      self.span = span
    }
  }

  public var workflow: String
  /// Where the scenario stands: the workflow file or one of its scenario files.
  public var file: String
  public var name: String
  public var span: Span
  public var problems: [Problem]
  /// Nil where the run could not be started.
  public var timeline: Timeline?
  /// Steps that the run has come through.
  public var walked: Set<NodeIndex>

  public var passed: Bool { problems.isEmpty }

  public init(
    workflow: String, file: String, name: String, span: Span, problems: [Problem] = [],
    timeline: Timeline? = nil,
    walked: Set<NodeIndex> = []
  ) {
    self.workflow = workflow
    self.file = file
    self.name = name
    self.span = span
    self.problems = problems
    self.timeline = timeline
    self.walked = walked
  }
}

/// How much of a workflow its scenarios have walked.
public struct Coverage: Sendable, Hashable {
  public struct Missing: Sendable, Hashable {
    /// `objections`, `objections: timeout`, `end lost`.
    public var name: String
    public var span: Span
    public init(_ name: String, at span: Span) {
      self.name = name
      self.span = span
    }
  }

  public struct Count: Sendable, Hashable {
    public var covered: Int
    public var total: Int
    /// In the order of the file; `total - covered` of them.
    public var missing: [Missing]
    public init(covered: Int, total: Int, missing: [Missing] = []) {
      self.covered = covered
      self.total = total
      self.missing = missing
    }

    /// Hundredths of a percent, rounded down, so that 100 % means all; nothing to cover is all.
    public var share: Int { total <= 0 ? 10_000 : Int(Int64(covered) * 10_000 / Int64(total)) }
  }

  public var workflow: String
  public var file: String
  public var steps: Count
  public var cases: Count
  public var timeouts: Count
  public var outcomes: Count

  public init(workflow: String, file: String, steps: Count, cases: Count, timeouts: Count, outcomes: Count) {
    self.workflow = workflow
    self.file = file
    self.steps = steps
    self.cases = cases
    self.timeouts = timeouts
    self.outcomes = outcomes
  }

  /// The four with their names, in the order in which they are shown.
  public var counts: [(name: String, count: Count)] {
    [("steps", steps), ("cases", cases), ("timeouts", timeouts), ("outcomes", outcomes)]
  }
}

/// All that a dry run found out.
public struct RunResult: Sendable, Hashable {
  public var scenarios: [ScenarioResult]
  public var coverage: [Coverage]
  /// The least share that `--min-coverage` demands, in hundredths of a percent.
  public var minimum: Int?

  public init(scenarios: [ScenarioResult], coverage: [Coverage], minimum: Int? = nil) {
    self.scenarios = scenarios
    self.coverage = coverage
    self.minimum = minimum
  }

  /// The counts that lie below the minimum.
  public var short: [(workflow: String, name: String, count: Coverage.Count)] {
    guard let minimum else { return [] }
    return coverage.flatMap { one in
      one.counts.filter { $0.count.share < minimum }.map { (one.workflow, $0.name, $0.count) }
    }
  }
}
