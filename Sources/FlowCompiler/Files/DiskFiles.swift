import Glibc

/// A project on disk: the one place of this room that reads files.
///
/// Every path is resolved through its links first, and what then lies outside the folder is not read.
public struct DiskFiles: ProjectFiles {
  /// The folder that paths are relative to, absolute and without links; nil where there is none.
  public let root: String?
  /// The project's folder: nothing outside it is read.
  public let boundary: String?
  public let limit: Int

  /// - Parameters:
  ///   - boundary: where the project is only a part of the folder that paths are relative to.
  ///   - limit: most bytes of one file that is read.
  public init(root: String, boundary: String? = nil, limit: Int = 10 << 20) {
    self.root = DiskFiles.real(root)
    self.boundary = boundary.map { DiskFiles.real($0) } ?? self.root
    self.limit = limit
  }

  public func read(_ path: String) -> Result<[UInt8], FileProblem> {
    guard let root, let boundary, !path.utf8.contains(0) else { return .failure(.missing) }
    guard let real = DiskFiles.real(root + "/" + path) else {
      return .failure(errno == ENOENT || errno == ENOTDIR ? .missing : .unreadable(DiskFiles.reason()))
    }
    guard DiskFiles.isInside(real, boundary) else { return .failure(.outside) }
    // Non-blocking, so that a pipe does not hang; what was opened is looked at, not what bore the name
    // before.
    let descriptor = open(real, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
    guard descriptor >= 0 else { return .failure(.unreadable(DiskFiles.reason())) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return .failure(.unreadable(DiskFiles.reason())) }
    guard status.st_mode & S_IFMT == S_IFREG else { return .failure(.notAFile) }
    guard status.st_size <= limit else { return .failure(.tooLarge(limit: limit)) }
    return bytes(of: descriptor, expecting: Int(status.st_size))
  }

  private func bytes(of descriptor: Int32, expecting size: Int) -> Result<[UInt8], FileProblem> {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size)
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0 {
        if errno == EINTR { continue }
        return .failure(.unreadable(DiskFiles.reason()))
      }
      if count == 0 { return .success(bytes) }
      bytes += chunk[..<count]
      if bytes.count > limit { return .failure(.tooLarge(limit: limit)) }
    }
  }

  public func list(_ folder: String) -> [String] {
    guard let root, let boundary, let real = DiskFiles.real(root + "/" + folder),
      DiskFiles.isInside(real, boundary)
    else { return [] }
    return DiskFiles.names(in: real)?.sorted() ?? []
  }

  /// Everything in a folder but itself and the one above, in no order; nil where it cannot be read.
  public static func names(in folder: String) -> [String]? {
    guard let directory = opendir(folder) else { return nil }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  private static func isInside(_ path: String, _ root: String) -> Bool {
    path == root || path.hasPrefix(root == "/" ? "/" : root + "/")
  }

  private static func real(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func reason() -> String { String(cString: strerror(errno)) }
}
