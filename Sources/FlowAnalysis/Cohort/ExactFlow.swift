/// How many contacts there are of each start, in a row of starts: those who are not going to answer, then by class those
/// who are. Starts whose contacts have come into one state go on as one.
struct ExactFlow {
  /// The first start of which there may be any, and how many starts from it on.
  private(set) var first = 0
  private(set) var count = 0
  /// One row for those who are not going to answer, then one for each class.
  let rows: Int
  private var masses: [Double] = []

  init(classes: Int) { rows = classes + 1 }

  /// So many of one start, who are not going to answer.
  mutating func begin(_ start: Int, _ mass: Double) {
    (first, count) = (start, 1)
    masses.removeAll(keepingCapacity: true)
    masses.append(mass)
    for _ in 1..<max(1, rows) { masses.append(0) }
  }

  func sum(row: Int) -> Double {
    var sum = 0.0
    for index in (row * count)..<((row + 1) * count) { sum += masses[index] }
    return sum
  }

  var sum: Double {
    var sum = 0.0
    for mass in masses { sum += mass }
    return sum
  }

  /// Of one start, by its place in the row.
  func sum(place: Int) -> Double {
    var sum = 0.0
    for row in 0..<rows { sum += masses[row * count + place] }
    return sum
  }

  /// How many a part of each row is.
  func sum(parts: [Double]) -> Double {
    var sum = 0.0
    for row in 0..<rows { sum += self.sum(row: row) * parts[row] }
    return sum
  }

  /// Of another a part of each row.
  mutating func take(_ other: ExactFlow, parts: [Double]) {
    (first, count) = (other.first, other.count)
    masses.removeAll(keepingCapacity: true)
    for row in 0..<rows {
      for index in (row * count)..<((row + 1) * count) { masses.append(other.masses[index] * parts[row]) }
    }
  }

  /// A part of another's row, who are not going to answer any more.
  mutating func take(_ other: ExactFlow, row: Int, part: Double) {
    (first, count) = (other.first, other.count)
    masses.removeAll(keepingCapacity: true)
    for index in (row * count)..<((row + 1) * count) { masses.append(other.masses[index] * part) }
    for _ in count..<max(count, other.masses.count) { masses.append(0) }
  }

  /// Of those who are not going to answer some are, now that they have been asked.
  mutating func ask(_ shares: [Double]) {
    for place in 0..<count {
      let free = masses[place]
      for (index, share) in shares.enumerated() {
        masses[(index + 1) * count + place] += free * share
        masses[place] -= free * share
      }
    }
  }

  mutating func add(_ other: ExactFlow) {
    let low = min(first, other.first)
    let high = max(first + count, other.first + other.count)
    if low < first || high > first + count {
      var wider = [Double](repeating: 0, count: rows * (high - low))
      for row in 0..<rows {
        for place in 0..<count { wider[row * (high - low) + first - low + place] = masses[row * count + place] }
      }
      (first, count, masses) = (low, high - low, wider)
    }
    let shift = other.first - first
    for row in 0..<rows {
      for place in 0..<other.count {
        masses[row * count + shift + place] += other.masses[row * other.count + place]
      }
    }
  }
}
