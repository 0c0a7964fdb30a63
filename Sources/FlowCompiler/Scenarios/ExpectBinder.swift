import FlowCore
import FlowTime

/// The lines of `expect`.
struct ExpectBinder {
  let bench: Bench
  let graph: Graph
  let zone: Zone

  /// `2026-03-27 16:40  receipt`, `receipt`, `end won`, `escalated call-overdue`.
  func line(_ node: YAMLNode) -> Expectation? {
    guard let text = bench.text(node, wanted: "a step, or end OUTCOME") else { return nil }
    var words = text.words
    var at: Instant?
    if let first = words.first, first.text.utf8.first.map(Bench.isDigit) == true {
      guard let (instant, used) = instant(words, text) else { return nil }
      (at, words) = (instant, Array(words.dropFirst(used)))
    }
    guard let what = what(words, text) else { return nil }
    return Expectation(at: at, what: what, span: text.whole)
  }

  /// The instant, and how many words it takes.
  private func instant(_ words: [Located], _ text: Located) -> (Instant, Int)? {
    if let instant = Instant(rfc3339: words[0].text) { return (instant, 1) }
    guard let date = CivilDate(iso: words[0].text) else {
      bench.report(.badDate(words[0]))
      return nil
    }
    guard words.count > 1, let time = bench.time(words[1]) else {
      if words.count == 1 { bench.report(.badExpectation(text)) }
      return nil
    }
    return (zone.instant(of: CivilDateTime(date: date, time: time)), 2)
  }

  private func what(_ words: [Located], _ text: Located) -> Expectation.What? {
    switch words.count {
    case 1:
      if graph.node(named: words[0].text) != nil { return .step(words[0].text) }
      if Self.types.contains(words[0].text) { return .entry(type: words[0].text, subject: nil) }
      bench.report(.unknownStep(words[0], known: graph.nodes.map(\.name)))
    case 2 where words[0].text == "end": return .end(words[1].text)
    case 2...:
      guard Self.types.contains(words[0].text) else {
        bench.report(.unknownEntry(words[0], known: Self.types))
        return nil
      }
      let subject = text.after(words[0].text) ?? Located.tail(words)
      return .entry(type: words[0].text, subject: subject.text)
    default: bench.report(.badExpectation(text))
    }
    return nil
  }

  /// The types of a timeline's entries (cli.md, "The event stream").
  static let types = [
    "started", "waiting", "deferred", "sent", "task", "received", "timeout", "escalated", "chose", "set",
    "emitted",
    "enrolled", "suppressed", "held", "skipped", "withheld", "failed", "ended",
  ]
}

extension Located {
  /// The words after the first, with one blank between.
  static func tail(_ words: [Located]) -> Located {
    Located(words.dropFirst().map(\.text).joined(separator: " "), at: words[words.count - 1].whole)
  }
}
