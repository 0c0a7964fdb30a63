import FlowCompiler
import FlowCore
import Testing

/// Each page's example raises its code and no other, as far as YAML goes; its correction raises none.
@Suite struct YAMLCatalogueTests {
  @Test(arguments: Explanation.yaml) func examples(_ page: Explanation) {
    guard !page.example.isEmpty else { return }
    let (_, findings) = YAMLReader.read(SourceText(file: "example.yaml", utf8: Array(page.example.utf8)))
    #expect(findings.map(\.code) == [page.code])
    let (_, rest) = YAMLReader.read(SourceText(file: "example.yaml", utf8: Array(page.correction.utf8)))
    #expect(rest.map(\.code) == [])
  }

  @Test func codesAreUnique() {
    #expect(Set(Explanation.yaml.map(\.code)).count == Explanation.yaml.count)
  }
}
