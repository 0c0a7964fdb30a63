import FlowRuntime
import FlowSQLite
import Foundation
import Testing

/// Stores as released programs have written them: `Fixtures/VERSION.db`, twenty contacts of
/// `Benchmarks/Comparison/follow-up.yaml`, of whom two in ten answer in each of the three waits' turns.
struct FixtureTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

  @Test(arguments: ["1", "2"])
  func `guarantee 22: a store of every version opens, and tells what it told`(version: String) throws {
    let scratch = try Scratch()
    try FileManager.default.copyItem(
      at: Self.folder.appending(path: "\(version).db"), to: URL(filePath: scratch.path))
    let store = try scratch.open()
    #expect(try store.check().problems == [])
    let runs = try store.runs(RunFilter())
    #expect(runs.count == 20)
    // Contacts whose number ends in 0, 1 or 2 answer.
    #expect(runs.filter { $0.run.outcome == "replied" }.count == 6)
    #expect(runs.filter { $0.run.outcome == "escalated" }.count == 14)
    let silent = try #require(try store.runs(RunFilter(subject: "user00000009")).first)
    #expect(silent.contact == "user00000009@example.test")
    #expect(
      try store.journal(silent.id).map { $0.entries.map(\.type) } == [
        ["started", "sent", "waiting"], ["timeout", "task"], ["timeout", "sent", "waiting"],
        ["timeout", "sent", "ended"],
      ])
    let outbox = try store.outbox(run: silent.id)
    #expect(outbox.map(\.step) == ["first", "phone", "second", "manager"])
    let mail = String(decoding: outbox[0].rendering.payload, as: UTF8.self)
    #expect(mail.contains("To: User 9 <user00000009@example.test>\r\n"))
    #expect(mail.contains("Dear User 9,\r\n"))
    #expect(try store.journal(silent.id)[0].entries[1].handover?.rendered == outbox[0].rendering.shown)
    // It has been copied here.
    #expect(try store.remembered(prefix: FlowRuntime.Hold.prefix).count == 1)
  }
}
