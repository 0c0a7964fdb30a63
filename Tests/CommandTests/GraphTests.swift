import Foundation
import Testing

/// `flow graph`, `flow explain`, `flow init`, `flow schema`.
@Suite struct GraphTests {
  private func graph(_ format: String, of file: String) throws -> Ran {
    let folder = try Folder()
    try folder.copy(Program.workflows, to: "Workflows")
    let ran = try folder.flow("graph", "Workflows/\(file)", "--format", format)
    #expect(ran.code == 0, "\(ran.errors)")
    return ran
  }

  @Test(arguments: Fixtures.shipped) func inFourFormats(_ file: String) throws {
    let json = try JSON(parsing: graph("json", of: file).output)
    let steps = json["nodes"].list.compactMap { $0["name"].text }
    #expect(!steps.isEmpty)
    #expect(Set(steps).count == steps.count)
    for edge in json["edges"].list {
      for end in ["from", "to"] {
        if let name = edge[end].text {
          #expect(steps.contains(name) || name.hasPrefix("end "), "\(edge.written)")
        }
      }
    }
    let picture = try XML.read(graph("svg", of: file).output)
    #expect(picture.name == "svg")
    let mermaid = try graph("mermaid", of: file).output
    #expect(mermaid.hasPrefix("flowchart TD\n"))
    let dot = try graph("dot", of: file).output
    #expect(dot.hasPrefix("digraph"))
    #expect(dot.filter { $0 == "{" }.count == dot.filter { $0 == "}" }.count)
    for node in json["nodes"].list where node["touch"].value as? Bool == true {
      let name = try #require(node["name"].text)
      #expect(mermaid.contains(name) && dot.contains(name), "\(name)")
    }
    #expect(Bool(dot.contains("\"")))
  }

  @Test func everyCodeIsExplained() throws {
    let folder = try Folder()
    let list = try folder.flow("explain")
    #expect(list.code == 0)
    let codes = list.output.split(separator: "\n").compactMap {
      $0.split(separator: " ").first.map(String.init)
    }
    #expect(codes.count > 60)
    #expect(codes == codes.sorted())
    for code in codes {
      let page = try folder.flow("explain", code)
      #expect(page.code == 0)
      // What no text can show has no example, but a reason all the same.
      #expect(
        page.output.contains(code) && page.output.utf8.count > 100, "\(code): \(page.output.prefix(200))")
      #expect(page.output.split(separator: "\n").allSatisfy { !$0.hasSuffix(" ") }, "\(code)")
    }
    let wrong = try folder.flow("explain", "no-purpos")
    #expect(wrong.code == 2)
    #expect(wrong.errors.contains("no-purpose"))
  }

  @Test func aNewProject() throws {
    let folder = try Folder()
    let made = try folder.flow("init")
    #expect(made.code == 0)
    #expect(try folder.flow("check", "--strict").code == 0)
    let ran = try folder.flow("run", "--strict", "--min-coverage", "100")
    #expect(ran.code == 0, "\(ran.output)\(ran.errors)")
    #expect(try folder.flow("simulate", "Workflows/follow-up.yaml").code == 0)
    let again = try folder.flow("init")
    #expect(again.code == 2)
    #expect(again.errors.contains("flow.yaml"))
    // Nothing is not the root of the machine.
    #expect(try folder.flow("init", "").code == 2)
    #expect(try folder.flow("init", "deep/below").code == 0)
    #expect(try folder.flow("run", "deep/below/Workflows").code == 0)
    // Its event starts a run, and the run's mail is the simulated one.
    let event = try folder.flow(
      "event", "offer.sent", "--data", "Workflows/fixtures/ann.json", "--start",
      "2026-03-02 10:00 Europe/Berlin")
    #expect(event.code == 0, "\(event.errors)")
  }
}
