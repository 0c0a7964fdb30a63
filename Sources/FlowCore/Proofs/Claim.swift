import FlowTime

/// What is said to hold of every run, whatever its contact answers, wherever and whenever it starts (language,
/// section 7). The language claims some of them of every file; `guarantees:` claims more.
public enum Claim: Hashable, Sendable {
  /// Every run ends; with a duration: within it, time held left out: for each step that is held the days from the one
  /// on which that begins to the one on which the step goes on, both whole, or those by which holds have moved `day N`
  /// meanwhile, whichever are more. (Something may come in and end a hold early; what it has moved stays moved.)
  case ends(within: Duration?)
  /// At most so many touches; of one verb where one is named; in any span, or in the whole run. A run that ends
  /// `exhausted` breaks the limit that its policy sets: one touch more was due.
  case touches(atMost: Int, verb: String?, span: Duration?)
  /// A touch and the one before it are never less apart, but where the contact has answered in between: to answer is
  /// not to press. What a file promises, or flow.yaml for it: a step that lifts the gap does not weaken it.
  case apart(Duration)
  /// The same, but where the file lifts the gap (`gap: none`), too: what `policy.gap` says.
  case gap(Duration)
  /// The first touch goes out within so long after the start, or has failed or the run has ended by then, in a run into
  /// which nothing comes. (Of a step that fails its owner is told.)
  case firstTouch(within: Duration)
  /// A run into which nothing comes, no answer, event or outcome, comes to one of these; none: to an escalation or an
  /// end that the file writes.
  case silence(reaches: [Milestone])
  /// No touch after an unsubscribe, a complaint, the end, or a hard bounce or an answer that nothing in the file takes;
  /// after a hard bounce that it takes, none by the channel of the touch before it.
  case stops
  /// No touch goes out outside its window or on a holiday.
  case insideWindow
  /// Some run ends with it. Where none does the verdict is ``Verdict/impossible(because:)``.
  case possible(outcome: String)
  /// A person's task that is not done in time (its `timeout`) is told to somebody before the run ends: by an
  /// escalation, a message that is no touch, or a task of somebody else; unless something comes in first, an answer, an
  /// event or an outcome: where a goal is met nobody has to hear of a call that was not made.
  case overseen(step: NodeIndex)
  /// Once the second has come about, the first does not any more.
  case never(Milestone, after: Milestone)
  /// Whenever the second comes about, the first has.
  case always(Milestone, before: Milestone)
  /// Whenever the second comes about the first follows within so long, or the run has ended by then. Time held counts.
  case follows(Milestone, within: Duration, of: Milestone)

  /// How far apart touches are said to be at least, where it says that.
  public var distance: Duration? {
    switch self {
    case .apart(let distance), .gap(let distance): distance
    default: nil
    }
  }
}

/// Something that a timeline shows, by which claims are made.
public enum Milestone: Hashable, Sendable {
  case started
  /// The step went out, was assigned, or was done; not one that was left out, withheld or has failed.
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
