/// The places that a walk has come to, by number. They lie in blocks that are never moved, and are found by a table of
/// numbers: where there are thousands, moving them as they become more takes as long as following them.
struct Places {
  struct Place {
    let control: Control
    let order: Int
    var time: Differences
    /// The most that a claim has counted on the way here, where only that matters.
    var count: Int
    /// The most touches on the way here, where they are counted beside what the claim asks for.
    var touches: Int
    var joins = 0
    var isQueued = true
  }

  private var blocks: [[Place]] = []
  private(set) var count = 0
  /// Of each place the upper half of its control's digest, and behind it its number and one; 0 where none is. A power
  /// of two of them, half of them free at least.
  private var slots = [UInt64](repeating: 0, count: 512)

  private static let length = 64

  subscript(index: Int) -> Place {
    _read { yield blocks[index / Self.length][index % Self.length] }
    _modify { yield &blocks[index / Self.length][index % Self.length] }
  }

  func index(of control: Control, _ digest: UInt64) -> Int? {
    let mask = slots.count - 1
    var slot = Int(digest >> 32) & mask
    while slots[slot] != 0 {
      let index = Int(slots[slot] & 0xFFFF_FFFF) - 1
      if slots[slot] >> 32 == digest >> 32, self[index].control == control { return index }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// One that there has not been.
  mutating func append(_ place: Place, _ digest: UInt64) {
    if count % Self.length == 0 {
      blocks.append([])
      blocks[count / Self.length].reserveCapacity(Self.length)
    }
    blocks[count / Self.length].append(place)
    count += 1
    if 2 * count > slots.count {
      let all = slots
      slots = [UInt64](repeating: 0, count: 2 * all.count)
      for slot in all where slot != 0 { enter(slot) }
    }
    enter((digest >> 32) << 32 | UInt64(count))
  }

  private mutating func enter(_ entry: UInt64) {
    let mask = slots.count - 1
    var slot = Int(entry >> 32) & mask
    while slots[slot] != 0 { slot = (slot + 1) & mask }
    slots[slot] = entry
  }
}
