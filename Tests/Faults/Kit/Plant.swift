import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTime

/// Faults that are planted at the seams of the engine, one at a time: each must be found by the invariants. They are
/// ways in which an engine, a store or a channel could be wrong, and nothing that ships can reach them.
package enum Plant: String, CaseIterable, Sendable {
  case earlyTimer, acknowledgedBeforeCommit, noStopCheck, noSuppression, noDeduplication
  case keyOfEachAttempt, otherBytesOnRetry, markerAfterByte, unknownTriedAgain, doubleClaim
  case clockRunsOn, lostTimers, lostHandovers, forgottenInbox, blockedByFirst, retriedForEver
  case gapWithinRunOnly, noGap, noCaps, noWindow, noHolidays, everywhereUTC
  case otherStateKept, stepLeftOut, outboxLeftOut, silentlyWithheld, tornTransition, unknownToNobody
  case runsMovedByReload, clockBelieved, leapBelieved, unreadSource, cursorBeforeMail, doubtForgotten
  case damageOverlooked

  /// What is wrong, for people.
  package var about: String {
    switch self {
    case .earlyTimer: "timers fire ten minutes early"
    case .acknowledgedBeforeCommit: "a flush returns before it has written"
    case .noStopCheck: "an answer does not stop what is planned"
    case .noSuppression: "nobody asks who is suppressed"
    case .noDeduplication: "an event that came before is taken once more"
    case .keyOfEachAttempt: "each attempt has a key of its own"
    case .otherBytesOnRetry: "a second attempt carries other bytes"
    case .markerAfterByte: "the marker is asked for when the message has left"
    case .unknownTriedAgain: "what may have arrived is sent again, without a key"
    case .doubleClaim: "a line that is done is claimed once more"
    case .clockRunsOn: "a run goes on while a touch of it has not left"
    case .lostTimers: "timers are forgotten by a restart"
    case .lostHandovers: "what was being handed over is forgotten by a restart"
    case .forgottenInbox: "some of what came in is never worked off"
    case .blockedByFirst: "a line that waits for its next attempt blocks those behind it"
    case .retriedForEver: "attempts are not counted"
    case .gapWithinRunOnly: "the gap is kept within a run only"
    case .noGap: "the gap is not kept"
    case .noCaps: "caps per contact are not kept"
    case .noWindow: "the window is not kept"
    case .noHolidays: "holidays are not kept"
    case .everywhereUTC: "every contact is taken to live in UTC"
    case .otherStateKept: "a transition keeps another state than it computed"
    case .stepLeftOut: "a step of the journal is not written"
    case .outboxLeftOut: "a line of the outbox is not written"
    case .silentlyWithheld: "a touch is withheld and the journal does not say so"
    case .tornTransition: "the journal and the state of a transition are two commits"
    case .runsMovedByReload: "a reload takes changed files for the version that runs began with"
    case .clockBelieved: "the clock is taken as it is"
    case .leapBelieved: "a clock that leaps ahead is believed"
    case .unreadSource: "nobody asks whether what came in has been read"
    case .cursorBeforeMail: "how far a mailbox was read is kept, and not what was in it"
    case .damageOverlooked: "nobody asks whether a run's history is damaged"
    case .unknownToNobody: "nobody is told of what may have arrived"
    case .doubtForgotten: "what may have arrived, and is not tried again, is told as stopped before it left"
    }
  }

  /// The guarantees whose invariants must find it.
  package var breaks: Set<Int> {
    switch self {
    case .earlyTimer, .lostTimers, .clockRunsOn: [11]
    case .acknowledgedBeforeCommit: [1, 6]
    case .noStopCheck: [9]
    case .noSuppression: [17]
    case .noDeduplication, .cursorBeforeMail: [15]
    case .clockBelieved, .leapBelieved: [13]
    case .unreadSource: [14]
    case .keyOfEachAttempt, .otherBytesOnRetry, .markerAfterByte: [6, 8, 9]
    case .unknownTriedAgain, .doubleClaim: [8]
    case .lostHandovers, .retriedForEver, .outboxLeftOut, .unknownToNobody: [7]
    case .forgottenInbox: [1]
    case .blockedByFirst: [18]
    case .gapWithinRunOnly, .noGap, .noCaps, .noWindow, .noHolidays, .everywhereUTC: [12]
    case .otherStateKept, .stepLeftOut, .runsMovedByReload: [3]
    case .silentlyWithheld: [3, 7]
    case .tornTransition: [2]
    case .damageOverlooked: [21]
    case .doubtForgotten: [28]
    }
  }

  func keepsBack(_ world: World) -> Bool { self == .acknowledgedBeforeCommit && world.chance.happens(30) }

  func due(_ all: [String], _ world: World) -> [String] {
    self == .lostTimers && world.restarts > 0 ? all.filter { world.startedBeforeRestart[$0] == nil } : all
  }

  func change(_ rendering: inout Rendering, _ key: inout String, _ calls: Int) {
    if self == .keyOfEachAttempt, calls > 0 { key += "-\(calls)" }
    if self == .otherBytesOnRetry, calls > 0 { rendering.payload.append(0x0A) }
  }

  func change(_ writes: [Write], _ store: FlakyStore) -> [Write] {
    switch self {
    case .doubleClaim:
      return writes.map { write in
        guard case .change(let line, .planned) = write, let known = try? store.base.outgoing(line.key.text)
        else {
          return write
        }
        return .change(line, from: known.state)
      }
    case .noDeduplication:
      return writes.map { write in
        guard case .receive(var row) = write, (try? store.base.inbox(row.incoming.key)) != nil else {
          return write
        }
        row.incoming.id += " again"
        return .receive(row)
      }
    case .retriedForEver:
      return writes.map { write in
        guard case .change(var line, let from) = write, line.state == .planned else { return write }
        line.attempts = min(line.attempts, 1)
        return .change(line, from: from)
      }
    case .otherStateKept:
      return writes.map { write in
        guard case .advance(var record, let from) = write, record.run.touches > 0 else { return write }
        record.run.touched.removeLast()
        return .advance(record, from: from)
      }
    case .cursorBeforeMail:
      return writes.filter {
        if case .receive(let row) = $0 { !row.incoming.source.hasPrefix("channel/") } else { true }
      }
    case .outboxLeftOut:
      return writes.filter { if case .plan(let line) = $0 { line.step.utf8.count % 2 == 0 } else { true } }
    case .doubtForgotten:
      return writes.filter { if case .remember(let name, _?) = $0 { !name.hasPrefix("perhaps/") } else { true } }
    case .stepLeftOut, .silentlyWithheld: return leftOut(writes)
    case .unknownToNobody:
      let isUnknown = writes.contains {
        if case .change(let line, _) = $0 { line.state == .unknown } else { false }
      }
      return isUnknown ? writes.filter { if case .task = $0 { false } else { true } } : writes
    default: return writes
    }
  }

  private func leftOut(_ writes: [Write]) -> [Write] {
    writes.compactMap { write in
      guard case .append(var step) = write else { return write }
      switch self {
      case .stepLeftOut:
        step.entries = step.entries.filter { if case .waiting = $0.kind { false } else { true } }
      default: step.entries = step.entries.filter { if case .withheld = $0.kind { false } else { true } }
      }
      return .append(step)
    }
  }

  /// The graph as the engine has it; the judge keeps the true one.
  func change(_ graph: Graph) -> Graph {
    guard [.noWindow, .noHolidays, .noGap].contains(self) else { return graph }
    var policy = graph.policy
    var nodes = graph.nodes
    switch self {
    case .noWindow: nodes = nodes.map(Plant.withoutWindow)
    case .noHolidays: policy.holidays = .none
    default: policy.gap = nil
    }
    return Plant.made(graph, policy, nodes, as: graph.fingerprint)
  }

  /// Changed files under the fingerprint of those before.
  static func moved(_ library: Library, _ processes: [Material.Process]) -> Library {
    let graphs = library.graphs.map { graph in
      guard let process = processes.first(where: { $0.graph.workflow == graph.workflow }), let edited = process.edited
      else { return graph }
      return made(edited, edited.policy, edited.nodes, as: process.graph.fingerprint)
    }
    return Library(graphs, sources: library.sources, recompile: library.recompile)
  }

  private static func made(_ graph: Graph, _ policy: Policy, _ nodes: [Node], as fingerprint: String) -> Graph {
    Graph(
      workflow: graph.workflow, about: graph.about, category: graph.category, trigger: graph.trigger,
      input: graph.input, events: graph.events, timezone: graph.timezone, owner: graph.owner, policy: policy,
      replies: graph.replies, anytime: graph.anytime, goal: graph.goal, nodes: nodes, entry: graph.entry,
      paths: graph.paths, lists: graph.lists, fingerprint: fingerprint, file: graph.file)
  }

  private static func withoutWindow(_ node: Node) -> Node {
    Node(
      name: node.name, verb: node.verb, isNamed: node.isNamed, span: node.span, note: node.note,
      condition: node.condition, due: node.due, ifPast: node.ifPast, window: .any, closed: node.closed,
      liftsGap: node.liftsGap, action: node.action, next: node.next, place: node.place, repeats: node.repeats)
  }
}
