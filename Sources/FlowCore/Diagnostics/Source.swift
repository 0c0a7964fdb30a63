/// A place in a source text. Lines and columns count from 1; a column counts Unicode scalars, as an editor
/// shows them.
public struct Position: Hashable, Sendable, Comparable, Codable {
  public var line: Int
  public var column: Int
  /// UTF-8 offset from the start of the text.
  public var offset: Int

  public init(line: Int, column: Int, offset: Int) {
    self.line = line
    self.column = column
    self.offset = offset
  }

  public static let start = Position(line: 1, column: 1, offset: 0)

  public static func < (a: Position, b: Position) -> Bool { a.offset < b.offset }
}

/// A stretch of one file, the end exclusive. It travels into the graph, so that a finding, a stuck run and a
/// row of a dashboard point at the same line; it is no part of a graph's fingerprint.
public struct Span: Hashable, Sendable, Codable {
  /// Path of the file relative to the project's folder, with `/`.
  public var file: String
  public var start: Position
  public var end: Position

  public init(file: String, start: Position, end: Position) {
    self.file = file
    self.start = start
    self.end = end
  }

  /// The whole of a file of which nothing more exact can be said.
  public static func file(_ path: String) -> Span { Span(file: path, start: .start, end: .start) }
}

/// A text that was read, with what is needed to show a line of it.
public struct SourceText: Sendable, Hashable {
  /// Path relative to the project's folder, with `/`.
  public let file: String
  public let utf8: [UInt8]
  /// Offset of each line's first byte; a byte order mark belongs to no line.
  private let lineStarts: [Int]

  public init(file: String, utf8: [UInt8]) {
    self.file = file
    self.utf8 = utf8
    var starts = [utf8.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0]
    for (offset, byte) in utf8.enumerated() where byte == 0x0A { starts.append(offset + 1) }
    lineStarts = starts
  }

  public var lineCount: Int { lineStarts.count }

  /// Line `number` (from 1) without its line break; empty outside the text. Invalid UTF-8 is shown as U+FFFD.
  public func line(_ number: Int) -> String {
    guard number >= 1, number <= lineStarts.count else { return "" }
    let start = lineStarts[number - 1]
    var end = number < lineStarts.count ? lineStarts[number] - 1 : utf8.count
    if end > start, utf8[end - 1] == 0x0D { end -= 1 }
    return String(decoding: utf8[start..<max(start, end)], as: UTF8.self)
  }

  /// The position of a UTF-8 offset; beyond the end, the end.
  public func position(at offset: Int) -> Position {
    let offset = min(max(0, offset), utf8.count)
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    var column = 1
    for byte in utf8[min(lineStarts[low], offset)..<offset] where byte & 0xC0 != 0x80 { column += 1 }
    return Position(line: low + 1, column: column, offset: offset)
  }

  public func span(_ range: Range<Int>) -> Span {
    Span(file: file, start: position(at: range.lowerBound), end: position(at: range.upperBound))
  }
}
