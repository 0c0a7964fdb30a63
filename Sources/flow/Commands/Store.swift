import ArgumentParser
import FlowCore
import FlowReport
import FlowRuntime
import FlowSQLite
import FlowTime

struct StoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "store", abstract: "The store's health, a copy of it, everything in it.",
    subcommands: [Check.self, Backup.self, Export.self])

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Read the whole store: SQLite's own check, checksums, whole histories. 1: lines are damaged; 3: the file is.")
    @OptionGroup var project: ProjectOptions
    @OptionGroup var store: StoreOptions
    @Option(help: "text or json.") var format: TextOrJSON = .text

    func run() async throws {
      let workspace = try project.open()
      let check = try await Storage.use(store, workspace, .reading) { store in try store.check() }
      switch format {
      case .text:
        for problem in check.problems { Output.line(problem) }
        Output.line(
          check.problems.isEmpty
            ? "\(check.lines) lines, all as they were written"
            : "\(check.lines) lines, \(check.problems.count) problems")
      case .json:
        Output.json(["lines": .number("\(check.lines)"), "problems": .array(check.problems.map { .string($0) })])
      }
      if !check.problems.isEmpty { throw ExitCode(ExitStatus.finding) }
    }
  }

  struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Write a whole, compact copy, also while a server runs. The copy sends nothing until `flow resume --all`.")
    @Argument(help: "The file to write; there must be none.") var file: String
    @OptionGroup var project: ProjectOptions
    @OptionGroup var store: StoreOptions
    @Option(help: "text or json.") var format: TextOrJSON = .text

    func run() async throws {
      guard !file.isEmpty else { throw Failure.usage("no file is named: say where the copy goes") }
      guard !Paths.exists(file) else { throw Failure.usage("\"\(file)\" is there already; nothing was written") }
      let workspace = try project.open()
      try await Storage.use(store, workspace, .reading) { store in try store.backup(to: file) }
      switch format {
      case .text: Output.line("\(file): a copy, which sends nothing until `flow resume --all`")
      case .json: Output.json(["backup": .string(file)])
      }
    }
  }

  struct Export: AsyncParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case jsonl }

    static let configuration = CommandConfiguration(
      abstract: "Everything in the store as JSON, a line each: runs with histories and messages, events, tasks.")
    @OptionGroup var project: ProjectOptions
    @OptionGroup var store: StoreOptions
    @Option(help: "jsonl.") var format: Format = .jsonl

    func run() async throws {
      let workspace = try project.open()
      let damaged = try await Storage.use(store, workspace, .reading) { store in
        let search = PersonSearch(workspace, store)
        let histories = Histories(workspace, store)
        for version in try store.versions() {
          print(
            .version(workflow: version.workflow, fingerprint: version.fingerprint, files: version.files.map(\.path)))
        }
        for record in try store.runs(RunFilter()) {
          print(.run(try search.run(record, histories, isWhole: true)))
          if let last = histories.damaged.last, last.run == record.id { print(.damaged(last)) }
        }
        try store.eachInboxRow { print(.event(search.event($0))) }
        for task in try store.tasks(TaskFilter()) { print(.task(search.task(task))) }
        for one in try store.suppressions() {
          print(.suppression(.init(contact: one.contact, channel: one.channel, at: one.at, because: one.because)))
        }
        // What proves that an answer is ours is nobody else's (guarantee 25).
        for fact in try store.remembered(prefix: "") where !fact.name.hasPrefix("store/") {
          print(.fact(name: fact.name, value: fact.value))
        }
        return histories.damaged
      }
      try DamagedRun.tell(damaged)
    }

    private func print(_ line: StoreReport.Line) { Output.line(StoreReport.jsonl(line)) }
  }
}
