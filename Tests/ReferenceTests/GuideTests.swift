import FlowCompiler
import FlowCore
import FlowSimulation
import Foundation
import Testing

/// The pages' examples: what they print is what the command prints.
struct GuideTests {
  /// A block of a page, with the line before it.
  struct Block {
    var language: String
    var lines: [String]
    var before: String
    var number: Int
  }

  static func blocks(of page: String) throws -> [Block] {
    let file = Corpus.root.appending(path: "Sources/flow/Documentation.docc/\(page).md")
    var blocks: [Block] = []
    var open: Block?
    var before = ""
    let lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
    for (index, line) in lines.enumerated() {
      if var block = open {
        if line == "```" {
          blocks.append(block)
          open = nil
        } else {
          block.lines.append(line)
          open = block
        }
      } else if line.hasPrefix("```") {
        open = Block(language: String(line.dropFirst(3)), lines: [], before: before, number: index + 1)
      } else if !line.isEmpty {
        before = line
      }
    }
    return blocks
  }

  @Test(arguments: ["FirstWorkflow", "Answers", "Proofs", "Scenarios", "Forecasts"])
  func `a guide's commands print what it says, one after the other`(_ page: String) throws {
    let shell = try Shell(page)
    defer { shell.remove() }
    for block in try Self.blocks(of: page) {
      let text = block.lines.joined(separator: "\n") + "\n"
      if block.language == "console" {
        var shown: [String] = []
        for command in block.lines where command.hasPrefix("$ ") {
          shown.append(command)
          shown += try shell.run(String(command.dropFirst(2)))
        }
        #expect(shown == block.lines, "\(page).md:\(block.number)")
      } else if let match = block.before.firstMatch(of: /rite this as `([^`]+)`:$/) {
        try text.write(to: shell.folder.appending(path: String(match.1)), atomically: true, encoding: .utf8)
      } else {
        // An excerpt: it stands in the file that the paragraph before names.
        let file = try #require(
          block.before.firstMatch(of: /`([^`]+\.yaml)`/), "\(page).md:\(block.number)")
        let whole = try String(contentsOf: shell.folder.appending(path: String(file.1)), encoding: .utf8)
        #expect(whole.contains(text), "\(page).md:\(block.number)")
      }
    }
  }

  @Test func `the reference's own example compiles, and tells its story`() async throws {
    let blocks = try Self.blocks(of: "Reference").filter { $0.language == "yaml" }
    let block = try #require(blocks.first { $0.lines.first == "workflow: proposal" })
    let text = block.lines.joined(separator: "\n")
    let compilation = Compiler.compile(
      CompilerInput(
        files: ["proposal.yaml"], project: Project(), manifests: Corpus.manifests, zones: Corpus.zones,
        source: MemoryFiles(["proposal.yaml": text])))
    // The mail names no sender and no way out: flow.yaml would.
    let errors = compilation.diagnostics.filter { $0.severity == .error }.map(\.code.name)
    #expect(Set(errors).isSubset(of: ["no-sender", "no-unsubscribe"]), "\(errors)")
    let workflow = try #require(compilation.workflows.first)
    let simulator = Simulator(
      graphs: [workflow.graph], channels: try Corpus("Sentences").channels, zones: Corpus.zones)
    for scenario in workflow.scenarios {
      #expect(try await ScenarioRunner(simulator).run(scenario, of: workflow.graph).problems.isEmpty)
    }
  }

  @Test func `the reference's flow.yaml can be read`() throws {
    let block = try #require(try Self.blocks(of: "Reference").first { $0.lines.first == "language: 1" })
    let source = SourceText(file: "flow.yaml", utf8: Array(block.lines.joined(separator: "\n").utf8))
    let (_, findings) = Compiler.project(source, files: MemoryFiles(), zones: Corpus.zones)
    #expect(findings.isEmpty, "\(findings)")
  }
}

/// A folder of its own, in which commands run one after the other; `flow` is the built one.
private final class Shell {
  private let base: URL
  private(set) var folder: URL

  init(_ page: String) throws {
    let name = "guide-\(page)-\(ProcessInfo.processInfo.processIdentifier)"
    base = FileManager.default.temporaryDirectory.appending(path: name)
    try? FileManager.default.removeItem(at: base)
    folder = base.appending(path: "work")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let flow = URL(fileURLWithPath: bundle).deletingLastPathComponent().appending(path: "flow")
    let bin = base.appending(path: "bin")
    try FileManager.default.createDirectory(at: bin, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(at: bin.appending(path: "flow"), withDestinationURL: flow)
  }

  func remove() { try? FileManager.default.removeItem(at: base) }

  /// What a command prints, on both its outputs, without blanks and carriage returns at the ends of lines.
  func run(_ command: String) throws -> [String] {
    if command.hasPrefix("cd ") {
      folder = folder.appending(path: command.dropFirst(3))
      return []
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "{ \(command); } 2>&1"]
    process.currentDirectoryURL = folder
    process.environment = [
      "PATH": base.appending(path: "bin").path + ":/usr/bin:/bin", "HOME": base.path, "LC_ALL": "C",
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    let text = String(decoding: output.filter { $0 != 0x0D }, as: UTF8.self)
    var lines = text.components(separatedBy: "\n").map { line in
      String(line.reversed().drop { $0 == " " }.reversed())
    }
    if lines.last == "" { lines.removeLast() }
    return lines
  }
}
