import FlowRuntime
import FlowTime
import Glibc

/// Where a store lives, so that a copy of it, and one that was put back, are known for what they are: two that send
/// would send everything twice (guarantee 23).
enum Place {
  private static let fact = "store/place"
  private static let openings = "store/openings"

  /// Facts that a store has of its own place: a copy has others.
  static let facts = [fact, openings]

  /// Looks whether the store is where it was left, and as it was left; else it holds all sending. Remembers where it
  /// is now.
  static func check(_ front: Front, path: String, _ lock: StoreLock) throws(StoreError) {
    let here = try current(path)
    let known = try front.knownFacts()
    let count = known[openings].flatMap { Int64($0) } ?? 0
    var writes: [Write] = []
    let lack = lack(last: try front.file.once(lastCame).first { $0.number(0) })
    if let because = doubt(known[fact], here, count, lock.opening, lack) {
      let hold = Hold(.restored, because: because)
      writes.append(.remember(hold.fact, hold.value))
    }
    writes += [.remember(fact, here.text), .remember(openings, "\(count + 1)")]
    try front.apply(writes)
    try front.flush()
    lock.note(opening: count + 1)
  }

  /// What a copy's header says in place of 0 until it is opened for writing (`PRAGMA user_version`).
  static let copied = 1

  /// Looks at the file before SQLite does, which would take an empty one for a new store, and the log of the store that
  /// was here before for one of a copy put in its place.
  /// - Parameter lock: it knows whether there was a store before.
  static func checkFile(_ path: String, _ lock: StoreLock?) throws(StoreError) {
    var status = stat()
    let wasOpened = lock?.opening ?? 0 > 0
    guard stat(path, &status) == 0 else {
      // Somebody has taken it away: if this process ends before it has made another, that is new as well.
      if wasOpened { lock?.note(opening: 0) }
      return
    }
    var log = stat()
    let hasLog = stat(path + "-wal", &log) == 0 && log.st_size > 0
    let name = path.split(separator: "/").last.map(String.init) ?? path
    if status.st_size == 0, wasOpened || hasLog {
      throw .corrupt("it is empty, and was not; put a backup back, or take \(name) away where it shall begin anew")
    }
    guard hasLog, header(path) == copied else { return }
    throw .failed(
      "it is a backup, and the log beside it is of the store that was here before: "
        + "take \(name)-wal and \(name)-shm away")
  }

  /// The user version, as it stands in the file without its log; nil where it cannot be read.
  private static func header(_ path: String) -> Int? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 4)
    guard pread(file, &bytes, 4, 60) == 4 else { return nil }
    return bytes.reduce(0) { $0 << 8 | Int($1) }
  }

  /// When the last of what came in came, in milliseconds.
  static let lastCame = "SELECT max(at) FROM incoming HAVING max(at) IS NOT NULL"

  /// What whoever lets it go on should know.
  static func lack(last: Int64?) -> String {
    guard let last else { return "" }
    return
      "; the last it knows to have come in is of \(Instant(milliseconds: last).rfc3339(in: .utc)): what left after "
      + "that leaves once more, and what answers it may find no run"
  }

  private static func doubt(
    _ known: String?, _ here: Mark, _ count: Int64, _ noted: Int64?, _ lack: String
  ) -> String? {
    guard let known else { return nil }
    if !here.isSame(as: known) { return "this store is a copy, or was put back from one\(lack)" }
    // The process may have ended between the two.
    if let noted, noted > count {
      return "this store was put back: it was opened \(noted) times, and knows of \(count)\(lack)"
    }
    return nil
  }

  /// The number that the file system has for what stands under a path; nil where nothing does.
  static func file(_ path: String) -> UInt64? {
    var status = stat()
    return stat(path, &status) == 0 ? UInt64(status.st_ino) : nil
  }

  private struct Mark {
    var device: UInt64
    var inode: UInt64
    var path: String
    var text: String { "\(device) \(inode) \(path)" }

    /// It may have been moved within its file system, or its file system to another device.
    func isSame(as text: String) -> Bool {
      let parts = text.split(separator: " ", maxSplits: 2)
      guard parts.count == 3, parts[1] == "\(inode)" else { return false }
      return parts[0] == "\(device)" || parts[2] == path
    }
  }

  private static func current(_ path: String) throws(StoreError) -> Mark {
    var status = stat()
    guard stat(path, &status) == 0 else { throw .failed("\(path): \(String(cString: strerror(errno)))") }
    return Mark(device: UInt64(status.st_dev), inode: UInt64(status.st_ino), path: real(path))
  }

  /// The file that a path means, also by a link, so that all who mean one meet at the lock and the log beside it.
  static func real(_ path: String) -> String {
    var path = path
    for _ in 0..<8 {
      if let real = realpath(path, nil) {
        defer { free(real) }
        return String(cString: real)
      }
      // The file may be yet to be made, and the link to it be there.
      var target = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
      guard readlink(path, &target, Int(PATH_MAX)) > 0 else { break }
      let text = String(decoding: target.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? ""
      path = text.utf8.first == UInt8(ascii: "/") ? text : folder + text
    }
    return path
  }
}
