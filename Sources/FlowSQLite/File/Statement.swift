import FlowRuntime
import FlowTime
import GRDBSQLite

/// A prepared statement of SQLite's own interface: what is done for each row must cost no more than the row.
/// Whoever uses it holds the connection alone.
final class Statement {
  private let handle: OpaquePointer
  private let connection: OpaquePointer

  init(_ connection: OpaquePointer, _ sql: String) throws(StoreError) {
    var prepared: OpaquePointer?
    let code = sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
    guard code == SQLITE_OK, let prepared else { throw Statement.error(code, connection) }
    handle = prepared
    self.connection = connection
  }

  deinit { sqlite3_finalize(handle) }

  // MARK: Binding, from 1

  func bind(_ index: Int32, _ number: Int64) { sqlite3_bind_int64(handle, index, number) }
  func bind(_ index: Int32, _ number: Int) { sqlite3_bind_int64(handle, index, Int64(number)) }

  func bind(_ index: Int32, _ number: Int64?) {
    if let number { bind(index, number) } else { sqlite3_bind_null(handle, index) }
  }

  func bind(_ index: Int32, _ text: String) {
    guard !text.isEmpty else {
      _ = sqlite3_bind_text(handle, index, "", 0, Statement.copied)
      return
    }
    var text = text
    text.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) {
        _ = sqlite3_bind_text64(
          handle, index, $0.baseAddress, UInt64($0.count), Statement.copied, UInt8(SQLITE_UTF8))
      }
    }
  }

  func bind(_ index: Int32, _ text: String?) {
    if let text { bind(index, text) } else { sqlite3_bind_null(handle, index) }
  }

  func bind(_ index: Int32, _ bytes: [UInt8]) {
    bytes.withUnsafeBytes {
      if $0.isEmpty {
        _ = sqlite3_bind_zeroblob(handle, index, 0)
      } else {
        _ = sqlite3_bind_blob64(handle, index, $0.baseAddress, UInt64($0.count), Statement.copied)
      }
    }
  }

  /// - Parameter bytes: not copied: they must lie there until the statement was run.
  func bind(_ index: Int32, lying bytes: UnsafeRawBufferPointer) {
    _ = sqlite3_bind_blob64(handle, index, bytes.baseAddress, UInt64(bytes.count), nil)
  }

  func bind(_ index: Int32, _ cell: Cell) {
    switch cell {
    case .number(let number): bind(index, number)
    case .text(let text): bind(index, text)
    case .bytes(let bytes): bind(index, bytes)
    }
  }

  // MARK: Running

  /// Goes to the next row; false where there is none.
  func next() throws(StoreError) -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code:
      let error = Statement.error(code, connection)
      sqlite3_reset(handle)
      throw error
    }
  }

  func reset() { sqlite3_reset(handle) }

  /// A statement without rows.
  func run() throws(StoreError) {
    _ = try next()
    sqlite3_reset(handle)
  }

  /// Every row, in the order of the statement.
  func all<Value>(_ read: (Statement) throws(StoreError) -> Value) throws(StoreError) -> [Value] {
    defer { reset() }
    var found: [Value] = []
    while try next() { found.append(try read(self)) }
    return found
  }

  func first<Value>(_ read: (Statement) throws(StoreError) -> Value) throws(StoreError) -> Value? {
    defer { reset() }
    return try next() ? try read(self) : nil
  }

  /// Of ``Query/dues``.
  func dues() throws(StoreError) -> [WakeHeap.Wake] {
    try all { WakeHeap.Wake(due: Instant(milliseconds: $0.number(1)), number: $0.number(0)) }
  }

  // MARK: Columns, from 0

  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
  func number(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }
  func numberOrNil(_ column: Int32) -> Int64? { isNull(column) ? nil : number(column) }

  func text(_ column: Int32) -> String {
    guard let start = sqlite3_column_text(handle, column) else { return "" }
    let count = Int(sqlite3_column_bytes(handle, column))
    return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  func textOrNil(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

  func bytes(_ column: Int32) -> [UInt8] {
    guard let start = sqlite3_column_blob(handle, column) else { return [] }
    return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
  }

  func cell(_ column: Int32) -> Cell {
    switch sqlite3_column_type(handle, column) {
    case SQLITE_INTEGER: .number(number(column))
    case SQLITE_BLOB: .bytes(bytes(column))
    default: .text(text(column))
    }
  }

  func cellOrNil(_ column: Int32) -> Cell? { isNull(column) ? nil : cell(column) }

  // MARK: Errors

  static func error(_ code: Int32, _ connection: OpaquePointer) -> StoreError {
    let text = String(cString: sqlite3_errmsg(connection))
    switch code & 0xFF {
    case SQLITE_CORRUPT, SQLITE_NOTADB: return .corrupt(text)
    case SQLITE_BUSY, SQLITE_LOCKED: return .locked(holder: "another process")
    default: return .failed(text)
    }
  }

  /// SQLite copies what it is given.
  private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}

/// What a column without a type of its own holds.
enum Cell: Hashable {
  case number(Int64)
  case text(String)
  case bytes([UInt8])
}
