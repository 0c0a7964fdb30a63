import FlowTime

/// What a scenario expects beside what happened. Touches and the end are compared whole and in order, each with its
/// instant where one is written; other entries only where they are listed.
///
/// It is the cheapest way to lay the two side by side: as little as possible is wrong.
public struct Alignment: Sendable {
  /// An expectation, an entry, or both, by their positions.
  public struct Pair: Sendable {
    public var expected: Int?
    public var entry: Int?
  }

  /// What is not as it is expected; none is what must be.
  public private(set) var unmet: [Pair] = []

  private enum Cost {
    static let otherInstant = 2
    static let missing = 3
    static let unexpected = 3
    static let other = 5
  }

  /// Entries that are no touch and no end, and of no kind that is expected, do not take part.
  public init(_ expected: [Expectation], _ entries: [Entry]) {
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
        if both > 0 { unmet.append(Pair(expected: i, entry: taking[j])) }
        (i, j) = (i + 1, j + 1)
      } else if i < expected.count, Cost.missing + cost[i + 1][j] == cost[i][j] {
        unmet.append(Pair(expected: i, entry: nil))
        i += 1
      } else {
        if skip(j) > 0 { unmet.append(Pair(expected: nil, entry: taking[j])) }
        j += 1
      }
    }
  }
}

extension Expectation {
  /// What it names, whenever that is.
  fileprivate func names(_ entry: Entry) -> Bool {
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

  fileprivate func isMet(by entry: Entry) -> Bool { names(entry) && (at.map { entry.isAt($0) } ?? true) }
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
}
