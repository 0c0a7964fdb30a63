import ArgumentParser
import FlowCompiler
import FlowCore
import FlowRuntime
import FlowTime

/// What a command is given from outside: instants, JSON files.
enum Input {
  /// Most bytes of an event.
  static let limit = 10 << 20

  /// `2026-03-25 16:40 Europe/Berlin`, or RFC 3339; without a text, now.
  static func start(_ text: String?, zones: any ZoneSource) throws -> Instant {
    guard let text else { return SystemClock().now() }
    do {
      return try ZonedStart.parse(text, zones: zones).0
    } catch {
      throw Failure.usage("--start \"\(text)\": \(error)")
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

  static func bytes(_ path: String) throws -> [UInt8] {
    let result = path == "-" ? .success(try standardInput()) : file(path)
    switch result {
    case .success(let bytes): return bytes
    case .failure(.missing): throw Failure.usage("there is no \"\(path)\"")
    case .failure(.tooLarge(let limit)): throw Failure.finding("\(path): larger than \(limit >> 20) MiB, the most that is read")
    case .failure(.unreadable(let reason)): throw Failure.usage("\(path): \(reason)")
    case .failure(.notAFile), .failure(.outside): throw Failure.usage("\"\(path)\" is not a file")
    }
  }

  private static func file(_ path: String) -> Result<[UInt8], FileProblem> {
    guard let real = Paths.real(path) else { return .failure(.missing) }
    return DiskFiles(root: "/", limit: limit).read(String(real.dropFirst()))
  }

  private static func standardInput() throws -> [UInt8] {
    var bytes: [UInt8] = []
    while let line = readLine(strippingNewline: false) {
      bytes += line.utf8
      if bytes.count > limit { throw Failure.finding("standard input: larger than \(limit >> 20) MiB, the most that is read") }
    }
    return bytes
  }

  /// The data of a CloudEvent, or the object itself.
  static func data(of value: JSONValue) -> JSONValue {
    value["specversion"] != nil ? value["data"] ?? [:] : value
  }
}
