import FlowCore
import FlowPlugin
import Glibc

/// A channel of any verb in any language: a program that reads and writes frames (see README.md).
public struct ExecChannel: Channel {
  public let manifest: [UInt8]
  /// The program, which may send what it likes; nil where flow.yaml does not say `send: true`: it is asked what a
  /// message would be, and that goes into the folder.
  public let destination: String?
  /// Where its manifest says `inbound: poll`, and it sends.
  public let pollSeconds: Int?
  /// How long somebody waits for what a message would be who holds up others meanwhile: a server. What has not come by
  /// then is a temporary failure, and taken when the same is asked again. Nil: for as long as the program may take.
  public var patience: Swift.Duration?
  private let program: Program
  private let folder: FolderDelivery
  private let limits: ExecLimits

  /// Starts nothing. `exec`: the program, a path in the project's folder; its manifest stands beside it.
  public init(_ settings: ChannelSettings) throws(ChannelError) {
    try self.init(settings, limits: ExecLimits())
  }

  public init(_ settings: ChannelSettings, limits: ExecLimits) throws(ChannelError) {
    manifest = try ExecChannel.readManifest(settings)
    destination = try settings.sends ? settings["exec"] : nil
    folder = FolderDelivery(settings)
    var limits = limits
    try limits.read(settings)
    let seconds = try settings.seconds("poll", otherwise: 60)
    pollSeconds = destination == nil ? nil : seconds
    self.limits = limits
    let own = ExecLimits.names.union(["exec", "plugin", "environment", "poll", "rate", "send"])
    let values = settings.values.filter { !own.contains($0.key) }
    let members = values.sorted { $0.key < $1.key }.map { JSONMember($0.key, .string($0.value)) }
    program = Program(
      name: settings.name,
      start: ProgramStart(
        path: try ExecChannel.program(settings), folder: settings.folder,
        environment: try ExecChannel.environment(settings), limits: limits),
      settings: [
        JSONMember("name", .string(settings.name)), JSONMember("folder", .string(settings.folder)),
        JSONMember("settings", .object(members)),
      ], limits: limits)
  }

  /// `environment: HTTPS_PROXY SSL_CERT_FILE`: names of variables, with blanks between, that the program gets beside
  /// the usual four.
  private static func environment(_ settings: ChannelSettings) throws(ChannelError) -> [String] {
    let names = (settings["environment"] ?? "").split(separator: " ").map(String.init)
    for name in names where name.utf8.contains(UInt8(ascii: "=")) || HeaderText(name).text != name {
      throw ChannelError(.ours, "environment: should be names of variables, with blanks between")
    }
    return names
  }

  /// Where the manifest of a program stands: the same path, its ending replaced by `.manifest.yaml`.
  public static func manifestPath(of program: String) -> String {
    let name =
      program.utf8.lastIndex(of: UInt8(ascii: "/")).map { program.utf8.index(after: $0) }
      ?? program.startIndex
    guard let point = program.utf8.lastIndex(of: UInt8(ascii: ".")), point > name else {
      return program + ".manifest.yaml"
    }
    return String(program[..<point]) + ".manifest.yaml"
  }

  /// The manifest's bytes; nothing is started.
  public static func readManifest(_ settings: ChannelSettings) throws(ChannelError) -> [UInt8] {
    let path = manifestPath(of: try relativePath(settings))
    if let bytes = settings.readFile(path) { return bytes }
    throw ChannelError(.ours, "exec: there is no file \(path), the program's manifest")
  }

  private static func relativePath(_ settings: ChannelSettings) throws(ChannelError) -> String {
    guard let path = settings["exec"], !path.isEmpty else {
      throw ChannelError(.ours, "exec: the path of a program is missing")
    }
    let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard HeaderText(path).text == path, path.utf8.first != UInt8(ascii: "/"),
      !parts.contains(where: { $0.elementsEqual("..".utf8) })
    else { throw ChannelError(.ours, "exec: \"\(HeaderText(path))\" is not in the project's folder") }
    return path
  }

  /// Absolute, with all links followed, and still in the project's folder.
  private static func program(_ settings: ChannelSettings) throws(ChannelError) -> String {
    let path = try relativePath(settings)
    guard let root = real(settings.folder), let program = real(settings.folder + "/" + path) else {
      throw ChannelError(.ours, "exec: there is no program \(path)")
    }
    guard program.utf8.starts(with: (root == "/" ? root : root + "/").utf8) else {
      throw ChannelError(.ours, "exec: \(path) leads out of the project's folder")
    }
    guard access(program, X_OK) == 0 else {
      throw ChannelError(.ours, "exec: \(path) may not be run; chmod +x \(path)")
    }
    return program
  }

  private static func real(_ path: String) -> String? {
    guard let found = realpath(path, nil) else { return nil }
    defer { free(found) }
    return String(cString: found)
  }

  // MARK: Channel

  public func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering {
    let fields = [JSONMember("delivery", Frame.json(of: delivery))]
    // Asked again a minute later, it is the same message.
    var same = delivery
    (same.at, same.until) = (.epoch, nil)
    let outcome =
      if let patience {
        await program.ask(
          .render, fields, Frame.json(of: same).write(), within: limits.render, verb: delivery.verb, patience: patience)
      } else {
        await program.ask(.render, fields, within: limits.render, verb: delivery.verb)
      }
    let ok = try answer(outcome)
    do throws(FrameError) {
      return try Frame.rendering(ok)
    } catch .brokenAddress {
      throw ChannelError(.permanent, "\(program.name): \(FrameError.brokenAddress)")
    } catch {
      throw ChannelError(.ours, "\(program.name): \(error)")
    }
  }

  /// Marked once the program runs, before the first byte of the request is written.
  public func deliver(
    _ rendering: Rendering, key: IdempotencyKey, marker: @escaping Marker
  ) async -> Receipt {
    if destination == nil { return await folder.deliver(rendering, key: key, marker: marker) }
    let fields = Frame.json(of: rendering, key: key)
    switch await program.ask(.deliver, fields, within: limits.deliver, marker: marker) {
    case .withheld: return .withheld
    case .ok(let ok):
      guard let id = try? Frame.acceptedID(ok) else {
        return .unknown(because: "\(program.name) took it, and gave no \"id\"")
      }
      return .accepted(id: id)
    case .refused(let failure):
      switch failure.kind {
      case .temporary: return .temporary(after: failure.after, because: failure.text)
      case .permanent: return .permanent(because: failure.text)
      case .ours: return .ours(because: failure.text)
      case .unknown: return .unknown(because: failure.text)
      }
    case .failed(let reason, let written):
      return written ? .unknown(because: reason) : .temporary(after: nil, because: reason)
    case .unavailable(let after?, let reason): return .temporary(after: after, because: reason)
    case .unavailable(nil, let reason): return .ours(because: reason)
    }
  }

  public func poll(since cursor: String?) async throws(ChannelError) -> Inbound {
    let fields = [JSONMember("cursor", cursor.map { .string($0) } ?? .null)]
    let ok = try answer(await program.ask(.poll, fields, within: limits.poll))
    do throws(FrameError) {
      return try Frame.inbound(ok)
    } catch {
      throw ChannelError(.ours, "\(program.name): \(error)")
    }
  }

  /// Whether the program starts and its settings will do.
  public func check() async throws(ChannelError) {
    _ = try answer(await program.ask(.check, [], within: limits.start))
  }

  public func close() async { await program.close() }

  private func answer(_ outcome: Program.Outcome) throws(ChannelError) -> JSONValue {
    switch outcome {
    case .ok(let ok): return ok
    case .refused(let failure): throw ChannelError(failure.kind, HeaderText(failure.text).text)
    case .failed(let reason, _): throw ChannelError(.temporary, reason)
    case .withheld: throw ChannelError(.temporary, "it was held back")
    case .unavailable(nil, let reason): throw ChannelError(.ours, reason)
    case .unavailable(_, let reason): throw ChannelError(.temporary, reason)
    }
  }
}
