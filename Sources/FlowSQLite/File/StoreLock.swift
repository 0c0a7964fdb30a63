import FlowRuntime
import Glibc

/// That one process writes to a store: a lock of the system's on a file beside it, which says who holds it
/// and which the system gives back when the process ends, however it ends.
final class StoreLock: Sendable {
  private let file: Int32
  private let text: String
  /// What ``note(opening:)`` was told last, by whichever process held the lock before; nil where nothing was.
  let opening: Int64?

  /// Waits up to `patience` seconds for whoever holds it, and is worth waiting for.
  /// - Throws: `.locked` with the holder; `.failed` where the file cannot be made.
  init(
    path: String, holder: Holder, patience: Int, isWorthWaiting: (Holder) -> Bool
  ) throws(StoreError) {
    // Closed in programs that a channel starts: they must not keep the lock.
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      // Whoever calls says which store it is.
      let because = String(cString: strerror(errno))
      throw .failed("\(path.split(separator: "/").last ?? ""): \(because)")
    }
    let pauses = max(0, patience) * 20
    var pause = 0
    var asked: Holder?
    while flock(file, LOCK_EX | LOCK_NB) != 0 {
      let other = Self.holder(in: file)
      // Whoever has just got it writes its name after that: until then there is none, or that of the one before.
      let isAnother = pause > 0 && other != asked && (other.process != nil || pause > 20)
      if isAnother { asked = other }
      if pause == pauses || isAnother && !isWorthWaiting(other) {
        close(file)
        throw .locked(holder: "\(other)")
      }
      pause += 1
      usleep(50_000)
    }
    let lines = Self.bytes(of: file).split(separator: 0x0A)
    opening = lines.count > 1 ? Int64(String(decoding: lines[1], as: UTF8.self)) : nil
    text = "\(holder)\n"
    self.file = file
    write(text + (opening.map { "\($0)\n" } ?? ""))
  }

  /// The store was opened for writing so many times.
  func note(opening: Int64) { write(text + "\(opening)\n") }

  /// What it says of the holder is for people; that it is locked does not depend on it.
  private func write(_ text: String) {
    ftruncate(file, 0)
    _ = Array(text.utf8).withUnsafeBytes { pwrite(file, $0.baseAddress, $0.count, 0) }
  }

  deinit { close(file) }

  /// Another may have it from here on.
  func release() { flock(file, LOCK_UN) }

  /// Who holds the lock now; nil where nobody does.
  static func current(path: String) -> Holder? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    // A shared lock is given up with the file.
    return flock(file, LOCK_SH | LOCK_NB) == 0 ? nil : holder(in: file)
  }

  private static func bytes(of file: Int32) -> ArraySlice<UInt8> {
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = bytes.withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, 0) }
    return bytes.prefix(max(0, count))
  }

  private static func holder(in file: Int32) -> Holder {
    Holder(String(decoding: bytes(of: file).prefix { $0 != 0x0A }, as: UTF8.self))
  }
}
