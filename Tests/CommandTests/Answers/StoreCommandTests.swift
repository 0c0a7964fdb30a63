import Foundation
import Testing

/// `flow store`, and `flow contact erase`.
@Suite struct StoreCommandTests {
  /// As a backup that is mounted read-only, for somebody who may not write there.
  @Test func `a copy in a place where nobody can write is read`() throws {
    let folder = try Story.proposal.played()
    #expect(try folder.flow("store", "backup", "copy.db").code == 0)
    try Going(["there?%"], in: folder.path, program: "mkdir").wait()
    try Going(["copy.db", "there?%/flow.db"], in: folder.path, program: "mv").wait()
    try Going(["444", "there?%/flow.db"], in: folder.path, program: "chmod").wait()
    try Going(["555", "there?%"], in: folder.path, program: "chmod").wait()
    defer { _ = try? Going(["755", "there?%"], in: folder.path, program: "chmod").wait() }
    // Root may write everywhere: then it is somebody else who reads.
    let outer = URL(fileURLWithPath: folder.path).deletingLastPathComponent().path
    if getuid() == 0 { try Going(["a+rX", outer, folder.path], in: "/", program: "chmod").wait() }
    let id = try folder.onlyRun()
    for command in [
      ["runs"], ["show", id], ["why", id], ["stats"], ["store", "check"], ["store", "export"], ["replay"], ["doctor"],
    ] {
      let words = command + ["--store", "there?%/flow.db"]
      let other = ["--reuid", "65534", "--regid", "65534", "--clear-groups", Program.path] + words
      let ran =
        getuid() == 0 ? try Going(other, in: folder.path, program: "setpriv").wait() : try folder.flow(words)
      #expect(ran.code == 0, "\(command): \(ran.errors)")
      if command == ["runs"] { #expect(try ran.output == folder.flow("runs").output) }
      if command == ["doctor"] { #expect(ran.output.contains("is whole"), "\(ran.output)") }
    }
    #expect(folder.names(in: "there?%") == ["flow.db"])
  }

  @Test func `tasks are told of one person, one workflow or one run`() throws {
    let folder = try Story.proposal.played(3)
    let all = try folder.flow("tasks", "--format", "json").output
    let task = try #require(JSON(parsing: all)["tasks"].list.first)
    let person = try #require(task["person"].text)
    for filter in [["--person", person], ["--person", person.uppercased()], ["--workflow", "proposal"]] {
      #expect(try folder.flow(["tasks", "--format", "json"] + filter).output == all, "\(filter)")
    }
    #expect(try folder.flow("tasks", "--person", "nobody@acme.test").output == "no open tasks\n")
    #expect(try folder.flow("tasks", "--workflow", "proposa").code == 1)
  }

  @Test func `a store is checked, copied and told whole`() throws {
    let folder = try Story.proposal.played()
    let checked = try folder.flow("store", "check")
    #expect(checked.code == 0, "\(checked.errors)")
    #expect(checked.output.hasSuffix(" lines, all as they were written\n"))
    #expect(try JSON(parsing: folder.flow("store", "check", "--format", "json").output)["problems"].list.isEmpty)

    #expect(try folder.flow("store", "backup", "copy.db").code == 0)
    let again = try folder.flow("store", "backup", "copy.db")
    #expect(again.code == 2)
    #expect(again.errors == "error: \"copy.db\" is there already; nothing was written\n")
    #expect(try folder.flow("runs", "--store", "copy.db").output == folder.flow("runs").output)

    // Whoever lets cron do what is due is told why nothing goes out.
    let once = try folder.flow(
      "serve", "--once", "--store", "copy.db", "--start", "2026-04-20 10:00 Europe/Berlin")
    #expect(once.code == 0 && once.errors.contains("copy.db: held: this store is a copy"), "\(once.errors)")
    // The story ends with an answer of the 8th of April.
    #expect(once.errors.contains("the last it knows to have come in is of 2026-04-08T"), "\(once.errors)")

    let exported = try folder.flow("store", "export")
    let lines = try exported.output.split(separator: "\n").map { try JSON(parsing: String($0)) }
    #expect(lines.compactMap { $0["type"].text }.filter { $0 == "run" }.count == 1)
    #expect(Set(lines.compactMap { $0["type"].text }).isSuperset(of: ["version", "run", "event", "task"]))
    #expect(!exported.output.contains("store/"))
    let person = try JSON(parsing: folder.flow("contact", "export", "c-1042").output)
    let run = try #require(lines.first { $0["type"].text == "run" })
    #expect(run["timeline"].isSame(as: person["runs"][0]["timeline"]))
    #expect(run["messages"].isSame(as: person["runs"][0]["messages"]))
  }

  @Test func `guarantee 21: a damaged store is told, and nothing is done with it`() throws {
    let folder = try Story.proposal.played()
    let path = folder.path + "/Workflows/flow.db"
    var bytes = try Data(contentsOf: URL(filePath: path))
    #expect(bytes.count > 8192)
    bytes.replaceSubrange(4096..<8192, with: Data(repeating: 0xA5, count: 4096))
    try bytes.write(to: URL(filePath: path))
    for command in [["store", "check"], ["serve", "--once"]] {
      let ran = try folder.flow(command)
      #expect(ran.code == 3 || ran.code == 1, "\(command): \(ran.output)")
    }
    #expect(try folder.flow("serve", "--once").errors.contains("the store is damaged"))
    // An event that cannot be kept is not taken, and what is left of the file stays for whoever mends it.
    let event = try folder.flow("event", "proposal.accepted", "--subject", "P-2026-031")
    #expect(event.code == 3 && event.output.isEmpty, "\(event.output)")
    #expect(event.errors.hasPrefix("error: Workflows/flow.db: the store is damaged: "), "\(event.errors)")
    #expect(event.errors.split(separator: "\n").count == 1, "\(event.errors)")
    #expect(try Data(contentsOf: URL(filePath: path)) == bytes)
  }

  @Test func `guarantee 13: a clock before the last step in the store is told at once, and by a task`() throws {
    let folder = try News.project([0..<1])
    // Later than any clock that this runs by.
    let event = ["event", "list.sent", "--data", "list-1.json", "--start", "2126-03-04 10:00 UTC"]
    #expect(try folder.flow(event).code == 0)
    let server = try Serving(folder)
    let words = " days behind the last step in the store, which is of 2126-03-04T10:00:00"
    #expect(server.going.errors.contains(words), "\(server.going.errors)")
    try eventually("a task says so") { try folder.flow("tasks").output.contains(words) }
    try server.endsWell()
    #expect(try folder.flow("doctor").output.contains(words))
  }

  @Test(arguments: [false, true])
  func `guarantees 5, 17 and 27: who is erased is in no file of the store, with a server and without`(
    isServed: Bool
  ) throws {
    let folder = try Story.proposal.played()
    #expect(try folder.flow("contact", "suppress", "ann@acme.test").code == 0)
    let server = isServed ? try Serving(folder) : nil
    // First it is shown, and nothing happens.
    let plan = try folder.flow("contact", "erase", "ann@acme.test")
    #expect(plan.code == 0 && plan.output.contains("messages\n"), "\(plan.errors)")
    #expect(plan.output.hasSuffix("nothing is erased yet; --yes takes all of it out of the store for good\n"))
    let counted = try JSON(parsing: folder.flow("contact", "erase", "ann@acme.test", "--format", "json").output)
    #expect(counted.written.contains("\"erased\":false") && counted["runs"].integer == 1)
    // Somebody who is only named in what came in of others hears of it before it is gone.
    let owner = try folder.flow("contact", "erase", "owner@acme.test")
    let run = try folder.onlyRun()
    #expect(owner.code == 0 && owner.output.contains("named besides in 1 event of others"), "\(owner.errors)")
    #expect(owner.output.contains("\nnamed in the data of run \(run), which is of somebody else and would keep them\n"))
    #expect(try folder.flow("contact", "show", "ann@acme.test").code == 0)

    let erased = try folder.flow("contact", "erase", "ann@acme.test", "--yes")
    #expect(erased.code == 0, "\(erased.errors)")
    #expect(erased.output.hasPrefix("erased: 1 run, "))
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path + "/Workflows")
    where name.hasPrefix("flow.db") && name != "flow.db.socket" {
      let bytes = try Data(contentsOf: URL(filePath: folder.path + "/Workflows/" + name))
      for text in ["Ann", "ann@acme.test", "c-1042", "494055500142"] {
        #expect(bytes.range(of: Data(text.utf8)) == nil, "\(name) holds \(text)")
      }
    }
    let again = try folder.flow("contact", "erase", "ann@acme.test", "--yes")
    #expect(again.code == 1 && again.errors.contains("nothing is known of"), "\(again.errors)")
    // Their event is told again by a source that does so until it hears that it came.
    let told = try folder.flow("event", "proposal.sent", "--data", "Workflows/fixtures/acme.json", "--id", "e-1")
    #expect(told.code == 0 && told.output == "known: it has come before, and does nothing again\n", "\(told.errors)")
    #expect(try folder.flow("runs", "--format", "json").output.contains("\"runs\": []"))
    try server?.endsWell()
    #expect(try folder.flow("store", "check").code == 0)
    // That they must not be written to is known still, though not who they are.
    let left = try folder.flow("store", "export").output.split(separator: "\n").filter {
      $0.contains("\"suppression\"")
    }
    #expect(!left.isEmpty && left.allSatisfy { $0.contains("\"erased\"") }, "\(left)")
    // Whoever looks ahead is told so, too: what begins anew for them reaches them no more.
    let begun = try folder.flow(
      "event", "proposal.sent", "--data", "Workflows/fixtures/acme.json", "--id", "e-2", "--start",
      Story.at("2026-06-01 10:00"))
    #expect(begun.code == 0, "\(begun.errors)")
    let next = try folder.flow("next", "--start", Story.at("2026-06-01 10:00"), "--format", "json")
    #expect(next.code == 0 && !next.output.contains("ann@acme.test"), "\(next.output)")
    #expect(try folder.flow("contact", "show", "ann@acme.test").output.contains("suppressed\n"))
  }
}
