import Foundation
import Testing

/// kill -9 at every kind of write and sync, spread over a whole story: the same command again, and the rest
/// of the story ends with the simulated timeline, with each message in the folder once.
@Suite struct KillTests {
  @Test(arguments: 0..<Kills.count) func nothingIsLostOrDoneTwice(_ number: Int) throws {
    let reference = try Kills.reference
    var point = reference.points[number]
    var (folder, killed) = try kill(at: point, reference)
    // Which thread does what differs from run to run: where none came to the N-th, an earlier one.
    while killed.code == 0, point.occurrence > 1 {
      point.occurrence /= 2
      (folder, killed) = try kill(at: point, reference)
    }
    #expect(killed.signal == SIGKILL || killed.code == 128 + SIGKILL, "\(point): \(killed.errors)")
    for (index, command) in Story.proposal.commands.enumerated() where index >= point.command {
      let ran = try folder.flow(try Story.words(command, in: folder))
      #expect(ran.signal == nil)
      #expect(
        ran.code == 0 || index == point.command && command[0] == "done", "\(point): \(command) \(ran.errors)")
    }
    #expect(try Ending(folder) == reference.ending, "\(point)")
  }

  /// The command in a project as it was before it.
  private func kill(at point: Kills.Point, _ reference: Kills) throws -> (Folder, Ran) {
    let folder = try Folder()
    try FileManager.default.removeItem(atPath: folder.path)
    try folder.copy(reference.before[point.command].path, to: "")
    // A copied store sends nothing until somebody says so.
    if point.command > 0 { try #require(try folder.flow("resume", "--all").code == 0) }
    let words = try Story.words(Story.proposal.commands[point.command], in: folder)
    let trace = [
      "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(point.call)",
      "-e", "inject=\(point.call):signal=SIGKILL:when=\(point.occurrence)", Program.path,
    ]
    return (folder, try Going(trace + words, in: folder.path, program: "strace").wait())
  }
}

/// The story told once without a fault: the project before each command, and every place to kill it at.
struct Kills: Sendable {
  /// `Tests/Faults/kills` has a hundred more in every run of all tests, before an outside ledger.
  static let count = 16

  struct Point: Sendable, CustomStringConvertible {
    var command: Int
    var call: String
    /// The N-th of one thread.
    var occurrence: Int

    var description: String { "killed at \(call) \(occurrence) of command \(command)" }
  }

  var before: [Folder]
  var points: [Point]
  var ending: Ending

  static var reference: Kills { get throws { try made.get() } }
  private static let made = Result { try Kills() }

  private init() throws {
    let story = Story.proposal
    let folder = try story.folder()
    before = []
    var all: [Point] = []
    for (index, command) in story.commands.enumerated() {
      let copy = try Folder()
      try FileManager.default.removeItem(atPath: copy.path)
      try FileManager.default.copyItem(atPath: folder.path, toPath: copy.path)
      before.append(copy)
      let words = try Story.words(command, in: folder)
      let calls = "pwrite64,write,fdatasync,fsync,rename,renameat2,unlink,ftruncate,openat"
      let log = copy.path + "-calls"
      let trace = ["-f", "-qq", "-o", log, "-e", "trace=\(calls)", Program.path]
      let ran = try Going(trace + words, in: folder.path, program: "strace").wait()
      guard ran.code == 0 else { throw Unstartable(program: "strace", reason: ran.errors) }
      all += try Kills.points(
        String(contentsOfFile: log, encoding: .utf8), command: index, folder: folder.path)
      Folder.remove(log)
    }
    // Half of them at syncs, renames and what makes or fills a message, of which there are fewer.
    points = [all.filter { $0.call != "pwrite64" }, all.filter { $0.call == "pwrite64" }].flatMap { some in
      (0..<Kills.count / 2).map { some[$0 * some.count / (Kills.count / 2)] }
    }
    guard Set(points.map(\.description)).count == Kills.count else {
      throw Unstartable(program: "strace", reason: "\(all.count) calls")
    }
    ending = try Ending(folder)
  }

  /// Every write, sync and rename, and what opens a file of the project, in the order in which they happen.
  private static func points(_ log: String, command: Int, folder: String) -> [Point] {
    var seen: [String: Int] = [:]
    var points: [Point] = []
    var known: Set<String> = []
    for line in log.split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
      guard parts.count == 2, let bracket = parts[1].firstIndex(of: "("), !parts[1].hasPrefix("<") else {
        continue
      }
      let call = String(parts[1][..<bracket].drop { $0 == " " })
      seen["\(parts[0]) \(call)", default: 0] += 1
      let occurrence = seen["\(parts[0]) \(call)"] ?? 0
      if call == "openat", !(line.contains(folder) && line.contains("O_CREAT")) { continue }
      if known.insert("\(call) \(occurrence)").inserted {
        points.append(Point(command: command, call: call, occurrence: occurrence))
      }
    }
    return points
  }
}

extension Folder: @unchecked Sendable {}
