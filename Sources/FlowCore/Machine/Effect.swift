import FlowTime

/// What the engine does for a run, after the transition that says so is committed.
public enum Effect: Hashable, Sendable, Codable {
  case deliver(Delivery)
  /// The engine's own notice to the run's owner: it stands in `flow tasks` and prints no entry.
  case notice(Notice)
  /// A person's open task is withdrawn, and says why.
  case withdraw(step: NodeIndex, because: String)
  case emit(event: String, data: [String: Value])
  case enroll(workflow: String, input: [String: Value])
  /// Never again to this contact: a verb, or `all`.
  case suppress(channel: String)
}

public struct Notice: Hashable, Sendable, Codable {
  public enum Kind: String, Hashable, Sendable, Codable {
    /// An answer that nothing in the file handles: the owner reads it.
    case readReply = "read-reply"
    /// An answer, passed on with what was done about it.
    case reply
    case undeliverable, exhausted, failed, cancelled
    /// Sending is held, and nobody asked for that.
    case held
  }

  public var kind: Kind
  /// The run's owner as a person; absent where none is named.
  public var to: Value
  public var text: String

  public init(kind: Kind, to: Value, text: String) {
    self.kind = kind
    self.to = to
    self.text = text
  }
}

/// One action of a channel: everything that `render` and `deliver` need.
public struct Delivery: Hashable, Sendable, Codable {
  public enum Content: Hashable, Sendable, Codable {
    /// A template's text; what came from data is marked, so that the channel escapes it for its format.
    case text(RenderedText)
    case value(Value)
    case word(String)
    case files([String])
  }

  public struct Field: Hashable, Sendable, Codable {
    public var name: String
    public var content: Content
    public init(name: String, content: Content) {
      self.name = name
      self.content = content
    }
  }

  // `Optional` in full: a `?` is set to nil first, and the whole is then copied once more where it is made.
  public var workflow: String
  public var node: NodeIndex
  public var step: String
  public var verb: String
  /// How many times the run had handed over this step before: 0, or the repetition.
  public var occurrence: Int
  public var touch: Bool
  public var isTask: Bool
  /// The run waits for an outcome, until then.
  public var until: Optional<Instant>
  public var purpose: Optional<String>
  /// Whom it reaches: a contact or a person, as a record with at least `name`.
  public var to: Value
  /// By which address, as the manifest says; empty where the channel needs none.
  public var address: String
  /// Who does it.
  public var by: Optional<Value>
  public var contact: Value
  public var owner: Optional<Value>
  /// The channel's fields in the order of the file; `ask` is already in the manifest's main text.
  public var fields: [Field]
  public var at: Instant
  /// The run's zone.
  public var zone: String
  /// Which of the people that an escalation tells it is for, from 0 on; 0 for everything else.
  public var person: Int
  /// An escalation's message rather than a step of the channel itself.
  public var isEscalation: Bool
  /// Outcomes that may be told.
  public var outcomes: [String]
  /// What the run has sent before by this verb; filled in by the engine, which knows what was rendered.
  public var thread: Optional<Thread>
  /// Names the run to whoever brings an answer back; filled in by the engine. Letters and digits, the same in
  /// any case of letters; nobody else can make one up.
  public var token: Optional<String>

  /// The messages that this one may follow, for a channel that keeps them together.
  public struct Thread: Hashable, Sendable, Codable {
    /// Each message's ``Rendering``'s `reference`, oldest first.
    public var references: [String]
    /// What the latest of them showed as `subject`.
    public var subject: Optional<String>
    public init(references: [String], subject: String? = nil) {
      self.references = references
      self.subject = subject
    }
  }

  public init(
    workflow: String, node: NodeIndex, step: String, verb: String, occurrence: Int, touch: Bool, isTask: Bool,
    until: Instant?, purpose: String?, to: Value, address: String, by: Value?, contact: Value, owner: Value?,
    fields: [Field], at: Instant, zone: String, person: Int = 0, isEscalation: Bool,
    outcomes: [String],
    thread: Thread? = nil, token: String? = nil
  ) {
    self.workflow = workflow
    self.node = node
    self.step = step
    self.verb = verb
    self.occurrence = occurrence
    self.touch = touch
    self.isTask = isTask
    self.until = until
    self.purpose = purpose
    self.to = to
    self.address = address
    self.by = by
    self.contact = contact
    self.owner = owner
    self.fields = fields
    self.at = at
    self.zone = zone
    self.person = person
    self.isEscalation = isEscalation
    self.outcomes = outcomes
    self.thread = thread
    self.token = token
  }

  /// Where a run is told that it cannot be rendered.
  public var place: Surroundings.Place { Surroundings.Place(node, person: person) }

  public func field(_ name: String) -> Content? {
    for index in fields.indices where fields[index].name == name { return fields[index].content }
    return nil
  }
}
