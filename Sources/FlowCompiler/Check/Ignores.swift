import FlowCore

/// `# flow:ignore CODE -- reason`, on a line or the line above, silences one finding.
enum Ignores {
  private struct Ignore {
    var code: Located
    var file: String
    var line: Int
    /// It stands alone on its line, and means the next line that is no comment.
    var target: Int
    var used = false
  }

  /// An error without which there is no graph cannot be silenced: nothing would be left to run.
  static func applied(_ findings: [Diagnostic], _ documents: [YAMLDocument]) -> [Diagnostic] {
    var problems: [Diagnostic] = []
    var ignores = documents.flatMap { read($0, &problems) }
    guard !ignores.isEmpty || !problems.isEmpty else { return findings }
    var kept: [Diagnostic] = []
    for finding in findings.sorted() {
      let match = ignores.firstIndex {
        !$0.used && $0.code.text == finding.code.name && $0.file == finding.span.file
          && ($0.line == finding.span.start.line || $0.target == finding.span.start.line)
      }
      if let match { ignores[match].used = true }
      if match == nil || (finding.severity == .error && Severities.isFixed(finding.code)) {
        kept.append(finding)
      }
    }
    return kept + problems + ignores.filter { !$0.used }.map { .unusedIgnore($0.code) }
  }

  private static func read(_ document: YAMLDocument, _ problems: inout [Diagnostic]) -> [Ignore] {
    let lines = Set(document.comments.map(\.line))
    return document.comments.compactMap { comment in
      let bytes = Array(comment.text.utf8)
      let text = Located(
        source: document.source, at: comment.span.end.offset - bytes.count..<comment.span.end.offset
      ).trimmed
      guard text.text.hasPrefix("flow:") else { return nil }
      guard let rest = text.after("flow:ignore") else {
        problems.append(.badIgnore(text))
        return nil
      }
      guard let (code, reason) = rest.split(at: " -- "), !reason.isEmpty, !code.isEmpty, code.words.count == 1
      else {
        problems.append(.ignoreWithoutReason(rest.words.first ?? rest))
        return nil
      }
      var target = comment.line
      if isAlone(comment, document.source) {
        target += 1
        while lines.contains(target), isCommentLine(target, document) { target += 1 }
      }
      return Ignore(code: code, file: document.source.file, line: comment.line, target: target)
    }
  }

  private static func isAlone(_ comment: YAMLComment, _ source: SourceText) -> Bool {
    let bytes = source.utf8
    var index = comment.span.start.offset - 1
    while index >= 0, bytes[index] != 0x0A {
      if !Located.isBlank(bytes[index]) { return false }
      index -= 1
    }
    return true
  }

  private static func isCommentLine(_ line: Int, _ document: YAMLDocument) -> Bool {
    document.comments.contains { $0.line == line && isAlone($0, document.source) }
  }
}
