import FlowCore
import Glibc

/// Delivery into a folder: a file a message, named after its key. The file is complete or it is not there,
/// and a key used twice leaves one file.
public struct FolderDelivery: Sendable {
  /// Made when the first message comes.
  public let folder: String

  /// What is told of a file is told from here: whoever reads that need not know where a project stands.
  private let base: String

  public init(folder: String) {
    self.folder = folder
    base = ""
  }

  /// The folder of a channel's settings: `outbox`, in the project's folder unless it is absolute.
  public init(_ settings: ChannelSettings) {
    let outbox = settings["outbox"] ?? "outbox"
    folder = outbox.utf8.first == UInt8(ascii: "/") ? outbox : settings.folder + "/" + outbox
    base = settings.folder + "/"
  }

  /// `accepted` with the file's name once its bytes and its name are on disk. The same key with the same
  /// bytes again is the same receipt; with other bytes it is `permanent`, and the first file stays. A full
  /// disk is `temporary`.
  public func deliver(_ rendering: Rendering, key: IdempotencyKey) -> Receipt {
    guard let name = FolderDelivery.fileName(rendering, key) else {
      return .permanent(because: "the key \"\(HeaderText(key.text))\" is no name for a file")
    }
    let path = folder + "/" + name
    do throws(FileFault) {
      try FileFault.check(mkdir(folder, 0o777) == 0 || errno == EEXIST, "make the folder", folder)
      if let there = try contents(of: path) {
        if there == rendering.payload { return .accepted(id: name) }
        return .permanent(because: "\(name) is in the outbox already, with another text")
      }
      try write(rendering.payload, to: path)
      return .accepted(id: name)
    } catch {
      let text = base.isEmpty ? error.text : error.text.replacing(base, with: "")
      return error.isOurs ? .ours(because: text) : .temporary(after: nil, because: text)
    }
  }

  /// The same, marked before anything is written.
  public func deliver(_ rendering: Rendering, key: IdempotencyKey, marker: Marker) async -> Receipt {
    guard await marker() else { return .withheld }
    return deliver(rendering, key: key)
  }

  /// Nil where key or ending could be anything but a plain name.
  private static func fileName(_ rendering: Rendering, _ key: IdempotencyKey) -> String? {
    func isPlain(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "/") }
    guard !key.text.isEmpty, key.text.utf8.count <= 200, key.text.utf8.first != UInt8(ascii: "."),
      key.text.utf8.allSatisfy(isPlain), (1...16).contains(rendering.fileExtension.utf8.count),
      rendering.fileExtension.utf8.allSatisfy(isLetterOrDigit)
    else { return nil }
    return key.text + "." + rendering.fileExtension
  }

  private func contents(of path: String) throws(FileFault) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    if file < 0, errno == ENOENT { return nil }
    try FileFault.check(file >= 0, "read", path)
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(file, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      try FileFault.check(count >= 0, "read", path)
      if count == 0 { return bytes }
      bytes += buffer[..<count]
    }
  }

  /// A temporary file, its bytes on disk, then its name, then the name on disk.
  private func write(_ bytes: [UInt8], to path: String) throws(FileFault) {
    let temporary = path + ".part"
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    try FileFault.check(file >= 0, "write", temporary)
    do throws(FileFault) {
      defer { close(file) }
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        try FileFault.check(count > 0, "write", temporary)
        rest = rest.dropFirst(count)
      }
      try FileFault.check(fsync(file) == 0, "write", temporary)
    } catch {
      unlink(temporary)
      throw error
    }
    try FileFault.check(rename(temporary, path) == 0, "write", path)
    let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    try FileFault.check(directory >= 0, "open", folder)
    defer { close(directory) }
    try FileFault.check(fsync(directory) == 0, "write", folder)
  }
}

/// Why the folder could not be written.
private struct FileFault: Error {
  var code: Int32
  var text: String

  /// What a person must put right, rather than time.
  var isOurs: Bool { [EACCES, EPERM, EROFS, ENOTDIR, ENOENT, ENAMETOOLONG, EISDIR, ELOOP].contains(code) }

  static func check(_ fine: Bool, _ doing: String, _ path: String) throws(FileFault) {
    guard !fine else { return }
    let code = errno
    throw FileFault(code: code, text: "cannot \(doing) \(path): \(String(cString: strerror(code)))")
  }
}
