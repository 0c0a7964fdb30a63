/// Why a file of the project cannot be read.
public enum FileProblem: Error, Hashable, Sendable {
  case missing
  /// It lies outside the project's folder, by `..`, by an absolute path or through a link.
  case outside
  /// It is larger than so many bytes.
  case tooLarge(limit: Int)
  /// A folder, a socket, a device.
  case notAFile
  /// The system refuses; its reason.
  case unreadable(String)
}

/// The files that a workflow names. Paths are relative to the project's folder, with `/`.
public protocol ProjectFiles: Sendable {
  func read(_ path: String) -> Result<[UInt8], FileProblem>
  /// The names in a folder, sorted; none where there is no such folder. `""` is the project's folder itself.
  func list(_ folder: String) -> [String]
}

/// Files in memory, for tests and for editors.
public struct MemoryFiles: ProjectFiles {
  public var contents: [String: [UInt8]]

  public init(_ texts: [String: String] = [:]) { contents = texts.mapValues { Array($0.utf8) } }

  public func read(_ path: String) -> Result<[UInt8], FileProblem> {
    contents[path].map { .success($0) } ?? .failure(.missing)
  }

  public func list(_ folder: String) -> [String] {
    let prefix = folder.isEmpty ? "" : folder + "/"
    let names = contents.keys.filter { $0.hasPrefix(prefix) }.compactMap {
      $0.dropFirst(prefix.count).split(separator: "/").first.map(String.init)
    }
    return Set(names).sorted()
  }
}

/// Paths as texts, without the disk.
enum FilePath {
  /// The folder of a file, `""` at the top.
  static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
  }

  static func name(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }

  /// `path`, written in a file of `folder`, relative to the project; nil where it leaves the project.
  static func resolve(_ path: String, in folder: String) -> String? {
    guard !path.hasPrefix("/"), !path.utf8.contains(0) else { return nil }
    var parts = folder.split(separator: "/").map(String.init)
    for part in path.split(separator: "/", omittingEmptySubsequences: true) where part != "." {
      if part != ".." {
        parts.append(String(part))
      } else if parts.popLast() == nil {
        return nil
      }
    }
    return parts.isEmpty ? nil : parts.joined(separator: "/")
  }

  /// A value that names a text file: one line without blanks that ends in `.md` or `.txt`.
  static func isTextFile(_ text: String) -> Bool {
    let bytes = text.utf8
    guard bytes.count > 3, !bytes.contains(where: { $0 <= 0x20 }), !text.contains("{{") else { return false }
    return text.hasSuffix(".md") || text.hasSuffix(".txt")
  }
}
