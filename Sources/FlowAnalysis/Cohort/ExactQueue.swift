/// Contacts that wait in one state, all over the same.
struct ExactState<State: WalkerState> {
  var state: State
  /// When the task was given of which an outcome is still to come, and when it ends to; both 0 where none is.
  var given: Int32
  var until: Int32
  /// One of them: splits lead all of them as they lead this one.
  var contact: UInt32
  var flow: ExactFlow
  /// The share of them who are in another place than they belong.
  var rough = 0.0

  func isSame(as other: ExactState) -> Bool {
    given == other.given && until == other.until && contact == other.contact
      && flow.isCounted == other.flow.isCounted && state == other.state
  }
}

/// States by the minute from which on they wait. Those that have become equal are one.
struct ExactQueue<State: WalkerState> {
  private struct Place {
    var state: ExactState<State>
    var minute: Int32
    var bucket: Int32
    /// The next place in the same bucket; -1 at the end.
    var next: Int32
    /// What it shares with those that few may join; 0 where nobody may.
    var near: UInt64
  }

  private var places: [Place] = []
  private var free: [Int32] = []
  /// The first place in each; equal states share one.
  private var buckets = [Int32](repeating: -1, count: 1 << 12)
  /// The minute is above the place, so that what comes out does not depend on anything else.
  private var heap: [UInt64] = []
  /// A place of those that share what is near.
  private var nearby: [UInt64: Int32] = [:]

  /// - Parameters:
  ///   - near: what it shares with those that it is much like; 0 where nobody asks.
  ///   - isFew: they may go on as those, wherever these are in time.
  mutating func push(
    _ state: ExactState<State>, at minute: Int32, near: UInt64 = 0, isFew: Bool = false, _ masses: inout ExactMasses
  ) {
    let mixed = (state.state.tag ^ UInt64(UInt32(bitPattern: minute))) &* 0x9E37_79B9_7F4A_7C15
    let bucket = Int32(mixed >> 52)
    var known = Int(buckets[Int(bucket)])
    while known >= 0 {
      if places[known].minute == minute, places[known].state.isSame(as: state) {
        return join(state, into: known, &masses)
      }
      known = Int(places[known].next)
    }
    if isFew, let known = nearby[near].map(Int.init), places[known].near == near {
      var state = state
      state.rough = 1
      return join(state, into: known, &masses)
    }
    let place = Place(state: state, minute: minute, bucket: bucket, next: buckets[Int(bucket)], near: near)
    let index = free.popLast() ?? Int32(places.count)
    if Int(index) == places.count { places.append(place) } else { places[Int(index)] = place }
    buckets[Int(bucket)] = index
    if near != 0 { nearby[near] = index }
    add(UInt64(UInt32(bitPattern: minute)) << 32 | UInt64(index))
  }

  private mutating func join(_ state: ExactState<State>, into known: Int, _ masses: inout ExactMasses) {
    if state.rough != places[known].state.rough {
      let (own, other) = (masses.sum(places[known].state.flow), masses.sum(state.flow))
      let rough = places[known].state.rough * own + state.rough * other
      places[known].state.rough = own + other > 0 ? rough / (own + other) : 0
    }
    masses.join(state.flow, into: &places[known].state.flow)
  }

  /// All of the next minute, into an empty list; nil where there are none.
  mutating func pop(into all: inout [ExactState<State>]) -> Int32? {
    guard let first = heap.first else { return nil }
    while let next = heap.first, next >> 32 == first >> 32 {
      let index = Int32(truncatingIfNeeded: next)
      all.append(places[Int(index)].state)
      unlink(index)
      leaveNearby(index)
      free.append(index)
      remove()
    }
    return Int32(truncatingIfNeeded: first >> 32)
  }

  private mutating func leaveNearby(_ index: Int32) {
    let near = places[Int(index)].near
    guard near != 0 else { return }
    places[Int(index)].near = 0
    if nearby[near] == index { nearby[near] = nil }
  }

  private mutating func unlink(_ index: Int32) {
    let (bucket, next) = (Int(places[Int(index)].bucket), places[Int(index)].next)
    guard buckets[bucket] != index else { return buckets[bucket] = next }
    var before = Int(buckets[bucket])
    while places[before].next != index { before = Int(places[before].next) }
    places[before].next = next
  }

  // MARK: The heap

  private mutating func add(_ key: UInt64) {
    var index = heap.count
    heap.append(key)
    while index > 0, heap[(index - 1) / 2] > key {
      heap[index] = heap[(index - 1) / 2]
      index = (index - 1) / 2
    }
    heap[index] = key
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
