import FlowCore

/// The only reader of YAML. It never throws and never traps: what is wrong with a file is a finding, and what
/// could be read of it comes beside. All limits of ``YAMLLimits`` hold for what it returns without a finding.
public enum YAMLReader {
  public static func read(_ source: SourceText) -> (YAMLDocument, [Diagnostic]) {
    let first = YAMLPrecheck.findings(source)
    if !first.isEmpty {
      return (YAMLDocument(root: nil, comments: [], source: source, isComplete: false), first)
    }
    let places = SourcePlaces(source)
    var repairs = YAMLRepairs(places)
    var round = 1
    while true {
      var builder = TreeBuilder(places, repairs)
      let failure = builder.run(repairs.bytes)
      let mended = builder.repair ?? failure.map { Mender(places: places).mended($0, after: builder) }
      guard let mended else { return finished(builder, repairs, source) }
      let isKnown = hides(mended.finding, failure, repairs.findings + builder.findings)
      let isLast = round >= YAMLLimits.rounds || round * repairs.bytes.count > YAMLLimits.effort
      if case .none = mended.change {
      } else if !isLast, !isKnown {
        repairs.apply(mended)
        round += 1
        continue
      }
      if !isKnown { builder.findings.append(mended.finding) }
      builder.isStopped = true
      return finished(builder, repairs, source)
    }
  }

  /// Whether an earlier finding stands on the line of a new one, or of the construct that it breaks: most
  /// likely they have one cause.
  private static func hides(_ new: Diagnostic, _ failure: YAMLFailure?, _ earlier: [Diagnostic]) -> Bool {
    guard failure != nil else { return false }
    return earlier.contains { $0.span.start.line == new.span.start.line && $0.code != .duplicateKey }
  }

  private static func finished(
    _ builder: TreeBuilder, _ repairs: YAMLRepairs, _ source: SourceText
  ) -> (YAMLDocument, [Diagnostic]) {
    // What a comma tears, `f(x, "y")`, is put in quotes as a whole: a piece of it needs no finding of its own.
    let torn = builder.findings.filter { $0.code == .yamlComma }.compactMap(\.fix?.span)
    let apart = repairs.findings.filter { finding in !torn.contains { $0.encloses(finding.span) } }
    var findings = apart + builder.findings
    var root = builder.isTreeKept ? builder.root : nil
    if let scalar = root?.scalar, scalar.style == .plain, scalar.text.isEmpty { root = nil }
    if root == nil, findings.isEmpty {
      let what = builder.comments.isEmpty ? "the file is empty" : "the file holds nothing but comments"
      findings.append(
        Diagnostic(
          .yamlEmpty, at: .file(source.file), what, help: "write at least one line such as name: value"))
    }
    let document = YAMLDocument(
      root: root, comments: builder.comments, source: source, isComplete: !builder.isStopped)
    return (document, findings.sorted())
  }
}

extension Span {
  fileprivate func encloses(_ other: Span) -> Bool {
    start.offset <= other.start.offset && other.end.offset <= end.offset
  }
}
