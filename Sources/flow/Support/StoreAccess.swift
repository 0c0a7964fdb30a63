import ArgumentParser
import FlowCompiler
import FlowCore
import FlowPlugin
import FlowReport
import FlowRuntime
import FlowSQLite
import FlowTime
import Logging

/// What a command wants of the store.
enum StoreUse {
  case reading
  /// As the command of this name.
  case writing(String)
  /// The same, of a store that must be there.
  case changing(String)

  fileprivate var mustExist: Bool { if case .writing = self { false } else { true } }

  fileprivate var access: SQLiteStore.Access {
    switch self {
    case .reading: .reading
    case .writing(let command), .changing(let command): .writing(holder: command, patience: 10)
    }
  }

  fileprivate var isChecked: Bool { if case .reading = self { false } else { true } }
}

struct StoreOptions: ParsableArguments {
  @Option(help: "The store's file; flow.yaml's `store`, or flow.db beside it, by default.") var store: String?

  func path(_ workspace: Workspace) -> String {
    if let store { return store }
    let name = workspace.project.store
    return name.hasPrefix("/") ? name : workspace.root + "/" + name
  }

  func open(_ workspace: Workspace, _ use: StoreUse) throws -> SQLiteStore {
    let path = path(workspace)
    if use.mustExist, !Paths.exists(path) {
      throw Failure.broken("there is no store at \"\(shown(workspace))\"; `flow event` makes one")
    }
    do {
      return try SQLiteStore(path: path, access: use.access, isChecked: use.isChecked)
    } catch {
      throw Failure.broken("\(shown(workspace)): \(error)")
    }
  }

  /// The store's file as messages name it.
  func shown(_ workspace: Workspace) -> String { Paths.relative(path(workspace), to: workspace.base) }
}

/// The engine on a project's store. Channels deliver into a folder for now.
struct Live {
  let workspace: Workspace
  let compilation: Compilation
  let channels: [String: any Channel]
  let clock: any Clock

  init(_ workspace: Workspace, _ compilation: Compilation, clock: any Clock) throws {
    self.workspace = workspace
    self.compilation = compilation
    self.clock = clock
    channels = try Channels.make(project: workspace.project, root: workspace.root, clock: clock)
  }

  /// The current versions, each with what it was made of, and how those before them are made again.
  var library: Library {
    let sources = Dictionary(
      compilation.workflows.map { ($0.graph.fingerprint, version($0)) }, uniquingKeysWith: { first, _ in first })
    let workspace = workspace
    return Library(compilation.workflows.map(\.graph), sources: sources) { workspace.recompile($0) }
  }

  func engine(on store: any Store) -> Engine {
    let outlets = channels.reduce(into: [String: Outlet]()) { outlets, entry in
      guard let manifest = workspace.manifests.first(where: { $0.verb == entry.key }) else { return }
      // A folder takes the key as the file's name.
      outlets[entry.key] = Outlet(
        entry.value, manifest: manifest, isKeyed: entry.value.destination == nil ? true : nil,
        rate: Channels.rate(workspace.project, entry.key), capacity: workspace.project.capacity[entry.key])
    }
    return Engine(
      store: store, library: library, outlets: outlets, caps: workspace.project.caps, zones: workspace.zones,
      clock: clock, secret: { Secret.make() }, logger: Logger(label: "flow") { _ in StandardErrorLog() })
  }

  private func version(_ workflow: CompiledWorkflow) -> Version {
    Version(
      fingerprint: workflow.graph.fingerprint, workflow: workflow.graph.workflow, main: workflow.graph.file,
      files: compilation.sources.values.sorted { $0.file < $1.file }.map { Version.File(path: $0.file, bytes: $0.utf8) })
  }

  func close() async {
    for channel in channels.values { await channel.close() }
  }
}

extension Workspace {
  /// flow.yaml as it was when a version was saved, and all files of it.
  func former(_ version: Version) -> (project: Project, files: MemoryFiles) {
    var files = MemoryFiles()
    for file in version.files { files.contents[file.path] = file.bytes }
    guard let path = project.file, let bytes = files.contents[path] else { return (Project(), files) }
    return (Compiler.project(SourceText(file: path, utf8: bytes), files: files, zones: zones).0, files)
  }

  /// A version as it was saved with its first run.
  func recompile(_ version: Version) -> Graph? {
    let (project, files) = former(version)
    return Compiler.compile(
      CompilerInput(files: [version.main], project: project, manifests: manifests, zones: zones, source: files)
    ).workflows.first?.graph
  }
}

/// Warnings and errors of the engine on standard error, a line each, without the time: the journal has that.
struct StandardErrorLog: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level = .warning

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let (level, message) = (event.level, event.message)
    let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
    let details = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
    Output.complain("\(level): \(message)\(details)")
  }
}
