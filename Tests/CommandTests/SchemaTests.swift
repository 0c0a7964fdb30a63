import Foundation
import Testing

/// `flow schema`, held by a JSON Schema validator that is none of ours (Debian's python3-jsonschema).
@Suite struct SchemaTests {
  private func misfits(_ folder: Folder, _ of: String, _ files: [String]) throws -> String {
    let schema = try folder.flow("schema", of)
    #expect(schema.code == 0, "\(schema.errors)")
    try folder.write(schema.bytes, to: "\(of).json")
    let script = Fixtures.folder + "/schema.py"
    let ran = try Going([script, "\(of).json"] + files, in: folder.path, program: "/usr/bin/python3").wait()
    #expect(ran.code == 0, "\(ran.errors)")
    return ran.output
  }

  @Test func takesEveryShippedFile() throws {
    let folder = try Folder()
    try folder.copy(Program.workflows, to: "Workflows")
    #expect(try misfits(folder, "workflow", Fixtures.shipped.map { "Workflows/" + $0 }) == "")
    #expect(try misfits(folder, "project", ["Workflows/flow.yaml"]) == "")
    try folder.flow("init", "new")
    #expect(try misfits(folder, "workflow", ["new/Workflows/follow-up.yaml"]) == "")
    #expect(try misfits(folder, "project", ["new/flow.yaml"]) == "")
    try folder.copy(Fixtures.folder + "/proposal", to: "proposal")
    #expect(try misfits(folder, "workflow", ["proposal/proposal.yaml"]) == "")
  }

  @Test(arguments: [
    ("- email: first", "- emial: first"), ("timezone:", "timezoen:"), ("    subject:", "    subjet:"),
    ("purpose: confirm", "purpose: confrim"), ("category: service", "category: servise"),
    ("  gap: 1 day", "  gap: 1d"),
    ("steps:\n", "stpes:\n"), ("trigger:\n  event: offer.sent\n", "trigger:\n"),
  ]) func refuses(_ row: (find: String, replace: String)) throws {
    let folder = try Folder()
    let text = Nudge.workflow.replacing(row.find, with: row.replace, maxReplacements: 1)
    #expect(text != Nudge.workflow)
    try folder.write(text, to: "a.yaml")
    #expect(try misfits(folder, "workflow", ["a.yaml"]) != "", "\(row.replace)")
  }

  /// A channel of the project's own has its verb and fields in it.
  @Test func knowsTheProjectsChannels() throws {
    let folder = try Fax.project()
    #expect(try misfits(folder, "workflow", ["Workflows/fax.yaml"]) == "")
    let plain = try Folder()
    try plain.write(Fax.workflow, to: "Workflows/fax.yaml")
    #expect(try misfits(plain, "workflow", ["Workflows/fax.yaml"]) != "")
  }
}
