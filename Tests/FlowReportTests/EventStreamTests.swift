import FlowCore
import FlowReport
import FlowTime
import Foundation
import Testing

/// The event stream as the reference has it (Answers.md), against what is printed.
struct EventStreamTests {
  private struct Row {
    var type: String
    /// In the third column, those that are always there before the first semicolon.
    var always: Set<String>
    var perhaps: Set<String>
  }

  private let rows: [Row]

  init() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let page = root.appending(path: "Sources/flow/Documentation.docc/Answers.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    let section = try #require(text.components(separatedBy: "## The event stream").last).components(
      separatedBy: "\n## ")
    func words(_ text: Substring) -> Set<String> {
      Set(
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.0 % 2 == 1 }.map {
          String($0.1)
        })
    }
    rows = section[0].split(separator: "\n").filter { $0.hasPrefix("| `") }.map { line in
      let cells = line.split(separator: "|")
      let parts = cells[2].split(separator: ";", maxSplits: 1)
      return Row(
        type: words(cells[0]).first ?? "", always: parts.first.map(words) ?? [],
        perhaps: parts.dropFirst().first.map(words) ?? [])
    }
  }

  private static let at = Instant(seconds: 1_774_450_800)
  private static let full: Entry.Handover = {
    var one = Entry.Handover(
      verb: "email", touch: true, to: "ann@example.test", by: "sam@example.test", until: at, because: "day 2",
      purpose: "confirm", rendered: [Entry.NamedText("subject", "S"), Entry.NamedText("body", "B")])
    one.delivery = "not left yet"
    return one
  }()

  /// One of each, with all that it may have, and with as little as it may have.
  private static let entries: [Entry.Kind] = [
    .started(event: "deal.won"), .waiting(for: ["reply"], until: at), .deferred(until: at, because: "x"),
    .sent(full), .sent(Entry.Handover(verb: "email", touch: true, to: "a@b.test")), .task(full),
    .received(event: "reply", class: "declined", outcome: "done", took: "declined"),
    .received(event: "bounce", class: nil, outcome: nil, took: "nothing"), .timeout, .escalated(to: "x"),
    .chose("otherwise"), .set([Entry.NamedValue("deal.size", .text("small"))]), .emitted(event: "x"),
    .enrolled(workflow: "x"), .suppressed(channel: "all"), .held(until: at, because: "x"), .skipped(because: "x"),
    .withheld(because: "x"), .failed(because: "x"), .ended(outcome: "x"), .cancelled(because: "x"),
    .migrated(from: "x", to: "y"),
  ]

  /// A new kind does not compile here: it belongs among ``entries``, and into the reference.
  private func isListed(_ kind: Entry.Kind) -> Bool {
    switch kind {
    case .started, .waiting, .deferred, .sent, .task, .received, .timeout, .escalated, .chose, .set, .emitted,
      .enrolled, .suppressed, .held, .skipped, .withheld, .failed, .ended, .cancelled, .migrated:
      true
    }
  }

  @Test func `every type is listed with the keys that it has`() throws {
    #expect(
      rows.map(\.type)
        == Self.entries.filter(isListed).map { Entry(at: Self.at, kind: $0).type }.reduce(into: []) {
          if $0.last != $1 { $0.append($1) }
        })
    let given = try #require(rows.first { $0.type == "sent" })
    for kind in Self.entries {
      let entry = Entry(at: Self.at, step: "one", round: 2, kind: kind)
      let timeline = Timeline(
        workflow: "w", version: "v", zone: .utc, start: Self.at, outcome: nil, ended: nil, touches: 0, entries: [entry])
      let line = TimelineReport.jsonl(timeline)
      let object = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      var row = try #require(rows.first { $0.type == entry.type }, "\(entry.type)")
      // "as `sent`"
      if entry.type == "task" { (row.always, row.perhaps) = (given.always, given.perhaps) }
      let own = Set(object.keys).subtracting(["at", "type", "step", "round"])
      #expect(own.isSuperset(of: row.always), "\(entry.type): \(own)")
      #expect(own.subtracting(row.always).isSubset(of: row.perhaps), "\(entry.type): \(own)")
    }
  }
}
