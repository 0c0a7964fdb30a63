import FlowCore
import FlowTime

/// What a scenario expects against what happened, as what is wrong is reported.
struct Comparison {
  let problems: [ScenarioResult.Problem]

  init(_ expected: [Expectation], _ timeline: Timeline, span: Span) {
    problems = Alignment(expected, timeline.entries).unmet.map { pair in
      let want = pair.expected.map { expected[$0] }
      let entry = pair.entry.map { timeline.entries[$0] }
      return ScenarioResult.Problem(
        expected: want.map { $0.line(in: timeline.zone) },
        got: entry.map { $0.line(in: timeline.zone, like: want) },
        span: want?.span ?? span)
    }
  }
}

extension Expectation {
  fileprivate func line(in zone: Zone) -> String {
    let words =
      switch what {
      case .step(let name): name
      case .end(let outcome): "end \(outcome)"
      case .entry(let type, let subject): subject.map { "\(type) \($0)" } ?? type
      }
    return at.map { "\($0.written(in: zone))  \(words)" } ?? words
  }
}

extension Entry {
  /// In the words of `expect`; with its instant where the expectation has one, or where nothing was expected.
  fileprivate func line(in zone: Zone, like expectation: Expectation?) -> String {
    let words =
      switch kind {
      case .sent, .task: step ?? type
      case .escalated: step ?? type
      case .ended(let outcome): "end \(outcome)"
      default: step.map { "\(type) \($0)" } ?? type
      }
    if let expectation, expectation.at == nil { return words }
    return "\(at.written(in: zone))  \(words)"
  }
}

extension Instant {
  /// `2026-03-27 16:40`, with seconds where there are any.
  fileprivate func written(in zone: Zone) -> String {
    var civil = zone.civil(at: self)
    civil.time = CivilTime(milliseconds: civil.time.milliseconds / 1000 * 1000)
    return civil.description
  }
}
