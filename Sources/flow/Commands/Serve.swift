import ArgumentParser
import FlowRuntime
import FlowTime
import Glibc
import Synchronization

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Wait, and do what is due. Channels deliver into the folder outbox/; nothing is sent.")

  @OptionGroup var files: FileArguments
  @Flag(help: "Do what is due, and exit: for cron.") var once = false
  @Option(help: "With --once, when it is: `2026-03-25 16:40 Europe/Berlin` or RFC 3339.") var start: String?
  @OptionGroup var store: StoreOptions
  @OptionGroup var color: ColorOptions

  func validate() throws {
    if start != nil, !once { throw ValidationError("--start goes with --once: a server lives in the present") }
  }

  func run() async throws {
    let workspace = try Workspace.open(files.paths)
    let compilation = try workspace.compiled(color: color.isOn)
    let live = try Live(workspace, compilation, clock: try Input.clock(start, zones: workspace.zones))
    if once {
      let (woken, troubles) = try await work(live)
      Output.complain("woke \(woken == 1 ? "1 run" : "\(woken) runs"); messages are in \(outbox(workspace))")
      if !troubles.isEmpty {
        await live.close()
        throw Failure.broken(troubles.joined(separator: "\n"))
      }
    } else {
      Output.complain("serving \(compilation.workflows.count) workflows; messages go to \(outbox(workspace)); end with Ctrl-C")
      try await serve(live)
    }
    await live.close()
  }

  private func outbox(_ workspace: Workspace) -> String { Paths.relative(workspace.root, to: workspace.base) + "/outbox" }

  /// What was done, and what channels would not take.
  private func work(_ live: Live) async throws -> (woken: Int, troubles: [String]) {
    try await Storage.use(store, live.workspace, .writing("flow serve --once")) { store in
      let woken = try await live.engine(on: store).runDue()
      let waiting = try [.planned, .held, .unknown].flatMap { state in try store.outbox(state) }
      return (woken, waiting.filter { $0.attempts > 0 }.map(Self.trouble))
    }
  }

  private static func trouble(_ line: Outgoing) -> String {
    let next =
      switch line.state {
      case .planned: "is tried again"
      case .held: "waits until that is mended"
      default: "may have arrived: a person decides"
      }
    return "\(line.step) of run \(line.run) did not leave by \(line.verb) and \(next): \(line.because ?? "no reason given")"
  }

  /// The store is held only while something is done, so that the other commands work beside the server. In between the
  /// file is looked at once a second.
  private func serve(_ live: Live) async throws {
    Stop.listen()
    let path = store.path(live.workspace)
    var due: Instant? = .distantPast
    var seen = Fingerprint(path)
    while !Stop.isAsked {
      let now = live.clock.now()
      let current = Fingerprint(path)
      if current != seen || due.map({ $0 <= now }) == true {
        due = try await Storage.use(store, live.workspace, .writing("flow serve")) { store in
          let engine = live.engine(on: store)
          try await engine.runDue()
          return try await engine.nextDue()
        }
        seen = Fingerprint(path)
      }
      let pause = due.map { max(1, min(1000, $0.milliseconds(since: live.clock.now()))) } ?? 1000
      try? await Task.sleep(nanoseconds: UInt64(pause) * 1_000_000)
    }
  }

  /// Tells whether another process has written.
  private struct Fingerprint: Equatable {
    var parts: [Int] = []

    init(_ path: String) {
      for suffix in ["", "-wal"] {
        var status = stat()
        let exists = stat(path + suffix, &status) == 0
        parts += exists ? [Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec] : [-1]
      }
    }
  }
}

/// SIGTERM and SIGINT: what is in hand ends first. A second one ends the process at once; nothing is lost by that.
private enum Stop {
  static let asked = Atomic<Bool>(false)

  static var isAsked: Bool { asked.load(ordering: .relaxed) }

  static func listen() {
    for number in [SIGTERM, SIGINT] {
      signal(number) { number in
        if Stop.asked.exchange(true, ordering: .relaxed) { _exit(128 + number) }
      }
    }
  }
}
