import Foundation
import Testing

/// The house checks itself: the real imports against the table in Sources/README.md, and the few things that would
/// quietly break a promise.
struct HouseTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  struct Source {
    var room: String
    var path: String
    var text: String
    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
  }

  static let sources: [Source] = swiftFiles(below: "Sources") + swiftFiles(below: "Plugins")
  static let tests: [Source] = swiftFiles(below: "Tests")

  static func swiftFiles(below folder: String) -> [Source] {
    let base = root.appending(path: folder)
    let names = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
    return names.filter { $0.hasSuffix(".swift") }.sorted().compactMap { name in
      guard let text = try? String(contentsOf: base.appending(path: name), encoding: .utf8) else { return nil }
      let room = folder == "Sources" ? String(name.prefix { $0 != "/" }) : folder
      return Source(room: room, path: "\(folder)/\(name)", text: text)
    }
  }

  /// Rows of the table: a room, and what it may import.
  static func table() throws -> [String: Set<String>] {
    let text = try String(contentsOf: root.appending(path: "Sources/README.md"), encoding: .utf8)
    var rooms: [String: Set<String>] = [:]
    for line in text.split(separator: "\n") where line.hasPrefix("| ") {
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count == 3, cells[0] != "room" else { continue }
      rooms[cells[0]] = Set(cells[1].split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) })
    }
    return rooms
  }

  static func imports(of source: Source) -> [String] {
    source.lines.compactMap { line in
      var words = line.split(separator: " ")
      while let first = words.first,
        first.hasPrefix("@") || ["public", "internal", "package", "private"].contains(first)
      {
        words.removeFirst()
      }
      guard words.first == "import", words.count >= 2 else { return nil }
      let name = ["struct", "class", "enum", "func", "protocol", "typealias"].contains(words[1]) ? words[2] : words[1]
      return String(name.prefix { $0 != "." })
    }
  }

  @Test func `imports are those of the table`() throws {
    let table = try Self.table()
    #expect(Self.sources.count > 50)
    var used: [String: Set<String>] = [:]
    for source in Self.sources {
      let allowed = try #require(table[source.room], "\(source.room) has no row in Sources/README.md")
      for module in Self.imports(of: source) {
        used[source.room, default: []].insert(module)
        let isChannel = module.hasSuffix("Channel")
        let isAllowed =
          allowed.contains(module) || (allowed.contains("all") && table[module] != nil)
          || (allowed.contains("channels") && isChannel)
        #expect(isAllowed, "\(source.path) imports \(module), which the table does not grant \(source.room)")
      }
    }
    // What the table grants, somebody uses: a row does not promise less than is kept.
    for (room, allowed) in table where room != "FlowTesting" {
      for module in allowed where !["all", "channels"].contains(module) {
        #expect(used[room]?.contains(module) == true, "the table grants \(room) \(module), and nobody imports it")
      }
    }
  }

  @Test func `only the clock asks for the time, and nothing for chance`() {
    let words = [
      "Date()", "Date.now", "clock_gettime", "ContinuousClock", "SuspendingClock", "gettimeofday", "UUID()",
      ".random(", "SystemRandomNumberGenerator", "arc4random", "drand48", "time(nil)",
    ]
    for source in Self.sources where source.path != "Sources/FlowRuntime/Clock.swift" {
      for word in words where source.text.contains(word) {
        Issue.record("\(source.path) asks for time or chance: \(word)")
      }
    }
  }

  @Test func `nothing below the plugins knows a channel by name`() throws {
    // A contact's own fields and types are called so; nothing else is.
    let field = /\b(email|phone|handle)\b/
    let channel = /(?i)(email|sms|slack|telegram|whatsapp|webhook)/
    for source in Self.sources where ["FlowCore", "FlowCompiler", "FlowRuntime"].contains(source.room) {
      // Examples of workflow files; how a value of the type `email` is read.
      if source.path.contains("/Diagnostics/Catalogue") { continue }
      if source.path.hasSuffix("/Values/ReadText.swift") { continue }
      for (number, line) in source.lines.enumerated() {
        let code = line.replacing(field, with: "")
        guard let match = code.firstMatch(of: channel), !line.trimmingCharacters(in: .whitespaces).hasPrefix("///"),
          !line.trimmingCharacters(in: .whitespaces).hasPrefix("//")
        else { continue }
        Issue.record("\(source.path):\(number + 1) knows a channel by name: \(match.0)")
      }
    }
  }

  @Test func `no shortcut through a wall, no trap on foreign data`() {
    for source in Self.sources + Self.tests where !source.path.contains("HouseTests") {
      #expect(!source.text.contains("@testable"), "\(source.path)")
    }
    for source in Self.sources {
      for word in ["try!", "as!", "fatalError(", "TODO", "FIXME"] {
        #expect(!source.text.contains(word), "\(source.path) has \(word)")
      }
    }
  }

  @Test func `files stay short`() {
    for source in Self.sources + Self.tests {
      let count = source.lines.count
      #expect(count <= 500, "\(source.path) has \(count) lines")
    }
  }

  /// What a test gives to the program, or expects from it, stands as it is.
  @Test func `lines stay short`() {
    for source in Self.sources + Self.tests {
      var isText = false
      for (number, line) in source.lines.enumerated() {
        let isTold = source.path.hasPrefix("Tests/") && (isText || line.contains("\""))
        if line.components(separatedBy: "\"\"\"").count % 2 == 0 { isText.toggle() }
        #expect(isTold || line.count <= 120, "\(source.path):\(number + 1) has \(line.count) columns")
      }
    }
  }

  @Test func `a link within the project leads somewhere, also where no DocC reads it`() throws {
    let enumerator = try #require(FileManager.default.enumerator(at: Self.root, includingPropertiesForKeys: nil))
    for case let file as URL in enumerator {
      if file.lastPathComponent.hasPrefix(".") { enumerator.skipDescendants() }
      guard file.pathExtension == "md" else { continue }
      var text = try String(contentsOf: file, encoding: .utf8)
      // What DocC makes its list of pages of; the links before it say the same.
      if file.lastPathComponent == "flow.md", let topics = text.range(of: "## Topics") {
        text.removeSubrange(topics.lowerBound...)
      }
      if text.contains("<doc:") { Issue.record("\(file.path) has a link that only DocC follows") }
      for match in text.matches(of: /\]\(([^)\s:#]+)(#[^)]*)?\)/) {
        let target = file.deletingLastPathComponent().appending(path: String(match.1))
        if !FileManager.default.fileExists(atPath: target.path) {
          Issue.record("\(file.path): \(match.1) leads nowhere")
        }
      }
    }
  }

  @Test func `the top level holds what it should`() throws {
    let allowed: Set<String> = [
      "Package.swift", "Sources", "Tests", "Workflows", "Plugins", "README.md", "Makefile", "LICENSE",
      "CONTRIBUTING.md", "CHANGELOG.md", "Benchmarks", ".ci", ".gitignore", ".swift-format", ".git", "Package.resolved",
      ".swiftpm",
    ]
    for name in try FileManager.default.contentsOfDirectory(atPath: Self.root.path)
    where !name.hasPrefix(".build") && !allowed.contains(name) {
      Issue.record("\(name) does not belong at the top level")
    }
  }
}
