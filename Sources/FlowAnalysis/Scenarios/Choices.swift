import FlowCore
import FlowTime

/// One thing that may happen while a run waits.
struct Choice {
  /// In the words of the file: `reply interested`, `connected`, `invoice.paid`.
  var label: String
  var kind: Event.Kind
  var isAnytime: Bool
  /// The step goes on waiting.
  var isHold: Bool
}

/// What the file has a case for, wherever a run waits, and an answer that no case names.
struct Choices {
  private let graph: Graph

  init(_ graph: Graph) { self.graph = graph }

  /// The step's cases, then those of `anytime`, in the order of the file; each label once.
  func at(_ waiting: Run.Waiting, withAnytime: Bool = true) -> [Choice] {
    var keys: [Case] = []
    switch (waiting.stage, graph.nodes[waiting.node].action) {
    case (.listening, .await(let awaited)): keys = awaited.cases
    case (.outcome, .channel(let action)): keys = action.cases
    case (.escalating, .escalate(let escalation)): keys = escalation.cases
    default: break
    }
    // An outcome may bear the name of a class: of a step that waits for outcomes it is one.
    let isOutcome = waiting.stage == .outcome
    let all =
      keys.map { choice($0, isOutcome: isOutcome, isAnytime: false, at: waiting) }
      + (withAnytime ? graph.anytime.map { choice($0, isOutcome: false, isAnytime: true, at: waiting) } : [])
      + [answer(at: waiting)]
    var seen: Set<String> = []
    return all.compactMap { choice in
      guard let choice, seen.insert(choice.label).inserted else { return nil }
      return choice
    }
  }

  /// The event that ends the hold by which the run is held; nil where none is waited for.
  func release(_ waiting: Run.Waiting) -> Choice? {
    guard let name = waiting.hold?.event, let kind = kind(of: name, at: waiting) else { return nil }
    return Choice(label: name, kind: kind, isAnytime: true, isHold: false)
  }

  /// Whoever waits for an answer may get one that no case names, in `anytime` neither.
  private func answer(at waiting: Run.Waiting) -> Choice? {
    guard !graph.anytime.contains(where: { $0.key == "reply" }), waiting.stage == .listening,
      case .await(let awaited) = graph.nodes[waiting.node].action, awaited.events.contains("reply")
    else { return nil }
    return Choice(label: "reply", kind: .reply(text: ""), isAnytime: false, isHold: false)
  }

  private func choice(_ one: Case, isOutcome: Bool, isAnytime: Bool, at waiting: Run.Waiting) -> Choice? {
    if one.key == "timeout" { return nil }
    let isHold = if case .hold = one.target { true } else { false }
    let outcome = Event.Kind.outcome(one.key, step: waiting.node, note: nil)
    guard let kind = isOutcome ? outcome : kind(of: one.key, at: waiting) else { return nil }
    let label = !isOutcome && isReply(one.key) && one.key != "reply" ? "reply \(one.key)" : one.key
    return Choice(label: label, kind: kind, isAnytime: isAnytime, isHold: isHold)
  }

  private func isReply(_ key: String) -> Bool { key == "reply" || graph.replies.contains { $0.name == key } }

  /// An event that the case takes; nil where none can be made up.
  private func kind(of key: String, at waiting: Run.Waiting) -> Event.Kind? {
    if key == "reply" { return .reply(text: "") }
    if let replies = graph.replies.first(where: { $0.name == key }) {
      // The first class that matches wins: a sample must not belong to an earlier one.
      let sample = replies.patterns.lazy.map(\.sample).first { text in
        graph.replies.first { $0.patterns.contains { $0.matches(text) } }?.name == key
      }
      return sample.map { .reply(text: $0) }
    }
    switch key {
    case "acknowledged", "ack": return .acknowledged
    case "out-of-office": return .outOfOffice(return: nil)
    case "bounce": return .bounce(hard: true)
    case "auto-reply": return .autoReply
    case "opened": return .opened
    case "clicked": return .clicked
    default: break
    }
    if let event = graph.events.first(where: { $0.name == key }) {
      return .named(key, data: Sample.record(event.fields, at: waiting.due))
    }
    return .outcome(key, step: waiting.node, note: nil)
  }
}
