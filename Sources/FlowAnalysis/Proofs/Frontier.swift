/// The places still to be followed, the earliest first: a heap.
struct Frontier {
  private var heap: [(order: Int, control: Control)] = []

  mutating func push(_ control: Control, _ order: Int) {
    heap.append((order, control))
    var child = heap.count - 1
    while child > 0, heap[child].order < heap[(child - 1) / 2].order {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> Control? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return first.control }
    heap[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && heap[child].order < heap[least].order {
        least = child
      }
      if least == parent { return first.control }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
