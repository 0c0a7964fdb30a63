/// What a channel can do, as data: read without starting anything, so that a workflow is checked as strictly
/// for a stranger's channel as for the engine's own verbs.
public struct Manifest: Hashable, Sendable {
  public struct Field: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
      /// Message text with `{{ }}`; Markdown where `markdown`.
      case template(markdown: Bool)
      /// An expression of the type, evaluated when the step is due.
      case expression(ValueType)
      /// One of these words, as written.
      case word([String])
      /// Text as written, without templates.
      case literal
      /// A mapping of the author's names to expressions.
      case mapping
      /// Paths of files of the project, one or a list.
      case files
    }

    public var name: String
    public var kind: Kind
    /// A template that may be the path of a `.md` or `.txt` file.
    public var file: Bool
    public var required: Bool
    /// The field may be left out where this other field has this word (`subject` where `thread` is `same`).
    public var unless: Condition?
    /// The text of `default:`, read like a value of the file.
    public var fallback: String?
    /// One line for schema and reference.
    public var about: String

    public struct Condition: Hashable, Sendable {
      public var field: String
      public var word: String
      public init(field: String, word: String) {
        self.field = field
        self.word = word
      }
    }

    public init(
      name: String, kind: Kind, file: Bool = false, required: Bool = false, unless: Condition? = nil,
      fallback: String? = nil, about: String = ""
    ) {
      self.name = name
      self.kind = kind
      self.file = file
      self.required = required
      self.unless = unless
      self.fallback = fallback
      self.about = about
    }
  }

  /// Which of a contact's or person's fields the channel reaches them by.
  public enum Address: String, Hashable, Sendable, CaseIterable {
    case email, phone, handle, name
    /// A handle where there is one, else a telephone number.
    case handleOrPhone = "handle-or-phone"
    /// Whatever there is of an email address, a handle, a telephone number and a name, in this order.
    case any
    /// Reaches no one by an address (a webhook).
    case none

    /// Where a contact or a person has it, the first that is there.
    public var fields: [String] {
      switch self {
      case .email, .phone, .handle, .name: [rawValue]
      case .handleOrPhone: ["handle", "phone"]
      case .any: ["email", "handle", "phone", "name"]
      case .none: []
      }
    }

    /// What whoever cannot be reached has none of: `handle and no phone`.
    public var words: String { fields.joined(separator: " and no ") }

    public func of(_ person: Value) -> String? {
      guard case .record(let known) = person else { return nil }
      for name in fields {
        if let text = known[name]?.text, !text.isEmpty { return text }
      }
      return nil
    }
  }

  /// How answers come back from the far side.
  public enum Inbound: String, Hashable, Sendable, CaseIterable { case poll, push, none }

  /// The step's verb in a workflow file.
  public var verb: String
  public var about: String
  /// The channel reaches the contact.
  public var touch: Bool
  public var fields: [Field]
  /// What a waiting run can be told.
  public var outcomes: [String]
  /// What may come later (`bounce`, `opened`).
  public var events: [String]
  /// The far side takes an idempotency key.
  public var keyed: Bool
  /// The far side knows identical bytes again: a delivery whose fate is not known may be tried once more, later.
  public var retriesUnknown: Bool
  public var inbound: Inbound
  public var address: Address
  /// The template that `ask` closes; without one `ask` is delivered apart.
  public var main: String?
  /// `purpose` may be left out although the channel reaches the contact (a call).
  public var purposeOptional: Bool
  /// `escalate` without `via:` tells its people by this channel.
  public var escalates: Bool
  /// Rules of law the channel falls under: `mail` (a sender, one click to leave) or `calling` (hours).
  public var law: Law?
  /// Most bytes of one delivery; more is an error of the step.
  public var maxBytes: Int

  public enum Law: String, Hashable, Sendable, CaseIterable { case mail, calling }

  public init(
    verb: String, about: String = "", touch: Bool, fields: [Field], outcomes: [String] = [],
    events: [String] = [],
    keyed: Bool = false, retriesUnknown: Bool = false, inbound: Inbound = .none, address: Address = .none,
    main: String? = nil,
    purposeOptional: Bool = false, escalates: Bool = false, law: Law? = nil, maxBytes: Int = 1 << 20
  ) {
    self.verb = verb
    self.about = about
    self.touch = touch
    self.fields = fields
    self.outcomes = outcomes
    self.events = events
    self.keyed = keyed
    self.retriesUnknown = retriesUnknown
    self.inbound = inbound
    self.address = address
    self.main = main
    self.purposeOptional = purposeOptional
    self.escalates = escalates
    self.law = law
    self.maxBytes = maxBytes
  }

  public func field(_ name: String) -> Field? { fields.first { $0.name == name } }

  /// A step of this channel gives a person something to do (`by:` is that person).
  public var isTask: Bool { field("by") != nil }
}
