import ArgumentParser
import FlowCore
import Glibc

@main
struct Flow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flow",
    abstract: "Follow-up as code: prove, preview and run the processes that close an open loop.",
    discussion: """
      Every command takes workflow files or folders (default: Workflows/) and finds flow.yaml upwards from them: as its
      arguments, or by --workflows. What it prints, --format chooses.
      Exit codes: 0 fine, 1 a finding or an unmet scenario, 2 wrong usage, 3 store, network or plugin failed.
      """,
    version: "0.1.0",
    subcommands: [
      CheckCommand.self, RunCommand.self, SimulateCommand.self, GraphCommand.self, DiffCommand.self,
      ExplainCommand.self, InitCommand.self, SchemaCommand.self, EventCommand.self, ServeCommand.self,
      PauseCommand.self, ResumeCommand.self, CancelCommand.self, ReleaseCommand.self, RunsCommand.self,
      ShowCommand.self, WhyCommand.self, NextCommand.self, StatsCommand.self, ReplayCommand.self,
      MigrateCommand.self, TasksCommand.self, DoneCommand.self, ContactCommand.self, StoreCommand.self,
      DoctorCommand.self, PluginCommand.self, ScenariosCommand.self,
      MutateCommand.self,
    ])

  /// `--color` alone means always, as people type it.
  private static var arguments: [String] {
    let given = Array(CommandLine.arguments.dropFirst())
    return given.indices.map { index in
      let next = index + 1 < given.count ? given[index + 1] : ""
      return given[index] == "--color" && ColorChoice(rawValue: next) == nil ? "--color=always" : given[index]
    }
  }

  /// The parser takes a command that there is not for an argument too many.
  private static func checkCommand() throws {
    guard let word = arguments.first, !word.hasPrefix("-"), word != "help" else { return }
    let known = configuration.subcommands.compactMap { $0.configuration.commandName }
    guard !known.contains(word) else { return }
    let nearest = Spelling.nearest(to: word, in: known).map { "did you mean \"\($0)\"?" }
    throw Failure.usage("there is no command \"\(word)\"; \(nearest ?? "`flow --help` lists them")")
  }

  /// The parser's own exit code for wrong usage is 64; ours is 2 (cli.md).
  static func main() async {
    // A reader that goes away (`flow runs | head`) ends us without noise.
    signal(SIGPIPE, SIG_DFL)
    Output.reserve()
    let code = await perform()
    // Whatever came of the command: who reads what it printed has not got it.
    if let failure = Output.close() {
      Output.complain(failure.text)
      Glibc.exit(failure.code)
    }
    Glibc.exit(code)
  }

  private static func perform() async -> Int32 {
    do {
      try checkCommand()
      var command = try parseAsRoot(arguments)
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      return ExitStatus.fine
    } catch let failure as Failure {
      Output.complain(failure.text)
      return failure.code
    } catch {
      return tell(error)
    }
  }

  /// What the parser says: help that was asked for, wrong usage, and a command's own exit code.
  private static func tell(_ error: any Error) -> Int32 {
    let text = fullMessage(for: error)
    switch exitCode(for: error) {
    case .success:
      if !text.isEmpty { Output.line(text) }
      return ExitStatus.fine
    case .validationFailure:
      // As all other errors begin.
      Output.complain(text.hasPrefix("Error: ") ? "e" + text.dropFirst() : text)
      return ExitStatus.usage
    case let code:
      if !text.isEmpty { Output.complain(text) }
      return code.rawValue
    }
  }
}

/// What a shell or a CI reads off us.
enum ExitStatus {
  static let fine: Int32 = 0
  static let finding: Int32 = 1
  static let usage: Int32 = 2
  static let broken: Int32 = 3
}

/// A sentence for standard error, and the code to leave with.
struct Failure: Error {
  var code: Int32
  var text: String

  static func usage(_ text: String) -> Failure { Failure(code: ExitStatus.usage, text: "error: " + text) }
  static func finding(_ text: String) -> Failure { Failure(code: ExitStatus.finding, text: "error: " + text) }
  static func broken(_ text: String) -> Failure { Failure(code: ExitStatus.broken, text: "error: " + text) }
}
