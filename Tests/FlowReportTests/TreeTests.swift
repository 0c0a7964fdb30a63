import FlowCore
import FlowReport
import FlowTime
import Testing

@Suite struct TreeTests {
  private func tree() throws -> TimelineTree {
    let entries = try Samples.proposal().entries
    func answer(_ name: String, _ outcome: String, _ when: String) throws -> TimelineTree {
      TimelineTree(
        label: name, entries: [Entry(at: try Samples.at(when), kind: .ended(outcome: outcome))],
        outcome: outcome)
    }
    let late = TimelineTree(
      label: "timeout", entries: Array(entries[6...9]),
      children: [
        try answer("reply", "replied", "2026-04-08T09:00:00+02:00"),
        TimelineTree(label: "timeout", entries: Array(entries[10...]), outcome: "no-response"),
      ])
    let call = TimelineTree(
      label: "timeout", entries: [entries[4]],
      children: [try answer("connected", "engaged", "2026-03-31T09:00:00+02:00"), late])
    return TimelineTree(
      entries: Array(entries[0...2]),
      children: [try answer("reply declined", "lost", "2026-03-28T16:40:00+01:00"), call])
  }

  @Test(arguments: [60, 80, 120]) func branches(width: Int) throws {
    let timeline = try Samples.proposal()
    let text = TreeReport.text(
      try tree(), workflow: "proposal", start: timeline.start, zone: timeline.zone, width: width)
    expectSnapshot(text, "tree-\(width).txt")
  }

  @Test func others() throws {
    let timeline = try Samples.proposal()
    let (start, zone) = (timeline.start, timeline.zone)
    let ascii = TreeReport.text(try tree(), workflow: "proposal", start: start, zone: zone, ascii: true)
    expectSnapshot(ascii, "tree-ascii.txt")
    #expect(ascii.utf8.allSatisfy { $0 < 0x80 })
    expectSnapshot(TreeReport.json(try tree(), workflow: "proposal", start: start, zone: zone), "tree.json")
  }
}
