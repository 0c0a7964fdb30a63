import FlowCore
import FlowTime

/// A line of a person's task list: a step's task, or a notice of the engine's own.
public struct TaskRecord: Hashable, Sendable, Codable {
  public enum Kind: Hashable, Sendable, Codable {
    /// A step gave it; told through the run.
    case step(node: NodeIndex, name: String, verb: String)
    /// It changes no run, and is over when somebody says `done`.
    case notice(Notice.Kind)
  }

  public enum State: Hashable, Sendable, Codable {
    case open
    case done(outcome: String, note: String?, at: Instant)
    case withdrawn(because: String, at: Instant)
  }

  // `Optional` in full: a `?` is set to nil first, and the whole is then copied once more where it is made.
  /// Short, and the same after a crash.
  public var id: String
  public var run: String
  public var workflow: String
  public var kind: Kind
  /// Who is to do it: a record with at least `name`; absent where the run belongs to nobody.
  public var person: Value
  /// The contact it is about.
  public var contact: Value
  public var text: String
  public var assigned: Instant
  /// Until when the run waits for it.
  public var due: Optional<Instant>
  /// What may be told.
  public var outcomes: [String]
  public var state: State
  /// The id of the event that told the outcome.
  public var settledBy: Optional<String>

  public init(
    id: String, run: String, workflow: String, kind: Kind, person: Value, contact: Value, text: String,
    assigned: Instant, due: Instant?, outcomes: [String], state: State = .open, settledBy: String? = nil
  ) {
    self.id = id
    self.run = run
    self.workflow = workflow
    self.kind = kind
    self.person = person
    self.contact = contact
    self.text = text
    self.assigned = assigned
    self.due = due
    self.outcomes = outcomes
    self.state = state
    self.settledBy = settledBy
  }

  public var isOpen: Bool { state == .open }

  public var node: NodeIndex? { if case .step(let node, _, _) = kind { node } else { nil } }

  /// The step's name, or the notice's word (`read-reply`).
  public var name: String {
    switch kind {
    case .step(_, let name, _): name
    case .notice(let notice): notice.rawValue
    }
  }
}

/// Which tasks are asked for; every condition that is given holds.
public struct TaskFilter: Hashable, Sendable {
  public var run: String?
  public var isOpen: Bool?
  public init(run: String? = nil, isOpen: Bool? = nil) {
    self.run = run
    self.isOpen = isOpen
  }

  public func admits(_ task: TaskRecord) -> Bool {
    (run == nil || run == task.run) && (isOpen == nil || isOpen == task.isOpen)
  }
}

extension Store {
  /// The line by which the step's task goes to its person, where it has not been handed over yet: it waits for its
  /// channel's capacity, or is held. Until then it is no open task for anybody.
  public func waitingLine(of task: TaskRecord) throws(StoreError) -> Outgoing? {
    guard task.isOpen, let node = task.node, try hasOpen(run: task.run) else { return nil }
    return try outbox(run: task.run).last {
      $0.node == node && $0.planned == task.assigned && [.planned, .held].contains($0.state)
    }
  }
}
