import FlowTime

/// What is said to hold of every run, whatever its contact answers, wherever and whenever it starts (language,
/// section 7). The language claims some of them of every file; `guarantees:` claims more.
public enum Claim: Hashable, Sendable {
  /// Every run ends; with a duration: within it, time held left out.
  case ends(within: Duration?)
  /// At most so many touches; of one verb where one is named; in any span, or in the whole run.
  case touches(atMost: Int, verb: String?, span: Duration?)
  /// Two touches are never less apart, but where the file lifts the gap or the contact has answered.
  case apart(Duration)
  /// The first touch goes out within so long after the start, time held left out, in a run whose contact is silent.
  case firstTouch(within: Duration)
  /// Silence, and nothing but silence, ends in one of these; none: in an escalation or an end that the file writes.
  case silence(reaches: [Milestone])
  /// Nothing is handed over after an unsubscribe, a complaint, a hard bounce or an answer that nothing in the file
  /// takes, and nothing after the end.
  case stops
  /// No touch goes out outside its window or on a holiday.
  case insideWindow
  /// Some run ends with it.
  case possible(outcome: String)
  /// A person's task that is not done in time is told to somebody.
  case overseen(step: NodeIndex)
  case never(Milestone, after: Milestone)
  /// Whenever the second comes about, the first has.
  case always(Milestone, before: Milestone)
  /// Whenever the second comes about the first follows within so long, or the run has ended.
  case follows(Milestone, within: Duration, of: Milestone)
}

/// Something that a timeline shows, by which claims are made.
public enum Milestone: Hashable, Sendable {
  case started
  /// The step went out, was assigned, or was done.
  case step(NodeIndex)
  /// Any step of a verb.
  case verb(String)
  case touch
  /// Somebody was told by an `escalate`.
  case escalation
  /// A class of reply; `reply` for any.
  case reply(String)
  /// One of the user's events, or a built-in one, by its name.
  case event(String)
  /// The end with this outcome; nil: any.
  case end(String?)
}
