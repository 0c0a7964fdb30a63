import Foundation
import Testing

/// Compares a whole output with the file of that name under `Snapshots/`.
///
/// `FLOW_RECORD=1` writes the files anew and fails, so that nobody commits a recording unread.
func expectSnapshot(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  let file = folder.appendingPathComponent("Snapshots").appendingPathComponent(name)
  let recorded = (try? Data(contentsOf: file)).map { String(decoding: $0, as: UTF8.self) }
  if ProcessInfo.processInfo.environment["FLOW_RECORD"] == "1" {
    guard recorded.map({ Array($0.utf8) }) != Array(text.utf8) else { return }
    try? Data(text.utf8).write(to: file)
    Issue.record(
      "recorded \(name): read it, then run again without FLOW_RECORD", sourceLocation: sourceLocation)
    return
  }
  guard let recorded else {
    Issue.record("no snapshot \(name); FLOW_RECORD=1 records one", sourceLocation: sourceLocation)
    return
  }
  // By bytes: two texts that Swift calls equal may be spelt differently.
  if Array(recorded.utf8) != Array(text.utf8) {
    Issue.record("\(name) differs:\n\(firstDifference(recorded, text))", sourceLocation: sourceLocation)
  }
}

private func firstDifference(_ old: String, _ new: String) -> String {
  let left = old.split(separator: "\n", omittingEmptySubsequences: false)
  let right = new.split(separator: "\n", omittingEmptySubsequences: false)
  for index in 0..<max(left.count, right.count) {
    let (a, b) = (index < left.count ? left[index] : "(end)", index < right.count ? right[index] : "(end)")
    if a != b { return "line \(index + 1)\n  recorded: \(a)\n  now:      \(b)" }
  }
  return "only line breaks or blanks differ"
}
