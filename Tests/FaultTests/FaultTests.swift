import FaultKit
import FlowTime
import Foundation
import Testing

/// What judges the seeds must be right itself. The seeds are in Tests/Faults/run.
struct FaultTests {
  static let material = Result {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try Material(root: folder.deletingLastPathComponent().path)
  }

  /// The first numbers that Vigna's splitmix64.c gives for these seeds.
  @Test func `chance is SplitMix64`() {
    var chance = Chance(1_234_567)
    #expect(chance.next() == 6_457_827_717_110_365_317)
    #expect(chance.next() == 3_203_168_211_198_807_973)
  }

  @Test func `the same seed tells the same story`() throws {
    let material = try Self.material.get()
    for seed in [3, 17, 29] as [UInt64] {
      let stories = (0..<2).map { _ in World.run(seed: seed, material: material, isTracing: true).trace }
      #expect(stories[0] == stories[1] && stories[0].count > 10)
    }
  }

  @Test func `a story can be told without one kind of fault`() throws {
    let material = try Self.material.get()
    let all = World.run(seed: 6, material: material, without: Set(Feature.allCases))
    #expect(all.violations.isEmpty)
  }

  @Test func `a planted fault is found, and is not there when it is not planted`() throws {
    let material = try Self.material.get()
    for plant in [Plant.earlyTimer, .tornTransition, .doubleClaim] {
      let found = (1...20 as ClosedRange<UInt64>).contains { seed in
        World.run(seed: seed, material: material, plant: plant).violations.contains {
          plant.breaks.contains($0.guarantee)
        }
      }
      #expect(found, "\(plant)")
    }
    for seed in 1...20 as ClosedRange<UInt64> {
      #expect(World.run(seed: seed, material: material).violations.isEmpty, "seed \(seed)")
    }
  }

  @Test func `a second opinion on windows and gaps agrees with days reckoned by hand`() throws {
    let berlin = try #require(SystemZones().zone(named: "Europe/Berlin"))
    func at(_ text: String) throws -> Instant { try #require(Instant(rfc3339: text)) }
    let window = try Window.parse("mon-fri 09:00-17:00")
    // 27 March 2026 is a Friday; the clocks go forward on Sunday, the 29th.
    #expect(Rules.isOpen(try at("2026-03-27T09:00:00+01:00"), berlin, window, .none))
    #expect(!Rules.isOpen(try at("2026-03-27T17:00:00+01:00"), berlin, window, .none))
    #expect(!Rules.isOpen(try at("2026-03-28T12:00:00+01:00"), berlin, window, .none))
    #expect(Rules.isOpen(try at("2026-03-30T09:00:00+02:00"), berlin, window, .none))
    #expect(!Rules.isOpen(try at("2026-03-30T08:59:59+02:00"), berlin, window, .none))
    let saturday = try at("2026-03-28T12:00:00+01:00")
    #expect(Rules.after(.days(1), saturday, berlin) == (try at("2026-03-29T12:00:00+02:00")))
    #expect(Rules.after(.hours(24), saturday, berlin) == (try at("2026-03-29T13:00:00+02:00")))
    #expect(Rules.after(.months(1), saturday, berlin) == (try at("2026-04-28T12:00:00+02:00")))
  }
}
