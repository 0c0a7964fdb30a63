import FlowCompiler
import FlowCore
import FlowPlugin
import FlowRuntime
import FlowServer
import FlowTime
import Synchronization

/// The set of workflows that a server runs: as a whole it is replaced by what the files say when they have
/// changed, or it stays (guarantee 26).
final class Serving: Sendable {
  private struct State {
    var setup: Setup
    var seen: Seen
  }

  /// What was looked at last. A file that is listed, and gone before it is read, is an error and among no files.
  private struct Seen: Equatable {
    var files: [String: [UInt8]]
    var errors: [Diagnostic]

    init(_ compilation: Compilation) {
      files = compilation.sources.mapValues(\.utf8)
      errors = compilation.diagnostics.filter { $0.severity == .error }
    }
  }

  private let paths: [String]
  private let watch: Watch
  private let color: Bool
  private let state: Mutex<State>

  init(_ setup: Setup, paths: [String], watch: Watch, color: Bool) {
    self.paths = paths
    self.watch = watch
    self.color = color
    state = Mutex(State(setup: setup, seen: Seen(setup.compilation)))
    look(at: setup.workspace, setup.compilation)
  }

  var setup: Setup { state.withLock { $0.setup } }

  /// Reads the files again. Whatever is wrong with them is told, and the set before goes on.
  /// - Parameters:
  ///   - isAsked: somebody asked for it: channels are set up anew, too, with the secrets of now.
  ///   - isRefused: a channel refuses: so they are where something has changed.
  /// - Returns: whether there is a set that goes on from now.
  func change(_ engine: Engine, isAsked: Bool, isRefused: Bool) async throws(StoreError) -> Bool {
    guard let (workspace, compilation) = read(isAsked: isAsked) else { return false }
    let old = setup
    let isAnew = isAsked || isRefused
    guard let new = made(workspace, compilation, old, isAnew: isAnew) else { return false }
    do throws(StoreError) {
      try await engine.reload(library: new.library, outlets: new.outlets, caps: workspace.project.caps)
    } catch {
      // It is taken up with the store.
      state.withLock { $0.setup = new }
      throw error
    }
    state.withLock { $0.setup = new }
    Output.complain("serving \(new.summary) from now on")
    let kept = Set(new.channels.keys).intersection(old.channels.keys)
    let isSame = old.workspace.project.channels == workspace.project.channels && !isAnew
    for (verb, channel) in old.channels where !(isSame && kept.contains(verb)) { await channel.close() }
    let destinations = new.destinations
    if destinations != old.destinations { destinations.forEach(Output.complain) }
    return true
  }

  /// Nil where nothing has changed, or something is wrong.
  private func read(isAsked: Bool) -> (Workspace, Compilation)? {
    let workspace: Workspace
    do { workspace = try Workspace.open(paths) } catch {
      Output.complain((error as? Failure)?.text ?? "\(error)")
      Output.complain("the workflows before go on")
      return nil
    }
    let compilation = workspace.compile()
    look(at: workspace, compilation)
    let seen = Seen(compilation)
    let isNew = state.withLock { state in
      defer { state.seen = seen }
      return state.seen != seen
    }
    guard isNew || isAsked else { return nil }
    guard seen.errors.isEmpty else {
      Output.complain(Findings.text(compilation, errorsOnly: true, color: color))
      Output.complain("the workflows before go on")
      return nil
    }
    return (workspace, compilation)
  }

  private func made(_ workspace: Workspace, _ compilation: Compilation, _ old: Setup, isAnew: Bool) -> Setup? {
    if old.workspace.project.store != workspace.project.store {
      Output.complain("another store is for the next start; this one goes on")
    }
    if workspace.project.channels == old.workspace.project.channels, !isAnew {
      return Setup(workspace, compilation, like: old)
    }
    do { return try Setup(workspace, compilation, clock: old.clock, isServing: true) } catch {
      Output.complain((error as? Failure)?.text ?? "\(error)")
      Output.complain("the workflows before go on")
      return nil
    }
  }

  /// The folders of all that was read, and those in which more may come.
  private func look(at workspace: Workspace, _ compilation: Compilation) {
    var folders: Set<String> = [workspace.root]
    for file in compilation.sources.keys {
      let path = file.hasPrefix("/") ? file : workspace.base + "/" + file
      if Paths.exists(path) { folders.insert(Paths.folder(of: path)) }
    }
    for path in paths.isEmpty ? ["Workflows"] : paths {
      guard let real = Paths.real(path), Paths.isFolder(real) else { continue }
      folders.formUnion(Paths.folders(in: real))
    }
    // Where messages are delivered, much comes and none of it matters.
    watch.look(at: folders.filter { Paths.real($0) == $0 && !$0.hasSuffix("/outbox") })
  }
}

extension Setup {
  var summary: String { compilation.workflows.count == 1 ? "1 workflow" : "\(compilation.workflows.count) workflows" }
}
