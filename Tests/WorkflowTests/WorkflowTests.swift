import Foundation
import Testing

/// The processes that ship, as a stranger gets them: through the built program.
struct WorkflowTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static let names: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: "Workflows").path)) ?? [])
    .filter { $0.hasSuffix(".yaml") && $0 != "flow.yaml" && !$0.hasSuffix(".scenarios.yaml") }
    .map { String($0.dropLast(5)) }.sorted()

  /// Beside the tests' own bundle.
  static let program: URL = {
    let bundle =
      Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
      ?? URL(filePath: CommandLine.arguments[0])
    return bundle.deletingLastPathComponent().appending(path: "flow")
  }()

  /// What a command prints, run in the checkout as README says it; its exit code.
  static func shell(_ command: String) throws -> (output: String, code: Int32) {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["-c", "flow() { '\(program.path)' \"$@\"; }; " + command]
    process.currentDirectoryURL = root
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (String(decoding: output, as: UTF8.self), process.terminationStatus)
  }

  @Test func `there are fourteen files`() { #expect(Self.names.count == 14) }

  @Test func `they pass check --strict, without one ignore`() throws {
    let checked = try Self.shell("flow check --strict")
    #expect(checked.code == 0, "\(checked.output)")
    for file in try FileManager.default.subpathsOfDirectory(atPath: Self.root.appending(path: "Workflows").path)
    where file.hasSuffix(".yaml") {
      let text = try String(contentsOf: Self.root.appending(path: "Workflows/\(file)"), encoding: .utf8)
      #expect(!text.contains("flow:ignore"), "\(file)")
      #expect(!text.contains("# recorded"), "\(file)")
    }
  }

  @Test func `their scenarios are met, and cover every step, case, timeout and outcome`() throws {
    let run = try Self.shell("flow run --min-coverage 100")
    #expect(run.code == 0, "\(run.output)")
  }

  /// Whole texts, recorded anew with FLOW_RECORD=1, which fails once so that they are read.
  @Test(arguments: names) func `each stands beside its timeline`(name: String) throws {
    let file = Self.root.appending(path: "Workflows/timelines/\(name).txt")
    let text = try String(contentsOf: file, encoding: .utf8)
    let command = try #require(text.split(separator: "\n").first { $0.hasPrefix("$ flow simulate") })
    let printed = try Self.shell(String(command.dropFirst(2)))
    #expect(printed.code == 0)
    let whole = "\(command)\n\n\(printed.output)"
    if ProcessInfo.processInfo.environment["FLOW_RECORD"] == "1", whole != text {
      try whole.write(to: file, atomically: true, encoding: .utf8)
      Issue.record("recorded \(name) anew: read it before it is committed")
      return
    }
    #expect(whole == text, "the timeline of \(name) is another")
  }

  @Test func `README begins with a workflow that ships`() throws {
    let readme = try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
    let block = try #require(readme.components(separatedBy: "```yaml\n").dropFirst().first)
    let shown = block.components(separatedBy: "\n```")[0]
    let name = try #require(shown.components(separatedBy: "\n")[0].split(separator: " ").last)
    let file = try String(contentsOf: Self.root.appending(path: "Workflows/\(name).yaml"), encoding: .utf8)
    #expect(file.hasPrefix(shown + "\n"))
  }

  /// Blocks of README that show a command are what the command prints.
  @Test func `README shows what is printed`() throws {
    let readme = try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
    var blocks = 0
    for block in readme.components(separatedBy: "```console\n").dropFirst() {
      let text = block.components(separatedBy: "\n```")[0]
      let lines = text.components(separatedBy: "\n")
      guard let command = lines.first, command.hasPrefix("$ flow ") else { continue }
      blocks += 1
      let printed = try Self.shell(String(command.dropFirst(2)))
      let shown = lines.dropFirst().joined(separator: "\n").trimmingCharacters(in: .newlines)
      #expect(printed.output.trimmingCharacters(in: .newlines) == shown, "README is not true of: \(command)")
    }
    #expect(blocks >= 1)
  }
}
