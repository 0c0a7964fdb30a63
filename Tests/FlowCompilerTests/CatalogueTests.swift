import FlowCompiler
import FlowCore
import FlowTesting
import FlowTime
import Testing

/// Each page of `flow explain`: its example raises exactly its code, its correction compiles clean.
@Suite struct CatalogueTests {
  /// What a page's text raises, through the whole compiler.
  private func findings(_ page: Explanation, _ text: String) -> [Diagnostic] {
    if page.code == .badManifest {
      return Compiler.manifest(SourceText(file: "manifest.yaml", utf8: Array(text.utf8))).1
    }
    var draft = Draft()
    draft.withRules = true
    return draft.compile(text, completing: false).diagnostics
  }

  @Test(
    arguments: Catalogue.all.filter {
      // What proofs find is no business of the compiler's.
      !$0.example.isEmpty && !$0.code.name.hasPrefix("yaml-") && $0.code.name != "duplicate-key"
        && !Explanation.proofs.contains($0)
    })
  func page(_ page: Explanation) {
    let raised = findings(page, page.example)
    let own = raised.filter { $0.code == page.code }
    #expect(!own.isEmpty && own.allSatisfy { $0.severity == page.severity }, "\(raised.map(\.message))")
    let others = raised.filter { $0.code != page.code && $0.severity == .error }
    #expect(
      others.isEmpty,
      "\(others.map { "\($0.span.start.line):\($0.span.start.column) \($0.code) \($0.message)" })")
    if page.severity == .error { #expect(own.count == 1) }
    let left = findings(page, page.correction).filter { $0.severity == .error || $0.code == page.code }
    #expect(
      left.isEmpty, "\(left.map { "\($0.span.start.line):\($0.span.start.column) \($0.code) \($0.message)" })"
    )
  }

  @Test func everyCodeHasOnePage() {
    #expect(Set(Catalogue.all.map(\.code)).count == Catalogue.all.count)
  }
}
