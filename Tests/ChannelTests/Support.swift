import FlowCore
import FlowPlugin
import FlowTime
import Glibc

/// A folder for one test; all of them go when the tests have run.
final class Scratch: Sendable {
  let path: String

  private static let root: String = {
    var template = Array("/tmp/flow-channels-XXXXXX".utf8CString)
    atexit { run("rm", ["-rf", Scratch.root]) }
    return mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
  }()

  init() {
    var template = Array((Scratch.root + "/XXXXXX").utf8CString)
    path = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
  }

  func write(_ name: String, _ text: String, mode: mode_t = 0o644) {
    write(name, Array(text.utf8), mode: mode)
  }

  func write(_ name: String, _ bytes: [UInt8], mode: mode_t = 0o644) {
    let file = open(path + "/" + name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    var bytes = bytes
    while !bytes.isEmpty {
      let count = Glibc.write(file, bytes, bytes.count)
      if count <= 0 { break }
      bytes.removeFirst(count)
    }
    close(file)
  }

  func names(in folder: String) -> [String] {
    guard let directory = opendir(path + "/" + folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  func settings(_ values: [String: String] = [:], name: String = "test") -> ChannelSettings {
    let path = path
    return ChannelSettings(name: name, values: values, folder: path) { bytes(of: path + "/" + $0) }
  }
}

func bytes(of path: String) -> [UInt8]? {
  guard let file = fopen(path, "rb") else { return nil }
  defer { fclose(file) }
  var all: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { all += buffer[..<count] }
  return all
}

/// Runs a program to its end; its standard output. Over files: a pipe's end would be inherited by whatever other
/// program is started at the same moment, and who reads from it would wait for that, too.
@discardableResult
func run(_ program: String, _ arguments: [String], input: [UInt8] = []) -> String {
  let scratch = Scratch()
  scratch.write("in", input)
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, 0, scratch.path + "/in", O_RDONLY, 0)
  posix_spawn_file_actions_addopen(&actions, 1, scratch.path + "/out", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  var list: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
  defer { for text in list { free(text) } }
  var pid = pid_t()
  var status: Int32 = 0
  guard posix_spawnp(&pid, program, &actions, nil, &list, environ) == 0, waitpid(pid, &status, 0) == pid else {
    return ""
  }
  return bytes(of: scratch.path + "/out").map { String(decoding: $0, as: UTF8.self) } ?? ""
}

/// 2026-03-27 16:40 in Berlin, 15:40 in UTC.
let friday = Instant(seconds: 1_774_626_000)

let ann = Value.record([
  "name": .text("Ann Meyer"), "first_name": .text("Ann"), "email": .text("ann@acme.test"),
  "phone": .text("+494055500142"),
])
let oliver = Value.record(["name": .text("Oliver Brandt"), "email": .text("owner@acme.test")])

/// `T("text ", value: "of data", " text")`.
func text(_ pieces: (String, isValue: Bool)...) -> Delivery.Content {
  .text(RenderedText(pieces.map { RenderedText.Piece($0.0, isValue: $0.isValue) }))
}
func text(_ words: String) -> Delivery.Content { .text(RenderedText(words)) }

func delivery(
  _ verb: String, _ fields: [(String, Delivery.Content)], address: String = "", to: Value = ann,
  by: Value? = nil,
  touch: Bool = true, isEscalation: Bool = false, thread: Delivery.Thread? = nil, outcomes: [String] = []
) -> Delivery {
  Delivery(
    workflow: "proposal", node: NodeIndex(2), step: "receipt", verb: verb, occurrence: 0, touch: touch,
    isTask: by != nil, until: nil, purpose: "confirm", to: to, address: address, by: by, contact: ann,
    owner: oliver,
    fields: fields.map { Delivery.Field(name: $0.0, content: $0.1) }, at: friday, zone: "Europe/Berlin",
    isEscalation: isEscalation, outcomes: outcomes, thread: thread)
}

extension Rendering {
  subscript(name: String) -> String? { shown.first { $0.name == name }?.text }
  var text: String { String(decoding: payload, as: UTF8.self) }
}

/// The error of a rendering, or nil where there is none.
func refusal(_ channel: any Channel, _ delivery: Delivery) async -> ChannelError? {
  do throws(ChannelError) {
    _ = try await channel.render(delivery)
    return nil
  } catch {
    return error
  }
}
