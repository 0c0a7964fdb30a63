import FlowTime
import Testing

let zones = SystemZones()

func zone(_ name: String) throws -> Zone {
  try #require(zones.zone(named: name), "this system has no zone \(name)")
}

func at(_ text: String) throws -> Instant {
  try #require(Instant(rfc3339: text), "\(text) is no instant")
}

func date(_ text: String) throws -> CivilDate {
  try #require(CivilDate(iso: text), "\(text) is no date")
}

func wall(_ text: String) throws -> CivilDateTime {
  try #require(CivilDateTime(text: text), "\(text) is no wall time")
}

/// A small generator with a seed (SplitMix64), so that a failure can be repeated.
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
