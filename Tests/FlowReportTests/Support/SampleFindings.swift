import FlowCore
import Testing

extension Samples {
  static let proposalText = """
    workflow: proposal
    steps:
      - email: receipt
        atttach: [offer.pdf]
        subject: "見積もり 🏠 {{ titel }}"
        body: |
          Good afternoon,

          did it reach you?
      - email: receipt
    \t- wait: 3 dyas
    """

  /// The span of the `number`-th `text` in a source.
  static func span(
    _ text: String, in source: SourceText, _ number: Int = 1, through end: String? = nil
  ) throws -> Span {
    func find(_ text: String, from: Int) -> Int? {
      let wanted = Array(text.utf8)
      return (from...max(from, source.utf8.count - wanted.count)).first {
        $0 + wanted.count <= source.utf8.count && Array(source.utf8[$0..<($0 + wanted.count)]) == wanted
      }
    }
    var start = -1
    for _ in 0..<number { start = try #require(find(text, from: start + 1)) }
    var stop = start + text.utf8.count
    if let end { stop = try #require(find(end, from: stop)) + end.utf8.count }
    return source.span(start..<stop)
  }

  static func findings() throws -> (diagnostics: [Diagnostic], sources: [String: SourceText]) {
    let source = SourceText(file: "Workflows/proposal.yaml", utf8: Array(proposalText.utf8))
    let second = SourceText(file: "Workflows/ümlaut, 1%.yaml", utf8: Array("steps: []\r\nsteps: []\r\n".utf8))
    let key = try span("atttach", in: source)
    let wrong = try span("titel", in: source)
    let body = try span("body: |", in: source, through: "reach you?")
    let tail = try span("receipt", in: source, through: "[offer")
    let twice = try span("steps", in: second, 2)
    let diagnostics = [
      Diagnostic(
        "unknown-key", at: key, "unknown key \"atttach\"", label: "not a field of email",
        help: "did you mean \"attach\"?", fix: .init(replace: key, with: "attach")),
      Diagnostic(
        "unknown-name", at: wrong, "unknown name \"titel\"", label: "nothing is called so",
        notes: [.init("the input has contact, owner, proposal")], help: "did you mean \"proposal.title\"?"),
      Diagnostic(
        "generic", .warning, at: body, "the body names no field of the contact", label: "says nothing of whom",
        help: "name the contact in it"),
      Diagnostic(
        "over-lines", .hint, at: tail, "from the middle of a line to the middle of the next",
        help: "write it on one line"),
      Diagnostic(
        "duplicate-name", at: try span("receipt", in: source, 2), "two steps are called \"receipt\"",
        notes: [.init("the first one stands here", at: try span("receipt", in: source))],
        help: "give one another name"),
      Diagnostic(
        "bad-duration", at: try span("3 dyas", in: source),
        "\"dyas\" is no unit of time: it is\nprinted in one line",
        help: "write 3 days"),
      Diagnostic(
        "duplicate-key", at: twice, "the key \"steps\" stands twice",
        notes: [.init("the first one, 100% alike", at: try span("steps", in: second))],
        help: "leave one of them out", fix: .init(replace: try span("steps: []\r\n", in: second, 2), with: "")
      ),
      Diagnostic("empty-file", at: .file("Workflows/empty.yaml"), "the file is empty", help: "write the workflow"),
    ]
    let sources = [
      source.file: source, second.file: second,
      "Workflows/empty.yaml": SourceText(file: "Workflows/empty.yaml", utf8: []),
    ]
    return (diagnostics, sources)
  }

  static let explanations = [
    Explanation(
      "generic", .warning, title: "a message that could be to anybody",
      why: """
        People answer who feel meant. A body that names no field of the contact reads like a circular, and is \
        answered like one.

        A name in the greeting is enough.
        """,
      example: "body: Good afternoon,\n", correction: "body: Good afternoon {{ contact.name }},\n"),
    Explanation(
      "unknown-key", title: "a key that the language does not have",
      why: "It would be passed over in silence.",
      example: "atttach: a.pdf\n", correction: "attach: a.pdf\n"),
  ]
}
