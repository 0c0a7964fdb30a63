import Testing

/// Whoever reads what a command prints has all of it, or is told that it is not.
@Suite struct OutputTests {
  private func shell(_ words: String, in folder: Folder) throws -> Ran {
    try Going(["-c", words, "sh", Program.path], in: folder.path, program: "bash").wait()
  }

  @Test(arguments: [
    "explain", "--help", "--version", "schema", "check Workflows", "graph Workflows/a.yaml", "runs", "store export",
    "check Workflows --format json", "help runs",
  ])
  func `what cannot be printed is told, exit 3`(_ command: String) throws {
    let folder = try Folder()
    try folder.write(Nudge.workflow, to: "Workflows/a.yaml")
    try folder.write(Nudge.input, to: "event.json")
    let begun = try folder.flow("event", "offer.sent", "--data", "event.json", "--start", Fixtures.start)
    #expect(begun.code == 0, "\(begun.errors)")
    let full = try shell("\"$1\" \(command) > /dev/full", in: folder)
    #expect(full.code == 3, "\(command)")
    #expect(full.errors.hasSuffix("error: what was printed is not whole: No space left on device\n"), "\(full.errors)")
    let closed = try shell("\"$1\" \(command) >&-", in: folder)
    #expect(closed.code == 3, "\(command)")
    #expect(closed.errors.hasSuffix("error: what was printed is not whole: Bad file descriptor\n"), "\(closed.errors)")
  }

  @Test func `what comes of an event is told, and the event is taken`() throws {
    let folder = try Folder()
    try folder.write(Nudge.workflow, to: "Workflows/a.yaml")
    try folder.write(Nudge.input, to: "event.json")
    let ran = try shell("\"$1\" event offer.sent --data event.json --start \(Fixtures.start.quoted) >&-", in: folder)
    #expect(ran.code == 3, "\(ran.errors)")
    #expect(try folder.flow("runs").output.contains("nudge"))
  }

  @Test func `who reads no further hears no complaint`() throws {
    let folder = try Folder()
    let ran = try shell("\"$1\" explain | head -c 10; exit ${PIPESTATUS[0]}", in: folder)
    #expect(ran.errors.isEmpty, "\(ran.errors)")
    #expect(ran.code != 3)
    // The usual exit also where the signal is ignored, as some of those that start us do.
    let ignoring = try shell("trap '' PIPE; \"$1\" schema | head -c 10; exit ${PIPESTATUS[0]}", in: folder)
    #expect(ignoring.errors.isEmpty, "\(ignoring.errors)")
    #expect(ignoring.code != 3)
  }
}

extension String {
  fileprivate var quoted: String { "'\(self)'" }
}
