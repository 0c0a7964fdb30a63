import FlowCompiler
import FlowCore
import Testing

/// Each page's example raises exactly its code, at its severity; its correction raises nothing at all.
@Suite struct RuleCatalogueTests {
  @Test(arguments: Explanation.rules) func examples(_ page: Explanation) {
    let findings = compiled(page.example).diagnostics
    #expect(findings.map(\.code) == [page.code], "\(findings.map(\.message))")
    #expect(findings.map(\.severity) == [page.severity])
    let rest = compiled(page.correction).diagnostics
    #expect(rest.map(\.code) == [], "\(rest.map(\.message))")
  }

  @Test func aPageForEachRule() {
    #expect(Explanation.rules.map(\.code) == Rules.all.map(\.code))
  }
}
