import Foundation
import Glibc
import Testing

/// Wrong files, as a CI sees what is said of them: the place, the code, exit 1, soon, and never a crash.
@Suite struct WrongInputTests {
  @Test(arguments: WrongInput.all) func isFoundAtItsPlace(_ row: WrongInput) throws {
    let folder = try Folder()
    let changed =
      row.find.isEmpty
      ? Nudge.workflow : Nudge.workflow.replacing(row.find, with: row.replace, maxReplacements: 1)
    #expect(row.find.isEmpty || changed != Nudge.workflow, "the text to be replaced is not there")
    var places: [String: [String: String]] = [:]
    for (name, text) in row.files.merging(["a.yaml": changed], uniquingKeysWith: { $1 }) {
      let marked = Marked(text)
      try folder.write(marked.text, to: name)
      places[name] = marked.places
    }
    let expected = row.expected.map { words in
      var parts = words.split(separator: " ").map(String.init)
      if parts.count == 2 { parts.insert("a.yaml", at: 0) }
      return "\(parts[0]):\(places[parts[0]]?[parts[1]] ?? parts[1]) \(parts[2])"
    }
    try expectErrors(folder, expected.sorted(), row.name)
  }

  @Test func theOneInGoodOrder() throws {
    let folder = try Folder()
    try folder.write(Nudge.workflow, to: "a.yaml")
    let ran = try folder.flow("check", "--strict", "a.yaml")
    #expect(ran.code == 0, "\(ran.output)")
  }

  @Test func bytesThatAreNoText() throws {
    let head = Array("workflow: x\nabout: a".utf8)
    try expectErrors([], ["a.yaml:1:1 yaml-empty"])
    try expectErrors(Array("# nothing but this\n".utf8), ["a.yaml:1:1 yaml-empty"])
    try expectErrors(head + [0xC3, 0x28, 0x0A], ["a.yaml:2:9 yaml-utf8"])
    try expectErrors(head + [0x00, 0x0A], ["a.yaml:2:9 yaml-nul"])
    try expectErrors([0xFF, 0xFE, 0x77, 0x00], ["a.yaml:1:1 yaml-utf8"])
  }

  @Test func moreThanIsRead() throws {
    try expectErrors(Array(repeating: 0x23, count: 2 << 20), ["a.yaml:1:1 yaml-size"])
    try expectErrors(Array(repeating: 0x5B, count: 100_000), ["a.yaml:1:65 yaml-depth"])
    let nested = (0..<65).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
    try expectErrors(Array(nested.utf8), ["a.yaml:65:65 yaml-depth"])
    var bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n"
    for (before, name) in zip("abcdefgh", "bcdefghi") {
      bomb += "\(name): &\(name) [" + Array(repeating: "*\(before)", count: 9).joined(separator: ",") + "]\n"
    }
    // A value for each name, list, scalar and alias: with d there are 8318, and the first alias in e has 7380
    // more.
    try expectErrors(Array(bomb.utf8), ["a.yaml:5:8 yaml-alias-limit"])
  }

  @Test func expressionsWithoutEnd() throws {
    let line = Nudge.workflow.split(separator: "\n", omittingEmptySubsequences: false)
      .firstIndex { $0.hasPrefix("  when:") }
    let number = try #require(line) + 1
    func check(_ expression: String, _ code: String?) throws {
      let folder = try Folder()
      try folder.write(
        Nudge.workflow.replacing("when: offer.amount > 0", with: "when: \(expression)"), to: "a.yaml")
      let findings = try errors(folder)
      #expect((1...2).contains(findings.count), "found \(findings) of \(expression.prefix(20))")
      #expect(findings.allSatisfy { $0.hasPrefix("a.yaml:\(number):") }, "\(findings)")
      if let code { #expect(findings.contains { $0.hasSuffix(code) }, "\(findings)") }
    }
    let deep = 10_000
    try check(String(repeating: "(", count: deep) + "1" + String(repeating: ")", count: deep) + " > 0", nil)
    try check(String(repeating: "not ", count: deep) + "true", nil)
    try check("0" + String(repeating: " + 1", count: deep) + " > 0", nil)
    try check(String(repeating: "(", count: 60_000), nil)
    try check("offer.id == '\(String(repeating: "a", count: 1_000_000))'", "yaml-scalar-size")
    let megabyte = String(repeating: "1 + ", count: 250_000) + "1 > 0"
    try check(megabyte, "yaml-scalar-size")
  }

  @Test func linksOutOfTheProject() throws {
    let outside = try Folder()
    try outside.write("Secret of {{ contact.name }}\n", to: "secret.md")
    let folder = try Folder()
    let body = Marked(
      Nudge.workflow.replacing(
        #/body: \|\n(?:      .*\n|\n)+/#, with: "body: 1️⃣letters/link.md\n"))
    try folder.write(body.text, to: "a.yaml")
    try FileManager.default.createDirectory(
      atPath: folder.path + "/letters", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/letters/link.md", withDestinationPath: outside.path + "/secret.md")
    let place = try #require(body.places["1️⃣"])
    try expectErrors(folder, ["a.yaml:\(place) file-outside"])
    // A folder that is a link leads out as well.
    let second = try Folder()
    try second.write(body.text.replacing("letters/link.md", with: "letters/secret.md"), to: "a.yaml")
    try FileManager.default.createSymbolicLink(
      atPath: second.path + "/letters", withDestinationPath: outside.path)
    try expectErrors(second, ["a.yaml:\(place) file-outside"])
  }

  @Test func workflowsThatAreLinks() throws {
    let outside = try Folder()
    try outside.write(Nudge.workflow, to: "a.yaml")
    try outside.write("language: 1\n", to: "flow.yaml")
    let folder = try Folder()
    try folder.write(Nudge.workflow, to: "flows/a.yaml")
    func link(_ name: String, to target: String) throws {
      try FileManager.default.createSymbolicLink(
        atPath: folder.path + "/" + name, withDestinationPath: target)
    }
    try link("flows/b.yaml", to: outside.path + "/a.yaml")
    try link("flows/c.yaml", to: "nowhere.yaml")
    try link("flows/d", to: outside.path)
    // One that stays within is the file itself.
    try link("flows/e.yaml", to: "a.yaml")
    try expectErrors(
      folder,
      ["flows/b.yaml:1:1 file-outside", "flows/c.yaml:1:1 file-problem", "flows/d/a.yaml:1:1 file-outside"])
    let second = try Folder()
    try second.write(Nudge.workflow, to: "a.yaml")
    try FileManager.default.createSymbolicLink(
      atPath: second.path + "/flow.yaml", withDestinationPath: outside.path + "/flow.yaml")
    try expectErrors(second, ["flow.yaml:1:1 file-outside"])
    // Neither a folder nor a pipe is a workflow.
    let third = try Folder()
    try third.write(Nudge.workflow, to: "a.yaml")
    mkfifo(third.path + "/b.yaml", 0o600)
    mkdir(third.path + "/c.yaml", 0o700)
    try expectErrors(third, ["b.yaml:1:1 file-problem"])
  }

  // MARK: -

  private func expectErrors(_ bytes: [UInt8], _ expected: [String]) throws {
    let folder = try Folder()
    try folder.write(bytes, to: "a.yaml")
    try expectErrors(folder, expected)
  }

  private func expectErrors(_ folder: Folder, _ expected: [String], _ name: String = "") throws {
    let found = try errors(folder)
    #expect(found == expected, "found \(name) \(found), wanted \(expected)")
  }

  /// Every error as `FILE:LINE:COLUMN CODE`, sorted.
  private func errors(_ folder: Folder) throws -> [String] {
    let ran = try folder.flow("check", ".", "--format", "json")
    #expect(ran.signal == nil, "ended by a signal: \(ran.errors.suffix(300))")
    #expect(ran.code == 1)
    #expect(ran.seconds < slow, "took \(ran.seconds) s")
    return try JSON(parsing: ran.output)["findings"].list.filter { $0["severity"].text == "error" }.map {
      let place = [$0["line"], $0["column"]].map { "\($0.integer ?? 0)" }.joined(separator: ":")
      return "\($0["file"].text ?? "-"):\(place) \($0["code"].text ?? "-")"
    }.sorted()
  }

  /// Less than a second of its own; the rest is for a slow machine that is at much else. What grows with the square of
  /// an input takes minutes.
  private let slow = 20.0
}
