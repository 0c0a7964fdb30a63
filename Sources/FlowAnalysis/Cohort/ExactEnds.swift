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
  private let groups: [ExactGroup]
  /// When those of each start came, where there are no groups.
  private let arrivals: [Int32]
  /// Numbers of each group.
  private let planes: Int
  private var width: Int { groups.count * planes }

  init(_ groups: [ExactGroup], planes: Int) {
    self.groups = groups
    self.planes = planes
    arrivals = groups.map(\.from)
    spans = Array(repeating: Span(), count: Self.size)
    counts = Array(repeating: 0, count: Self.size * groups.count * planes)
  }

  /// A part of one row of a flow, or of all of them.
  mutating func add(
    _ part: Double, of flow: ExactFlow, rows: Range<Int>, _ masses: inout ExactMasses, from: Int32, to: Int32,
    _ tally: inout CohortTally
  ) {
    if planes > 1, Int(flow.count) == planes, let (mass, mean) = masses.onlyStart(of: flow, rows: rows) {
      let later = groups[Int(flow.first) / planes].from + Int32(mean.rounded())
      return tally.last(after: from - later, through: to - later, mass * part)
    }
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
      masses.add(part, of: flow, row, into: &counts, from: place * width)
    }
  }

  mutating func countAll(_ tally: inout CohortTally) {
    for place in spans.indices { count(place, &tally) }
  }

  private mutating func count(_ place: Int, _ tally: inout CohortTally) {
    let (span, first) = (spans[place], place * width)
    guard !span.starts.isEmpty else { return }
    if planes > 1 { return spread(span, first, &tally) }
    counts.withUnsafeMutableBufferPointer { counts in
      arrivals.withUnsafeBufferPointer { arrivals in
        let own = counts[first + span.starts.lowerBound..<first + span.starts.upperBound]
        tally.last(
          after: span.from, through: span.to, .init(rebasing: own), from: .init(rebasing: arrivals[span.starts]))
        own.update(repeating: 0)
      }
    }
  }

  /// Those of a group came evenly within a stretch with the same mean and the same mean square; where all came at one
  /// start, each ends as much later as he came later.
  private mutating func spread(_ span: Span, _ first: Int, _ tally: inout CohortTally) {
    for index in span.starts.lowerBound / planes..<span.starts.upperBound / planes {
      let place = first + index * planes
      let mass = counts[place]
      guard mass > 0 else { continue }
      let mean = counts[place + 1] / mass
      let square = counts[place + 2] / mass - mean * mean
      for plane in 0..<planes { counts[place + plane] = 0 }
      let group = groups[index]
      guard square > 1 else {
        let later = group.from + Int32(mean.rounded())
        tally.last(after: span.from - later, through: span.to - later, mass)
        continue
      }
      let ends = max(1, Double(span.to - span.from))
      let came = mean + group.late
      // Nobody came before the first minute or after the last.
      let room = min(came + 0.5, Double(group.to - group.from) - 0.5 - came)
      let comes = min((12 * (square + group.within)).squareRoot(), max(1, 2 * room))
      let middle = Double(span.to) - (ends - 1) / 2 - Double(group.from) - came
      let (wide, narrow) = (max(ends, comes), min(ends, comes))
      let parts = narrow <= 15 ? 1 : min(8, 1 + Int(narrow / 15))
      for part in 0..<parts {
        let at = middle + ((Double(part) + 0.5) / Double(parts) - 0.5) * narrow
        let (low, high) = (max(-1, (at - wide / 2).rounded(.down)), max(0, (at + wide / 2).rounded(.down)))
        tally.last(after: Int32(low), through: Int32(high), mass / Double(parts))
      }
    }
  }
}
