import Foundation
import Testing

/// One server on a store, and the other commands through its socket.
@Suite struct ServerTests {
  /// Numbered offers, each an event of its own.
  private func project(_ events: Int) throws -> Folder {
    let folder = try Folder()
    try folder.write(Nudge.workflow, to: "Workflows/nudge.yaml")
    for number in 1...events {
      let input = Nudge.input.replacing("\"O-1\"", with: "\"O-\(number)\"")
      let other = input.replacing("\"c-1\"", with: "\"c-\(number)\"").replacing(
        "ann@", with: "ann-\(number)@")
      try folder.write(other.replacing("500142", with: "\(500_142 + number)"), to: "event-\(number).json")
    }
    return folder
  }

  private func event(_ number: Int) -> [String] {
    ["event", "offer.sent", "--data", "event-\(number).json", "--id", "e-\(number)"]
  }

  @Test func `guarantee 1: what was acknowledged is there after a kill right behind the answer`() throws {
    let folder = try project(6)
    for number in 1...6 {
      // The socket of the one before is still there: nobody listens on it, and it is replaced.
      let server = try Serving(folder)
      let ran = try folder.flow(event(number))
      try server.killed()
      #expect(ran.code == 0, "\(ran.errors)")
      #expect(ran.output.hasPrefix("started "))
      #expect(folder.names(in: "").contains("flow.db.socket"))
      #expect(try folder.runs().compactMap { $0["key"].text }.contains("O-\(number)"))
    }
    #expect(try folder.runs().count == 6)
    // With nobody there, a command goes into the store itself, and finds it whole.
    let again = try folder.flow(event(3))
    #expect(again.code == 0)
    #expect(again.output.contains("known"))
  }

  @Test func `one process holds the store, and a second server says which`() throws {
    let folder = try project(1)
    let server = try Serving(folder)
    for words in [["serve"], ["serve", "--once"]] {
      let second = try folder.flow(words)
      #expect(second.code == 3)
      #expect(
        second.errors.contains("flow.db: the store is in use by flow serve, process \(server.going.pid)"))
      #expect(!second.errors.contains("waiting"), "\(second.errors)")
    }
    #expect(try folder.flow(event(1)).code == 0)
    try server.endsWell()
    #expect(!folder.names(in: "").contains("flow.db.socket"))
  }

  @Test func `a socket that somebody removes, or puts something else in place of, is made anew at once`() throws {
    let folder = try project(3)
    let server = try Serving(folder)
    let socket = folder.path + "/flow.db.socket"
    #expect(unlink(socket) == 0)
    try eventually("it is there again") { access(socket, F_OK) == 0 }
    let first = try folder.flow(event(1))
    #expect(first.code == 0, "\(first.errors)")
    #expect(server.going.errors.contains("flow.db: its socket was gone, and is there again"))
    #expect(rename(socket, socket + ".old") == 0)
    try eventually("it is there once more") { access(socket, F_OK) == 0 }
    #expect(try folder.flow(event(2)).code == 0)
    // What does not tell of itself is seen when a server is asked to look.
    try folder.write("", to: "other")
    #expect(rename(folder.path + "/other", socket) == 0)
    kill(server.going.pid, SIGHUP)
    let third = try folder.flow(event(3))
    #expect(third.code == 0, "\(third.errors)")
    #expect(try folder.runs().count == 3)
    try server.endsWell()
    #expect(!folder.names(in: "").contains("flow.db.socket"))
  }

  @Test func `whoever waits for a server that does not listen says so at once, and what to do`() throws {
    let folder = try project(1)
    let server = try Serving(folder)
    let number = server.going.pid
    kill(number, SIGSTOP)
    defer { kill(number, SIGCONT) }
    // Until then it may still see that its socket goes, and make it anew.
    try eventually("it stands still") { server.standsStill }
    #expect(unlink(folder.path + "/flow.db.socket") == 0)
    let waiting = try Going(event(1), in: folder.path)
    try eventually("it says for whom it waits") {
      waiting.errors.contains(
        """
        flow.db: flow serve, process \(number) holds the store, and does not listen at flow.db.socket: it starts, or ends, \
        or is stuck; waiting, for 30 seconds at most; `kill -HUP \(number)` makes the socket anew, `kill \(number)` ends it
        """)
    }
    kill(number, SIGCONT)
    #expect(try waiting.wait().code == 0)
    try server.endsWell()
  }

  @Test func `of several servers that begin at once one serves, and the others say at once which`() throws {
    let folder = try project(1)
    let going = try (0..<4).map { _ in try Going(["serve"], in: folder.path) }
    try eventually("one serves") { going.contains { $0.errors.contains("serving ") } }
    try eventually("the others have ended") { going.count { $0.errors.contains("in use by") } == 3 }
    for one in going where one.errors.contains("serving ") {
      for other in going where other.pid != one.pid {
        let ran = try other.wait()
        #expect(ran.code == 3)
        #expect(ran.errors.contains("flow.db: the store is in use by flow serve, process \(one.pid)"))
        // Whoever waits for another process says so; nobody does for a server.
        #expect(!ran.errors.contains("waiting"), "\(ran.errors)")
      }
      kill(one.pid, SIGTERM)
      #expect(try one.wait().code == 0)
    }
  }

  @Test func `two hundred events at once are all there, each once`() throws {
    let folder = try project(200)
    let server = try Serving(folder)
    let going = try (1...200).map { try Going(event($0), in: folder.path) }
    for one in going {
      let ran = try one.wait()
      #expect(ran.code == 0, "\(ran.errors)")
      #expect(ran.output.hasPrefix("started "), "\(ran.output)")
    }
    #expect(try folder.runs().compactMap { $0["key"].text }.sorted() == (1...200).map { "O-\($0)" }.sorted())
    try server.endsWell()
  }

  @Test func `the same events through a server and without one leave the same`() throws {
    let (with, without) = (try project(1), try project(1))
    let server = try Serving(with)
    func tell(_ folder: Folder) throws -> [Ran] {
      try [
        folder.flow(event(1) + ["--format", "json"]), folder.flow(event(1)),
        folder.flow("event", "offer.unknown", "--data", "event-1.json"),
        folder.flow("event", "reply", "--subject", "O-1", "--id", "r-1"),
        folder.flow("done", "00000000", "connected"),
      ]
    }
    for (mine, theirs) in zip(try tell(with), try tell(without)) {
      #expect(mine.code == theirs.code)
      #expect(mine.output == theirs.output)
    }
    #expect(try with.runs().first?["state"].text == without.runs().first?["state"].text)
    try server.endsWell()
  }

  @Test func `a server lives in the present`() throws {
    let folder = try project(1)
    let server = try Serving(folder)
    let ran = try folder.flow(event(1) + ["--start", Fixtures.start])
    #expect(ran.code == 3)
    #expect(ran.errors.contains("lives in the present"))
    #expect(try folder.runs().isEmpty)
    try server.endsWell()
  }

  @Test func `the path of a store may be longer than a socket's address`() throws {
    let folder = try project(1)
    let deep = (1...12).map { "a-folder-with-a-long-name-\($0)" }.joined(separator: "/")
    try folder.write("", to: deep + "/.keep")
    let store = "\(deep)/flow.db"
    let server = try Serving(folder, ["--store", store])
    #expect(folder.names(in: deep).contains("flow.db.socket"))
    let mode = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/\(store).socket")[
      .posixPermissions]
    #expect(mode as? Int == 0o600)
    #expect(try folder.flow(event(1) + ["--store", store]).output.hasPrefix("started "))
    try server.endsWell()
  }

  @Test(arguments: ["timerfd_create", "inotify_init1"])
  func `a server that could never wake up says so, and does not begin`(call: String) throws {
    let folder = try project(1)
    let ran = try Going(
      [
        "-f", "-qq", "-o", "/dev/null", "-e", "inject=\(call):error=EMFILE", "-e", "trace=\(call)", Program.path,
        "serve",
      ],
      in: folder.path, program: "strace"
    ).wait()
    #expect(ran.code == 3)
    #expect(
      ran.errors.contains("the server cannot wait: ") && ran.errors.contains("Too many open files"), "\(ran.errors)")
  }

  @Test func `while nothing is due, it wakes no more than once a second`() throws {
    let folder = try project(20)
    let server = try Serving(folder)
    for number in 1...20 { #expect(try folder.flow(event(number)).code == 0) }
    // Threads of the runtime that have nothing to do end after some seconds, later where the machine is busy; and
    // Dispatch looks at its threads once a second.
    var woken: [Int] = []
    while woken.count < 12, woken.last.map({ $0 > 6 }) ?? true {
      let before = server.sleeps
      sleep(5)
      woken.append(server.sleeps - before)
    }
    #expect(woken.contains { $0 <= 6 }, "\(woken) in 5 seconds each")
    #expect(try folder.flow("runs").code == 0)
    try server.endsWell()
  }
}
