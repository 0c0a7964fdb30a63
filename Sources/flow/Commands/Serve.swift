import ArgumentParser
import FlowCore
import FlowRuntime
import FlowSQLite
import FlowServer
import FlowTime

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Wait, and do what is due: timers, channels, what comes in.",
    discussion: """
      A channel sends for real where flow.yaml says so; every other delivers into the folder outbox/. Files that change
      are read again, as a whole, and SIGHUP asks for it. SIGTERM or Ctrl-C: what is in flight ends first.
      """)

  @OptionGroup var files: FileArguments
  @Flag(help: "Do what is due, and exit: for cron.") var once = false
  @Option(
    help:
      """
      With --once, when it is: `2026-03-25 16:40 Europe/Berlin` or RFC 3339; not later than now, where a channel sends \
      for real.
      """
  )
  var start: String?
  @Option(help: "With --once, what was done: text or json.") var format: TextOrJSON = .text
  @OptionGroup var store: StoreOptions
  @OptionGroup var color: ColorOptions

  func validate() throws {
    if start != nil, !once { throw ValidationError("--start goes with --once: a server lives in the present") }
    if format == .json, !once {
      throw ValidationError("--format json goes with --once: a server tells nothing but its log")
    }
  }

  func run() async throws {
    let workspace = try files.open()
    // Any other command goes when it has handed over: it is waited for.
    if let holder = try? Client(store: store.path(workspace)).holder, holder.isServer {
      throw Failure.broken("\(store.shown(workspace)): the store is in use by \(holder)")
    }
    let compilation = try workspace.compiled(color: color.isOn)
    if once {
      let clock = try Input.clock(start, zones: workspace.zones)
      try await Setup.use(workspace, compilation, clock: clock) { setup in
        try setup.refuseToSendEarly(start)
        try await workOnce(setup)
      }
    } else {
      try await serve(try Setup(workspace, compilation, clock: SystemClock(), isServing: true))
    }
  }

  // MARK: Once

  private func workOnce(_ setup: Setup) async throws {
    let shown = store.shown(setup.workspace)
    let (woken, accepted, troubles, holds) = try await Storage.use(
      store, setup.workspace, .serving("flow serve --once")
    ) { store in
      try Self.tellSetBack(in: store, setup, shown)
      let versions = try Self.tellStrays(in: store, setup, shown)
      let engine = setup.engine(on: store, versions: versions)
      let unread = try await engine.poll().compactMap { polled in
        polled.trouble.map { "what came in by \(polled.verb) cannot be read: \($0)" }
      }
      let woken = try await engine.runDue()
      let waiting = try [.planned, .held, .unknown].flatMap { state in try store.outbox(state) }
      let unrendered = try await engine.unrendered().sorted { $0.key < $1.key }.map { run, because in
        "a step of run \(run) cannot be rendered for now and is tried again: \(because)"
      }
      let troubles = unread + unrendered + waiting.filter { $0.attempts > 0 }.map(Self.trouble)
      return (woken, await engine.accepted, troubles, try await engine.holds())
    }
    let held = holds.filter { $0.run == nil }.map(\.because)
    held.forEach { Output.complain("\(store.shown(setup.workspace)): held: \($0)") }
    if format == .json {
      func texts(_ all: [String]) -> JSONValue { .array(all.map { .string($0) }) }
      Output.json([
        "woke": .number("\(woken)"), "accepted": .number("\(accepted)"), "held": texts(held),
        "troubles": texts(troubles),
      ])
    }
    let folder = setup.onlyFolder.map { "; messages are in \($0)" } ?? ""
    Output.complain("woke \(woken == 1 ? "1 run" : "\(woken) runs"), handed over \(accepted)\(folder)")
    if folder.isEmpty { setup.destinations.forEach(Output.complain) }
    if !troubles.isEmpty { throw Failure.broken(troubles.joined(separator: "\n")) }
  }

  /// A clock that was set back since the store was used last: guarantee 13 is about one that is.
  private static func tellSetBack(in store: any Store, _ setup: Setup, _ shown: String) throws(StoreError) {
    if let words = try SetBack(store, setup.clock)?.words {
      Output.complain("\(shown): \(words); runs that wait for an instant by the clock before wait for it")
    }
  }

  /// Live runs that stand still because this program reads their versions otherwise than the one before it.
  /// - Returns: what was made of the versions meanwhile.
  private static func tellStrays(in store: any Store, _ setup: Setup, _ shown: String) throws(StoreError) -> Versions {
    var versions = Versions(setup.library)
    let strays = try versions.strays(in: store, zones: setup.workspace.zones).strays
    for stray in strays.prefix(10) {
      Output.complain(
        "\(shown): run \(stray.run) (\(stray.workflow), \(stray.subject)) stands still: \(stray.because); "
          + stray.help)
    }
    if strays.count > 10 {
      Output.complain("\(shown): \(strays.count - 10) more stand still; `flow doctor` lists them")
    }
    return versions
  }

  private static func trouble(_ line: Outgoing) -> String {
    let next =
      switch line.state {
      case .planned: "is tried again"
      case .held: "waits until that is mended"
      default: "may have arrived: a person decides"
      }
    return
      "\(line.step) of run \(line.run) did not leave by \(line.verb) and \(next): \(line.because ?? "no reason given")"
  }

  // MARK: For good

  private func serve(_ setup: Setup) async throws {
    let workspace = setup.workspace
    let path = store.path(workspace)
    let own = path.split(separator: "/").last.map(String.init) ?? path
    let watch: Watch
    do throws(SocketError) {
      watch = try Watch { !$0.hasPrefix(own) && !$0.hasPrefix(".") && !$0.hasSuffix("~") }
    } catch {
      throw Failure.broken("the server cannot wait: \(error)")
    }
    let serving = Serving(setup, paths: files.paths, watch: watch, color: color.isOn)
    let store = store
    let opening: @Sendable (Bool) throws -> Server.Service = { isFirst in
      let use: StoreUse = isFirst ? .serving(Holder.server) : .changing(Holder.server, patience: 1)
      let opened = try store.opened(workspace, use)
      try opened.makeRoomForLog()
      if isFirst { try Self.tellSetBack(in: opened, serving.setup, store.shown(workspace)) }
      let versions = isFirst ? try Self.tellStrays(in: opened, serving.setup, store.shown(workspace)) : nil
      return Server.Service(engine: serving.setup.engine(on: opened, versions: versions)) { try? opened.close() }
    }
    let server = Server(watch: watch, clock: setup.clock) {
      () throws(StoreError) in
      do { return try opening(false) } catch let error as StoreError { throw error } catch {
        throw .failed("the file is gone")
      }
    } tell: {
      Output.complain("\(store.shown(workspace)): \($0)")
    }
    do {
      try await server.run(
        open: { try opening(true) }, store: path, project: store.store == nil ? workspace.root : nil,
        whenServing: {
          Output.complain("serving \(setup.summary) from \(store.shown(workspace)); end with Ctrl-C")
          setup.destinations.forEach(Output.complain)
        },
        change: { (engine, isAsked, isRefused) async throws(StoreError) in
          try await serving.change(engine, isAsked: isAsked, isRefused: isRefused)
        })
    } catch let error as StoreError {
      throw Failure.broken("\(store.shown(workspace)): \(error)")
    } catch let error as SocketError {
      throw Failure.broken("\(error)")
    }
    await serving.setup.closeAtOnce()
  }
}
