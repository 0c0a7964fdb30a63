import FlowCore

/// A step in words, for every picture of a graph.
struct NodeWords {
  enum Shape: String { case touch, task, action, wait, choice, alarm, end }

  var shape: Shape
  var name: String
  /// What it does and when: a line or two.
  var facts: [String]

  init(_ node: Node) {
    name = node.name
    shape = .action
    facts = [node.verb]
    switch node.action {
    case .wait(let moment): (shape, facts) = (.wait, [Self.until(moment, for: "wait")])
    case .await(let listening):
      (shape, facts) = (
        .wait, ["await " + listening.events.joined(separator: " or "), Self.until(listening.until)]
      )
    case .channel(let action):
      shape = action.touch ? .touch : action.isTask ? .task : .action
      if let until = action.until { facts.append(Self.until(until)) }
    case .choose: (shape, facts) = (.choice, ["choose"])
    case .split: (shape, facts) = (.choice, ["split"])
    case .loop(let loop): (shape, facts) = (.choice, ["repeat \(loop.times) times, every \(loop.everyText)"])
    case .escalate(let escalation):
      shape = .alarm
      facts = ["escalate by \(escalation.via)"]
    case .set(let fields):
      facts = ["set " + fields.map { $0.path.joined(separator: ".") }.joined(separator: ", ")]
    case .emit(let event, _): facts = ["emit \(event)"]
    case .enroll(let workflow, _): facts = ["enroll \(workflow)"]
    case .suppress(let channel): facts = ["suppress \(channel)"]
    case .hold(let hold): (shape, facts) = (.wait, [Self.hold(hold)])
    case .go: facts = ["go"]
    case .end(let outcome): (shape, name, facts) = (.end, "end \(outcome)", [])
    }
    if let due = node.due { facts.insert(Self.due(due), at: min(1, facts.count)) }
    if let condition = node.condition { facts.append("if \(condition.text)") }
    name = Printable.line(name)
    facts = facts.map { Printable.line($0) }
  }

  /// `within 3 business days`, `until day 5`.
  static func until(_ moment: Moment, for verb: String = "") -> String {
    let word = moment.base == .arrival ? (verb.isEmpty ? "within" : "") : "until"
    return [verb, word, moment.text].filter { !$0.isEmpty }.joined(separator: " ")
  }

  private static func due(_ moment: Moment) -> String {
    (moment.base == .arrival ? "after " : "at ") + moment.text
  }

  static func hold(_ hold: Hold) -> String { hold.text.hasPrefix("hold") ? hold.text : "hold " + hold.text }
}

extension Graph {
  /// Where a target leads, in the words of the file.
  func words(for target: Target) -> String {
    switch target {
    case .node(let index): nodes.indices.contains(index) ? nodes[index].name : "?"
    case .end(let outcome): "end \(outcome)"
    case .hold(let hold): NodeWords.hold(hold)
    case .resume: "go on"
    }
  }
}
