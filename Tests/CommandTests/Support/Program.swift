import Foundation
import Glibc

/// The built `flow`, driven as another program drives it.
enum Program {
  /// Beside the test bundle, where SwiftPM puts both; FLOW_BINARY names another.
  static let path: String = {
    if let path = ProcessInfo.processInfo.environment["FLOW_BINARY"] { return path }
    let bundle = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "./x"
    return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("flow").path
  }()

  /// The project's own folder, three above this file.
  static let project: String = {
    URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
  }()

  static let workflows = project + "/Workflows"
}

/// What came of a program.
struct Ran {
  /// Its exit code; nil where a signal ended it.
  var code: Int32?
  var signal: Int32?
  var bytes: [UInt8]
  var errors: String
  var seconds: Double

  var output: String { String(decoding: bytes, as: UTF8.self) }
}

struct Unstartable: Error { var program: String, reason: String }

/// A program that goes on by itself until it is waited for.
final class Going {
  let pid: pid_t
  private let program: String
  private let began = ContinuousClock.now
  private let folder: String

  /// - Parameters:
  ///   - arguments: what follows the program's name.
  ///   - environment: on top of a bare one: this process' own LANG and TZ do not come through.
  init(
    _ arguments: [String], in directory: String, program: String = Program.path,
    environment: [String: String] = [:], input: String? = nil
  ) throws {
    self.program = program
    folder = try Folder.make()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input { try Data(input.utf8).write(to: URL(fileURLWithPath: folder + "/in")) }
    posix_spawn_file_actions_addopen(&actions, 0, input == nil ? "/dev/null" : folder + "/in", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, folder + "/out", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, folder + "/err", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    var inherited = ProcessInfo.processInfo.environment.filter {
      ["PATH", "HOME", "TMPDIR"].contains($0.key)
    }
    inherited["SWIFT_BACKTRACE"] = "enable=no"
    inherited.merge(environment) { $1 }
    // `env` goes over into the program, so that the process is the same, and needs no shell.
    let words = (["env", "-C", directory, program] + arguments).map { strdup($0) } + [nil]
    let settings = inherited.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in words + settings { free(text) } }
    var pid: pid_t = 0
    let failure = posix_spawnp(&pid, "env", &actions, nil, words, settings)
    guard failure == 0 else {
      throw Unstartable(program: program, reason: String(cString: strerror(failure)))
    }
    self.pid = pid
  }

  deinit { Folder.remove(folder) }

  /// Ends it at once.
  func stop() {
    kill(pid, SIGKILL)
    _ = try? wait()
  }

  /// Waits for the end; kills what has not ended so many seconds from now: far more than it takes on a machine that is
  /// slow and busy.
  @discardableResult
  func wait(atMost limit: Double = 300) throws -> Ran {
    var status: Int32 = 0
    let end = ContinuousClock.now + .seconds(limit)
    while waitpid(pid, &status, WNOHANG) == 0 {
      if ContinuousClock.now > end { kill(pid, SIGKILL) }
      usleep(1000)
    }
    let signal = status & 0x7F
    return Ran(
      code: signal == 0 ? (status >> 8) & 0xFF : nil, signal: signal == 0 ? nil : signal,
      bytes: Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/out"))), errors: errors,
      seconds: seconds)
  }

  /// What it has said on standard error so far.
  var errors: String {
    String(decoding: (try? Data(contentsOf: URL(fileURLWithPath: folder + "/err"))) ?? Data(), as: UTF8.self)
  }

  private var seconds: Double { (ContinuousClock.now - began) / .seconds(1) }
}

/// A folder of its own under the system's temporary one.
final class Folder {
  let path: String

  init() throws { path = try Folder.make() }

  deinit { Folder.remove(path) }

  /// What holds all of them: gone when the tests end, those with it that nobody gives up.
  private static let all: String? = {
    atexit { if let all = Folder.all { Folder.remove(all) } }
    return made(in: NSTemporaryDirectory())
  }()

  static func make() throws -> String {
    guard let path = all.flatMap({ made(in: $0) }) else {
      throw Unstartable(program: "mkdtemp", reason: String(cString: strerror(errno)))
    }
    return path
  }

  private static func made(in folder: String) -> String? {
    var template = Array((folder + "/flow-test-XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else { return nil }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return URL(fileURLWithPath: path).resolvingSymlinksInPath().path
  }

  static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }

  func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

  func write(_ bytes: some Sequence<UInt8>, to name: String) throws {
    let url = URL(fileURLWithPath: path + "/" + name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)), as: UTF8.self)
  }

  /// The names in a folder below, sorted; none where it is not there.
  func names(in name: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path + "/" + name)) ?? []).sorted()
  }

  /// Copies a file or a folder of the tests, or of the project, into this one.
  func copy(_ source: String, to name: String) throws {
    try FileManager.default.copyItem(atPath: source, toPath: path + "/" + name)
  }

  /// Runs `flow` here.
  @discardableResult
  func flow(
    _ arguments: String..., environment: [String: String] = [:], input: String? = nil
  ) throws -> Ran {
    try Going(arguments, in: path, environment: environment, input: input).wait()
  }

  func flow(_ arguments: [String], environment: [String: String] = [:]) throws -> Ran {
    try Going(arguments, in: path, environment: environment).wait()
  }

  func start(_ arguments: String...) throws -> Going { try Going(arguments, in: path) }
}
