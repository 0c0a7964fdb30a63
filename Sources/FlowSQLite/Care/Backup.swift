import FlowRuntime
import GRDB
import Glibc

extension SQLiteStore {
  /// Writes a whole, compact copy, as of one instant, while others read and write. The copy holds all sending until
  /// it is told to go on (guarantee 23). It is there whole, on the disk, or not at all.
  /// - Throws: `.failed` where something is at `path` already, or the copy cannot be written.
  public func backup(to path: String) throws(StoreError) {
    guard !path.hasPrefix("file:") else { throw .failed("a copy is a file; one that is called so is ./\(path)") }
    let draft = path + ".part"
    guard access(path, F_OK) != 0 else { throw .failed("\(path) is there already") }
    unlink(draft)
    // Its owner's alone, as the store is.
    let file = open(draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw .failed("\(draft): \(String(cString: strerror(errno)))") }
    Glibc.close(file)
    do throws(StoreError) {
      try useFile { (front) throws(StoreError) in
        let copy = try front.file.once("VACUUM INTO ?")
        copy.bind(1, draft)
        try copy.run()
      }
      try SQLiteStore.hold(draft)
      try SQLiteStore.sync(draft)
      guard rename(draft, path) == 0 else { throw .failed("\(path): \(String(cString: strerror(errno)))") }
      try SQLiteStore.sync(SQLiteStore.folder(of: path))
    } catch {
      for ending in ["", "-wal", "-shm", "-journal"] { unlink(draft + ending) }
      throw error
    }
  }

  /// The copy knows that it is one.
  private static func hold(_ path: String) throws(StoreError) {
    do {
      let copy = try DatabaseQueue(path: path)
      try copy.write { db in
        let lack = Place.lack(last: try Int64.fetchOne(db, sql: Place.lastCame))
        let hold = Hold(.restored, because: "this store is a copy\(lack)")
        for fact in Place.facts { try db.execute(sql: "DELETE FROM fact WHERE name = ?", arguments: [fact]) }
        try db.execute(
          sql: "INSERT OR REPLACE INTO fact (name, value) VALUES (?, ?)", arguments: [hold.fact, hold.value])
        try db.execute(sql: "PRAGMA user_version = \(Place.copied)")
      }
      try copy.close()
    } catch {
      throw Connection.storeError(error)
    }
  }

  private static func folder(of path: String) -> String {
    let bytes = Array(path.utf8)
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == 0 ? "/" : String(decoding: bytes[..<slash], as: UTF8.self)
  }

  private static func sync(_ path: String) throws(StoreError) {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .failed("\(path): \(String(cString: strerror(errno)))") }
    defer { Glibc.close(file) }
    guard fsync(file) == 0 else { throw .failed("\(path): \(String(cString: strerror(errno)))") }
  }
}
