import FlowCore
import FlowRuntime
import FlowTime

/// What is surely in the store, kept beside it by reading what is written: a second book.
struct Shadow {
  struct Stop {
    var sequence: Int
    var batch: Int
    var what: String
  }

  var runs: [String: RunRecord] = [:]
  var journal: [String: [JournalStep]] = [:]
  var lines: [String: Outgoing] = [:]
  var order: [String] = []
  var inbox: [InboxKey: InboxRow] = [:]
  var tasks: [String: TaskRecord] = [:]
  var starts: [[String]: String] = [:]
  /// By contact and verb: since which batch.
  var suppressed: [String: [String: Int]] = [:]
  /// What stops the touches of a run that were planned before it.
  var stops: [String: [Stop]] = [:]
  /// When a person answered in some run, by what the contact is known by.
  var answers: [String: [Instant]] = [:]
  /// The batch that last changed a line of the outbox.
  var changed: [String: Int] = [:]
  var facts: [String: String] = [:]
  /// Since which batch everything is paused, or a run by its id.
  var paused: [String: Int] = [:]
  /// How many batches there are.
  var batches = 0

  mutating func take(_ writes: [Write]) {
    batches += 1
    for write in writes { take(write) }
  }

  private mutating func take(_ write: Write) {
    switch write {
    case .receive(let row): inbox[row.incoming.key] = row
    case .answer(let key, let result): inbox[key]?.result = result
    case .start(let record):
      runs[record.id] = record
      starts[[record.workflow, record.subject, record.event]] = record.id
    case .advance(let record, _): runs[record.id] = record
    case .append(let step):
      journal[step.run, default: []].append(step)
      note(step)
    case .plan(let line):
      if lines.updateValue(line, forKey: line.key.text) == nil { order.append(line.key.text) }
      changed[line.key.text] = batches
    case .change(let line, _):
      lines[line.key.text] = line
      changed[line.key.text] = batches
    case .task(let task): tasks[task.id] = task
    case .suppress(let contact, let channel, _, _):
      for one in contact where suppressed[one]?[channel] == nil {
        suppressed[one, default: [:]][channel] = batches
      }
    case .allow(let contact, let channel):
      for one in contact { suppressed[one]?[channel] = nil }
    case .remember(let name, let value):
      facts[name] = value
      if name.hasPrefix("hold/paused") {
        let whose = name.split(separator: ".").count == 2 ? String(name.split(separator: ".")[1]) : "all"
        paused[whose] = value == nil ? nil : paused[whose] ?? batches
      }
    default: break
    }
  }

  /// How often it was recorded that nobody knows whether it arrived.
  func unknowns(_ key: String) -> Int { facts["unknown/" + key].flatMap { Int($0) } ?? 0 }

  private mutating func note(_ step: JournalStep) {
    guard let event = step.event, let record = runs[step.run] else { return }
    if case .reply = event.kind {
      for one in ContactIdentity.all(of: record.run.data["contact"] ?? .absent) {
        answers[one, default: []].append(step.at)
      }
    }
    switch event.kind {
    case .reply, .unsubscribe, .complaint, .bounce(hard: true), .cancel:
      // Nothing stops what had been told to a run that had ended: it stopped there.
      stops[step.run, default: []].append(Stop(sequence: step.sequence, batch: batches, what: event.name))
    default: break
    }
  }
}
