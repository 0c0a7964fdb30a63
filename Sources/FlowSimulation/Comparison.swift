import FlowCore
import FlowTime

/// What a scenario expects against what happened. Touches and the end are compared whole and in order, each
/// with its instant where one is written; other entries only where they are listed.
///
/// The two lists are laid side by side so that as little as possible is wrong; what is wrong then is what is
/// reported.
struct Comparison {
  let problems: [ScenarioResult.Problem]

  init(_ expected: [Expectation], _ timeline: Timeline, span: Span) {
    let alignment = Alignment(expected, timeline.entries)
    problems = alignment.pairs.compactMap { pair -> ScenarioResult.Problem? in
      let want = pair.expected.map { expected[$0] }
      let entry = pair.entry.map { timeline.entries[$0] }
      if let want, let entry, want.isMet(by: entry) { return nil }
      return ScenarioResult.Problem(
        expected: want.map { $0.line(in: timeline.zone) },
        got: entry.map { $0.line(in: timeline.zone, like: want) },
        span: want?.span ?? span)
    }
  }
}

/// The cheapest way to lay expectations and entries side by side.
private struct Alignment {
  struct Pair {
    var expected: Int?
    var entry: Int?
  }

  private(set) var pairs: [Pair] = []

  private enum Cost {
    static let otherInstant = 2
    static let missing = 3
    static let unexpected = 3
    static let other = 5
  }

  /// Entries that are no touch and no end, and of no kind that is expected, do not take part.
  init(_ expected: [Expectation], _ entries: [Entry]) {
    let taking = entries.indices.filter { index in
      entries[index].mustBeListed || expected.contains { $0.names(entries[index]) }
    }
    // cost[i][j]: of the expectations from i on against the entries from j on.
    var cost = [[Int]](
      repeating: [Int](repeating: 0, count: taking.count + 1), count: expected.count + 1)
    func skip(_ j: Int) -> Int { entries[taking[j]].mustBeListed ? Cost.unexpected : 0 }
    func pair(_ i: Int, _ j: Int) -> Int? {
      let entry = entries[taking[j]]
      if expected[i].isMet(by: entry) { return 0 }
      if expected[i].names(entry) { return Cost.otherInstant }
      return entry.mustBeListed ? Cost.other : nil
    }
    for i in stride(from: expected.count, through: 0, by: -1) {
      for j in stride(from: taking.count, through: 0, by: -1) {
        var ways: [Int] = []
        if i < expected.count, j < taking.count, let both = pair(i, j) {
          ways.append(both + cost[i + 1][j + 1])
        }
        if i < expected.count { ways.append(Cost.missing + cost[i + 1][j]) }
        if j < taking.count { ways.append(skip(j) + cost[i][j + 1]) }
        cost[i][j] = ways.min() ?? 0
      }
    }
    var (i, j) = (0, 0)
    while i < expected.count || j < taking.count {
      if i < expected.count, j < taking.count, let both = pair(i, j), both + cost[i + 1][j + 1] == cost[i][j] {
        pairs.append(Pair(expected: i, entry: taking[j]))
        (i, j) = (i + 1, j + 1)
      } else if i < expected.count, Cost.missing + cost[i + 1][j] == cost[i][j] {
        pairs.append(Pair(expected: i, entry: nil))
        i += 1
      } else {
        if skip(j) > 0 { pairs.append(Pair(expected: nil, entry: taking[j])) }
        j += 1
      }
    }
  }
}

extension Expectation {
  /// What it names, whenever that is.
  func names(_ entry: Entry) -> Bool {
    switch what {
    case .step(let name):
      guard entry.step == name else { return false }
      if case .escalated = entry.kind { return true }
      return entry.handover != nil
    case .end(let outcome): return entry.kind == .ended(outcome: outcome)
    case .entry(let type, let subject):
      return entry.type == type && (subject.map { entry.subjects.contains($0) } ?? true)
    }
  }

  func isMet(by entry: Entry) -> Bool { names(entry) && (at.map { entry.isAt($0) } ?? true) }

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
  /// A touch, or the end: `expect` lists all of them.
  fileprivate var mustBeListed: Bool {
    if case .ended = kind { return true }
    return handover?.touch == true
  }

  /// What may stand after the type.
  fileprivate var subjects: [String] {
    let more: [String?] =
      switch kind {
      case .started(let event), .emitted(let event): [event]
      case .received(let event, let replyClass, let outcome, _): [event, replyClass, outcome]
      case .chose(let chosen): [chosen]
      case .enrolled(let workflow): [workflow]
      case .suppressed(let channel): [channel]
      case .ended(let outcome): [outcome]
      default: []
      }
    return ([step] + more).compactMap(\.self)
  }

  /// Instants are written to the minute: one without seconds is met by any instant of that minute.
  fileprivate func isAt(_ instant: Instant) -> Bool {
    let minute = instant.milliseconds % 60_000 == 0
    return minute
      ? (0..<60_000).contains(at.milliseconds(since: instant))
      : at.seconds == instant.seconds
  }

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
