import ArgumentParser
import FlowCore
import FlowRuntime

/// What every command that steers takes.
struct SteeringOptions: ParsableArguments {
  @OptionGroup var project: ProjectOptions
  @OptionGroup var store: StoreOptions
  @Option(help: "When it is: `2026-03-25 16:40 Europe/Berlin` or RFC 3339; now, where it is left out.")
  var start: String?
  @Option(help: "text or json.") var format: TextOrJSON = .text
  @OptionGroup var color: ColorOptions

  /// Carries out an order for each thing named, and tells what became of it.
  /// - Parameters:
  ///   - kind: what is named: `run`, `workflow`, `all`.
  ///   - done, before: `paused` and `was paused already`, after the thing's name.
  func carryOut(_ orders: [Order], _ command: String, kind: String, done: String, before: String) async throws {
    let workspace = try project.open()
    let door = Door(workspace: workspace, store: store, command: "flow \(command)", start: start, color: color)
    try await door.carryOut(orders) { try tell($0, command, kind: kind, done: done, before: before) }
  }

  private func tell(_ answers: [Answer], _ command: String, kind: String, done: String, before: String) throws {
    var changed: [JSONValue] = []
    var refused: [String] = []
    for answer in answers {
      switch answer {
      case .done(let name, let isNew):
        changed.append([kind: .string(name), "new": .bool(isNew)])
        if format == .text { Output.line("\(name): \(isNew ? done : before)") }
      case .refused(let because):
        refused.append(because)
        Output.complain("error: \(because)")
      case .received, .erased, .unavailable: break
      }
    }
    if format == .json {
      Output.json([command: .array(changed), "refused": .array(refused.map { .string($0) })])
    }
    if !refused.isEmpty { throw ExitCode(ExitStatus.finding) }
  }
}

/// Who steers, and why: what is asked of a run stands in its journal.
struct ReasonOptions: ParsableArguments {
  @Option(help: "Why, for those who ask later.") var because: String?
  @Option(help: "Who wants it; by default the login that runs this.") var by: String?

  /// `the wrong list, by louis`.
  var text: String { (because.flatMap(Self.told).map { "\($0), " } ?? "") + "by \(by ?? Login.name)" }

  /// The same of what stands still from now on: `no reason given, by louis`.
  var whole: String { (because.flatMap(Self.told) == nil ? "no reason given, " : "") + text }

  /// Nil of a reason that says nothing.
  static func told(_ because: String) -> String? {
    because.allSatisfy(\.isWhitespace) ? nil : because
  }
}

/// Runs, or everything.
struct RunsOrAll: ParsableArguments {
  @Argument(help: "Runs, by their ids or the beginnings of them.") var runs: [String] = []
  @Flag(help: "Everything, at once; it lasts until it is taken back, over restarts too.") var all = false

  func validate() throws {
    if runs.isEmpty, !all { throw ValidationError("name runs, or say --all") }
    if !runs.isEmpty, all { throw ValidationError("name runs or say --all, not both") }
  }
}

struct PauseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Send nothing of these runs, or nothing at all, until `flow resume`.")

  @OptionGroup var which: RunsOrAll
  @OptionGroup var reason: ReasonOptions
  @OptionGroup var options: SteeringOptions

  func run() async throws {
    let orders: [Order] =
      which.all ? [.pauseAll(because: reason.whole)] : which.runs.map { .pause(run: $0, because: reason.whole) }
    try await options.carryOut(
      orders, "pause", kind: which.all ? "what" : "run", done: "paused", before: "was paused already")
  }
}

struct ResumeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Go on with runs that were paused or set aside, and with what of them is held.",
    discussion: """
      With --all sending goes on, after a pause of everything, the brake, a leap of the clock or a restored store. Runs
      that were paused one by one stay so; what waits for a mailbox to be read, or for `flow release`, still waits.
      """)

  @OptionGroup var which: RunsOrAll
  @OptionGroup var reason: ReasonOptions
  @OptionGroup var options: SteeringOptions

  func validate() throws {
    if which.all, reason.because != nil || reason.by != nil {
      throw ValidationError("--because and --by are kept with a run: name runs, or leave them out")
    }
  }

  func run() async throws {
    try await options.carryOut(
      which.all ? [.resumeAll] : which.runs.map { .resume(run: $0, because: reason.text) }, "resume",
      kind: which.all ? "what" : "run", done: "goes on", before: "nothing held it")
  }
}

struct CancelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel", abstract: "End runs as cancelled: nothing that they planned goes out any more.")

  @Argument(help: "Runs, by their ids or the beginnings of them.") var runs: [String]
  @Option(help: "Why, for those who ask later.") var because: String?
  @OptionGroup var options: SteeringOptions

  func run() async throws {
    let because = because.flatMap(ReasonOptions.told) ?? "a person cancelled it"
    try await options.carryOut(
      runs.map { .cancel(run: $0, because: because) }, "cancel", kind: "run", done: "cancelled",
      before: "was cancelled already")
  }
}

struct ReleaseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release", abstract: "Lift the cap on a workflow's first live run, for good.")

  @Argument(help: "The workflow's name.") var workflow: String
  @OptionGroup var options: SteeringOptions

  func run() async throws {
    try await options.carryOut(
      [.release(workflow: workflow)], "release", kind: "workflow", done: "released", before: "was released already")
  }
}
