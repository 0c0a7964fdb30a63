import FlowCore

/// Where a run can be, without its instants: all runs that agree in this are followed as one.
struct Control: Hashable {
  enum Stage: UInt8, Hashable {
    /// The run comes to a step.
    case arriving
    case before, deferring, plain, listening, outcome, round, escalating
  }

  /// The step that the run waits at; for `arriving` in a list of `anytime`, the interrupted one.
  var node: NodeIndex
  var stage: Stage
  /// The step that the run comes to; -1 while it waits.
  var cursor: NodeIndex = -1
  /// How many of the people of an `escalate` have been told.
  var told: UInt8 = 0
  /// The round of each `repeat`; 0 outside.
  var rounds: [UInt8]
  /// `repeat`s whose round has sent something.
  var sent: UInt64 = 0
  /// Targets of `anytime` that no longer lie ahead.
  var behind: UInt64 = 0
  /// Steps passed whose instants are kept.
  var passed: UInt64 = 0
  var touches: Int = 0
  /// Verbs that have been suppressed.
  var suppressed: UInt64 = 0
  /// For conditions asked more than once: 0 open, 1 true, 2 false.
  var decided: [UInt8]
  /// The contact has answered since the last touch.
  var answered = false
  /// Time has passed since the last touch: something may have come that nothing has taken.
  var pending = false
  /// A hold waits for its event.
  var holding = false
  /// The due has been moved since it was computed.
  var moved = false
  /// Days on which the run is held are left out until the step goes on.
  var frozen = false
  /// Data by which the due goes have changed.
  var stale = false
  /// Where the claim is in its own story, and what it counts.
  var phase: UInt8 = 0
  var count: Int = 0
}

/// All runs that are at one place, and how far their instants can lie apart.
struct AbstractRun {
  var control: Control
  var time: Differences
}
