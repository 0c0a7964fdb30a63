import FlowCompiler
import FlowCore
import Testing

/// The rules and their pages.
@Suite struct RuleCatalogueTests {
  @Test func aPageForEachRule() {
    #expect(Explanation.rules.map(\.code) == Rules.all.map(\.code))
  }
}
