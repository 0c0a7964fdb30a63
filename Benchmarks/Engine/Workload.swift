import EmailChannel
import FlowCompiler
import FlowCore
import FlowPlugin
import FlowRuntime
import FlowSimulation
import FlowTime
import NotificationChannel
import TasksChannel

/// What happens to contacts of a process. Seven of ten never answer; contact `i` is heard of in the first, second or
/// third wait when `i % 10` is 0, 1 or 2.
struct Workload {
  enum Process {
    /// Weeks of the shipped proposal process.
    case proposal
    /// The contact that engines are compared by.
    case comparison

    var file: String {
      switch self {
      case .proposal: "Workflows/proposal.yaml"
      case .comparison: "Benchmarks/Comparison/follow-up.yaml"
      }
    }
  }

  /// Contacts follow one another by a tenth of a second, from a Wednesday on: 2026-03-25 16:40 in Berlin.
  private static let start = Instant(seconds: 1_774_453_200)
  private static let pace: Int64 = 100

  let process: Process
  private let graph: Graph
  private let zones: SystemZones
  private let channels: [String: any Channel]
  /// All contacts at one instant, in place of one after the other.
  private let isBulk: Bool

  init(_ process: Process = .proposal, isRendering: Bool, isBulk: Bool = false) throws {
    self.process = process
    self.isBulk = isBulk
    let zones = SystemZones()
    let disk = DiskFiles(root: ".")
    let project = Compiler.project(
      SourceText(file: "Workflows/flow.yaml", utf8: try disk.read("Workflows/flow.yaml").get()), files: disk,
      zones: zones
    ).0
    let manifests = [EmailChannel.manifest, CallChannel.manifest, TaskChannel.manifest, NotificationChannel.manifest]
    let compilation = Compiler.compile(
      CompilerInput(
        files: [process.file], project: project,
        manifests: manifests.compactMap { Compiler.manifest(SourceText(file: "manifest.yaml", utf8: $0)).0 },
        zones: zones, source: disk))
    guard let workflow = compilation.workflows.first else {
      throw Broken("the process has no graph: \(compilation.diagnostics.map(\.message))")
    }
    graph = workflow.graph
    self.zones = zones
    let settings = ChannelSettings(name: "bench", values: ["from": "Acme <hello@acme.test>"])
    let none = ChannelSettings(name: "bench")
    let real: [String: any Channel] = [
      "email": try EmailChannel(settings), "call": try CallChannel(none), "task": try TaskChannel(none),
      "notify": try NotificationChannel(none),
    ]
    channels = real.mapValues { Dry(channel: $0, isRendering: isRendering) }
  }

  /// What happens to so many contacts, as whoever tells of it has it: events are JSON. The last comes first, so that
  /// the next one is taken off the end.
  func story(from first: Int = 0, _ count: Int) -> [Told] {
    (first..<first + count).flatMap { happenings($0) }.sorted { ($0.at, $0.id) > ($1.at, $1.id) }.map { happening in
      let event = happening.event.map { type, data in
        Incoming.event(type: type, id: happening.id, at: happening.at, subject: happening.subject, data: data)
      }
      return Told(at: happening.at, id: happening.id, subject: happening.subject, event: event)
    }
  }

  struct Told {
    var at: Instant
    var id: String
    var subject: String
    /// Nil for the outcome of the open task.
    var event: Incoming?
  }

  func run(_ story: [Told], over store: any Store) async throws {
    let clock = VirtualClock(Workload.start)
    let engine = engine(over: store, clock)
    var ahead = story
    while true {
      let due = try await engine.nextDue()
      guard let next = [ahead.last?.at, due].compactMap(\.self).min() else { return }
      clock.advance(to: next)
      // An event and a timer at the same instant: the event wins.
      if let happening = ahead.last, happening.at == next {
        let together = isBulk ? Array(ahead.reversed().prefix { $0.at == next }) : [happening]
        ahead.removeLast(together.count)
        let all = try together.map { try $0.event ?? outcome($0, store) }
        let received = isBulk ? try await engine.receive(all) : [try await engine.receive(all[0])]
        for (one, received) in zip(together, received) where received.unmatched != nil || !received.refused.isEmpty {
          throw Broken("\(one.id): \(received)")
        }
      } else {
        try await engine.runDue()
      }
    }
  }

  func engine(over store: any Store, _ clock: any Clock) -> Engine {
    Engine(
      store: store, library: Library([graph]), outlets: channels.mapValues { Outlet($0, isKeyed: true) },
      zones: zones, clock: clock)
  }

  // MARK: What happens to a contact

  struct Happening {
    var at: Instant
    var id: String
    var subject: String
    /// An event with its data, or the outcome of the open task.
    var event: (type: String, data: JSONValue)?
  }

  func happenings(_ number: Int) -> [Happening] {
    switch process {
    case .proposal: proposal(number)
    case .comparison: comparison(number)
    }
  }

  private func comparison(_ number: Int) -> [Happening] {
    let digits = String(number)
    let key = "user" + String(repeating: "0", count: max(0, 8 - digits.utf8.count)) + digits
    let start = Workload.start.adding(milliseconds: isBulk ? 0 : Int64(number) * Workload.pace)
    let data: JSONValue = [
      "id": .string(key),
      "contact": ["name": .string("User \(number)"), "email": .string("\(key)@example.test")],
      "owner": [
        "name": "Oliver Brandt", "email": "owner@acme.test", "manager": ["name": "Mona", "email": "mona@acme.test"],
      ],
    ]
    let first = Happening(at: start, id: key, subject: key, event: ("contact.enrolled", data))
    guard number % 10 < 3 else { return [first] }
    // After the first mail, while the call is due, after the second mail.
    let at = start.adding(milliseconds: [1, 3, 6][number % 10] * 24 * 3_600_000)
    return [
      first, Happening(at: at, id: "\(key) reply", subject: key, event: ("reply", ["text": "Yes, let us talk."])),
    ]
  }

  private func proposal(_ number: Int) -> [Happening] {
    let key = "P-\(number)"
    let start = Workload.start.adding(milliseconds: isBulk ? 0 : Int64(number) * Workload.pace)
    func at(_ days: Int, _ hours: Int) -> Instant {
      start.adding(milliseconds: Int64(days * 24 + hours) * 3_600_000)
    }
    let first = Happening(at: start, id: key, subject: key, event: ("proposal.sent", data(number, start)))
    switch number % 10 {
    // An hour after the first mail, of the second day: thanked, and closed two business days later.
    case 0:
      let text: JSONValue = ["text": "Thank you, but we went with another company."]
      return [first, Happening(at: at(2, 1), id: "\(key) no", subject: key, event: ("reply", text))]
    // While a call is due, on the fifth day: called on the sixth at 09:00, and reached (summer time by then).
    case 1:
      let text: JSONValue = ["text": "Sounds good, let's talk."]
      return [
        first, Happening(at: at(5, 0), id: "\(key) yes", subject: key, event: ("reply", text)),
        Happening(at: at(5, 17), id: "\(key) call", subject: key, event: nil),
      ]
    // After the last offer of 7 April.
    case 2:
      return [first, Happening(at: at(13, 0), id: "\(key) meeting", subject: key, event: ("meeting.booked", [:]))]
    default: return [first]
    }
  }

  private func outcome(_ told: Told, _ store: any Store) throws -> Incoming {
    guard let run = try store.runs(RunFilter(subject: told.subject)).first else {
      throw Broken("there is no run \(told.subject)")
    }
    return Incoming(
      source: "bench", id: told.id, at: told.at, body: .run(run.id, .outcome("connected", step: nil, note: nil)))
  }

  private func data(_ number: Int, _ start: Instant) -> JSONValue {
    [
      "contact": [
        "id": .string("c-\(number)"), "name": "Ann Meyer", "first_name": "Ann",
        "email": .string("ann.\(number)@acme.test"), "company": "Meyer Logistics", "timezone": "Europe/Berlin",
      ],
      "owner": [
        "name": "Oliver Brandt", "email": "owner@acme.test",
        "manager": ["name": "Mona Keller", "email": "manager@acme.test"],
      ],
      "proposal": [
        "id": .string("P-\(number)"), "title": "Roof repair", "amount": 18400,
        "sent": .string(start.rfc3339(in: .utc)), "expires": "2026-04-30",
      ],
    ]
  }
}

struct Broken: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// A channel's own `render`, and nothing behind it.
private struct Dry: Channel {
  let channel: any Channel
  let isRendering: Bool

  var manifest: [UInt8] { channel.manifest }

  func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering {
    if isRendering { return try await channel.render(delivery) }
    return Rendering(to: delivery.address, shown: [], payload: [], fileExtension: "txt", reference: nil)
  }

  func deliver(_ rendering: Rendering, key: IdempotencyKey, marker: @escaping Marker) async -> Receipt {
    guard await marker() else { return .withheld }
    return .accepted(id: "dry")
  }
}
