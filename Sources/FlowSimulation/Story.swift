import FlowCore
import FlowRuntime
import FlowTime

/// What is simulated: how a run begins, and what happens in it.
public struct Story: Sendable {
  public enum Beginning: Sendable {
    /// The trigger's data, with their types.
    case input([String: Value])
    /// Whatever came in; its data are read as in production.
    case event(Incoming)
  }

  public var workflow: String
  public var start: Instant
  public var beginning: Beginning
  /// Which run is followed where the trigger has `each`: the one of this item, from 1.
  public var item: Int
  public var events: [ScheduledEvent]

  public init(
    workflow: String, start: Instant, beginning: Beginning, item: Int? = nil, events: [ScheduledEvent] = []
  ) {
    self.workflow = workflow
    self.start = start
    self.beginning = beginning
    self.item = item ?? 1
    self.events = events
  }
}

/// What came of a story.
public struct Simulated: Sendable {
  public enum Problem: Hashable, Sendable {
    /// No run started; every reason.
    case refused([String])
    /// The event with this index did not come about, or could do nothing.
    case unmet(event: Int, because: String)
    /// No plugin could render what a step hands over.
    case unrendered(node: NodeIndex, because: String)
    /// The run still lived after ten years, or could not go on.
    case endless(String)
  }

  /// The run that was followed; nil where none started.
  public var timeline: Timeline?
  /// Its last state.
  public var run: Run?
  /// Everything else that ran: items of the list, workflows that were enrolled.
  public var others: [Timeline]
  /// The tasks of the run that was followed, in the order in which they were given.
  public var tasks: [TaskRecord]
  public var problems: [Problem]
}
