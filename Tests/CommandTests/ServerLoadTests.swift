import Foundation
import Testing

/// Steering while much goes out.
@Suite struct ServerLoadTests {
  private func send(_ list: Int, _ folder: Folder) throws {
    let ran = try folder.flow("event", "list.sent", "--data", "list-\(list).json", "--id", "l-\(list)")
    #expect(ran.code == 0, "\(ran.errors)")
  }

  @Test func `pausing everything stops a great hand-over at once, and lasts`() throws {
    // As lists come that people keep by hand.
    let lists = stride(from: 0, to: 1600, by: 200).map { $0..<$0 + 200 }
    let folder = try News.project(lists)
    let server = try Serving(folder)
    #expect(try folder.flow("pause", "--all", "--because", "until all are there").code == 0)
    for list in lists.indices { try send(list + 1, folder) }
    #expect(folder.mails.isEmpty)
    #expect(try folder.flow("resume", "--all").code == 0)
    try eventually("some mails") { folder.mails.count >= 20 }
    let paused = try folder.flow("pause", "--all", "--because", "the wrong list", "--by", "louis")
    #expect(paused.code == 0, "\(paused.errors)")
    #expect(paused.output == "all: paused\n")
    // What was in hand leaves, and no more.
    var count = -1
    try eventually("no mail leaves any more: \(count)") {
      let before = count
      count = folder.mails.count
      if count != before { usleep(300_000) }
      return count == before
    }
    #expect(count < 1600)
    sleep(1)
    #expect(folder.mails.count == count)
    #expect(server.going.errors.contains("held: "), "\(server.going.errors)")
    #expect(try folder.flow("pause", "--all").output == "all: was paused already\n")
    // It lasts over a restart, and whoever asks is told.
    try server.endsWell()
    let next = try Serving(folder)
    sleep(1)
    #expect(folder.mails.count == count)
    #expect(
      try folder.flow("runs").errors.contains(
        "held: all sending is paused: the wrong list, by louis; `flow resume --all` goes on\n"))
    #expect(try folder.flow("resume", "--all").output == "all: goes on\n")
    try eventually("all mails: \(folder.mails.count)") { folder.mails.count == 1600 }
    try next.endsWell()
    #expect(try folder.flow("resume", "--all").output == "all: nothing held it\n")
  }

  @Test func `guarantee 19: a stop while much goes out ends well, and the next goes on`() throws {
    let folder = try News.project([0..<200, 200..<300])
    let server = try Serving(folder)
    try send(1, folder)
    try eventually("some mails") { folder.mails.count >= 10 }
    let ran = try server.stop()
    #expect(ran.code == 0, "\(String(describing: ran.signal)) \(ran.errors)")
    let count = folder.mails.count
    #expect(count < 200)
    // Without a server the store takes what comes, and hands it over.
    let next = try Serving(folder)
    try send(2, folder)
    try eventually("all mails: \(folder.mails.count)") { folder.mails.count == 300 }
    try next.endsWell()
    // One for each reader.
    let receivers = try folder.mails.compactMap { name in
      try folder.text("outbox/" + name).split(separator: "\r\n").first { $0.hasPrefix("To:") }.map(
        String.init)
    }
    #expect(Set(receivers).count == 300)
  }

  @Test func `guarantee 19: a second signal ends it at once, and nothing is lost`() throws {
    let folder = try News.project([0..<100])
    let server = try Serving(folder)
    try send(1, folder)
    kill(server.going.pid, SIGTERM)
    kill(server.going.pid, SIGTERM)
    // Half a minute is what the first one gives.
    let ran = try server.going.wait(atMost: 25)
    #expect(ran.code == 0 || ran.code == 128 + SIGTERM)
    let next = try Serving(folder)
    try eventually("all mails: \(folder.mails.count)") { folder.mails.count == 100 }
    try next.endsWell()
  }
}
