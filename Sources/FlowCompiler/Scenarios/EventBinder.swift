import FlowCore
import FlowTime

/// The events of a scenario, and of `flow simulate`.
struct EventBinder {
  let bench: Bench
  let graph: Graph
  /// The run's: in it instants are written.
  let zone: Zone

  func event(_ node: YAMLNode) -> ScheduledEvent? {
    guard let fields = bench.fields(node, of: Grammar.eventForms[0]) else { return nil }
    let at = fields["at"].flatMap { bench.text($0, wanted: "when it happens") }
    let when = at.flatMap { self.at($0) }
    let kind = kind(fields, at: node.span)
    guard let at, let when, let kind else { return nil }
    return ScheduledEvent(at: when, atText: at.text, kind: kind, span: node.span)
  }

  // MARK: When

  /// An instant, `day N [at HH:MM]`, or `STEP [+ DURATION]`.
  func at(_ text: Located) -> ScheduledEvent.At? {
    if let instant = Instant(rfc3339: text.text) { return .instant(instant) }
    let words = text.words
    guard let first = words.first else { return nil }
    if first.text == "day" { return day(text) }
    if first.text.utf8.first.map(Bench.isDigit) == true { return civil(text, words).map { .instant($0) } }
    guard let (step, duration) = text.split(at: " + ") else { return self.step(text).map { .step($0, nil) } }
    guard let node = self.step(step), let length = bench.duration(duration) else { return nil }
    return .step(node, length)
  }

  private func day(_ text: Located) -> ScheduledEvent.At? {
    let (day, clock) = text.split(at: " at ").map { ($0.0, Optional($0.1)) } ?? (text, nil)
    let words = day.words
    guard words.count == 2, let number = Bench.number(words[1].text) else {
      bench.report(.badEventInstant(text))
      return nil
    }
    guard let clock else { return .day(number, nil) }
    return bench.time(clock).map { .day(number, $0) }
  }

  /// `2026-03-28`, `2026-03-28 09:00`, `2026-03-28 at 09:00`, with a zone or without.
  private func civil(_ text: Located, _ words: [Located]) -> Instant? {
    guard let date = CivilDate(iso: words[0].text) else {
      bench.report(.badDate(words[0]))
      return nil
    }
    var rest = Array(words.dropFirst())
    if rest.first?.text == "at" { rest.removeFirst() }
    guard let clock = rest.first else { return zone.startOfDay(date) }
    guard let time = bench.time(clock) else { return nil }
    var zone = zone
    if rest.count > 1 {
      guard rest.count == 2, let named = bench.zone(rest[1]) else {
        if rest.count > 2 { bench.report(.badEventInstant(text)) }
        return nil
      }
      zone = named
    }
    return zone.instant(of: CivilDateTime(date: date, time: time))
  }

  private func step(_ name: Located) -> NodeIndex? {
    if let node = graph.node(named: name.text) { return node }
    bench.report(.unknownStep(name, known: graph.nodes.map(\.name)))
    return nil
  }

  // MARK: What

  private func kind(_ fields: Fields, at span: Span) -> Event.Kind? {
    let forms = ["reply", "task", "event"].compactMap { fields.entry($0) }
    guard let form = forms.first else {
      bench.report(.eventWithoutKind(span))
      return nil
    }
    if let second = forms.dropFirst().first {
      bench.report(.keysClash(second.key, form.key, because: "an event is one of reply, task, event"))
      return nil
    }
    for (key, owner) in [("note", "task"), ("data", "event"), ("return", "event")] {
      if let entry = fields.entry(key), form.keyText != owner {
        bench.report(.keysClash(entry.key, form.key, because: "\"\(key)\" belongs to \"\(owner)\""))
        return nil
      }
    }
    switch form.keyText {
    case "reply": return form.value.scalar.map { .answer($0.text) } ?? missing(form.value, "the answer")
    case "task": return task(form.value, fields["note"])
    default:
      guard let name = bench.text(form.value, wanted: "the name of an event") else { return nil }
      return named(name, fields)
    }
  }

  private func missing(_ node: YAMLNode, _ what: String) -> Event.Kind? {
    bench.report(.wrongShape(node, wanted: what, as: .text))
    return nil
  }

  private func task(_ node: YAMLNode, _ note: YAMLNode?) -> Event.Kind? {
    guard let outcome = bench.text(node, wanted: "an outcome") else { return nil }
    return task(outcome, note: note.flatMap { bench.text($0, wanted: "a note") }?.text)
  }

  func task(_ outcome: Located, note: String?) -> Event.Kind? {
    var known: [String] = []
    for node in graph.nodes {
      if case .channel(let action) = node.action { known += action.outcomes.filter { !known.contains($0) } }
    }
    guard known.contains(outcome.text) else {
      bench.report(.unknownTaskOutcome(outcome, known: known))
      return nil
    }
    return .outcome(outcome.text, step: nil, note: note)
  }

  private func named(_ name: Located, _ fields: Fields) -> Event.Kind? {
    if let entry = fields.entry("return"), name.text != "out-of-office" {
      bench.report(.strayReturnKey(entry.key))
      return nil
    }
    let date = fields["return"].flatMap { bench.date($0) }
    if fields["return"] != nil, date == nil { return nil }
    if let declaration = graph.events.first(where: { $0.name == name.text }) {
      let type = ValueType.record(declaration.fields)
      let data = fields["data"] ?? YAMLNode(kind: .mapping([]), span: name.whole)
      if data.isPlainEmpty { return .named(name.text, data: [:]) }
      guard data.entries != nil else { return missing(data, "a mapping from fields to values") }
      return InputBinder(bench: bench, graph: graph).record(data, type).map { .named(name.text, data: $0) }
    }
    if let entry = fields.entry("data") {
      bench.report(.strayData(entry.key, name.text))
      return nil
    }
    return builtIn(name, returning: date)
  }

  /// Events that come without the user's data.
  func builtIn(_ name: Located, returning date: CivilDate?) -> Event.Kind? {
    switch name.text {
    case "out-of-office": return .outOfOffice(return: date)
    case "auto-reply": return .autoReply
    case "bounce": return .bounce(hard: true)
    case "complaint": return .complaint(channel: nil)
    case "unsubscribe": return .unsubscribe(channel: nil)
    case "opened": return .opened
    case "clicked": return .clicked
    case "ack": return .acknowledged
    default:
      if bench.around.manifests.contains(where: { $0.events.contains(name.text) }) {
        return .named(name.text, data: [:])
      }
      bench.report(.unknownEvent(name, known: graph.events.map(\.name) + Event.builtIn))
      return nil
    }
  }
}
