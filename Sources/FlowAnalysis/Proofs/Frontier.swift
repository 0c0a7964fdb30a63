/// The places still to be followed, by their numbers, the earliest first: a heap.
struct Frontier {
  private var heap: [(order: Int, place: Int)] = []

  mutating func push(_ place: Int, _ order: Int) {
    heap.append((order, place))
    var child = heap.count - 1
    while child > 0, heap[child].order < heap[(child - 1) / 2].order {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> Int? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return first.place }
    heap[0] = last
    var parent = 0
    while true {
      var least = parent
      let child = 2 * parent + 1
      if child < heap.count, heap[child].order < heap[least].order { least = child }
      if child + 1 < heap.count, heap[child + 1].order < heap[least].order { least = child + 1 }
      if least == parent { return first.place }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
