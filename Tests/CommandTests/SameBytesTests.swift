import Foundation
import Testing

/// The same bytes twice, wherever the machine is and whatever it speaks.
@Suite struct SameBytesTests {
  private static let abroad = [
    "LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8", "LANGUAGE": "tr", "TZ": "Pacific/Apia",
  ]

  @Test(arguments: Fixtures.shipped) func ofAWorkflow(_ file: String) throws {
    let folder = try Folder()
    try folder.copy(Program.workflows, to: "Workflows")
    let path = "Workflows/\(file)"
    let at = ["--start", Fixtures.start, "--format"]
    var all = [
      ["check", path, "--format", "sarif"], ["run", path, "--format", "json"],
      ["simulate", path] + at + ["json"],
      ["graph", path, "--format", "svg"],
    ]
    if file == "proposal.yaml" {
      all += ["text", "json", "junit", "github"].flatMap {
        [["check", path, "--format", $0], ["run", path, "--format", $0]]
      }
      all += ["text", "jsonl", "svg"].map { ["simulate", path] + at + [$0] }
      all += ["mermaid", "dot", "json"].map { ["graph", path, "--format", $0] }
      all.append(["simulate", path, "--all"] + at + ["json"])
    }
    for words in all {
      let here = try folder.flow(words)
      let abroad = try folder.flow(words, environment: Self.abroad)
      #expect(here.code == 0, "\(words): \(here.errors)")
      #expect(here.bytes == abroad.bytes && here.errors == abroad.errors, "\(words)")
      #expect(!here.output.contains(folder.path), "\(words) names the folder")
    }
  }

  @Test func ofEverythingElse() throws {
    let folder = try Folder()
    try folder.copy(Program.workflows, to: "Workflows")
    for words in [
      ["check", "Workflows/csat.yaml", "Workflows/trial.yaml"], ["schema"], ["schema", "project"], ["explain"],
      ["explain", "cycle"], ["--help"],
    ] {
      let here = try folder.flow(words)
      #expect(here.code == 0)
      #expect(try folder.flow(words, environment: Self.abroad).bytes == here.bytes, "\(words)")
    }
  }

  /// A whole story there and here: journal, tasks, messages.
  @Test func ofARun() throws {
    let folder = try Story.proposal.folder()
    for command in Story.proposal.commands {
      let ran = try folder.flow(try Story.words(command, in: folder), environment: Self.abroad)
      #expect(ran.code == 0, "\(ran.errors)")
    }
    #expect(try Ending(folder) == Kills.reference.ending)
  }
}
