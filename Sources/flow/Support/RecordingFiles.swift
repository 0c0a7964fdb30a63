import FlowCompiler
import FlowCore
import Synchronization

/// A project's files that note what is read of them, so that a version of a workflow is kept with all that it was
/// made of: calendars and attachments too.
final class RecordingFiles: ProjectFiles {
  private let files: any ProjectFiles
  private let read = Mutex<[String: [UInt8]]>([:])

  /// A larger file is no text of a workflow: only that it was there is kept.
  private static let limit = 1 << 20

  init(_ files: any ProjectFiles) { self.files = files }

  func read(_ path: String) -> Result<[UInt8], FileProblem> {
    let result = files.read(path)
    if case .success(let bytes) = result {
      read.withLock { $0[path] = bytes.count <= Self.limit ? bytes : [] }
    }
    return result
  }

  func list(_ folder: String) -> [String] { files.list(folder) }

  /// What was last read there; nil where nothing was, or too much.
  func text(_ path: String) -> SourceText? {
    guard let bytes = read.withLock({ $0[path] }), !bytes.isEmpty else { return nil }
    return SourceText(file: path, utf8: bytes)
  }

  /// Everything that was read so far, by path.
  var texts: [String: SourceText] {
    let all = read.withLock { $0 }
    return Dictionary(
      all.map { ($0.key, SourceText(file: $0.key, utf8: $0.value)) }, uniquingKeysWith: { first, _ in first })
  }
}
