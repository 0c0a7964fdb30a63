import ArgumentParser
import FlowCore
import FlowReport
import FlowRuntime
import FlowTime

struct TasksCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tasks", abstract: "What people are asked to do, and the engine's notices to them.")

  @Flag(help: "Those that are done or withdrawn, too.") var all = false
  @Option(help: "Only tasks of this run: its id, or the beginning of it.") var run: String?
  @Option(help: "Only tasks of this workflow.") var workflow: String?
  @Option(help: "Only tasks of this person: an email address, a handle, a phone number or the name.")
  var person: String?
  @OptionGroup var project: ProjectOptions
  @OptionGroup var store: StoreOptions
  @Option(help: "text, json or csv.") var format: TableFormat = .text

  func run() async throws {
    let workspace = try project.open()
    let (tasks, waiting, zones) = try await Storage.use(store, workspace, .reading) { store in
      let id = try run.map { try Histories.record($0, in: store).id }
      try workspace.check(workflow: workflow, in: store)
      var tasks = try store.tasks(TaskFilter(run: id, isOpen: all ? nil : true)).filter { task in
        (workflow == nil || task.workflow == workflow) && isWanted(task.person)
      }
      var waiting: [String: Outgoing] = [:]
      for task in tasks { waiting[task.id] = try store.waitingLine(of: task) }
      if !all { tasks.removeAll { waiting[$0.id] != nil } }
      var zones: [String: String] = [:]
      for run in Set(tasks.map(\.run)) { zones[run] = try store.run(run)?.run.zone }
      return (tasks, waiting, zones)
    }
    let rows = tasks.map { task -> [String?] in
      let zone = zones[task.run].flatMap { workspace.zones.zone(named: $0) } ?? .utc
      return [
        task.id, task.name, task.workflow, task.run, shown(task.person), task.assigned.rfc3339(in: zone),
        task.due?.rfc3339(in: zone), task.outcomes.joined(separator: " "),
        waiting[task.id].map { state($0, zone) } ?? state(task.state), task.text,
      ]
    }
    let columns = ["task", "step", "workflow", "run", "person", "assigned", "due", "outcomes", "state", "text"]
    Tables.print(
      "tasks", Table(columns: columns.map { Table.Column($0, isList: $0 == "outcomes") }, rows: rows), as: format,
      empty: "no open tasks")
  }

  private func isWanted(_ value: Value) -> Bool {
    guard let person else { return true }
    return ContactIdentity.all(of: value).contains(ContactIdentity.canonical(person))
      || value[path: ["name"]].text?.composed == person.composed
  }

  private func shown(_ value: Value) -> String {
    for field in Manifest.Address.any.fields {
      if let text = value[path: [field]].text { return text }
    }
    return ""
  }

  /// Its person has not been given it yet.
  private func state(_ line: Outgoing, _ zone: Zone) -> String {
    let because = line.because.map { ": \($0.hasPrefix(Hold.mark) ? String($0.dropFirst(Hold.mark.count)) : $0)" } ?? ""
    return line.state == .held ? "held\(because)" : "not before \(line.next.rfc3339(in: zone))\(because)"
  }

  private func state(_ state: TaskRecord.State) -> String {
    switch state {
    case .open: "open"
    case .done(let outcome, _, _): outcome
    case .withdrawn(let because, _): "withdrawn: \(because)"
    }
  }
}

struct DoneCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "done", abstract: "Say what came of a task.")

  @Argument(help: "The task's id, from `flow tasks`, or the first letters of it.") var task: String
  @Argument(help: "One of its outcomes.") var outcome: String
  @Option(help: "What the person notes: in scope as task.note.") var note: String?
  @Option(help: "When it is: `2026-03-25 16:40 Europe/Berlin` or RFC 3339; now, where it is left out.")
  var start: String?
  @OptionGroup var project: ProjectOptions
  @OptionGroup var store: StoreOptions
  @Option(help: "text or json.") var format: TextOrJSON = .text
  @OptionGroup var color: ColorOptions

  func run() async throws {
    let workspace = try project.open()
    let now = try Input.start(start, zones: workspace.zones)
    let door = Door(workspace: workspace, store: store, command: "flow done", start: start, color: color)
    let task = try await whole(workspace)
    let order = Order.receive(.task(task, outcome: outcome, note: note, at: now))
    try await door.carryOut(order) { answer in
      switch answer {
      case .received(let received): try tell(received, of: task)
      case .done, .erased, .unavailable: break
      case .refused(let because): throw Failure.finding(because)
      }
    }
  }

  private func tell(_ received: Received, of task: String) throws {
    let because = received.unmatched ?? received.refused.first?.because.joined(separator: "; ")
    if let because { throw Failure.finding(because) }
    switch format {
    case .text: Output.line("\(task): \(outcome)")
    case .json:
      Output.json(["task": .string(task), "outcome": .string(outcome), "known": .bool(received.isKnown)])
    }
  }

  /// The id that is meant.
  private func whole(_ workspace: Workspace) async throws -> String {
    guard !task.isEmpty, Paths.exists(store.path(workspace)) else { return task }
    return try await Storage.use(store, workspace, .reading) { store in
      if try store.task(task) != nil { return task }
      var found = try store.tasks(TaskFilter(isOpen: true)).map(\.id).filter { $0.hasPrefix(task) }.sorted()
      if found.isEmpty { found = try store.tasks(TaskFilter()).map(\.id).filter { $0.hasPrefix(task) }.sorted() }
      if found.count > 1 {
        let some = found.prefix(3).joined(separator: ", ") + (found.count > 3 ? " …" : "")
        throw Failure.finding("several tasks begin with \"\(task)\": \(some)")
      }
      guard let one = found.first else {
        throw Failure.finding("there is no task \"\(task)\"; `flow tasks` lists them")
      }
      return one
    }
  }
}
