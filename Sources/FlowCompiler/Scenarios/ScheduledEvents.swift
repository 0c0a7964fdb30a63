import FlowCore
import FlowTime

extension Compiler {
  /// `flow simulate --event`: `receipt + 3 hours: reply Sounds good`, `day 6: proposal.accepted`,
  /// `book + 1 hour: task connected`, `2026-03-28 09:00: out-of-office return 2026-04-09`.
  /// - Parameter zone: the run's, in which instants are written; by default what `timezone` says without any
  /// data.
  public static func scheduledEvent(
    _ source: SourceText, graph: Graph, zones: any ZoneSource, zone: Zone? = nil
  ) -> (ScheduledEvent?, [Diagnostic]) {
    let bench = bench(source.file, zones)
    let binder = EventBinder(bench: bench, graph: graph, zone: zone ?? defaultZone(graph, zones))
    let text = Located(source).trimmed
    guard let (at, what) = text.split(at: ": "), !at.isEmpty, !what.isEmpty else {
      bench.report(.badEventForm(text))
      return (nil, bench.findings)
    }
    let when = binder.at(at)
    let kind = kind(what, binder)
    guard let when, let kind else { return (nil, bench.findings.sorted()) }
    return (ScheduledEvent(at: when, atText: at.text, kind: kind, span: text.whole), bench.findings)
  }

  /// `flow simulate --events FILE.json`: a list of the objects that a scenario has.
  public static func scheduledEvents(
    json source: SourceText, graph: Graph, zones: any ZoneSource, zone: Zone? = nil
  ) -> ([ScheduledEvent], [Diagnostic]) {
    let bench = bench(source.file, zones)
    // JSON is YAML but for tabs and pairs of escapes: its places are kept wherever they can be.
    var (document, findings) = YAMLReader.read(source)
    if !findings.isEmpty {
      guard let json = try? JSONReader.read(source.utf8) else { return ([], findings) }
      (document, findings) = YAMLReader.read(
        SourceText(file: source.file, utf8: Array(json.write(pretty: true).utf8)))
    }
    bench.report(findings)
    let binder = EventBinder(bench: bench, graph: graph, zone: zone ?? defaultZone(graph, zones))
    let items = document.root.flatMap { bench.items($0, wanted: "a list of events") } ?? []
    return (items.compactMap { binder.event($0) }, bench.findings.sorted())
  }

  private static func bench(_ file: String, _ zones: any ZoneSource) -> Bench {
    Bench(
      file: file, around: Environment(project: Project(), manifests: [], zones: zones, files: MemoryFiles()))
  }

  private static func defaultZone(_ graph: Graph, _ zones: any ZoneSource) -> Zone {
    StartScope.zone(of: graph, data: [:], item: 1, at: .epoch, zones: zones)
  }

  private static func kind(_ text: Located, _ binder: EventBinder) -> Event.Kind? {
    if let answer = text.after("reply") { return .answer(unquoted(answer.text)) }
    if let outcome = text.after("task") { return binder.task(outcome, note: nil) }
    if let returning = text.after("out-of-office") {
      let date = returning.after("return") ?? returning
      guard let day = CivilDate(iso: date.text) else {
        binder.bench.report(.badDate(date))
        return nil
      }
      return .outOfOffice(return: day)
    }
    // The user's event, with its data as a mapping where it has any: `invoice.paid { amount: 3 }`.
    let (name, data) = text.split(at: " {").map { ($0.0, Optional($0.1)) } ?? (text, nil)
    guard let declaration = binder.graph.events.first(where: { $0.name == name.text }) else {
      return binder.builtIn(name, returning: nil)
    }
    let (document, findings) = YAMLReader.read(
      SourceText(file: binder.bench.file, utf8: Array(("{" + (data?.text ?? "}")).utf8)))
    binder.bench.report(findings)
    guard let root = document.root else { return nil }
    return InputBinder(bench: binder.bench, graph: binder.graph).record(root, .record(declaration.fields))
      .map { .named(name.text, data: $0) }
  }

  /// `reply "Sounds good"` is what it says without the quotes.
  private static func unquoted(_ text: String) -> String {
    text.utf8.count > 1 && text.hasPrefix("\"") && text.hasSuffix("\"")
      ? String(text.dropFirst().dropLast()) : text
  }
}
