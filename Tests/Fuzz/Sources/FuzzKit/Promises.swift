import FlowCore

/// What every reader promises, whatever the bytes.
package enum Promises {
  /// A finding stands in its file, and says something.
  package static func hold(_ findings: [Diagnostic], in sources: [String: SourceText]) {
    for finding in findings {
      if finding.message.isEmpty { Said.broken("\(finding.code) says nothing") }
      hold(finding.span, of: finding, in: sources)
      for note in finding.notes { note.span.map { hold($0, of: finding, in: sources) } }
      if let fix = finding.fix { hold(fix.span, of: finding, in: sources) }
    }
  }

  private static func hold(_ span: Span, of finding: Diagnostic, in sources: [String: SourceText]) {
    guard let source = sources[span.file] else { return }
    let (start, end) = (span.start.offset, span.end.offset)
    guard 0 <= start, start <= end, end <= source.utf8.count else {
      Said.broken("\(finding.code) stands at \(start)..<\(end) of \(source.utf8.count) bytes")
    }
    guard source.position(at: start) == span.start || start <= 3 else {
      Said.broken("\(finding.code) says \(span.start), which is \(source.position(at: start))")
    }
  }

  /// What a reader refuses, it says why.
  package static func explained<Result>(_ result: Result?, _ findings: [Diagnostic], _ reader: String) {
    if result == nil, !findings.contains(where: { $0.severity == .error }) {
      Said.broken("\(reader) gives neither a result nor an error")
    }
  }
}
