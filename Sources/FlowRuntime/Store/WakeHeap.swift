import FlowTime

/// Instants at which something numbered is due: the earliest first, then the lower number. What is no longer
/// so stays until it comes to the front; whoever asks knows what still counts.
public struct WakeHeap: Sendable {
  public struct Wake: Hashable, Comparable, Sendable {
    public var due: Instant
    public var number: Int64
    public init(due: Instant, number: Int64) {
      self.due = due
      self.number = number
    }
    public static func < (left: Wake, right: Wake) -> Bool {
      left.due == right.due ? left.number < right.number : left.due < right.due
    }
  }

  private var wakes: [Wake] = []

  public init() {}

  /// Of any order; costs as much as their number.
  public init(_ wakes: [Wake]) {
    self.wakes = wakes
    for index in stride(from: wakes.count / 2 - 1, through: 0, by: -1) { sink(index) }
  }

  public var first: Wake? { wakes.first }
  public var count: Int { wakes.count }

  public mutating func insert(_ wake: Wake) {
    wakes.append(wake)
    wakes.withUnsafeMutableBufferPointer { wakes in
      var child = wakes.count - 1
      while child > 0, wakes[child] < wakes[(child - 1) / 2] {
        wakes.swapAt(child, (child - 1) / 2)
        child = (child - 1) / 2
      }
    }
  }

  public mutating func removeFirst() {
    guard let last = wakes.popLast(), !wakes.isEmpty else { return }
    wakes[0] = last
    sink(0)
  }

  /// The first ones, by `until`, that `counts` says still count; what does not is taken out.
  public mutating func firsts<Failure: Error>(
    until instant: Instant, limit: Int, counts: (Wake) throws(Failure) -> Bool
  ) throws(Failure) -> [Wake] {
    var found: [Wake] = []
    while found.count < limit, let first = wakes.first, first.due <= instant {
      if found.last != first, try counts(first) { found.append(first) }
      removeFirst()
    }
    for wake in found { insert(wake) }
    return found
  }

  /// The first that still counts.
  public mutating func next<Failure: Error>(
    counts: (Wake) throws(Failure) -> Bool
  ) throws(Failure) -> Instant? {
    while let first = wakes.first {
      if try counts(first) { return first.due }
      removeFirst()
    }
    return nil
  }

  private mutating func sink(_ start: Int) {
    wakes.withUnsafeMutableBufferPointer { wakes in
      var parent = start
      while true {
        var least = parent
        let child = 2 * parent + 1
        if child < wakes.count, wakes[child] < wakes[least] { least = child }
        if child + 1 < wakes.count, wakes[child + 1] < wakes[least] { least = child + 1 }
        if least == parent { return }
        wakes.swapAt(parent, least)
        parent = least
      }
    }
  }
}
