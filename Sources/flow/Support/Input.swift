import ArgumentParser
import FlowCompiler
import FlowCore
import FlowRuntime
import FlowTime
import Glibc
import Synchronization

/// What a command is given from outside: instants, JSON files.
enum Input {
  /// Most bytes of an event.
  static let limit = 10 << 20

  /// `2026-03-25 16:40 Europe/Berlin`, or RFC 3339; without a text, now.
  static func start(_ text: String?, zones: any ZoneSource) throws -> Instant {
    guard let text else { return SystemClock().now() }
    return try instant(text, option: "--start", zones: zones)
  }

  /// The same for another option.
  static func instant(_ text: String, option: String, zones: any ZoneSource) throws -> Instant {
    do {
      return try ZonedStart.parse(text, zones: zones).0
    } catch {
      // Most say what is wrong with the very words.
      let words = "\(error)"
      throw Failure.usage(words.contains("\"\(text)\"") ? "\(option): \(words)" : "\(option) \"\(text)\": \(words)")
    }
  }

  /// A clock that goes, or one that stands where `--start` says.
  static func clock(_ start: String?, zones: any ZoneSource) throws -> any Clock {
    start == nil ? SystemClock() : FixedClock(try Input.start(start, zones: zones))
  }

  /// JSON of a file, or of standard input for `-`.
  static func json(_ path: String) throws -> JSONValue {
    let bytes = try bytes(path)
    do {
      return try JSONReader.read(bytes)
    } catch {
      throw Failure.finding("\(path): \(error)")
    }
  }

  /// What came by standard input: it can be read once, and be asked for twice.
  private static let standardInput = Mutex<[UInt8]?>(nil)

  /// A file, a pipe, or standard input for `-`.
  static func bytes(_ path: String) throws -> [UInt8] {
    guard path == "-" else { return try read(path) }
    if let known = standardInput.withLock({ $0 }) { return known }
    let bytes = try read(path)
    standardInput.withLock { $0 = bytes }
    return bytes
  }

  private static func read(_ path: String) throws -> [UInt8] {
    let descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw unreadable(path)
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw unreadable(path) }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
      if bytes.count > limit {
        throw Failure.finding("\(path): larger than \(limit >> 20) MiB, the most that is read")
      }
    }
  }

  private static func unreadable(_ path: String) -> Failure {
    switch errno {
    case ENOENT: .usage("there is no \"\(path)\"")
    case EISDIR: .usage("\"\(path)\" is a folder, and a file is wanted")
    default: .usage("\"\(path)\" cannot be read: \(String(cString: strerror(errno)))")
    }
  }

  /// The trigger's data in a JSON file, typed.
  static func record(_ path: String, _ graph: Graph, zones: any ZoneSource) throws -> [String: Value] {
    let (value, problems) = readValue(data(of: try json(path)), as: .record(graph.triggerFields), zones: zones)
    if !problems.isEmpty { throw Failure.finding("\(path): " + problems.map(\.description).joined(separator: "; ")) }
    guard case .record(let fields) = value else { return [:] }
    return fields
  }

  /// The data of a CloudEvent, or the object itself.
  static func data(of value: JSONValue) -> JSONValue {
    value["specversion"] != nil ? value["data"] ?? [:] : value
  }
}
