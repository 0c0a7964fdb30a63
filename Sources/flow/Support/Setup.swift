import FlowCompiler
import FlowCore
import FlowPlugin
import FlowReport
import FlowRuntime
import FlowSimulation
import Logging
import Synchronization

/// A project's workflows and channels, put together: for a dry run over a store in memory, or for the engine
/// on the project's own.
struct Setup {
  let workspace: Workspace
  let compilation: Compilation
  let channels: [String: any Channel]
  let clock: any Clock

  /// - Parameters:
  ///   - clock: tells the engine when it is, and channels when they are used: by default never, for a dry run.
  ///   - isServing: others wait while a message is rendered, so that a program gets half a second for it; what has
  ///     not come by then is asked for again later.
  init(
    _ workspace: Workspace, _ compilation: Compilation, clock: any Clock = FixedClock(.epoch), isServing: Bool = false
  ) throws {
    self.workspace = workspace
    self.compilation = compilation
    self.clock = clock
    channels = try Channels.make(
      project: workspace.project, root: workspace.root, clock: clock, patience: isServing ? .milliseconds(500) : nil)
  }

  /// With the channels and the clock of another, where flow.yaml says the same of them.
  init(_ workspace: Workspace, _ compilation: Compilation, like other: Setup) {
    self.workspace = workspace
    self.compilation = compilation
    clock = other.clock
    channels = other.channels
  }

  /// What channels hold open ends with `body`, whatever comes of it.
  static func use<Result>(
    _ workspace: Workspace, _ compilation: Compilation, clock: any Clock = FixedClock(.epoch),
    _ body: (Setup) async throws -> Result
  ) async throws -> Result {
    let setup = try Setup(workspace, compilation, clock: clock)
    do {
      let result = try await body(setup)
      await setup.close()
      return result
    } catch {
      await setup.close()
      throw error
    }
  }

  func close() async {
    for channel in channels.values { await channel.close() }
  }

  /// The same, but for channels that do not come to an end within two seconds: the end of the process ends them.
  func closeAtOnce() async {
    let open = Open(channels.count)
    for channel in channels.values {
      Task {
        await channel.close()
        open.count.withLock { $0 -= 1 }
      }
    }
    await wait(atMost: 2) { open.count.withLock { $0 } == 0 }
  }

  private final class Open: Sendable {
    let count: Mutex<Int>
    init(_ count: Int) { self.count = Mutex(count) }
  }

  // MARK: Dry

  /// Nothing leaves the machine, and no store is opened.
  var simulator: Simulator {
    Simulator(
      graphs: compilation.workflows.map(\.graph), channels: channels, caps: workspace.project.caps,
      zones: workspace.zones)
  }

  // MARK: For real

  /// - Parameter leaving: verbs by which another process is to send.
  func engine(on store: any Store, leaving: Set<String> = [], versions: Versions? = nil) -> Engine {
    var outlets = outlets
    for verb in leaving { outlets[verb]?.isLeft = true }
    return Engine(
      store: store, library: library, outlets: outlets, caps: workspace.project.caps, zones: workspace.zones,
      clock: clock, versions: versions, secret: Setup.secret, logger: Setup.logger)
  }

  /// An engine that takes orders and hands nothing over, whatever is wrong with the project's files.
  static func engineOfOrders(_ workspace: Workspace, on store: any Store, clock: any Clock) -> Engine {
    Engine(
      store: store, library: workspace.library(), outlets: [:], zones: workspace.zones,
      clock: clock, secret: secret, takesOrdersOnly: true, logger: logger)
  }

  private static let secret: @Sendable () throws(StoreError) -> String = { () throws(StoreError) in try Secret.make() }
  private static let logger = Logger(label: "flow") { _ in StandardErrorLog() }

  /// What flow.yaml says of channels that are to send for real, by verb.
  private var sending: [String: Project.Channel] {
    channels.keys.reduce(into: [:]) { sending, verb in
      let entry = Channels.entry(of: verb, workspace.project, root: workspace.root)
      if let entry, entry.setting("send")?.text == "true" { sending[verb] = entry }
    }
  }

  /// What is not there of the secrets of channels that send, by verb: `SMTP_PASSWORD is not set`.
  var lacks: [String: String] {
    sending.compactMapValues { entry in
      entry.settings.compactMap { Keeping($0.text)?.lack(root: workspace.root) }.first
    }
  }

  /// - Parameter start: of `--start`.
  /// - Throws: where it has not come yet, and something could leave for real: early (guarantee 11).
  func refuseToSendEarly(_ start: String?) throws {
    guard let start, let verb = sending.keys.min(),
      try Input.start(start, zones: workspace.zones) > Input.start(nil, zones: workspace.zones)
    else { return }
    throw Failure.usage(
      "--start \"\(start)\" is later than now, and \(verb) sends for real: what is not due yet would leave early")
  }

  var library: Library {
    let texts = workspace.texts(of: compilation)
    let sources = Dictionary(
      compilation.workflows.map { ($0.graph.fingerprint, Self.version($0, texts)) },
      uniquingKeysWith: { first, _ in first })
    return workspace.library(compilation.workflows.map(\.graph), sources: sources)
  }

  var outlets: [String: Outlet] {
    channels.reduce(into: [:]) { outlets, entry in
      guard let manifest = workspace.manifests.first(where: { $0.verb == entry.key }) else { return }
      // A folder takes the key as the file's name.
      outlets[entry.key] = Outlet(
        entry.value, manifest: manifest, isKeyed: entry.value.destination == nil ? true : nil,
        isApart: entry.value.destination != nil,
        rate: Channels.rate(workspace.project, entry.key, root: workspace.root),
        capacity: workspace.project.capacity[entry.key])
    }
  }

  private static func version(_ workflow: CompiledWorkflow, _ texts: [Version.File]) -> Version {
    Version(
      fingerprint: workflow.graph.fingerprint, workflow: workflow.graph.workflow, main: workflow.graph.file,
      files: texts)
  }

  /// A line for each channel that sends for real, and one for each folder that takes what the others deliver.
  var destinations: [String] {
    let real = channels.compactMap { verb, channel in channel.destination.map { "\(verb) sends for real: \($0)" } }
    return real.sorted()
      + folders.sorted { $0.key < $1.key }.map { "into \($0.key)/: \($0.value.sorted().joined(separator: ", "))" }
  }

  /// The one folder that takes everything; nil where there are several, or something is sent for real.
  var onlyFolder: String? {
    channels.values.contains { $0.destination != nil } || folders.count != 1 ? nil : folders.keys.first
  }

  /// What is delivered where, by folder.
  private var folders: [String: [String]] {
    channels.reduce(into: [:]) { folders, item in
      guard item.value.destination == nil else { return }
      let entry = Channels.entry(of: item.key, workspace.project, root: workspace.root)
      let folder = Channels.settings(entry, root: workspace.root)["outbox"] ?? "outbox"
      let base = Paths.relative(workspace.root, to: workspace.base)
      folders[folder.hasPrefix("/") ? folder : base + "/" + folder, default: []].append(item.key)
    }
  }
}
