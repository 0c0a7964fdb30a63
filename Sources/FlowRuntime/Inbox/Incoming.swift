import FlowCore
import FlowTime

/// Whatever comes in, before it is known whom it concerns. The inbox is the only door: commands, webhooks,
/// channels, people's tasks, and what runs emit.
public struct Incoming: Hashable, Sendable, Codable {
  public enum Body: Hashable, Sendable, Codable {
    /// A CloudEvent: one of the user's events, or a built-in one (`reply`, `bounce`, `ack` …) for the run
    /// with that key or id as subject. `data` is JSON as it came.
    case event(type: String, subject: String?, data: String)
    /// Starts a workflow with data that already have their types.
    case enrol(workflow: String, input: [String: Value])
    /// For one run, by its id.
    case run(String, Event.Kind)
    /// What came of a task of ``TaskRecord``.
    case task(String, outcome: String, note: String?)
    /// Never again to this contact, on this verb or `all`.
    case suppress(contact: String, channel: String, because: String)
    /// What a channel brought in.
    case message(Message)
  }

  /// What came in by a channel, with the bytes as they came.
  public struct Message: Hashable, Sendable, Codable {
    public enum Content: Hashable, Sendable, Codable {
      case event(Event.Kind)
      /// It could not be told for sure what it is.
      case unread(because: String)
      /// It concerns no run, and nobody, and what it is: `a receipt`.
      case kept(because: String)
    }

    public var verb: String
    /// What it answers, as the source says: see ``FlowPlugin/Inbound/Message``.
    public var token: String?
    public var threads: [String]
    public var address: String?
    public var content: Content
    public var raw: [UInt8]

    public init(
      verb: String, token: String? = nil, threads: [String] = [], address: String? = nil, content: Content,
      raw: [UInt8]
    ) {
      self.verb = verb
      self.token = token
      self.threads = threads
      self.address = address
      self.content = content
      self.raw = raw
    }

    /// What it is, as people read it: `reply by email`, `unread by email`, `a receipt by email`.
    public var word: String {
      switch content {
      case .event(let kind): "\(Event(id: "", at: .epoch, kind: kind).name) by \(verb)"
      case .unread: "unread by \(verb)"
      case .kept(let because): "\(because) by \(verb)"
      }
    }
  }

  /// Who says so; an id is unique within its source.
  public var source: String
  public var id: String
  /// When it happened, as told. Events are ordered by (time, id).
  public var at: Instant
  public var body: Body
  /// How many events led to one another, this one being the last; 0 from outside.
  public var depth: Int

  public init(source: String = "", id: String, at: Instant, body: Body, depth: Int = 0) {
    self.source = source
    self.id = id
    self.at = at
    self.body = body
    self.depth = depth
  }

  /// The same with all that it names, itself too, in form C: whatever bytes an é came in, it is the same name. What it
  /// says stays as it came (guarantee 15).
  var composed: Incoming {
    var body = body
    switch body {
    case .event(let type, let subject, let data):
      body = .event(type: type.composed, subject: subject?.composed, data: data)
    case .suppress(let contact, let channel, let because):
      body = .suppress(contact: contact.composed, channel: channel, because: because)
    case .message(var message):
      message.address = message.address?.composed
      body = .message(message)
    case .enrol, .run, .task: break
    }
    return Incoming(source: source.composed, id: id.composed, at: at, body: body, depth: depth)
  }

  public var key: InboxKey { InboxKey(source: source, id: id) }

  /// The id under which a run knows it.
  var eventID: String { source.isEmpty ? id : "\(source)#\(id)" }

  /// An event that brings no id of its own: named by a digest of when it came and what it says.
  public static func event(
    type: String, id: String? = nil, source: String = "", at: Instant, subject: String? = nil,
    data: JSONValue = [:]
  ) -> Incoming {
    let text = data.write()
    let id = id ?? Derived.hex([type, subject ?? "", String(at.milliseconds), text], digits: 16)
    return Incoming(source: source, id: id, at: at, body: .event(type: type, subject: subject, data: text))
  }

  /// What a person says of a task; the same outcome at the same instant is the same event.
  public static func task(_ task: String, outcome: String, note: String? = nil, at: Instant) -> Incoming {
    Incoming(
      source: "task", id: "\(task).\(outcome).\(at.milliseconds)", at: at,
      body: .task(task, outcome: outcome, note: note))
  }
}

public struct InboxKey: Hashable, Sendable, Codable {
  public var source: String
  public var id: String
  public init(source: String, id: String) {
    self.source = source
    self.id = id
  }
}

/// A line of the inbox.
public struct InboxRow: Hashable, Sendable {
  public var incoming: Incoming
  /// The engine's now when it came.
  public var received: Instant
  // `Optional` in full: a `?` is set to nil first, and the whole is then copied once more where it is made.
  /// What was done about it; nil while nothing was.
  public var result: Optional<Received>
  public init(incoming: Incoming, received: Instant, result: Received? = nil) {
    self.incoming = incoming
    self.received = received
    self.result = result
  }
}

/// What was done about something that came in.
public struct Received: Hashable, Sendable, Codable {
  public struct Started: Hashable, Sendable, Codable {
    public var workflow: String
    public var run: String
    /// Which item of the trigger's `each`, from 1; 1 without one.
    public var item: Int
    public init(workflow: String, run: String, item: Int) {
      self.workflow = workflow
      self.run = run
      self.item = item
    }
  }

  public struct Refused: Hashable, Sendable, Codable {
    public var workflow: String
    /// Every reason, each a sentence without a full stop.
    public var because: [String]
    public init(workflow: String, because: [String]) {
      self.workflow = workflow
      self.because = because
    }

    static let filter = "when: "
    /// Its trigger's condition leaves the event out, which is no error.
    public var isFiltered: Bool { because.first?.hasPrefix(Self.filter) == true }
  }

  /// The id had come before: nothing was done this time, the rest says what was done then.
  public var isKnown: Bool
  public var started: [Started]
  /// Ids of the runs that were told.
  public var reached: [String]
  public var refused: [Refused]
  /// Why it fits nothing; such an event is kept where people see it.
  public var unmatched: String?

  public init(
    isKnown: Bool = false, started: [Started] = [], reached: [String] = [], refused: [Refused] = [],
    unmatched: String? = nil
  ) {
    self.isKnown = isKnown
    self.started = started
    self.reached = reached
    self.refused = refused
    self.unmatched = unmatched
  }

  static let ofNoWorkflow = "no workflow knows the event"
  /// Nobody would ever hear of such an event: its type may be misspelt.
  public var isOfNoWorkflow: Bool { unmatched?.hasPrefix(Self.ofNoWorkflow) == true }

  public static func unmatched(_ because: String) -> Received { Received(unmatched: because) }

  /// It neither started nor reached a run: a person may want to look.
  public var needsEyes: Bool { unmatched != nil || refused.contains { !$0.isFiltered } }
}
