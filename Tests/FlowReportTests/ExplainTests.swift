import FlowReport
import Testing

@Suite struct ExplainTests {
  @Test func page() {
    expectSnapshot(ExplainReport.text(Samples.explanations[0], width: 60), "explain.txt")
    expectSnapshot(ExplainReport.markdown(Samples.explanations[0]), "explain.md")
  }
}
