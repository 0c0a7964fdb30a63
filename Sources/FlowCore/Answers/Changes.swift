/// What one version of a workflow does otherwise than another.
public struct Changes: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable { case added, removed, changed }

  /// A word of the file that says something else; nil where one version does not say it.
  public struct Field: Sendable, Hashable {
    public var name: String
    public var old: String?
    public var new: String?
    public init(_ name: String, old: String?, new: String?) {
      self.name = name
      self.old = old
      self.new = new
    }
  }

  public struct Change: Sendable, Hashable {
    public var kind: Kind
    /// Nil: the workflow itself (its trigger, policy, replies).
    public var step: String?
    public var verb: String?
    /// Where it stands in the old file and in the new one.
    public var old: Span?
    public var new: Span?
    public var fields: [Field]
    public init(kind: Kind, step: String?, verb: String?, old: Span?, new: Span?, fields: [Field] = []) {
      self.kind = kind
      self.step = step
      self.verb = verb
      self.old = old
      self.new = new
      self.fields = fields
    }
  }

  /// What moving to the new version means for a live run.
  public enum Effect: Sendable, Hashable {
    /// From where it stands, nothing is another.
    case unaffected
    /// The first step ahead that is another, new, or gone.
    case differs(from: String)
    case stranded(because: String)
  }

  public var workflow: String
  /// Fingerprints; nil where there is no such version.
  public var old: String?
  public var new: String?
  /// The workflow's own first, then steps in the order of the new file, then those that are gone.
  public var changes: [Change]

  public init(workflow: String, old: String?, new: String?, changes: [Change]) {
    self.workflow = workflow
    self.old = old
    self.new = new
    self.changes = changes
  }

  public var isSame: Bool { old == new && changes.isEmpty }

  /// A word that concerns the whole workflow.
  public mutating func add(_ field: Field) {
    if changes.first?.kind == .changed, changes.first?.step == nil {
      changes[0].fields.append(field)
    } else {
      changes.insert(Change(kind: .changed, step: nil, verb: nil, old: nil, new: nil, fields: [field]), at: 0)
    }
  }
}
