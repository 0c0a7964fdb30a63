import FlowCore

/// How many of something in each quarter of an hour: at a minute, or evenly within a stretch of minutes.
struct Quarters {
  private var points: [Double] = []
  /// How many more, and how many fewer, in each quarter from one on.
  private var changes: [Double] = []

  var isEmpty: Bool { points.isEmpty }

  mutating func add(_ count: Double, at minute: Int32) {
    let quarter = Int(minute) / 15
    if quarter >= points.count { grow(to: quarter) }
    points[quarter] += count
  }

  private mutating func grow(to quarter: Int) {
    let more = max(1024, quarter + 1 - points.count)
    points.append(contentsOf: repeatElement(0, count: more))
    changes.append(contentsOf: repeatElement(0, count: more))
  }

  /// After `low` and not after `high`, each minute with equal chance.
  mutating func add(_ count: Double, after low: Int32, through high: Int32) {
    let (first, last) = (Int(low + 1) / 15, Int(high) / 15)
    if last >= points.count { grow(to: last) }
    guard last > first else {
      points[last] += count
      return
    }
    let each = count / Double(high - low)
    points[first] += each * Double((first + 1) * 15 - Int(low + 1))
    points[last] += each * Double(Int(high) - last * 15 + 1)
    changes[first + 1] += each * 15
    changes[last] -= each * 15
  }

  var counts: [Double] {
    var (counts, within) = (points, 0.0)
    // What is left of the last digits is nobody.
    let nobody = 1e-13 * changes.reduce(0) { $0 + abs($1) }
    for (quarter, change) in changes.enumerated() where within != 0 || change != 0 {
      within += change
      if within <= nobody { within = 0 }
      counts[quarter] += within
    }
    return counts
  }
}

/// How long so many took: at a minute, or evenly within a stretch of minutes.
struct Lengths {
  private var quarters = Quarters()
  /// Of all of them together.
  private var minutes = 0.0
  /// The last minute of each quarter that counts by itself.
  private var latest: [Int32] = []

  mutating func add(_ count: Double, after low: Int32, through high: Int32) {
    minutes += count * (Double(min(low + 1, high)) + Double(high)) / 2
    quarters.add(count, after: min(low, high - 1), through: high)
    let quarter = Int(high) / 15
    if quarter >= latest.count {
      latest.append(contentsOf: repeatElement(-1, count: max(1024, quarter + 1 - latest.count)))
    }
    latest[quarter] = max(latest[quarter], high)
  }

  var times: CohortFigures.Times {
    var times = CohortFigures.Times(quarters.counts) { quarter in
      // Of what goes through a quarter, its end.
      quarter < latest.count && latest[quarter] >= 0 ? Int(latest[quarter]) : quarter * 15 + 14
    }
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

  /// - Parameter minute: of an index of the counts.
  init(_ counts: [Double], minute: (Int) -> Int) {
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
      while least.count < shares.count, sum >= shares[least.count] * total - 1e-9 * total { least.append(minute) }
    }
    while least.count < shares.count { least.append(longest) }
    self.init(
      mean: total > 0 ? weighted / total : 0, tenth: least[0], median: least[1], ninetieth: least[2],
      longest: longest, days: days)
  }
}
