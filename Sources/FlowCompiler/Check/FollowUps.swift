import FlowCore

/// One mistake gives one finding: what only follows from another is left out.
enum FollowUps {
  /// Findings that say something is not there: where reading stopped early, it may stand further down.
  private static let absences: Set<Code> = [
    .missingKey, .missingField, .missingVerb, .wrongShape, .emptyList, .unknownTarget, .unknownEvent,
    .unknownOutcome,
    .unreachable, .classUnhandled, .noContact, .noOwner, .caseNotAwaited, "unknown-name", "unknown-field",
  ]

  static func dropped(_ findings: [Diagnostic], in file: String, isComplete: Bool) -> [Diagnostic] {
    let kept = isComplete ? findings : findings.filter { !absences.contains($0.code) }
    let once = undeclared(kept, in: file)
    // Whoever names a contact that is not declared knows as much.
    let namesContact = once.contains { $0.code == "unknown-name" && $0.message.hasSuffix("\"contact\"") }
    return namesContact ? once.filter { $0.code != .noContact } : once
  }

  /// A name that looks like no other is not misspelt but not declared: once is enough.
  private static func undeclared(_ findings: [Diagnostic], in file: String) -> [Diagnostic] {
    var first: [String: Int] = [:]
    var out: [Diagnostic] = []
    let sorted = findings.sorted()
    // The workflow's own lines before those of its message files.
    for finding in sorted.filter({ $0.span.file == file }) + sorted.filter({ $0.span.file != file }) {
      guard finding.code == "unknown-name", finding.fix == nil else {
        out.append(finding)
        continue
      }
      if let index = first[finding.message] {
        if out[index].notes.isEmpty {
          out[index].notes.append(Diagnostic.Note("it is named elsewhere too", at: finding.span))
        }
      } else {
        first[finding.message] = out.count
        out.append(finding)
      }
    }
    return out
  }
}
