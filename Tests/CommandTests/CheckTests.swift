import Foundation
import Testing

/// `flow check`: what it prints in each format, and with what it leaves.
@Suite struct CheckTests {
  /// One error, one warning, one file in good order.
  private func project() throws -> Folder {
    let folder = try Folder()
    let silenced = "  # flow:ignore unseen-task -- a call that nobody makes ends it\n  - call: talk"
    try folder.write(Nudge.workflow.replacing("  - call: talk", with: silenced), to: "Workflows/good.yaml")
    let wrong = Nudge.workflow.replacing("workflow: nudge", with: "workflow: wrong")
      .replacing("- email: first", with: "- emial: first").replacing("owner: owner\n", with: "")
      .replacing("  owner: person", with: "  keeper: person").replacing("by: owner", with: "by: keeper")
    try folder.write(wrong, to: "Workflows/wrong.yaml")
    return folder
  }

  @Test func text() throws {
    let folder = try project()
    let ran = try folder.flow("check")
    #expect(ran.code == 1)
    #expect(
      ran.output.contains("error[unknown-verb]: unknown verb \"emial\"\n  --> Workflows/wrong.yaml:39:5\n"))
    #expect(ran.output.contains("did you mean \"email\"?"))
    #expect(ran.output.hasSuffix("1 error, 1 warning in 1 file\n"), "\(ran.output.suffix(100))")
    #expect(!ran.output.contains("\u{1B}"))
    #expect(try folder.flow("check", "--color", "always").output.contains("\u{1B}["))
    let coloured = try folder.flow(
      "check", "--color", "auto", environment: ["NO_COLOR": "1", "TERM": "xterm-256color"])
    #expect(coloured.bytes == ran.bytes)
  }

  @Test func json() throws {
    let ran = try project().flow("check", "--format", "json")
    #expect(ran.code == 1)
    let report = try JSON(parsing: ran.output)
    #expect(report["errors"].integer == 1)
    #expect(report["warnings"].integer == 1)
    #expect(report["files"].integer == 2)
    let codes = report["findings"].list.map { $0["code"].text }
    #expect(codes == ["no-owner", "unknown-verb"])
    let verb = report["findings"][1]
    #expect(verb["severity"].text == "error")
    #expect(verb["file"].text == "Workflows/wrong.yaml")
    #expect(verb["line"].integer == 39)
    #expect(verb["column"].integer == 5)
    #expect(verb["end"]["line"].integer == 39)
    #expect(verb["end"]["column"].integer == 10)
    #expect(verb["fix"]["replacement"].text == "email")
    #expect(verb["message"].text?.isEmpty == false)
  }

  @Test func sarif() throws {
    let ran = try project().flow("check", "--format", "sarif")
    #expect(ran.code == 1)
    let log = try JSON(parsing: ran.output)
    #expect(log["version"].text == "2.1.0")
    let run = log["runs"][0]
    #expect(run["tool"]["driver"]["name"].text == "flow")
    let rules = run["tool"]["driver"]["rules"].list.map { $0["id"].text }
    #expect(run["results"].list.count == 2)
    for result in run["results"].list {
      let index = try #require(result["ruleIndex"].integer)
      #expect(rules[index] == result["ruleId"].text)
      #expect(result["message"]["text"].text?.isEmpty == false)
      let place = result["locations"][0]["physicalLocation"]
      #expect(place["artifactLocation"]["uri"].text == "Workflows/wrong.yaml")
    }
    let verb = try #require(run["results"].list.first { $0["ruleId"].text == "unknown-verb" })
    #expect(verb["level"].text == "error")
    let region = verb["locations"][0]["physicalLocation"]["region"]
    #expect(region["startLine"].integer == 39)
    #expect(region["startColumn"].integer == 5)
  }

  @Test func junit() throws {
    let ran = try project().flow("check", "--format", "junit")
    #expect(ran.code == 1)
    let suites = try XML.read(ran.output)
    #expect(suites.name == "testsuites")
    #expect(
      suites.all("testsuite").map { $0.attributes["name"] } == [
        "Workflows/good.yaml", "Workflows/wrong.yaml",
      ])
    #expect(suites.all("failure").map { $0.attributes["type"] } == ["unknown-verb"])
    #expect(suites.attributes["failures"] == "1")
  }

  @Test func github() throws {
    let ran = try project().flow("check", "--format", "github")
    #expect(ran.code == 1)
    let lines = ran.output.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines[1].hasPrefix("::error file=Workflows/wrong.yaml,line=39,"), "\(lines)")
    #expect(lines[1].contains("unknown verb \"emial\""))
    #expect(lines[0].hasPrefix("::warning file=Workflows/wrong.yaml,line="), "\(lines)")
  }

  @Test func whatItLeavesWith() throws {
    let folder = try project()
    #expect(try folder.flow("check", "Workflows/good.yaml").code == 0)
    #expect(try folder.flow("check", "Workflows/good.yaml", "--strict").code == 0)
    let warned = Nudge.workflow.replacing("    purpose: request\n    ask: Which day suits you?\n", with: "")
    try folder.write(warned, to: "Workflows/wrong.yaml")
    let ran = try folder.flow("check", "Workflows/wrong.yaml")
    #expect(ran.output.contains("warning["), "\(ran.output)")
    #expect(ran.code == 0)
    #expect(try folder.flow("check", "Workflows/wrong.yaml", "--strict").code == 1)
    try folder.write("language: 1\nseverity: { two-asks: error }\n", to: "flow.yaml")
    #expect(try folder.flow("check", "Workflows/wrong.yaml").code == 1)
    try folder.write("language: 1\nseverity: { two-asks: hint, adds-nothing: hint }\n", to: "flow.yaml")
    #expect(try folder.flow("check", "Workflows/wrong.yaml").code == 0)
  }

  @Test(arguments: ["text", "json", "sarif", "junit", "github"]) func nothingToCheck(_ format: String) throws {
    let folder = try Folder()
    #expect(try folder.flow("check", "--format", format).code == 1)
    try FileManager.default.createDirectory(
      atPath: folder.path + "/Workflows", withIntermediateDirectories: true)
    #expect(try folder.flow("check", "--format", format).code == 1)
    #expect(try folder.flow("check", ".", "--format", format).code == 1)
    #expect(try folder.flow("run", ".").code == 1)
  }

  @Test func wrongUsage() throws {
    let folder = try Folder()
    try folder.write(Nudge.workflow, to: "Workflows/good.yaml")
    try folder.write(Nudge.workflow.replacing("workflow: nudge", with: "workflow: other"), to: "other.yaml")
    for words in [
      ["check", "none.yaml"], ["check", "Workflows/good.yaml", "none"], ["check", "--fromat", "json"],
      ["check", "--format", "xml"], ["chekc"], ["run", "none.yaml"], ["run", "--min-coverage", "101"],
      ["run", "--min-coverage", "lots"], ["simulate"], ["simulate", "none.yaml"], ["graph", "none.yaml"],
      ["simulate", "Workflows/good.yaml", "--start", "yesterday"], ["simulate", "."],
      ["simulate", "Workflows/good.yaml", "--start", "2027-02-30 09:00 Europe/Berlin"],
      ["simulate", "Workflows/good.yaml", "--start", "2027-02-28 09:00 Europe/Berlim"],
      ["simulate", "Workflows/good.yaml", "--input", "none.json"],
      ["simulate", "Workflows/good.yaml", "--events", "none.json"], ["explain", "no-such-code"],
      ["graph", "Workflows/good.yaml", "--format", "png"], ["event"], ["done"], ["show"],
      ["plugin", "check", "emial"],
      ["event", "offer.sent", "--data", "none.json"], ["serve", "--start", "2027-02-28 09:00 Europe/Berlin"],
    ] {
      let ran = try folder.flow(words)
      #expect(
        ran.code == 2,
        "\(words): \(String(describing: ran.code)) \(ran.output.prefix(200))\(ran.errors.prefix(200))")
      #expect(!ran.errors.isEmpty, "\(words)")
    }
    for words in [["--help"], ["--version"], ["check", "--help"], ["help", "run"]] {
      #expect(try folder.flow(words).code == 0, "\(words)")
    }
  }

  @Test func aBrokenStore() throws {
    let folder = try project()
    try folder.write(
      "this is no store, but it is long enough to be looked at as one".utf8
        + Array(repeating: 7, count: 8192), to: "flow.db")
    try FileManager.default.removeItem(atPath: folder.path + "/Workflows/wrong.yaml")
    try folder.write(Nudge.input, to: "event.json")
    for words in [
      ["runs"], ["tasks"], ["show", "1"], ["event", "offer.sent", "--data", "event.json"],
      ["done", "1", "done"],
      ["serve", "--once"],
    ] {
      let ran = try folder.flow(words)
      #expect(ran.code == 3, "\(words): \(String(describing: ran.code)) \(ran.errors)")
      #expect(ran.errors.contains("flow.db"), "\(words): \(ran.errors)")
    }
    try FileManager.default.removeItem(atPath: folder.path + "/flow.db")
    #expect(try folder.flow("runs").code == 3)
    #expect(try folder.flow("check").code == 0)
  }
}
