import FlowRuntime
import Glibc

extension SQLiteStore {
  /// For a process that stays: gives the log the length that it comes to anyway, some 16 megabytes of zeros, before it
  /// is written. A commit that lengthens the file has the file system write its own journal, too, and waits for
  /// whatever else stands in that; one that writes over what is there does not.
  ///
  /// Where it cannot be done, or space is scarce, the log is as it was, and grows as it is written.
  public func makeRoomForLog() throws(StoreError) {
    try useFile { (front) throws(StoreError) in
      // Nobody appends meanwhile, whoever it may be.
      try front.file.begin()
      LogRoom.make(front.file.path + "-wal")
      try front.file.endReading()
    }
  }

  public var isUntidy: Bool { ifIdle { $0.isLogLong } == true }

  /// Carries the log into the file. A commit does so only where it finds four thousand pages, and takes ten
  /// milliseconds for that: whoever is answered by it, and those behind, wait.
  public func tidy() throws(StoreError) {
    try use { (front) throws(StoreError) in
      if front.isLogLong { try front.carryLog() }
    }
  }
}

private enum LogRoom {
  /// Four thousand pages are written back and their places used again; a last group may go beyond.
  static let length = 4032 * (4096 + 24)
  /// So much of the disk stays free for others.
  static let spare: UInt64 = 256 << 20

  static func make(_ path: String) {
    // SQLite locks no byte of this file, so that closing it loosens nothing.
    let file = open(path, O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    defer { close(file) }
    var status = stat()
    var space = statvfs()
    guard fstat(file, &status) == 0, fstatvfs(file, &space) == 0,
      UInt64(space.f_bavail) &* UInt64(space.f_frsize) > spare
    else { return }
    // What ends before its first frame is an empty log; zeros after the last are no frame.
    if !fill(file, from: Int(status.st_size)) || fdatasync(file) != 0 { ftruncate(file, status.st_size) }
  }

  private static func fill(_ file: Int32, from start: Int) -> Bool {
    let zeros = [UInt8](repeating: 0, count: 1 << 20)
    var at = start
    while at < length {
      let written = pwrite(file, zeros, min(zeros.count, length - at), off_t(at))
      guard written > 0 else { return false }
      at += written
    }
    return true
  }
}
