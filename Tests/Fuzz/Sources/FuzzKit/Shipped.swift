import FlowCompiler
import FlowCore
import FlowTime

/// The project in the repository, read once.
package enum Shipped {
  package static let zones = SystemZones()
  private static let disk = DiskFiles(root: ".")

  /// All of Workflows/, in memory.
  package static let files: Overlay = {
    var contents: [String: [UInt8]] = [:]
    for folder in ["Workflows", "Workflows/fixtures", "Workflows/calendars"] + messages {
      for name in disk.list(folder) {
        if case .success(let bytes) = disk.read("\(folder)/\(name)") { contents["\(folder)/\(name)"] = bytes }
      }
    }
    return Overlay(contents: contents)
  }()

  private static let messages =
    ["Workflows/messages"] + disk.list("Workflows/messages").map { "Workflows/messages/\($0)" }

  /// Of any file, from the working directory; nil where it cannot be read.
  package static func bytes(of path: String) -> [UInt8]? { try? disk.read(path).get() }

  /// Names of workflow files, sorted.
  package static let workflows = disk.list("Workflows").filter {
    $0.hasSuffix(".yaml") && $0 != "flow.yaml" && !$0.hasSuffix(".scenarios.yaml")
  }.map { "Workflows/" + $0 }

  package static let project: Project = {
    let file = "Workflows/flow.yaml"
    guard case .success(let bytes) = files.read(file) else { Said.broken("run it in the repository: no \(file)") }
    return Compiler.project(SourceText(file: file, utf8: bytes), files: files, zones: zones).0
  }()

  package static let manifests: [Manifest] = {
    let paths = disk.list("Plugins").flatMap { plugin in
      disk.list("Plugins/\(plugin)").filter { $0.hasSuffix(".yaml") }.map { "Plugins/\(plugin)/\($0)" }
    }
    let manifests = paths.compactMap { path -> Manifest? in
      guard case .success(let bytes) = disk.read(path) else { return nil }
      return Compiler.manifest(SourceText(file: path, utf8: bytes)).0
    }
    guard !manifests.isEmpty else { Said.broken("run it in the repository: no Plugins/*/*.yaml") }
    return manifests
  }()
}

/// Files in memory.
package struct Overlay: ProjectFiles {
  package var contents: [String: [UInt8]]

  package init(contents: [String: [UInt8]]) { self.contents = contents }

  package func with(_ path: String, _ bytes: [UInt8]) -> Overlay {
    var files = self
    files.contents[path] = bytes
    return files
  }

  package func read(_ path: String) -> Result<[UInt8], FileProblem> {
    contents[path].map { .success($0) } ?? .failure(.missing)
  }

  package func list(_ folder: String) -> [String] {
    let prefix = folder + "/"
    return contents.keys.filter { $0.hasPrefix(prefix) && !$0.dropFirst(prefix.count).contains("/") }
      .map { String($0.dropFirst(prefix.count)) }.sorted()
  }
}
