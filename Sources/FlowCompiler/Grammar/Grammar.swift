import FlowCore

/// Every key of the language, place by place: what is unknown is found with this, and the JSON Schema for
/// editors and the reference are made from the same lines.
public enum Grammar {
  /// What may stand as a key's value.
  public indirect enum Form: Hashable, Sendable {
    /// Text as written.
    case text
    /// A name in kebab-case.
    case name
    case integer
    case duration, instant, window, weekdays, expression, condition, template, date, zone, type, percent
    /// `next`, a step or path, `end OUTCOME`, `hold …`, or a list of steps.
    case target
    /// Path of a file of the project.
    case file
    /// One of these words.
    case word([String])
    /// A mapping with the keys of this place.
    case place(String)
    /// A mapping from the author's names.
    case named(Form)
    case list(Form)
    /// A list of steps.
    case steps
    /// Any of these.
    case either([Form])
  }

  public struct Key: Hashable, Sendable {
    public var name: String
    public var form: Form
    public var about: String
    public var isRequired: Bool

    init(_ name: String, _ form: Form, _ about: String, required: Bool = false) {
      self.name = name
      self.form = form
      self.about = about
      isRequired = required
    }
  }

  /// A mapping with a closed set of keys.
  public struct Place: Hashable, Sendable {
    /// For references: `trigger`.
    public var name: String
    /// For sentences: `a trigger`.
    public var phrase: String
    public var about: String
    public var keys: [Key]

    public func key(_ name: String) -> Key? { keys.first { $0.name == name } }

    /// The same with more keys.
    func adding(_ more: [Key]) -> Place {
      var place = self
      place.keys += more
      return place
    }
  }

  /// Verbs of the engine, in the order of the reference.
  public static let engineVerbs: [Place] = [
    wait, `await`, choose, split, `repeat`, escalate, set, emit, enroll, suppress, hold, go, end,
  ]

  /// Every place: the workflow file, then its parts, the engine's steps, scenarios, flow.yaml.
  public static let places: [Place] =
    [workflow, trigger, again, policy, step] + engineVerbs + [branch, otherwise, touch, channelWaits]
    + [scenarioFile, scenario] + eventForms + [
      assume, project, caps, projectChannel, manifest, manifestField,
    ]

  public static func place(_ name: String) -> Place? { places.first { $0.name == name } }

  static let engineVerbNames = engineVerbs.map(\.name)

  /// Names that no field of a manifest may have.
  static let reservedFields = [
    "if", "at", "after", "then", "within", "until", "window", "gap", "note", "name", "if-past", "closed",
  ]
}
