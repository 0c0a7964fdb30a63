/// Who has ended after one minute and not after another, by start: many end within the same, and are counted together.
struct ExactEnds {
  private static let size = 128
  /// A place for each, and in it one for each start; of those that would share a place, the latest.
  private var spans: [(from: Int32, to: Int32)]
  private var counts: [Double]
  /// When those of each start came.
  private let arrivals: [Int32]

  init(arrivals: [Int32]) {
    self.arrivals = arrivals
    spans = Array(repeating: (0, 0), count: Self.size)
    counts = Array(repeating: 0, count: Self.size * arrivals.count)
  }

  private func own(_ place: Int) -> Range<Int> { place * arrivals.count..<(place + 1) * arrivals.count }

  /// A part of one row of a flow, or of all of them.
  mutating func add(
    _ part: Double, of flow: ExactFlow, rows: Range<Int>, _ masses: ExactMasses, from: Int32, to: Int32,
    _ tally: inout CohortTally
  ) {
    let mixed = (UInt32(bitPattern: from) &* 31 &+ UInt32(bitPattern: to)) &* 0x9E37_79B9
    let place = Int(mixed >> 25)
    if spans[place] != (from, to) {
      count(place, &tally)
      spans[place] = (from, to)
    }
    for row in rows where flow.has(row) { masses.add(part, of: flow, row, into: &counts, from: own(place).lowerBound) }
  }

  mutating func countAll(_ tally: inout CohortTally) {
    for place in spans.indices { count(place, &tally) }
  }

  private mutating func count(_ place: Int, _ tally: inout CohortTally) {
    let (span, own) = (spans[place], own(place))
    counts.withUnsafeMutableBufferPointer { counts in
      arrivals.withUnsafeBufferPointer { arrivals in
        let counts = counts[own]
        tally.last(after: span.from, through: span.to, .init(rebasing: counts), from: arrivals)
        counts.update(repeating: 0)
      }
    }
  }
}
