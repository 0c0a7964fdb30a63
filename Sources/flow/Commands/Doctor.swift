import ArgumentParser
import FlowCompiler
import FlowCore
import FlowReport
import FlowRuntime
import FlowTime

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check the set-up: files, secrets, zones, store, disk, clock, channels, calendars. 1: a problem.")

  @OptionGroup var files: FileArguments
  @Flag(help: "Try whether the servers of channels that send can be reached; nothing is said to them.")
  var connect = false
  @Option(help: "When it is: `2026-03-25 16:40 Europe/Berlin` or RFC 3339; now, where it is left out.")
  var start: String?
  @OptionGroup var store: StoreOptions
  @Option(help: "text or json.") var format: TextOrJSON = .text
  @OptionGroup var color: ColorOptions

  func run() async throws {
    let workspace = try files.open()
    let now = try Input.start(start, zones: workspace.zones)
    // A clock that is moved by hand is behind nothing.
    let examination = Examination(workspace, clock: start == nil ? SystemClock() : FixedClock(now))
    var checks = examination.project() + examination.secrets() + examination.zones()
    checks += examination.store(store) + examination.machine(store.path(workspace))
    checks += await examination.channels(connect: connect) + examination.calendars()
    switch format {
    case .text: Output.line(ChecksReport.text(checks, color: color.isOn))
    case .json: Output.line(ChecksReport.json(checks))
    }
    if checks.contains(where: { $0.level == .problem }) { throw ExitCode(ExitStatus.finding) }
  }
}
