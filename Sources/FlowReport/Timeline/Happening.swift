import FlowCore
import FlowTime

/// An entry in words, for text and pictures alike.
struct Happening {
  enum Kind {
    case start, touch, task, action, wait, deferral, answer, timeout, alarm, choice, note, loss, end
  }

  var at: Instant
  var kind: Kind
  /// The step, or what happened.
  var title: String
  /// What was done, by which channel, to whom, until when, why: parts that are best kept together on a line.
  var parts: [String] = []
  /// What was said.
  var quote: String?
  /// Until when the run stands still, where it does.
  var until: Instant?

  init(_ entry: Entry, in zone: Zone) {
    at = entry.at
    let step = entry.step ?? ""
    let round = entry.round.map { " (round \($0))" } ?? ""
    func day(_ instant: Instant) -> String { Happening.when(instant, in: zone, since: entry.at) }
    title = step + round
    kind = .note
    switch entry.kind {
    case .started(let event):
      (kind, title, parts) = (.start, "start", [event])
    case .waiting(let events, let until):
      (kind, self.until) = (.wait, until)
      parts = ["waits for \(Words.list(events, "or"))", "until \(day(until))"]
    // A person has paused the run, or let it go on.
    case .held(let until, let because) where step.isEmpty && until <= entry.at:
      (kind, title, parts) = (.deferral, "pause", [because])
    case .deferred(let until, let because):
      (kind, self.until) = (.deferral, until)
      parts = ["deferred to \(day(until)):", because]
    case .held(let until, let because):
      (kind, self.until) = (.deferral, until)
      if step.isEmpty { title = "hold" }
      parts = ["held until \(day(until)):", because]
    case .sent(let handover), .task(let handover): take(handover, entry, day)
    case .received(let event, let name, let outcome, let took):
      kind = .answer
      title = outcome == nil ? event : step.isEmpty ? event : step + round
      parts = Happening.answer(name ?? outcome, event, took)
    case .timeout: (kind, parts) = (.timeout, ["timeout"])
    case .escalated(let to): (kind, parts) = (.alarm, ["escalated to \(to)"])
    case .chose(let which):
      (kind, parts) = (.choice, [which == "none" ? "no condition holds" : which])
    case .set(let fields):
      parts = fields.enumerated().map { index, field in
        let comma = index == fields.count - 1 ? "" : ","
        return "\(field.name) = \(json(of: field.value, zone: zone).write())\(comma)"
      }
      if step.isEmpty { title = "set" }
    case .emitted(let event): (kind, parts) = (.action, ["emits \(event)"])
    case .enrolled(let workflow): (kind, parts) = (.action, ["enrolls in \(workflow)"])
    case .suppressed(let channel):
      parts = [channel == "all" ? "never again, on any channel" : "never again by \(channel)"]
      kind = .loss
    case .skipped(let because): (kind, parts) = (.loss, ["left out: \(because)"])
    case .withheld(let because): (kind, parts) = (.loss, ["withheld: \(because)"])
    case .failed(let because): (kind, parts) = (.loss, ["failed: \(because)"])
    case .cancelled(let because): (kind, title, parts) = (.loss, "cancel", ["cancelled: \(because)"])
    case .ended(let outcome): (kind, title, parts) = (.end, "end", [outcome])
    case .migrated(let from, let to):
      (title, parts) = ("migrated", ["from version \(from)", "to \(to)"])
    }
    title = Printable.line(title)
    parts = parts.map { Printable.line($0) }
  }

  private mutating func take(_ handover: Entry.Handover, _ entry: Entry, _ day: (Instant) -> String) {
    if case .sent = entry.kind { kind = handover.touch ? .touch : .action } else { kind = .task }
    if handover.touch { kind = .touch }
    var what = handover.verb
    if let by = handover.by { what += " by \(by)" }
    if let to = handover.to { what += " to \(to)" }
    parts = [what]
    if let until = handover.until {
      parts = [what + ",", "until \(day(until))"]
      self.until = until
    }
    if let whom = handover.noCopy { parts = [parts.joined(separator: " ") + ",", "no copy to \(whom)"] }
    if let delivery = handover.delivery { parts = [parts.joined(separator: " ") + ",", delivery] }
    let rendered = handover.rendered.first { $0.name == "subject" } ?? handover.rendered.first
    if let said = rendered.map({ Printable.line($0.text) }), !said.isEmpty { quote = said }
  }

  /// What came, and what took it where that is not the same word.
  private static func answer(_ what: String?, _ event: String, _ took: String) -> [String] {
    let name = what ?? ""
    let taken =
      switch took {
      case name, event: ""
      case "default": "the default takes it"
      case "hold": "held"
      case "nothing": "nothing takes it"
      default: "taken by \(took)"
      }
    return name.isEmpty || taken.isEmpty ? [name + taken] : [name + ",", taken]
  }

  /// All parts in one line.
  var detail: String { parts.joined(separator: " ") }

  /// `09:00` on the same day, else with the day, and with the year where that is another; its blanks do not
  /// break.
  static func when(_ instant: Instant, in zone: Zone, since: Instant) -> String {
    let (there, here) = (zone.civil(at: instant), zone.civil(at: since))
    let time = Words.time(there.time)
    if there.date == here.date { return time }
    let day = there.date.year == here.date.year ? Words.day(there.date) : Words.longDay(there.date)
    return (day + " " + time).replacingEach(" ", with: "\u{A0}")
  }
}
