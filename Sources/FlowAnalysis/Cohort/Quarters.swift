import FlowCore

/// How many of something in each quarter of an hour: at a minute, or evenly within a stretch of minutes.
struct Quarters {
  private struct Quarter {
    var count = 0.0
    /// How many more, and how many fewer, in each quarter from this one on.
    var change = 0.0
    /// The last minute that something ended at.
    var latest: Int32 = -1
  }

  private var quarters: [Quarter] = []

  var isEmpty: Bool { quarters.isEmpty }

  mutating func add(_ count: Double, at minute: Int32) {
    let quarter = Int(minute) / 15
    if quarter >= quarters.count { grow(to: quarter) }
    quarters[quarter].count += count
  }

  private mutating func grow(to quarter: Int) {
    let more = max(1024, quarter + 1 - quarters.count)
    quarters.append(contentsOf: repeatElement(Quarter(), count: more))
  }

  /// After `low` and not after `high`, each minute with equal chance.
  mutating func add(_ count: Double, after low: Int32, through high: Int32) {
    let last = Int(high) / 15
    if last >= quarters.count { grow(to: last) }
    let stretch = Stretch(after: low, through: high)
    quarters.withUnsafeMutableBufferPointer { stretch.add(count, 0, $0) }
  }

  /// The same of several, counted from instants that are each so much later, in order.
  mutating func add(
    _ counts: UnsafeBufferPointer<Double>, after low: Int32, through high: Int32, from later: UnsafeBufferPointer<Int32>
  ) {
    guard let first = later.first else { return }
    let last = Int(high - first) / 15
    if last >= quarters.count { grow(to: last) }
    quarters.withUnsafeMutableBufferPointer { quarters in
      // Most begin on a quarter of an hour, and differ by whole ones.
      var (stretch, rest): (Stretch?, Int32) = (nil, 0)
      for index in counts.indices where counts[index] > 0 {
        let quarter = later[index] / 15
        if stretch == nil || later[index] - quarter * 15 != rest {
          rest = later[index] - quarter * 15
          stretch = Stretch(after: low - rest, through: high - rest)
        }
        stretch?.add(counts[index], Int(quarter), quarters)
      }
    }
  }

  /// Minutes after one and not after another.
  private struct Stretch {
    private let first: Int
    private let last: Int
    private let high: Int32
    /// Which part is in the first quarter, in the last, and in each between.
    private let atFirst: Double
    private let atLast: Double
    private let each: Double

    init(after low: Int32, through high: Int32) {
      let low = min(low, high - 1)
      (first, last, self.high) = (Int(low + 1) / 15, Int(high) / 15, high)
      let minute = 1 / Double(high - low)
      each = minute * 15
      atFirst = minute * Double((first + 1) * 15 - Int(low) - 1)
      atLast = minute * Double(Int(high) - last * 15 + 1)
    }

    /// So many, each so many quarters earlier.
    func add(_ count: Double, _ early: Int, _ quarters: UnsafeMutableBufferPointer<Quarter>) {
      let (first, last) = (first - early, last - early)
      quarters[last].latest = max(quarters[last].latest, high - Int32(truncatingIfNeeded: early * 15))
      guard last > first else {
        quarters[last].count += count
        return
      }
      quarters[first].count += count * atFirst
      quarters[last].count += count * atLast
      quarters[first + 1].change += count * each
      quarters[last].change -= count * each
    }
  }

  var counts: [Double] {
    // What is left of the last digits is nobody.
    let nobody = 1e-13 * quarters.withUnsafeBufferPointer { $0.reduce(0) { $0 + abs($1.change) } }
    var within = 0.0
    return quarters.withUnsafeBufferPointer { quarters in
      quarters.map { quarter in
        if quarter.change != 0 {
          within += quarter.change
          if within <= nobody { within = 0 }
        }
        return quarter.count + within
      }
    }
  }

  /// The last minute of a quarter that something ended at; nil where everything goes on through it.
  func latest(in quarter: Int) -> Int? {
    quarters.indices.contains(quarter) && quarters[quarter].latest >= 0 ? Int(quarters[quarter].latest) : nil
  }
}

/// How long so many took: at a minute, or evenly within a stretch of minutes.
struct Lengths {
  private var quarters = Quarters()
  /// Of all of them together.
  private var minutes = 0.0

  mutating func add(_ count: Double, after low: Int32, through high: Int32) {
    minutes += count * (Double(min(low + 1, high)) + Double(high)) / 2
    quarters.add(count, after: low, through: high)
  }

  /// The same of several, counted from instants that are each so much later, in order.
  mutating func add(
    _ counts: UnsafeBufferPointer<Double>, after low: Int32, through high: Int32, from later: UnsafeBufferPointer<Int32>
  ) {
    let mean = (Double(min(low + 1, high)) + Double(high)) / 2
    for index in counts.indices where counts[index] > 0 { minutes += counts[index] * (mean - Double(later[index])) }
    quarters.add(counts, after: low, through: high, from: later)
  }

  var times: CohortFigures.Times {
    // Of what goes through a quarter, its end.
    var times = CohortFigures.Times(
      quarters.counts, minute: { quarters.latest(in: $0) ?? $0 * 15 + 14 },
      within: { quarters.latest(in: $0) == nil ? 15 : 0 })
    let total = times.days.reduce(0, +)
    times.mean = total > 0 ? minutes / total : 0
    return times
  }
}

extension CohortFigures.Times {
  /// - Parameter minutes: [m]: how many ended m minutes after their start.
  public init(minutes: [Double]) {
    self.init(minutes, minute: { $0 })
  }

  /// - Parameters:
  ///   - minute: of an index of the counts.
  ///   - within: how many minutes before that they came evenly.
  init(_ counts: [Double], minute: (Int) -> Int, within: (Int) -> Int = { _ in 0 }) {
    let total = counts.reduce(0, +)
    var days: [Double] = []
    var (weighted, sum, longest) = (0.0, 0.0, 0)
    let shares = [0.1, 0.5, 0.9]
    var least: [Int] = []
    for (index, count) in counts.enumerated() where count > 0 {
      let minute = minute(index)
      while days.count <= minute / 1440 { days.append(0) }
      days[minute / 1440] += count
      weighted += Double(minute) * count
      sum += count
      longest = minute
      while least.count < shares.count, sum >= shares[least.count] * total - 1e-9 * total {
        least.append(minute - Int(Double(within(index)) * min(1, max(0, sum - shares[least.count] * total) / count)))
      }
    }
    while least.count < shares.count { least.append(longest) }
    self.init(
      mean: total > 0 ? weighted / total : 0, tenth: least[0], median: least[1], ninetieth: least[2],
      longest: longest, days: days)
  }
}
