import FlowTime

/// A line of `guarantees:`, read. Its names are held against a workflow afterwards: a line of flow.yaml speaks of
/// every file, and none of them has to have all that it names.
public struct Guarantee: Hashable, Sendable {
  public enum Form: Hashable, Sendable {
    case ends(within: Duration)
    /// Touches, or those of a verb, in any span, or in the whole run.
    case touches(atMost: Int, of: Word?, span: Duration?)
    case apart(Duration)
    case firstTouch(within: Duration)
    case silence(reaches: [Subject])
    case never(Subject, after: Subject)
    case always(Subject, before: Subject)
    case follows(Subject, within: Duration, of: Subject)
  }

  /// What a sentence speaks of.
  public enum Subject: Hashable, Sendable {
    case start, touch, escalation
    /// Nil: any end.
    case end(Word?)
    /// `step NAME`, `reply CLASS`, `event NAME`, `verb VERB`: where a name alone could be several things.
    case step(Word)
    case reply(Word)
    case event(Word)
    case verb(Word)
    /// A step, a class of reply (`reply`: any), an event or a verb.
    case named(Word)
  }

  public struct Word: Hashable, Sendable {
    public var text: String
    public var span: Span
    public init(_ text: String, at span: Span) {
      self.text = text
      self.span = span
    }
  }

  /// As written.
  public var text: String
  public var span: Span
  public var form: Form

  public init(text: String, span: Span, form: Form) {
    self.text = text
    self.span = span
    self.form = form
  }
}

extension Guarantee {
  /// Everything that it speaks of, in the order of the sentence.
  public var subjects: [Subject] {
    switch form {
    case .ends, .touches, .apart, .firstTouch: []
    case .silence(let subjects): subjects
    case .never(let one, let other), .always(let one, let other), .follows(let one, _, let other): [one, other]
    }
  }
}

/// Something that is claimed of one workflow, and by whom.
public struct Claimed: Hashable, Sendable {
  public var claim: Claim
  public var source: Proof.Source
  /// As written in `guarantees:`; empty for the language's own.
  public var text: String
  /// Where it is claimed; for the language's own, what it is about.
  public var span: Span

  public init(_ claim: Claim, source: Proof.Source = .language, text: String = "", span: Span) {
    self.claim = claim
    self.source = source
    self.text = text
    self.span = span
  }
}
