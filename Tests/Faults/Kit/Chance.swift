/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same on every machine. All chance of a simulation comes from
/// one of these, so that its seed repeats it.
package struct Chance: Sendable {
  private var state: UInt64

  package init(_ seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Below `count`, from 0.
  package mutating func below(_ count: Int) -> Int { count < 2 ? 0 : Int(next() % UInt64(count)) }

  package mutating func between(_ low: Int64, _ high: Int64) -> Int64 {
    low + Int64(next() % UInt64(max(1, high - low + 1)))
  }

  /// True in `percent` of a hundred.
  package mutating func happens(_ percent: Int) -> Bool { below(100) < percent }

  package mutating func pick<Element>(_ all: [Element]) -> Element? {
    all.isEmpty ? nil : all[below(all.count)]
  }
}
