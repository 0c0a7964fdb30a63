import Foundation
import Glibc
import Testing

/// A server that a test has started on a project of its own.
final class Serving {
  let folder: Folder
  let going: Going

  /// Returns when it serves.
  init(_ folder: Folder, _ arguments: [String] = []) throws {
    self.folder = folder
    going = try Going(["serve"] + arguments, in: folder.path)
    try eventually("the server serves: \(going.errors)") { going.errors.contains("serving ") }
  }

  /// SIGTERM, and its end.
  func stop() throws -> Ran {
    kill(going.pid, SIGTERM)
    return try going.wait()
  }

  func endsWell() throws {
    let ran = try stop()
    #expect(ran.code == 0, "\(String(describing: ran.code)) \(String(describing: ran.signal)) \(ran.errors)")
  }

  /// Nothing is said, and nothing ends well.
  func killed() throws {
    kill(going.pid, SIGKILL)
    try going.wait()
  }

  deinit { kill(going.pid, SIGKILL) }

  /// How often its threads have gone to sleep by themselves.
  var sleeps: Int { threads("voluntary_ctxt_switches:").reduce(0) { $0 + (Int($1) ?? 0) } }

  /// Each of its threads is stopped; one that is asked to be goes on for a moment.
  var standsStill: Bool { threads("State:").allSatisfy { $0.hasPrefix("T") } }

  /// What the system says of each of its threads.
  private func threads(_ name: String) -> [Substring] {
    let tasks = "/proc/\(going.pid)/task"
    return ((try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []).compactMap { task in
      let status = (try? String(contentsOfFile: "\(tasks)/\(task)/status", encoding: .utf8)) ?? ""
      return status.split(separator: "\n").first { $0.hasPrefix(name) }?.split(separator: "\t").last
    }
  }
}

struct NeverCame: Error { var what: String }

/// Waits until it is so; how long it takes is nobody's business but a benchmark's.
func eventually(_ what: @autoclosure () -> String, _ condition: () throws -> Bool) throws {
  let end = ContinuousClock.now + .seconds(120)
  while ContinuousClock.now < end {
    if try condition() { return }
    usleep(10_000)
  }
  throw NeverCame(what: what())
}

/// A list of readers, each of whom gets a mail at once: much goes out by one event.
enum News {
  static let workflow = """
    workflow: news
    about: Each reader of a list is told at once.
    category: service

    trigger:
      event: list.sent
      each: reader in list.readers
      key: reader.id
      contact: reader.who

    input:
      owner: person
      list:
        title: text
        readers: [ { id: text, who: contact } ]

    timezone: '"Europe/Berlin"'
    owner: owner

    anytime:
      reply: end answered

    steps:
      - email: news
        window: any
        gap: none
        purpose: inform
        subject: "{{ list.title }}"
        body: |
          Good day {{ reader.who.name }},

          the new rooms are open.
        ask: Will you come and see them?
      - await: reply within 20 days
      - end: silent

    """

  static func list(_ readers: Range<Int>) -> String {
    let each = readers.map {
      #"{ "id": "R-\#($0)", "who": { "name": "Reader \#($0)", "email": "reader-\#($0)@acme.test" } }"#
    }
    return """
      { "owner": { "name": "Oliver Brandt", "email": "owner@acme.test" },
        "list": { "title": "Summer", "readers": [ \(each.joined(separator: ",\n")) ] } }

      """
  }

  /// - Parameter lists: the readers of each `list-N.json`.
  static func project(_ lists: [Range<Int>]) throws -> Folder {
    let folder = try Folder()
    try folder.write(workflow, to: "Workflows/news.yaml")
    for (number, readers) in lists.enumerated() {
      try folder.write(list(readers), to: "list-\(number + 1).json")
    }
    return folder
  }
}

extension Folder {
  /// The mails that were delivered into the folder.
  var mails: [String] { names(in: "outbox").filter { $0.hasSuffix(".eml") } }

  func runs(_ arguments: String...) throws -> [JSON] {
    try JSON(parsing: flow(["runs", "--format", "json"] + arguments).output)["runs"].list
  }
}
