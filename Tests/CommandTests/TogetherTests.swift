import Foundation
import Testing

/// Several processes on one store, a server among them, and a disk that is full.
@Suite struct TogetherTests {
  private func project() throws -> Folder {
    let folder = try Folder()
    try folder.write(Nudge.workflow, to: "Workflows/nudge.yaml")
    for number in 1...20 {
      try folder.write(
        Nudge.input.replacing("\"O-1\"", with: "\"O-\(number)\"").replacing(
          "\"c-1\"", with: "\"c-\(number)\""
        ).replacing("ann@", with: "ann-\(number)@").replacing(
          "500142", with: "\(500_142 + number)"),
        to: "event-\(number).json")
    }
    return folder
  }

  private func event(_ number: Int, id: String) -> [String] {
    ["event", "offer.sent", "--data", "event-\(number).json", "--id", id, "--start", Fixtures.start]
  }

  private func runs(_ folder: Folder) throws -> [JSON] {
    try JSON(parsing: folder.flow("runs", "--format", "json").output)["runs"].list
  }

  @Test func twentyEventsAtOnce() throws {
    let folder = try project()
    let going = try (1...20).map { try Going(event($0, id: "e-\($0)"), in: folder.path) }
    for one in going {
      let ran = try one.wait()
      #expect(ran.code == 0, "\(ran.errors)")
    }
    let keys = try runs(folder).compactMap { $0["key"].text }
    #expect(keys.sorted() == (1...20).map { "O-\($0)" }.sorted())
  }

  @Test func oneIdManyTimesAtOnceStartsOneRun() throws {
    let folder = try project()
    let going = try (1...8).map { _ in try Going(event(1, id: "e-1"), in: folder.path) }
    let all = try going.map { try $0.wait() }
    #expect(all.allSatisfy { $0.code == 0 }, "\(all.map(\.errors))")
    #expect(all.filter { !$0.output.contains("known") }.count == 1)
    #expect(try runs(folder).count == 1)
  }

  @Test func oneKeyWithOtherIdsStartsOneRun() throws {
    let folder = try project()
    let going = try (1...8).map { try Going(event(1, id: "e-\($0)"), in: folder.path) }
    let all = try going.map { try $0.wait() }
    #expect(all.allSatisfy { $0.signal == nil })
    #expect(all.filter { $0.output.contains("started ") }.count == 1)
    #expect(try runs(folder).count == 1)
  }

  @Test func aServerTakesUpWhatComesIn() throws {
    let folder = try project()
    let always = Nudge.workflow.replacing("    at: day 2\n", with: "    window: any\n    gap: none\n")
    try folder.write(always, to: "Workflows/nudge.yaml")
    let server = try folder.start("serve")
    try eventually("the server") { server.errors.contains("serving") }
    for number in 1...3 {
      let ran = try folder.flow(
        "event", "offer.sent", "--data", "event-\(number).json", "--id", "e-\(number)")
      #expect(ran.code == 0, "\(ran.errors)")
    }
    try eventually("three mails") { mails(folder) == 3 }
    kill(server.pid, SIGTERM)
    let ran = try server.wait()
    #expect(ran.code == 0, "\(ran.errors)")
    #expect(mails(folder) == 3)
    // Another takes over where it left.
    let next = try folder.start("serve")
    try eventually("the server") { next.errors.contains("serving") }
    #expect(try folder.flow("event", "offer.sent", "--data", "event-4.json", "--id", "e-4").code == 0)
    try eventually("a fourth mail") { mails(folder) == 4 }
    kill(next.pid, SIGINT)
    #expect(try next.wait().code == 0)
  }

  private func mails(_ folder: Folder) -> Int {
    folder.names(in: "outbox").filter { $0.hasSuffix(".eml") }.count
  }

  // MARK: A disk that is full

  /// No file may grow beyond so many KiB, which to a program is a disk that is full (EFBIG in place of
  /// ENOSPC).
  private func limited(_ folder: Folder, to kibibytes: Int, _ words: [String]) throws -> Ran {
    let line = "ulimit -f \(kibibytes); trap '' XFSZ; exec \"$0\" \"$@\""
    return try Going(["-c", line, Program.path] + words, in: folder.path, program: "bash").wait()
  }

  @Test func aFullDiskLosesNothing() throws {
    let folder = try project()
    #expect(try folder.flow(event(1, id: "e-1")).code == 0)
    var failed = 0
    for size in [1, 4, 16, 64, 100] {
      let ran = try limited(folder, to: size, event(2, id: "e-2"))
      #expect(ran.signal == nil, "\(size): ended by a signal")
      if ran.code == 0 { break }
      failed += 1
      #expect(ran.code == 3, "\(size): \(String(describing: ran.code)) \(ran.errors)")
      #expect(ran.errors.contains("flow.db"), "\(ran.errors)")
      #expect(!ran.errors.contains("Fatal error"))
      // What was committed is there, and what was not is not.
      #expect(try runs(folder).compactMap { $0["key"].text } == ["O-1"], "\(size)")
    }
    #expect(failed > 0)
    #expect(try folder.flow(event(2, id: "e-2")).code == 0)
    #expect(try Set(runs(folder).compactMap { $0["key"].text }) == ["O-1", "O-2"])
    // No send without its commit either.
    let held = try limited(folder, to: 1, Story.serve("2026-03-27 16:40"))
    #expect(held.code == 3, "\(String(describing: held.code)) \(held.errors)")
    #expect(mails(folder) == 0)
    let served = try folder.flow(Story.serve("2026-03-27 16:40"))
    #expect(served.code == 0, "\(served.errors)")
    #expect(mails(folder) == 2)
  }

  /// A file system of 256 KiB that is really full, where the test may mount one.
  @Test(.enabled(if: getuid() == 0)) func aFileSystemThatIsFull() throws {
    let folder = try project()
    try FileManager.default.createDirectory(atPath: folder.path + "/small", withIntermediateDirectories: true)
    let mounted = try Going(
      ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.path + "/small"], in: folder.path, program: "mount"
    ).wait()
    guard mounted.code == 0 else { return }
    defer { _ = try? Going(["-l", folder.path + "/small"], in: folder.path, program: "umount").wait() }
    func deliver(_ number: Int) throws -> Ran {
      try folder.flow(event(number, id: "e-\(number)") + ["--store", "small/flow.db"])
    }
    #expect(try deliver(1).code == 0)
    try folder.write(Array(repeating: 0, count: 500 << 10), to: "small/ballast")
    _ = try? folder.write(Array(repeating: 0, count: 600 << 10), to: "small/more")
    let full = try deliver(2)
    #expect(full.code == 3, "\(String(describing: full.code)) \(full.output) \(full.errors)")
    #expect(full.errors.contains("small/flow.db"), "\(full.errors)")
    try? FileManager.default.removeItem(atPath: folder.path + "/small/ballast")
    try? FileManager.default.removeItem(atPath: folder.path + "/small/more")
    #expect(try deliver(2).code == 0)
    let ran = try folder.flow("runs", "--store", "small/flow.db", "--format", "json")
    #expect(try JSON(parsing: ran.output)["runs"].list.count == 2)
  }
}
