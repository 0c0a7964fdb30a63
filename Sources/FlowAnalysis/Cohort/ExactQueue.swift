/// Contacts that wait in one state, all over the same.
struct ExactState<State: Hashable> {
  var state: State
  /// When the task was given of which an outcome is still to come, and when it ends to; both 0 where none is.
  var given: Int32
  var until: Int32
  /// One of them: splits lead all of them as they lead this one.
  var contact: UInt32
  var flow: ExactFlow

  func isSame(as other: ExactState) -> Bool {
    given == other.given && until == other.until && contact == other.contact
      && flow.isCounted == other.flow.isCounted && state == other.state
  }
}

/// States by the minute from which on they wait. Those that have become equal come out as one.
struct ExactQueue<State: Hashable> {
  private var states: [ExactState<State>?] = []
  /// The same for equal states.
  private var tags: [UInt64] = []
  private var free: [UInt32] = []
  /// A heap; the minute is above the place, so that what comes out does not depend on anything else.
  private var heap: [UInt64] = []
  private var places: [UInt32] = []
  mutating func push(_ state: ExactState<State>, tag: UInt64, at minute: Int32) {
    let place = free.popLast() ?? UInt32(states.count)
    if Int(place) == states.count {
      states.append(state)
      tags.append(tag)
    } else {
      states[Int(place)] = state
      tags[Int(place)] = tag
    }
    let key = UInt64(UInt32(bitPattern: minute)) << 32 | UInt64(place)
    var index = heap.count
    heap.append(key)
    while index > 0, heap[(index - 1) / 2] > key {
      heap[index] = heap[(index - 1) / 2]
      index = (index - 1) / 2
    }
    heap[index] = key
  }

  /// All of the next minute, into an empty list; nil where there are none.
  mutating func pop(into all: inout [ExactState<State>], _ masses: inout ExactMasses) -> Int32? {
    guard let first = heap.first else { return nil }
    places.removeAll(keepingCapacity: true)
    while let next = heap.first, next >> 32 == first >> 32 {
      places.append(UInt32(truncatingIfNeeded: next))
      remove()
    }
    if places.count > 1 {
      places.sort { (tags[Int($0)], $0) < (tags[Int($1)], $1) }
    }
    var sameFrom = 0
    var last: UInt64?
    for place in places {
      guard let state = states[Int(place)] else { continue }
      states[Int(place)] = nil
      free.append(place)
      if tags[Int(place)] != last { (sameFrom, last) = (all.count, tags[Int(place)]) }
      var known = sameFrom
      while known < all.count, !all[known].isSame(as: state) { known += 1 }
      if known < all.count {
        masses.join(state.flow, into: &all[known].flow)
      } else {
        all.append(state)
      }
    }
    return Int32(truncatingIfNeeded: first >> 32)
  }

  private mutating func remove() {
    guard let last = heap.popLast(), !heap.isEmpty else { return }
    var index = 0
    while true {
      var child = 2 * index + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
      if heap[child] >= last { break }
      heap[index] = heap[child]
      index = child
    }
    heap[index] = last
  }
}
