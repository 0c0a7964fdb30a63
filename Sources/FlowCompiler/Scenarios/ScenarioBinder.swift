import FlowCore
import FlowTime

/// Scenarios of a workflow file and of `NAME.scenarios.yaml` beside it, held against the graph.
struct ScenarioBinder {
  let bench: Bench
  let graph: Graph

  /// The scenarios, and the documents besides the workflow's that they stand in.
  static func bind(_ graph: Graph, root: YAMLNode, _ bench: Bench) -> ([Scenario], [YAMLDocument]) {
    let binder = ScenarioBinder(bench: bench, graph: graph)
    var scenarios = root["scenarios"].map { binder.list($0) } ?? []
    var documents: [YAMLDocument] = []
    if let (document, node, other) = binder.beside() {
      documents.append(document)
      if let node { scenarios += ScenarioBinder(bench: other, graph: graph).list(node) }
      bench.adopt(other)
    }
    binder.checkNames(scenarios)
    return (scenarios, documents)
  }

  /// `NAME.scenarios.yaml`: its findings are told with the workflow's.
  private func beside() -> (YAMLDocument, YAMLNode?, Bench)? {
    guard bench.file.hasSuffix(".yaml") else { return nil }
    let file = String(bench.file.dropLast(5)) + ".scenarios.yaml"
    guard case .success(let bytes) = bench.around.files.read(file) else { return nil }
    let other = Bench(file: file, around: bench.around)
    let (document, findings) = YAMLReader.read(SourceText(file: file, utf8: bytes))
    other.report(findings)
    let fields = document.root.flatMap { other.fields($0, of: Grammar.scenarioFile) }
    return (document, fields?["scenarios"], other)
  }

  private func checkNames(_ scenarios: [Scenario]) {
    var first: [String: Span] = [:]
    for scenario in scenarios {
      if let other = first[scenario.name] {
        bench.report(.duplicateScenario(scenario.name, at: scenario.span, first: other))
      } else {
        first[scenario.name] = scenario.span
      }
    }
  }

  private func list(_ node: YAMLNode) -> [Scenario] {
    (bench.items(node, wanted: "a list of scenarios") ?? []).compactMap { scenario($0) }
  }

  private func scenario(_ node: YAMLNode) -> Scenario? {
    guard let fields = bench.fields(node, of: Grammar.scenario) else { return nil }
    let name = fields["name"].flatMap { bench.text($0, wanted: "what the scenario shows") }
    let start = fields["start"].flatMap { bench.text($0, wanted: "an instant") }.flatMap { self.start($0) }
    let input = fields["input"].flatMap { InputBinder(bench: bench, graph: graph).input($0) }
    let item = fields["item"].flatMap { bench.integer($0, in: 1...100_000, wanted: "the number of an item") }
    guard let name, let start, let input else { return nil }
    let zone = StartScope.zone(of: graph, data: input, item: item ?? 1, at: start, zones: bench.around.zones)
    let events = EventBinder(bench: bench, graph: graph, zone: zone)
    var scenario = Scenario(
      name: name.text, start: start, input: input, span: name.whole, item: item,
      inputPath: fields["input"]?.scalar?.text)
    if let node = fields["events"], !node.isPlainEmpty {
      scenario.events = (bench.items(node, wanted: "a list of events") ?? []).compactMap { events.event($0) }
    }
    if let node = fields["expect"] {
      scenario.expectSpan = node.span
      let expect = ExpectBinder(bench: bench, graph: graph, zone: zone)
      scenario.expect = (bench.items(node, wanted: "a list of what is expected") ?? []).compactMap {
        expect.line($0)
      }
    }
    return scenario
  }

  private func start(_ text: Located) -> Instant? {
    do throws(ZonedStartError) {
      return try ZonedStart.parse(text.text, zones: bench.around.zones).instant
    } catch {
      bench.report(.badStart(text, error, known: bench.around.zones.names))
      return nil
    }
  }
}

/// The data of a run at its start, for the zone in which its days are reckoned.
struct StartScope: Scope {
  let data: [String: Value]
  let start: Instant
  let calendar: BusinessCalendar
  var zone: Zone { .utc }

  func value(of name: Name) -> Value {
    switch name {
    case .input(let field): data[field] ?? .absent
    case .runStarted: .instant(start)
    default: .absent
    }
  }

  /// UTC where the data name no zone that is known.
  static func zone(
    of graph: Graph, data: [String: Value], item: Int, at start: Instant, zones: any ZoneSource
  ) -> Zone {
    var data = data
    func scope() -> StartScope { StartScope(data: data, start: start, calendar: graph.policy.calendar) }
    if let each = graph.trigger.each, let items = (try? each.list.evaluate(scope()))?.list, item >= 1,
      item <= items.count
    {
      data[each.name] = items[item - 1]
    }
    if let contact = graph.trigger.contact, let value = try? contact.evaluate(scope()) {
      data["contact"] = value
    }
    return (try? graph.timezone.evaluate(scope()))?.text.flatMap { zones.zone(named: $0) } ?? .utc
  }
}
