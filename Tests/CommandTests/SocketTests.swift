import Foundation
import GRDB
import Glibc
import Synchronization
import Testing

/// What comes by the socket is foreign: it harms only the conversation in which it comes.
@Suite struct SocketTests {
  /// One end of a conversation.
  private final class Talk {
    let file: Int32

    init(_ path: String) throws {
      file = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
      let code = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(file, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      guard code == 0 else { throw NeverCame(what: "\(path): \(String(cString: strerror(errno)))") }
      var time = timeval(tv_sec: 20, tv_usec: 0)
      setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(file) }

    /// Nothing where the other side has ended.
    func line() -> String {
      var bytes: [UInt8] = []
      var byte: UInt8 = 0
      while recv(file, &byte, 1, 0) == 1, byte != 0x0A { bytes.append(byte) }
      return String(decoding: bytes, as: UTF8.self)
    }

    @discardableResult func say(_ bytes: [UInt8]) -> Int {
      bytes.withUnsafeBytes { send(file, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    func say(_ text: String) { say(Array(text.utf8) + [0x0A]) }
  }

  private func socketPath(_ folder: Folder) -> String { folder.path + "/flow.db.socket" }

  @Test func `bytes that mean nothing are refused, and the next line is heard`() throws {
    let folder = try News.project([0..<1])
    let server = try Serving(folder)
    let talk = try Talk(socketPath(folder))
    #expect(talk.line().hasPrefix(#"{"flow":1,"holder":"flow serve, process \#(server.going.pid)""#))
    for wrong in [
      "", "{", "[]", "null", "\u{0}", #"{"order":"fly"}"#, #"{"order":"pause"}"#, #"{"order":7}"#,
      #"{"order":"event","type":"x","data":"{}","source":"","id":"1","at":99999999999999999999}"#,
      #"{"order":"enrol","workflow":"news"}"#, #"{"order":"pause","order":"resume-all","run":"a"}"#,
      String(repeating: "[", count: 100_000),
    ] {
      talk.say(wrong)
      #expect(talk.line().hasPrefix(#"{"refused":"#), "\(wrong.prefix(60))")
    }
    talk.say(#"{"order":"resume-all"}"#)
    #expect(talk.line() == #"{"done":"all","new":false}"#)
    // An instant beyond all time, and data that are none.
    talk.say(#"{"order":"event","type":"list.sent","data":"{","source":"","id":"1","at":9223372036854775807}"#)
    #expect(talk.line().contains("no JSON"))
    try server.endsWell()
  }

  /// A commit carries the log only where it finds four thousand pages there.
  @Test func `between two answers the log is carried into the file, long before a commit would`() throws {
    let folder = try News.project([0..<1])
    let server = try Serving(folder)
    let copy = folder.path + "/copy.db"
    /// Events that stand in the file itself, whatever its log has.
    func carried() throws -> Int {
      try? FileManager.default.removeItem(atPath: copy)
      try FileManager.default.copyItem(atPath: folder.path + "/flow.db", toPath: copy)
      return try DatabaseQueue(path: copy).read { try Int.fetchOne($0, sql: "SELECT count(*) FROM incoming") ?? 0 }
    }
    let talk = try Talk(socketPath(folder))
    _ = talk.line()
    for number in 0..<40 {
      talk.say(#"{"order":"event","type":"reply","subject":"nobody","data":"{}","source":"","id":"\#(number)","at":0}"#)
      #expect(talk.line().hasPrefix(#"{"received":"#))
    }
    try eventually("events in the file itself") { (try? carried()) ?? 0 >= 20 }
    try server.endsWell()
  }

  /// Whoever orders much at once is waited for awake; when nothing comes any more, the server sleeps.
  @Test func `orders that come thick are all answered, in their order, and then it sleeps`() throws {
    let folder = try News.project([0..<1])
    let server = try Serving(folder)
    let talks = try (0..<3).map { _ in try Talk(socketPath(folder)) }
    for talk in talks { #expect(talk.line().hasPrefix(#"{"flow":1"#)) }
    for round in 0..<200 {
      for talk in talks {
        talk.say(#"{"order":"resume-all"}"#)
        talk.say(#"{"order":"resume","run":"none-\#(round)"}"#)
      }
      for talk in talks {
        #expect(talk.line() == #"{"done":"all","new":false}"#)
        #expect(talk.line().contains("none-\(round)"))
      }
    }
    func processor() throws -> Int {
      let status = try String(contentsOfFile: "/proc/\(server.going.pid)/stat", encoding: .utf8)
      let fields = status.split(separator: " ")
      return (Int(fields[13]) ?? 0) + (Int(fields[14]) ?? 0)
    }
    // Hundredths of a second of processor: none of them goes on by waiting, however slow the machine is.
    var used = try processor()
    var idle = 0
    for _ in 0..<100 where idle < 3 {
      usleep(200_000)
      let now = try processor()
      idle = now - used <= 2 ? idle + 1 : 0
      used = now
    }
    #expect(idle == 3)
    try server.endsWell()
  }

  /// However many order without a pause, nobody's answer waits until the others have ended.
  @Test func `those who order at the same time are answered alike`() throws {
    let folder = try News.project([0..<1])
    let server = try Serving(folder)
    let counted = Mutex([Int](repeating: 0, count: 6))
    let isOver = Mutex(false)
    let path = socketPath(folder)
    let threads = (0..<6).map { number in
      Thread {
        guard let talk = try? Talk(path) else { return }
        _ = talk.line()
        while !isOver.withLock(\.self) {
          talk.say(#"{"order":"resume-all"}"#)
          guard talk.line().contains("done") else { return }
          counted.withLock { $0[number] += 1 }
        }
      }
    }
    for thread in threads { thread.start() }
    // From when all have begun until one has had many, not for a time: then each has had its share.
    for _ in 0..<600 where counted.withLock({ $0.min() ?? 0 }) == 0 { usleep(100_000) }
    let before = counted.withLock(\.self)
    func had() -> [Int] { zip(counted.withLock(\.self), before).map { $0 - $1 } }
    for _ in 0..<600 where had().max() ?? 0 < 3000 { usleep(100_000) }
    let counts = had()
    isOver.withLock { $0 = true }
    #expect(counts.min() ?? 0 > (counts.max() ?? 0) / 10, "\(counts)")
    try server.endsWell()
  }

  @Test func `random bytes, lines without an end, and many who say nothing`() throws {
    let folder = try News.project([0..<1])
    let server = try Serving(folder)
    var state: UInt64 = 20_260_325
    func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 33
    }
    for _ in 0..<60 {
      let talk = try Talk(socketPath(folder))
      talk.say((0..<Int(next() % 4000)).map { _ in UInt8(truncatingIfNeeded: next()) })
    }
    let silent = try (0..<100).map { _ in try Talk(socketPath(folder)) }
    let endless = try Talk(socketPath(folder))
    _ = endless.line()
    let much = [UInt8](repeating: 0x61, count: 1 << 20)
    for _ in 0..<40 where endless.say(much) > 0 {}
    // Whoever is well-behaved is served all the while.
    let ran = try folder.flow("event", "list.sent", "--data", "list-1.json", "--id", "l-1")
    #expect(ran.code == 0, "\(ran.errors)")
    #expect(silent.count == 100)
    try server.endsWell()
  }

  /// More than are served at once, each with its hello, and none of them says a word.
  @Test func `who says nothing keeps nobody waiting`() throws {
    let folder = try News.project([0..<1])
    let server = try Serving(folder)
    let early = try Talk(socketPath(folder))
    #expect(early.line().contains("holder"))
    let silent = try (0..<300).map { _ in try Talk(socketPath(folder)) }
    for words in [
      ["event", "list.sent", "--data", "list-1.json", "--id", "l-1"], ["pause", "--all"], ["resume", "--all"],
    ] {
      let ran = try folder.flow(words)
      #expect(ran.code == 0, "\(ran.errors)")
      // Half a minute is what silence is borne for.
      #expect(ran.seconds < 25)
    }
    // The one that was silent the longest has ended for them; who came last is still heard.
    #expect(early.line().isEmpty)
    let last = try #require(silent.last)
    #expect(last.line().contains("holder"))
    last.say(#"{"order":"resume-all"}"#)
    #expect(last.line() == #"{"done":"all","new":false}"#)
    try server.endsWell()
  }

  @Test func `a server of another version is told apart`() throws {
    let folder = try News.project([0..<1])
    #expect(try folder.flow("event", "list.sent", "--data", "list-1.json", "--id", "l-1").code == 0)
    let other = """
      import os, socket
      s = socket.socket(socket.AF_UNIX); s.bind("bound"); s.listen(5); os.rename("bound", "flow.db.socket")
      c, _ = s.accept(); c.sendall(b'{"flow":2,"holder":"flow serve, process 1"}\\n'); c.recv(10)
      """
    let server = try Going(["-c", other], in: folder.path, program: "python3")
    try eventually("it listens") { folder.names(in: "").contains("flow.db.socket") }
    let ran = try folder.flow("pause", "--all")
    #expect(ran.code == 3)
    #expect(ran.errors.contains("version 2, and here it is 1"), "\(ran.errors)")
    try server.wait()
  }

  /// A file system of 4 MiB that is really full, where the test may mount one.
  @Test(.enabled(if: getuid() == 0)) func `guarantee 20: a full disk is told, and the server goes on by itself`()
    throws
  {
    let folder = try News.project([0..<1, 1..<2, 2..<3])
    try FileManager.default.createDirectory(
      atPath: folder.path + "/small", withIntermediateDirectories: true)
    let mount = ["-t", "tmpfs", "-o", "size=4m", "tmpfs", folder.path + "/small"]
    guard try Going(mount, in: folder.path, program: "mount").wait().code == 0 else { return }
    defer { _ = try? Going(["-l", folder.path + "/small"], in: folder.path, program: "umount").wait() }
    let server = try Serving(folder, ["--store", "small/flow.db"])
    func deliver(_ number: Int) throws -> Ran {
      try folder.flow(
        "event", "list.sent", "--data", "list-\(number).json", "--id", "l-\(number)", "--store", "small/flow.db")
    }
    #expect(try deliver(1).code == 0)
    try eventually("a mail") { folder.mails.count == 1 }
    _ = try Going(["if=/dev/zero", "of=small/ballast", "bs=4k"], in: folder.path, program: "dd").wait()
    var full = try deliver(2)
    // What the log has room for is committed, and no more.
    for _ in 0..<50 where full.code == 0 { full = try deliver(2) }
    let isFull = full.code == 3
    if isFull {
      #expect(full.errors.contains("small/flow.db: "), "\(full.errors)")
      #expect(folder.mails.count == 1)
      #expect(server.going.errors.contains("nothing is sent until it can be written again"))
      let doctor = try folder.flow("doctor", "--store", "small/flow.db").output
      #expect(doctor.contains("flow serve, process \(server.going.pid) "), "\(doctor)")
    }
    try FileManager.default.removeItem(atPath: folder.path + "/small/ballast")
    try eventually("it goes on: \(server.going.errors)") { try deliver(3).code == 0 }
    #expect(try deliver(2).code == 0)
    try eventually("all mails: \(folder.mails)") { folder.mails.count == 3 }
    if isFull { #expect(server.going.errors.contains("the store can be written again")) }
    try server.endsWell()
    #expect(try folder.runs("--store", "small/flow.db").count == 3)
  }
}
