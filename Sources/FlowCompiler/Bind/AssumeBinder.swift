import FlowCore

/// `assume:`, held against the classes, the steps and their outcomes.
struct AssumeBinder {
  let bench: Bench
  let outline: Outline
  let header: Header

  func bind() -> Assumptions {
    var assume = Assumptions()
    guard let node = outline.root["assume"],
      let entries = bench.entries(node, wanted: "a mapping from reply and steps to shares")
    else { return assume }
    for entry in entries {
      if entry.keyText == "reply" {
        reply(entry.value, &assume)
      } else if !steps.contains(entry.keyText), events.contains(entry.keyText) {
        bench.percent(entry.value).map {
          assume.events.append(Assumptions.Share(name: entry.keyText, share: $0, span: entry.keySpan))
        }
      } else {
        step(entry, &assume)
      }
    }
    // A touch brings one thing at most.
    if !assume.events.isEmpty { checkSum(assume.reply + assume.events, at: node.span) }
    return assume
  }

  /// What a touch may bring in place of an answer.
  private var events: [String] { Assumptions.builtIn + header.events.map(\.name) }

  private var steps: [String] {
    outline.steps.filter { !($0.manifest?.outcomes.isEmpty ?? true) }.map(\.name)
  }

  private func reply(_ node: YAMLNode, _ assume: inout Assumptions) {
    let known = header.replies.map(\.name) + ["reply"]
    for entry in bench.entries(node, wanted: "a mapping from classes to shares") ?? [] {
      if entry.keyText == "after" {
        assume.after = bench.duration(entry.value)
      } else if let share = share(entry, known: known, "classes of reply") {
        assume.reply.append(share)
      }
    }
    checkSum(assume.reply, at: node.span)
  }

  private func step(_ entry: YAMLEntry, _ assume: inout Assumptions) {
    let name = Located(entry.key)
    let waiting = outline.steps.filter { !($0.manifest?.outcomes.isEmpty ?? true) }
    guard let step = waiting.first(where: { $0.name == name.text }), let manifest = step.manifest else {
      let known = ["reply"] + waiting.map(\.name) + events
      let isStep = outline.steps.contains { $0.name == name.text }
      bench.report(isStep ? .notAssumed(name, known: known) : .unknownTarget(name, known: known))
      return
    }
    let entries = bench.entries(entry.value, wanted: "a mapping from outcomes to shares") ?? []
    let shares = entries.compactMap { share($0, known: manifest.outcomes, "outcomes") }
    checkSum(shares, at: entry.value.span)
    assume.steps.append(Assumptions.Step(name: name.text, shares: shares))
  }

  private func share(_ entry: YAMLEntry, known: [String], _ what: String) -> Assumptions.Share? {
    guard known.contains(entry.keyText) else {
      bench.report(.unknownKey(entry.key, of: "the \(what)", known: known))
      return nil
    }
    return bench.percent(entry.value).map {
      Assumptions.Share(name: entry.keyText, share: $0, span: entry.keySpan)
    }
  }

  private func checkSum(_ shares: [Assumptions.Share], at span: Span) {
    let total = shares.reduce(0) { $0 + $1.share }
    if total > 10_000 { bench.report(.tooMuch(span, total: total)) }
  }
}
