import FlowCore

/// How many of something in each quarter of an hour: at a minute, or evenly within a stretch of minutes.
struct Quarters {
  /// How many more, or fewer, are in each quarter than in the one before.
  private var changes: [Double] = []

  var isEmpty: Bool { changes.isEmpty }

  mutating func add(_ count: Double, at minute: Int32) {
    let quarter = Int(minute) / 15
    makeRoom(for: quarter)
    changes[quarter] += count
    changes[quarter + 1] -= count
  }

  /// For a quarter and the one after it.
  private mutating func makeRoom(for quarter: Int) {
    guard quarter + 1 >= changes.count else { return }
    changes += Array(repeating: 0, count: max(4096, changes.count, quarter + 2 - changes.count))
  }

  /// After `low` and not after `high`, each minute with equal chance.
  mutating func add(_ count: Double, after low: Int32, through high: Int32) {
    makeRoom(for: Int(high) / 15)
    let stretch = Stretch(after: low, through: high)
    changes.withUnsafeMutableBufferPointer { stretch.add(count, 0, $0) }
  }

  /// The same of several, counted from instants that are each so much later, in order.
  mutating func add(
    _ counts: UnsafeBufferPointer<Double>, after low: Int32, through high: Int32, from later: UnsafeBufferPointer<Int32>
  ) {
    guard let first = later.first else { return }
    makeRoom(for: Int(high - first) / 15)
    changes.withUnsafeMutableBufferPointer { changes in
      var from = 0
      while from < counts.count {
        // Most begin on a quarter of an hour, and differ by whole ones.
        let rest = later[from] % 15
        from = Stretch(after: low - rest, through: high - rest).add(counts, from: from, later, rest, changes)
      }
    }
  }

  /// Minutes after one and not after another.
  private struct Stretch {
    private let first: Int
    private let last: Int
    /// By how much the first quarter is another than the one before it, the second than the first, the last than those
    /// between, and the one after it than the last.
    private let rise: (Double, Double)
    private let fall: (Double, Double)

    init(after low: Int32, through high: Int32) {
      let low = min(low, high - 1)
      (first, last) = (Int(low + 1) / 15, Int(high) / 15)
      guard last > first else {
        (rise, fall) = ((1, -1), (0, 0))
        return
      }
      let minute = 1 / Double(high - low)
      let atFirst = minute * Double((first + 1) * 15 - Int(low) - 1)
      let atLast = minute * Double(Int(high) - last * 15 + 1)
      (rise, fall) = ((atFirst, minute * 15 - atFirst), (atLast - minute * 15, -atLast))
    }

    /// So many, each so many quarters earlier.
    func add(_ count: Double, _ early: Int, _ changes: UnsafeMutableBufferPointer<Double>) {
      changes[first - early] += count * rise.0
      changes[first - early + 1] += count * rise.1
      changes[last - early] += count * fall.0
      changes[last - early + 1] += count * fall.1
    }

    /// Several, from one on, as long as they are so many minutes later than a quarter.
    /// - Returns: the first that is not.
    func add(
      _ counts: UnsafeBufferPointer<Double>, from begin: Int, _ later: UnsafeBufferPointer<Int32>, _ rest: Int32,
      _ changes: UnsafeMutableBufferPointer<Double>
    ) -> Int {
      guard let base = changes.baseAddress, begin < counts.count else { return counts.count }
      // They are in order: none has less room before it than the last, or less behind it than the one to begin with.
      precondition(
        counts.count <= later.count && first >= Int(later[counts.count - 1] - rest) / 15
          && last - Int(later[begin] - rest) / 15 + 1 < changes.count)
      for index in begin..<counts.count {
        let early = later[index] / 15
        guard later[index] - early * 15 == rest else { return index }
        let (count, rising, falling) = (counts[index], base + (first - Int(early)), base + (last - Int(early)))
        rising[0] += count * rise.0
        rising[1] += count * rise.1
        falling[0] += count * fall.0
        falling[1] += count * fall.1
      }
      return counts.count
    }
  }

  var counts: [Double] {
    changes.withUnsafeBufferPointer { changes in
      // What is left of the last digits is nobody.
      let nobody = 1e-13 * changes.reduce(0) { $0 + abs($1) }
      var within = 0.0
      return changes.map { change in
        within += change
        if within <= nobody { within = 0 }
        return within
      }
    }
  }
}

/// How long so many took: at a minute, or evenly within a stretch of minutes.
struct Lengths {
  private var quarters = Quarters()
  /// By quarter, one more than the last minute that something ended at; 0 where everything goes on through it.
  private var latest: [Int32] = []
  /// Of all of them together.
  private var minutes = 0.0

  mutating func add(_ count: Double, after low: Int32, through high: Int32) {
    minutes += count * (Double(min(low + 1, high)) + Double(high)) / 2
    quarters.add(count, after: low, through: high)
    makeRoom(for: high)
    latest[Int(high) / 15] = max(latest[Int(high) / 15], high + 1)
  }

  private mutating func makeRoom(for minute: Int32) {
    let quarter = Int(minute) / 15
    guard quarter >= latest.count else { return }
    latest += Array(repeating: 0, count: max(4096, latest.count, quarter + 1 - latest.count))
  }

  /// The same of several, counted from instants that are each so much later, in order.
  mutating func add(
    _ counts: UnsafeBufferPointer<Double>, after low: Int32, through high: Int32, from later: UnsafeBufferPointer<Int32>
  ) {
    let mean = (Double(min(low + 1, high)) + Double(high)) / 2
    guard let first = later.first else { return }
    makeRoom(for: high - first)
    var all = 0.0
    latest.withUnsafeMutableBufferPointer { latest in
      for index in counts.indices where counts[index] > 0 {
        all += counts[index] * (mean - Double(later[index]))
        let end = high - later[index]
        let quarter = Int(end / 15)
        if latest[quarter] <= end { latest[quarter] = end + 1 }
      }
    }
    minutes += all
    quarters.add(counts, after: low, through: high, from: later)
  }

  private func latest(in quarter: Int) -> Int? {
    quarter < latest.count && latest[quarter] > 0 ? Int(latest[quarter]) - 1 : nil
  }

  var times: CohortFigures.Times {
    // Of what goes through a quarter, its end.
    var times = CohortFigures.Times(
      quarters.counts, minute: { latest(in: $0) ?? $0 * 15 + 14 }, within: { latest(in: $0) == nil ? 15 : 0 })
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
    var day = 0.0
    var (weighted, sum, longest) = (0.0, 0.0, 0)
    let shares = [0.1, 0.5, 0.9]
    var least: [Int] = []
    var next = shares[0] * total - 1e-9 * total
    for (index, count) in counts.enumerated() where count > 0 {
      let minute = minute(index)
      while days.count < minute / 1440 {
        days.append(day)
        day = 0
      }
      day += count
      weighted += Double(minute) * count
      sum += count
      longest = minute
      while sum >= next {
        least.append(minute - Int(Double(within(index)) * min(1, max(0, sum - shares[least.count] * total) / count)))
        next = least.count < shares.count ? (shares[least.count] - 1e-9) * total : .infinity
      }
    }
    if sum > 0 { days.append(day) }
    while least.count < shares.count { least.append(longest) }
    self.init(
      mean: total > 0 ? weighted / total : 0, tenth: least[0], median: least[1], ninetieth: least[2],
      longest: longest, days: days)
  }
}
