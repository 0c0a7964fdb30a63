import ArgumentParser
import FlowAnalysis
import FlowCompiler
import FlowCore
import FlowPlugin
import FlowReport
import FlowRuntime
import FlowSQLite
import FlowServer
import FlowTime
import Logging

/// What a command wants of the store.
enum StoreUse {
  case reading
  /// As the command of this name, waiting so many seconds for another process.
  case writing(String, patience: Int = 10)
  /// The same for a server: it says for whom it waits, and waits for no other server.
  case serving(String)
  /// The same, of a store that must be there.
  case changing(String, patience: Int = 10)

  fileprivate var mustExist: Bool {
    switch self {
    case .writing, .serving: false
    case .reading, .changing: true
    }
  }

  /// - Parameter shown: how messages name the store.
  fileprivate func access(_ shown: String) -> SQLiteStore.Access {
    switch self {
    case .reading: .reading
    case .writing(let command, let patience), .changing(let command, let patience):
      .writing(holder: command, patience: patience)
    case .serving(let command):
      .writing(holder: command, patience: 10) { other in
        if !other.isServer { Output.complain("\(shown): waiting for \(other), for 10 seconds at most") }
        return !other.isServer
      }
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
    do {
      return try opened(workspace, use)
    } catch let error as StoreError {
      throw Failure.broken("\(shown(workspace)): \(error)")
    }
  }

  /// The same; what is wrong with the store itself comes as its own error.
  func opened(_ workspace: Workspace, _ use: StoreUse) throws -> SQLiteStore {
    let path = path(workspace)
    try refuseOther(workspace, path)
    if use.mustExist, !Paths.exists(path) {
      throw Failure.broken("there is no store at \"\(shown(workspace))\"; `flow event` makes one")
    }
    return try SQLiteStore(path: path, access: use.access(shown(workspace)), isChecked: use.isChecked)
  }

  /// A server goes on with the store that it began with, whatever flow.yaml says meanwhile: who wrote to another one
  /// beside it would know nothing of its suppressions, caps and runs.
  private func refuseOther(_ workspace: Workspace, _ path: String) throws {
    guard store == nil, let other = Client.other(project: workspace.root, than: path) else { return }
    throw Failure.broken(
      "flow.yaml names the store \"\(shown(workspace))\", and \(other.holder) serves this project with \(other.store): "
        + "start it anew, or say --store")
  }

  /// The store's file as messages name it.
  func shown(_ workspace: Workspace) -> String { Paths.relative(path(workspace), to: workspace.base) }
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
  func recompile(_ version: Version) -> Result<Recompiled, Unreadable> {
    let (project, files) = former(version)
    let compilation = Compiler.compile(
      CompilerInput(
        files: [version.main], project: project, manifests: manifests, zones: zones, source: files,
        withScenarios: false, isKept: true))
    let problem = compilation.diagnostics.first { $0.severity == .error }.map { error in
      "\(error.span.file):\(error.span.start.line), as it was then: \(error.message)"
    }
    guard let graph = compilation.workflows.first?.graph else {
      return .failure(Unreadable(problem ?? "it has no workflow"))
    }
    return .success(Recompiled(graph, caps: project.caps, problem: problem))
  }

  /// Nil where a run's journal, folded over the graphs of its versions once more, gives what is stored.
  func judge(_ history: RunHistory, _ versions: [String: Recompiled]) -> String? {
    let caps = [project.caps] + versions.sorted { $0.key < $1.key }.map(\.value.caps)
    switch Replay(zones: zones, caps: caps, graph: { versions[$0]?.graph }).check(history) {
    case .same: return nil
    case .unknown(let because): return because
    case .differs(let difference):
      guard let sequence = difference.sequence else { return "the state at the end of its journal is another" }
      let steps = (difference.stored + difference.replayed).compactMap(\.step)
      return "transition \(sequence) of its journal is another\(steps.first.map { ", at \($0)" } ?? "")"
    }
  }

  /// The present workflows, where there are any, and how those before them are read.
  func library(_ graphs: [Graph] = [], sources: [String: Version] = [:]) -> Library {
    Library(graphs, sources: sources, recompile: { recompile($0) }, judge: { judge($0, $1) })
  }

  /// What the graphs are made of, without scenarios and the data that they begin with: nothing of a person's that is
  /// not in the workflow itself is kept with a version.
  func texts(of compilation: Compilation) -> [Version.File] {
    var files = MemoryFiles()
    for source in compilation.sources.values { files.contents[source.file] = source.utf8 }
    let recording = RecordingFiles(files)
    if let path = project.file, case .success(let bytes) = recording.read(path) {
      _ = Compiler.project(SourceText(file: path, utf8: bytes), files: recording, zones: zones)
    }
    _ = Compiler.compile(
      CompilerInput(
        files: self.files, project: project, manifests: manifests, zones: zones, source: recording,
        withScenarios: false))
    return recording.texts.values.sorted { $0.file < $1.file }.map { Version.File(path: $0.file, bytes: $0.utf8) }
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
