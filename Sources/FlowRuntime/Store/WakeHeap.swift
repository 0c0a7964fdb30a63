import FlowTime

/// Runs by when they are due: the least first.
struct WakeHeap {
  struct Wake: Hashable, Comparable {
    var due: Instant
    var run: String
    static func < (left: Wake, right: Wake) -> Bool {
      left.due == right.due ? left.run < right.run : left.due < right.due
    }
  }

  private var wakes: [Wake] = []

  var first: Wake? { wakes.first }

  mutating func insert(_ wake: Wake) {
    wakes.append(wake)
    var child = wakes.count - 1
    while child > 0, wakes[child] < wakes[(child - 1) / 2] {
      wakes.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func removeFirst() {
    guard let last = wakes.popLast(), !wakes.isEmpty else { return }
    wakes[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < wakes.count && wakes[child] < wakes[least] {
        least = child
      }
      if least == parent { return }
      wakes.swapAt(parent, least)
      parent = least
    }
  }
}
