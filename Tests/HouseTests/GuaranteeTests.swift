import Foundation
import Testing

/// Each promise of Documentation.docc/Guarantees.md has a test that bears its number: `guarantee 9: …`,
/// `guarantees 6 to 9: …`, `guarantees 1, 5 and 15: …`.
struct GuaranteeTests {
  @Test func `every guarantee has a test that names it`() throws {
    var named: Set<Int> = []
    for source in HouseTests.tests where !source.path.contains("HouseTests") {
      for match in source.text.matches(of: /func `guarantees? ([0-9]+(?:(?:, | and | to )[0-9]+)*)/) {
        named.formUnion(Self.numbers(String(match.output.1)))
      }
    }
    let missing = Set(1...28).subtracting(named).sorted()
    #expect(missing.isEmpty, "no test names the guarantees \(missing)")
  }

  /// `6 to 9` is four of them.
  private static func numbers(_ text: String) -> Set<Int> {
    var found: Set<Int> = []
    for part in text.replacing(" and ", with: ", ").split(separator: ", ") {
      let ends = part.replacing(" to ", with: "-").split(separator: "-").compactMap { Int($0) }
      if let first = ends.first, let last = ends.last, first <= last { found.formUnion(first...last) }
    }
    return found
  }
}
