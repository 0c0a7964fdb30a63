/// How many contacts of each start have come into one state; where that stands in ``ExactMasses``. Starts whose
/// contacts have come into one state go on as one.
struct ExactFlow {
  fileprivate let slot: Int32
  /// The first start of which there may be any, and how many starts from it on.
  fileprivate(set) var first: Int32 = 0
  fileprivate(set) var count: Int32 = 0
  /// A bit for each row in which there may be any; the last one stands for all rows from the 64th on.
  fileprivate var rows: UInt64 = 0
  /// How many have had how many touches stands beside it, in place of in the state.
  fileprivate(set) var isCounted = false

  static func bit(_ row: Int) -> UInt64 { 1 << UInt64(min(row, 63)) }

  func has(_ row: Int) -> Bool { rows & ExactFlow.bit(row) != 0 }

  var isEmpty: Bool { rows == 0 }
  /// Nobody is going to answer.
  var isSilent: Bool { rows == 1 }
}

/// The contacts of all flows, in one piece of memory: of each start those who are not going to answer, then by how
/// long an answer takes those who are.
struct ExactMasses {
  /// One row for those who are not going to answer, then one for all classes of answers that take equally long.
  let rows: Int
  /// Of whoever is asked: by row from the second on, who is going to answer.
  private let shares: [Double]
  private let starts: Int
  private let width: Int
  /// For each start or group of starts: how many; of groups also those times the minute, and times its square.
  let planes: Int
  /// So many numbers of touches have a place, and so many have come about.
  static let touches = 64
  private(set) var mostTouches = 0
  /// A slot for each flow; in it the sum of each row, a place for each number of touches, for a silent flow that is
  /// counted, and the rows, in each a place for each start. Outside a flow's rows and starts it is zero.
  private var values: [Double] = []
  /// Eight slots, to be appended at once.
  private let fresh: [Double]
  private var free: [Int32] = []

  init(shares: [Double], groups: Int, planes: Int) {
    self.shares = shares
    rows = shares.count + 1
    self.planes = planes
    starts = max(1, groups) * planes
    width = rows * (self.starts + 1) + ExactMasses.touches
    fresh = Array(repeating: 0, count: 8 * width)
    values.reserveCapacity(512 * width)
  }

  private func sums(_ flow: ExactFlow) -> Int { Int(flow.slot) * width }

  private func places(_ flow: ExactFlow, _ row: Int) -> Range<Int> {
    let from = sums(flow) + rows + ExactMasses.touches + row * starts + Int(flow.first)
    return from..<(from + Int(flow.count))
  }

  private func counts(_ flow: ExactFlow) -> Range<Int> {
    let from = sums(flow) + rows
    return from..<(from + mostTouches + 1)
  }

  private mutating func empty(like flow: ExactFlow) -> ExactFlow {
    if free.isEmpty {
      let used = Int32(values.count / width)
      values += fresh
      free += (used..<used + 8).reversed()
    }
    return ExactFlow(slot: free.removeLast(), first: flow.first, count: flow.count)
  }

  // MARK: Over places

  // Without a check of each place several are done at once. The ranges come from this file alone.

  private mutating func scale(_ places: Range<Int>, by part: Double) {
    values.withUnsafeMutableBufferPointer { values in
      guard let own = values.baseAddress?.advanced(by: places.lowerBound) else { return }
      for index in 0..<places.count { own[index] *= part }
    }
  }

  /// Adds to places from one on a part of others.
  private mutating func add(_ part: Double, of places: Range<Int>, from to: Int) {
    values.withUnsafeMutableBufferPointer { values in
      guard let base = values.baseAddress else { return }
      let (own, other) = (base + to, base + places.lowerBound)
      for index in 0..<places.count { own[index] += other[index] * part }
    }
  }

  private mutating func clear(_ places: Range<Int>) {
    values.withUnsafeMutableBufferPointer { values in
      guard let own = values.baseAddress?.advanced(by: places.lowerBound) else { return }
      for index in 0..<places.count { own[index] = 0 }
    }
  }

  // MARK: Flows

  /// So many of one start, who are not going to answer, so many minutes after the first of their group.
  mutating func begin(_ group: Int, after minutes: Double, _ mass: Double) -> ExactFlow {
    var flow = empty(like: ExactFlow(slot: 0, first: Int32(group * planes), count: Int32(planes)))
    flow.rows = 1
    let place = places(flow, 0).lowerBound
    values[place] = mass
    if planes == 3 { (values[place + 1], values[place + 2]) = (mass * minutes, mass * minutes * minutes) }
    values[sums(flow)] = mass
    return flow
  }

  /// Of how many starts or groups there may be any.
  func groups(_ flow: ExactFlow) -> Double { Double(Int(flow.count) / planes) }

  /// Of a flow that nobody asks for again.
  mutating func drop(_ flow: ExactFlow) {
    for row in 0..<rows where flow.has(row) { clear(places(flow, row)) }
    clear(sums(flow)..<(sums(flow) + rows))
    if flow.isCounted { clear(counts(flow)) }
    free.append(flow.slot)
  }

  func sum(_ flow: ExactFlow, row: Int) -> Double { values[sums(flow) + row] }

  func sum(_ flow: ExactFlow) -> Double {
    var sum = 0.0
    for row in 0..<rows { sum += values[sums(flow) + row] }
    return sum
  }

  /// Of another those who come to an outcome within a stretch of a wait.
  mutating func part(
    _ other: ExactFlow, _ wait: ExactWait, _ own: Double, from low: Int32, to high: Int32
  ) -> ExactFlow {
    var flow = empty(like: other)
    for row in 0..<rows where other.has(row) {
      let part = wait.came(own, row, from: low, to: high)
      if part > 0 { take(part, of: other, row, &flow, row) }
    }
    if other.isCounted {
      add(wait.came(own, 0, from: low, to: high), of: counts(other), from: counts(flow).lowerBound)
      flow.isCounted = true
    }
    return flow
  }

  /// A part of another's row, who are not going to answer any more.
  mutating func silenced(_ other: ExactFlow, row: Int, part: Double) -> ExactFlow {
    var flow = empty(like: other)
    take(part, of: other, row, &flow, 0)
    if other.isCounted {
      add(part, of: counts(other), from: counts(flow).lowerBound)
      flow.isCounted = true
    }
    return flow
  }

  /// Of another's row those who have had so many touches, which stands beside them.
  mutating func gathered(_ other: ExactFlow, row: Int, touches: Int) -> ExactFlow {
    var flow = empty(like: other)
    flow.isCounted = true
    gather(other, row: row, touches: touches, into: &flow)
    return flow
  }

  mutating func gather(_ other: ExactFlow, row: Int, touches: Int, into flow: inout ExactFlow) {
    extend(&flow, over: other)
    add(1, of: places(other, row), from: places(flow, row).lowerBound + Int(other.first - flow.first))
    let sum = values[sums(other) + row]
    values[sums(flow) + row] += sum
    flow.rows |= ExactFlow.bit(row)
    mostTouches = max(mostTouches, touches)
    values[counts(flow).lowerBound + touches] += sum
  }

  private func extend(_ flow: inout ExactFlow, over other: ExactFlow) {
    let low = min(flow.first, other.first)
    flow.count = max(flow.first + flow.count, other.first + other.count) - low
    flow.first = low
  }

  private mutating func take(_ part: Double, of other: ExactFlow, _ row: Int, _ flow: inout ExactFlow, _ own: Int) {
    add(part, of: places(other, row), from: places(flow, own).lowerBound)
    values[sums(flow) + own] += values[sums(other) + row] * part
    flow.rows |= ExactFlow.bit(own)
  }

  /// Of each row those for whom nothing has come after so many minutes of a wait.
  mutating func keep(_ flow: inout ExactFlow, _ wait: ExactWait, after minutes: Int32) {
    var left: UInt64 = 0
    for row in 0..<rows where flow.has(row) {
      let part = wait.left(row, after: minutes)
      if part != 1 {
        scale(places(flow, row), by: part)
        values[sums(flow) + row] *= part
        if row == 0, flow.isCounted { scale(counts(flow), by: part) }
      }
      if part > 0 { left |= ExactFlow.bit(row) }
    }
    flow.rows = left
  }

  /// Of those who are not going to answer some are, now that they have been asked.
  mutating func ask(_ flow: inout ExactFlow) {
    guard flow.has(0) else { return }
    var rest = 1.0
    for row in 1..<rows {
      take(shares[row - 1], of: flow, 0, &flow, row)
      rest -= shares[row - 1]
    }
    scale(places(flow, 0), by: rest)
    values[sums(flow)] *= rest
  }

  /// Into a flow another, which is nothing by itself from then on.
  mutating func join(_ other: ExactFlow, into flow: inout ExactFlow) {
    extend(&flow, over: other)
    for row in 0..<rows where other.has(row) {
      add(1, of: places(other, row), from: places(flow, row).lowerBound + Int(other.first - flow.first))
      values[sums(flow) + row] += values[sums(other) + row]
    }
    flow.rows |= other.rows
    if other.isCounted, flow.isCounted { add(1, of: counts(other), from: counts(flow).lowerBound) }
    drop(other)
  }

  /// A part of a row, by start, added to places for all starts.
  mutating func add(_ part: Double, of flow: ExactFlow, _ row: Int, into counts: inout [Double], from: Int) {
    let places = places(flow, row)
    values.withUnsafeMutableBufferPointer { values in
      counts.withUnsafeMutableBufferPointer { counts in
        guard let own = counts.baseAddress, let other = values.baseAddress else { return }
        let (to, of) = (own + from + Int(flow.first), other + places.lowerBound)
        for index in 0..<places.count { to[index] += of[index] * part }
      }
    }
  }

  /// How many of some rows of one group, and by how much their start is later than its first minute, if it is one.
  func onlyStart(of flow: ExactFlow, rows: Range<Int>) -> (mass: Double, later: Double)? {
    var (mass, first, second) = (0.0, 0.0, 0.0)
    for row in rows where flow.has(row) {
      let place = places(flow, row).lowerBound
      mass += values[place]
      first += values[place + 1]
      second += values[place + 2]
    }
    guard mass > 0, second / mass - first / mass * (first / mass) < 1 else { return nil }
    return (mass, first / mass)
  }

  // MARK: Touches

  /// All of a silent flow have had so many touches. From now on that stands beside it.
  mutating func count(_ flow: inout ExactFlow, touches: Int) {
    values[counts(flow).lowerBound + touches] = sum(flow)
    mostTouches = max(mostTouches, touches)
    flow.isCounted = true
  }

  /// Of a flow that is counted: how many have had so many touches.
  func sum(_ flow: ExactFlow, touches: Int) -> Double { values[counts(flow).lowerBound + touches] }
}
