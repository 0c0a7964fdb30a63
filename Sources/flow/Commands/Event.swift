import ArgumentParser
import FlowCore
import FlowReport
import FlowRuntime
import FlowTime

enum TextOrJSON: String, ExpressibleByArgument, CaseIterable { case text, json }

struct EventCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "event",
    abstract: "Deliver an event: it starts a run, or reaches those it belongs to. Acknowledged after the commit.")

  @Argument(help: "The CloudEvents type, such as `proposal.sent` or `reply`.") var type: String
  @Option(help: "A JSON file with the event's data, or a whole CloudEvent; `-` for standard input.") var data: String?
  @Option(help: "The key of the runs that it belongs to.") var subject: String?
  @Option(
    help:
      """
      The event's id: one that has come before does nothing. By default a digest of its type, subject, data and time: \
      said again later, it is another.
      """
  )
  var id: String?
  @Option(
    help:
      """
      When it is: `2026-03-25 16:40 Europe/Berlin` or RFC 3339; now, where it is left out. Not later than now, where a \
      channel sends for real.
      """
  )
  var start: String?
  @OptionGroup var project: ProjectOptions
  @OptionGroup var store: StoreOptions
  @Option(help: "text or json.") var format: TextOrJSON = .text
  @OptionGroup var color: ColorOptions

  func validate() throws {
    if type.allSatisfy(\.isWhitespace) { throw ValidationError("the type of an event has letters") }
  }

  func run() async throws {
    let workspace = try project.open()
    let incoming = try incoming(now: try Input.start(start, zones: workspace.zones))
    let door = Door(
      workspace: workspace, store: store, command: "flow event", makesStore: true, start: start, color: color)
    var isKnown = false
    do {
      try await door.carryOut(.receive(incoming)) { answer in
        switch answer {
        case .received(let received):
          isKnown = received.isKnown
          try tell(received, of: incoming, workspace)
        case .done, .erased, .unavailable: break
        case .refused(let because): throw Failure.finding(because)
        }
      }
    } catch let error as ExitCode {
      if isKnown { try await warn(of: incoming, workspace) }
      throw error
    }
    if isKnown { try await warn(of: incoming, workspace) }
  }

  /// What has come before under the id may be something else: then this one is lost, where nobody says so.
  private func warn(of incoming: Incoming, _ workspace: Workspace) async throws {
    let row = try await Storage.use(store, workspace, .reading) {
      try $0.inbox(InboxKey(source: incoming.source.composed, id: incoming.id.composed))
    }
    guard case .event(let type, let subject, let data) = incoming.body,
      case .event(let known, let knownSubject, let knownData)? = row?.incoming.body
    else { return }
    var differences: [String] = []
    if known != type.composed { differences.append("its type was \"\(known)\"") }
    if knownSubject != subject?.composed {
      differences.append(knownSubject.map { "its subject was \"\($0)\"" } ?? "it had no subject")
    }
    if !Self.isSame(knownData, data) { differences.append("it had other data") }
    guard !differences.isEmpty else { return }
    Output.complain(
      "warning: what is known by the id \"\(incoming.id)\" is another event (\(differences.joined(separator: ", "))), "
        + "and this one is not taken in: each event has an id of its own")
  }

  private static func isSame(_ one: String, _ other: String) -> Bool {
    if one == other { return true }
    guard let one = try? JSONReader.read(one), let other = try? JSONReader.read(other) else { return false }
    return isSame(one, other)
  }

  /// In whatever order an object's members stand.
  private static func isSame(_ one: JSONValue, _ other: JSONValue) -> Bool {
    switch (one, other) {
    case (.object(let members), .object(let others)):
      members.count == others.count
        && members.allSatisfy { member in other[member.key].map { isSame(member.value, $0) } ?? false }
    case (.array(let items), .array(let others)):
      items.count == others.count && zip(items, others).allSatisfy { isSame($0, $1) }
    default: one == other
    }
  }

  private func tell(_ received: Received, of incoming: Incoming, _ workspace: Workspace) throws {
    report(received, near: nearest(workspace, received))
    let isWrong =
      received.refused.contains { !$0.isFiltered } || received.isOfNoWorkflow
      || !incoming.misfits(zones: workspace.zones).isEmpty
    if received.started.isEmpty, received.reached.isEmpty, isWrong {
      throw ExitCode(ExitStatus.finding)
    }
  }

  private func incoming(now: Instant) throws -> Incoming {
    let value = try data.map(Input.json) ?? [:]
    guard value["specversion"] != nil else {
      guard case .object = value else { throw Failure.finding("the data of an event is a JSON object") }
      return .event(type: type, id: id, at: now, subject: subject, data: value)
    }
    do throws(CloudEventError) {
      var incoming = try Incoming(cloudEvent: value, now: now)
      guard case .event(let written, let own, let data) = incoming.body else { return incoming }
      guard written == type else { throw .wrong("type", "is \"\(written)\", and the command says \"\(type)\"") }
      incoming.body = .event(type: type, subject: subject ?? own, data: data)
      if let id { incoming.id = id }
      return incoming
    } catch {
      throw Failure.finding("\(data ?? "the event"): \(error)")
    }
  }

  /// What may have been meant, where no file knows the event.
  private func nearest(_ workspace: Workspace, _ received: Received) -> String {
    let graphs = received.unmatched == nil || format != .text ? [] : workspace.compile().workflows.map(\.graph)
    let known = Set(graphs.flatMap { [$0.trigger.event] + $0.events.map(\.name) })
    guard !known.contains(type), let name = Spelling.nearest(to: type, in: known.sorted()) else { return "" }
    return "; did you mean \"\(name)\"?"
  }

  private func report(_ received: Received, near: String) {
    guard format == .text else {
      Output.json(received.json)
      return
    }
    if received.isKnown { Output.line("known: it has come before, and does nothing again") }
    for started in received.started { Output.line("started \(started.run) (\(started.workflow))") }
    for run in received.reached { Output.line("reached \(run)") }
    for refused in received.refused {
      for because in refused.because {
        if refused.isFiltered {
          Output.line("left out by \(refused.workflow): \(because)")
        } else {
          Output.complain("refused by \(refused.workflow): \(because)")
        }
      }
    }
    if let unmatched = received.unmatched { Output.complain("kept, and nothing done: \(unmatched)\(near)") }
    if received.refused.contains(where: { !$0.isFiltered }), data == nil {
      Output.complain("an event's data are given with --data FILE")
    }
  }
}
