import Dispatch
import FaultKit
import Foundation
import Synchronization

struct Program {
  private let arguments: [String]

  init(_ arguments: [String]) { self.arguments = arguments }

  private func option(_ name: String) -> String? {
    guard let place = arguments.firstIndex(of: name), place + 1 < arguments.count else { return nil }
    return arguments[place + 1]
  }

  func run() throws -> Int32 {
    let material = try Material(root: FileManager.default.currentDirectoryPath)
    if let contacts = option("--year").flatMap({ Int($0) }) {
      let year = Year(seed: option("--seed").flatMap { UInt64($0) } ?? 1, material: material, contacts: contacts)
      for line in year.lines { print(line) }
      FileHandle.standardError.write(Data((year.summary + "\n").utf8))
      for violation in year.violations { FileHandle.standardError.write(Data("\(violation)\n".utf8)) }
      return year.violations.isEmpty ? 0 : 1
    }
    if arguments.contains("--plants") { return plants(material) }
    let plant = option("--plant").flatMap(Plant.init)
    let without = Set(
      (option("--without") ?? "").split(separator: ",").compactMap { Feature(rawValue: String($0)) })
    if let seed = option("--seed").flatMap({ UInt64($0) }) {
      let last = option("--until").flatMap { Int($0) } ?? .max
      let world = World.run(
        seed: seed, material: material, plant: plant, without: without, until: last,
        isTracing: arguments.contains("--trace"))
      for line in world.trace { print(line) }
      for violation in world.violations { print(violation) }
      return world.violations.isEmpty ? 0 : 1
    }
    let bounds = (option("--seeds") ?? "1-200").split(separator: "-").compactMap { UInt64($0) }
    guard bounds.count == 2, bounds[0] <= bounds[1] else { throw Wrong(description: "--seeds FIRST-LAST") }
    return seeds(bounds[0]...bounds[1], material, plant, without)
  }

  struct Wrong: Error, CustomStringConvertible { var description: String }

  /// Each planted fault must be found, by an invariant of what it breaks.
  private func plants(_ material: Material) -> Int32 {
    let most = option("--most").flatMap { UInt64($0) } ?? 2000
    var missed = 0
    for plant in Plant.allCases {
      let found = (1...most).lazy.compactMap { seed in
        World.run(seed: seed, material: material, plant: plant).violations.first {
          plant.breaks.contains($0.guarantee)
        }
        .map { (seed, $0) }
      }.first
      if let (seed, violation) = found {
        print("found in \(plant.rawValue) by seed \(seed): \(violation)")
      } else {
        missed += 1
        print("NOT FOUND within \(most) seeds: \(plant.rawValue), \(plant.about)")
      }
    }
    print("\(Plant.allCases.count - missed) passed, \(missed) failed")
    return missed == 0 ? 0 : 1
  }

  /// On all cores, each seed on one.
  private func seeds(
    _ range: ClosedRange<UInt64>, _ material: Material, _ plant: Plant?, _ without: Set<Feature>
  ) -> Int32 {
    let failed = Mutex(0)
    let next = Atomic<UInt64>(range.lowerBound)
    DispatchQueue.concurrentPerform(iterations: ProcessInfo.processInfo.activeProcessorCount) { _ in
      while true {
        let seed = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard seed <= range.upperBound else { return }
        let world = World.run(seed: seed, material: material, plant: plant, without: without)
        guard let first = world.violations.first else { continue }
        let count = failed.withLock { count in
          count += 1
          return count
        }
        if count <= 20 { print(Shrunk(seed, first, material, plant, without)) }
      }
    }
    let count = failed.withLock { $0 }
    print("\(range.count) seeds, \(count) with a violation")
    print("\(count == 0 ? 1 : 0) passed, \(count) failed")
    return count == 0 ? 0 : 1
  }
}

/// A violation with as little around it as brings it about, and the command that shows it.
struct Shrunk: CustomStringConvertible {
  let description: String

  init(_ seed: UInt64, _ violation: Violation, _ material: Material, _ plant: Plant?, _ without: Set<Feature>) {
    var without = without
    var found = violation
    for feature in Feature.allCases where !without.contains(feature) {
      let less = World.run(seed: seed, material: material, plant: plant, without: without.union([feature]))
      guard let same = less.violations.first(where: { $0.guarantee == violation.guarantee }) else { continue }
      without.insert(feature)
      found = same
    }
    var words = ["swift run -c release flow-faults --seed \(seed) --trace --until \(found.step)"]
    if let plant { words.append("--plant \(plant.rawValue)") }
    if !without.isEmpty {
      words.append("--without " + without.map(\.rawValue).sorted().joined(separator: ","))
    }
    description = "seed \(seed): \(found)\n  \(words.joined(separator: " "))"
  }
}
