import FlowCore

/// A workflow file as it is written: its lists and steps with their numbers and names, and where each thing
/// leads; nothing is typed yet.
struct Outline {
  var root: Fields
  /// 0 is `steps`; then each path in the order of the file; then the others as they come.
  var lists: [ListDraft] = []
  /// In the order of the text; the index is the step's number in the graph.
  var steps: [StepDraft] = []
  var paths: [PathDraft] = []
  var anytime: [CaseDraft] = []

  /// The first step with this name.
  func step(named name: String) -> NodeIndex? { steps.firstIndex { $0.name == name } }
}

struct ListDraft {
  var kind: Graph.List
  /// The list around it.
  var parent: Int?
  var steps: [NodeIndex] = []
  /// A round of a `repeat`.
  var isRound = false
}

struct PathDraft {
  var name: Located
  var list: Int
}

struct StepDraft {
  enum Verb {
    case engine(String)
    case channel(Manifest)
    /// Already reported.
    case unknown
  }

  var verb: Verb
  var verbEntry: YAMLEntry?
  var name = ""
  var isNamed = false
  var nameSpan: Span
  var fields: Fields
  var list: Int
  var position: Int
  var repeats: [NodeIndex]
  var then: ThenDraft = .none
  var branches: [BranchDraft] = []
  var otherwise: TargetDraft?
  var body: Int?
  var ifPast: TargetDraft?

  /// Where findings about the whole step point.
  var span: Span { verbEntry?.keySpan ?? fields.span.firstLine }

  var verbText: String { verbEntry?.keyText ?? "" }

  func isEngine(_ name: String) -> Bool { if case .engine(name) = verb { true } else { false } }
  var manifest: Manifest? { if case .channel(let manifest) = verb { manifest } else { nil } }
}

/// What stands under `then:` of a step that waits.
enum ThenDraft {
  case none
  case cases([CaseDraft])
  /// One target for all.
  case all(TargetDraft)
}

struct CaseDraft {
  var key: Located
  var target: TargetDraft
}

struct BranchDraft {
  var when: YAMLNode?
  var target: TargetDraft
  var span: Span
}

/// Where something leads, as written.
enum TargetDraft {
  case next(Span)
  case name(Located)
  case end(Located)
  /// The text after `hold`, and the number of a list without steps, for the event in its scope.
  case hold(Located, Int)
  case list(Int, Span)
  /// Already reported.
  case broken(Span)

  var span: Span {
    switch self {
    case .next(let span), .list(_, let span), .broken(let span): span
    case .name(let text), .end(let text), .hold(let text, _): text.whole
    }
  }
}
