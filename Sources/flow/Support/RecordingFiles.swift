import FlowCompiler
import FlowCore
import Synchronization

/// A project on disk that notes what is read of it, so that a version of a workflow is kept with all that it was
/// made of: calendars and attachments too.
final class RecordingFiles: ProjectFiles {
  private let disk: DiskFiles
  private let read = Mutex<[String: [UInt8]]>([:])

  /// A larger file is no text of a workflow: only that it was there is kept.
  private static let limit = 1 << 20

  init(_ disk: DiskFiles) { self.disk = disk }

  func read(_ path: String) -> Result<[UInt8], FileProblem> {
    let result = disk.read(path)
    if case .success(let bytes) = result {
      read.withLock { $0[path] = bytes.count <= Self.limit ? bytes : [] }
    }
    return result
  }

  func list(_ folder: String) -> [String] { disk.list(folder) }

  /// Everything that was read so far, by path.
  var texts: [String: SourceText] {
    let all = read.withLock { $0 }
    return Dictionary(
      all.map { ($0.key, SourceText(file: $0.key, utf8: $0.value)) }, uniquingKeysWith: { first, _ in first })
  }
}
