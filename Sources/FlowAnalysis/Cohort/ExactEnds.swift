/// Who has ended after one minute and not after another, by start: many end within the same, and are counted together.
struct ExactEnds {
  private struct Span {
    var from: Int32 = 0
    var to: Int32 = 0
    /// Of which starts there may be any.
    var starts = 0..<0
  }

  private static let size = 512
  /// A place for each, and in it one for each start; of those that would share a place, the latest.
  private var spans: [Span]
  private var counts: [Double]
  /// When those of each start came.
  private let arrivals: [Int32]

  init(arrivals: [Int32]) {
    self.arrivals = arrivals
    spans = Array(repeating: Span(), count: Self.size)
    counts = Array(repeating: 0, count: Self.size * arrivals.count)
  }

  /// A part of one row of a flow, or of all of them.
  mutating func add(
    _ part: Double, of flow: ExactFlow, rows: Range<Int>, _ masses: inout ExactMasses, from: Int32, to: Int32,
    _ tally: inout CohortTally
  ) {
    let mixed = (UInt32(bitPattern: from) &* 31 &+ UInt32(bitPattern: to)) &* 0x9E37_79B9
    let place = Int(mixed >> 23)
    if spans[place].from != from || spans[place].to != to {
      count(place, &tally)
      spans[place] = Span(from: from, to: to)
    }
    let (starts, own) = (spans[place].starts, Int(flow.first)..<Int(flow.first + flow.count))
    spans[place].starts =
      starts.isEmpty
      ? own : min(starts.lowerBound, own.lowerBound)..<max(starts.upperBound, own.upperBound)
    for row in rows where flow.has(row) {
      masses.add(part, of: flow, row, into: &counts, from: place * arrivals.count)
    }
  }

  mutating func countAll(_ tally: inout CohortTally) {
    for place in spans.indices { count(place, &tally) }
  }

  private mutating func count(_ place: Int, _ tally: inout CohortTally) {
    let (span, first) = (spans[place], place * arrivals.count)
    guard !span.starts.isEmpty else { return }
    counts.withUnsafeMutableBufferPointer { counts in
      arrivals.withUnsafeBufferPointer { arrivals in
        let own = counts[first + span.starts.lowerBound..<first + span.starts.upperBound]
        tally.last(
          after: span.from, through: span.to, .init(rebasing: own), from: .init(rebasing: arrivals[span.starts]))
        own.update(repeating: 0)
      }
    }
  }
}
