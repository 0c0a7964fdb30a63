import Foundation
import GRDB
import Testing

/// One run of several is damaged: what the commands say of it, and of the others.
@Suite struct DamagedRunTests {
  /// Three readers have been written to; the second one's journal has lost its beginning to a person's hand.
  private static func damaged() throws -> (folder: Folder, id: String) {
    let folder = try News.project([0..<3])
    let sent = try folder.flow("event", "list.sent", "--data", "list-1.json", "--start", "2026-03-04 10:00 UTC")
    #expect(sent.code == 0, "\(sent.errors)")
    let runs = try JSON(parsing: folder.flow("runs", "--format", "json").output)["runs"].list
    let id = try #require(runs.first { $0["key"].text == "R-1" }?["run"].text)
    try change(folder, "UPDATE journal SET at = at + 60000 \(ofSecond)")
    return (folder, id)
  }

  private static let ofSecond = """
    WHERE number = (SELECT min(number) FROM journal WHERE run = (SELECT number FROM run WHERE subject = 'R-1'))
    """

  private static func change(_ folder: Folder, _ sql: String) throws {
    let queue = try DatabaseQueue(path: folder.path + "/flow.db")
    try queue.write { try $0.execute(sql: sql) }
    try queue.close()
  }

  @Test func `guarantee 21: who asks for all runs gets all others, and is told which one is not among them`() throws {
    let (folder, id) = try Self.damaged()
    for isLive in [true, false] {
      for (command, others) in [
        (["stats", "--format", "json"], "\"runs\": 2"), (["replay", "--format", "json"], "\"verdict\": \"same\""),
        (["contact", "show", "reader-1@acme.test", "--format", "json"], id),
        (["contact", "export", "reader-1@acme.test"], id), (["show", id, "--format", "json"], "R-1"),
        (["why", id, "--format", "json"], id),
      ] {
        let ran = try folder.flow(command)
        #expect(ran.code == 3, "\(command): \(ran.errors)")
        #expect(ran.errors.contains("error: run \(id) is damaged: a line cannot be read"), "\(command): \(ran.errors)")
        #expect(ran.errors.contains("put a backup back; `flow cancel` ends one that lives"))
        if command[0] == "show" { continue }
        #expect(ran.output.contains(others), "\(command): \(ran.output)")
        let told = try JSON(parsing: ran.output)["damaged"].list
        #expect(told.map { $0["run"].text } == [id], "\(command)")
        #expect(told[0]["because"].text?.contains("checksum") == true)
      }
      let exported = try folder.flow("store", "export")
      #expect(exported.code == 3 && exported.output.contains("{\"type\":\"damaged\",\"run\":\"\(id)\""))
      #expect(exported.output.split(separator: "\n").count { $0.hasPrefix("{\"type\":\"run\"") } == 3)
      // Nothing of the others is amiss.
      for command in [["contact", "show", "reader-0@acme.test"], ["contact", "export", "reader-2@acme.test"]] {
        let ran = try folder.flow(command)
        #expect(ran.code == 0 && ran.errors.isEmpty && !ran.output.contains("damaged"), "\(ran.errors)")
      }
      if isLive { #expect(try folder.flow("cancel", id, "--because", "it is broken").code == 0) }
    }
  }

  @Test func `guarantee 21: a damaged line is named by its run, and a pause does not hide that it is stuck`() throws {
    let (folder, id) = try Self.damaged()
    let name = "run \(id) (news, reader-1@acme.test)"
    let check = try folder.flow("store", "check")
    #expect(check.code == 1 && check.output.hasPrefix("\(name), step "), "\(check.output)")
    #expect(check.output.contains(": a line cannot be read: its checksum is another\n"), "\(check.output)")
    #expect(try folder.flow("doctor").output.contains("is damaged: \(name), step "))
    // A reply has it set aside.
    try folder.write(#"{ "text": "perhaps" }"#, to: "reply.json")
    let reply = ["event", "reply", "--data", "reply.json", "--subject", "R-1", "--start", "2026-03-05 10:00 UTC"]
    #expect(try folder.flow(reply).code == 0)
    func state() throws -> String? {
      try JSON(parsing: folder.flow("runs", "--subject", "R-1", "--format", "json").output)["runs"][0]["state"].text
    }
    #expect(try state() == "stuck")
    #expect(try folder.flow("pause", id, "--because", "we look at it").code == 0)
    #expect(try state() == "stuck")
    #expect(try folder.flow("why", id).output.contains("its history is damaged"))
    // Put back as it was, it is paused, and goes on when it is told to; then it hears what has come.
    try Self.change(folder, "UPDATE journal SET at = at - 60000 \(Self.ofSecond)")
    let resumed = try folder.flow("resume", id)
    #expect(resumed.code == 0 && resumed.output == "\(id): goes on\n", "\(resumed.output)\(resumed.errors)")
    #expect(try state() == "answered")
    #expect(try folder.flow("store", "check").code == 0)
  }

  @Test func `guarantee 21: a store that has become an empty file is told with the way out by who only reads`() throws {
    let (folder, _) = try Self.damaged()
    for ending in ["", "-wal", "-shm"] { unlink(folder.path + "/flow.db" + ending) }
    try folder.write("", to: "flow.db")
    let runs = try folder.flow("runs")
    #expect(runs.code == 3 && runs.errors.contains("put a backup back, or take it away"), "\(runs.errors)")
  }
}
