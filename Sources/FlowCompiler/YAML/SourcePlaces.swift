import FlowCore

/// Turns libyaml's marks (scalars counted from 0, without the byte order mark) and byte offsets into
/// positions, each in logarithmic time: a file may be one long line.
final class SourcePlaces: Sendable {
  let file: String
  let utf8: [UInt8]
  /// Bytes of a byte order mark, which libyaml does not see: 0 or 3.
  let base: Int
  /// Byte offset of each scalar and of the end; empty where every scalar is one byte.
  private let offsets: [Int32]
  /// Scalar index at which each line begins.
  private let lineStarts: [Int32]
  private let count: Int

  /// The source must be valid UTF-8 of at most ``YAMLLimits/file`` bytes.
  init(_ source: SourceText) {
    file = source.file
    utf8 = source.utf8
    base = utf8.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var lines: [Int32] = [0]
    var index: Int32 = 0
    var wide = false
    for byte in utf8[base...] where byte & 0xC0 != 0x80 {
      index += 1
      if byte == 0x0A { lines.append(index) }
      if byte >= 0x80 { wide = true }
    }
    count = Int(index)
    lineStarts = lines
    guard wide else {
      offsets = []
      return
    }
    var starts: [Int32] = []
    starts.reserveCapacity(count + 1)
    for offset in base..<utf8.count where utf8[offset] & 0xC0 != 0x80 { starts.append(Int32(offset)) }
    starts.append(Int32(utf8.count))
    offsets = starts
  }

  /// The byte offset of a scalar index; beyond the end, the end.
  func offset(index: Int) -> Int {
    let index = min(max(0, index), count)
    return offsets.isEmpty ? base + index : Int(offsets[index])
  }

  func position(offset: Int) -> Position {
    let offset = min(max(base, offset), utf8.count)
    let index = offsets.isEmpty ? offset - base : Self.last(in: offsets, notAfter: Int32(offset))
    let line = Self.last(in: lineStarts, notAfter: Int32(index))
    return Position(line: line + 1, column: index - Int(lineStarts[line]) + 1, offset: offset)
  }

  /// A range that begins or ends within a scalar takes all of it.
  func span(_ range: Range<Int>) -> Span {
    var start = range.lowerBound
    while start > base, byte(start) & 0xC0 == 0x80 { start -= 1 }
    return Span(
      file: file, start: position(offset: start), end: position(offset: scalarEnd(range.upperBound)))
  }

  func text(_ range: Range<Int>) -> String {
    String(decoding: utf8[range.lowerBound..<scalarEnd(range.upperBound)], as: UTF8.self)
  }

  private func scalarEnd(_ offset: Int) -> Int {
    var offset = min(offset, utf8.count)
    while byte(offset) & 0xC0 == 0x80 { offset += 1 }
    return offset
  }

  /// 0 beyond the end: the text itself holds no NUL.
  func byte(_ offset: Int) -> UInt8 { offset >= 0 && offset < utf8.count ? utf8[offset] : 0 }

  /// The first offset from here that is no blank.
  func skipBlanks(_ offset: Int) -> Int {
    var offset = offset
    while byte(offset).isBlank { offset += 1 }
    return offset
  }

  /// The end of the line that holds the offset, before its line break.
  func lineEnd(_ offset: Int) -> Int {
    var offset = offset
    while offset < utf8.count, !utf8[offset].isBreak { offset += 1 }
    return offset
  }

  func lineStart(_ offset: Int) -> Int {
    var offset = min(offset, utf8.count)
    while offset > base, utf8[offset - 1] != 0x0A { offset -= 1 }
    return offset
  }

  /// The offset after the last byte of the range that is neither blank nor line break.
  func trimmedEnd(_ range: Range<Int>) -> Int {
    var end = range.upperBound
    while end > range.lowerBound, utf8[end - 1].isBlank || utf8[end - 1].isBreak { end -= 1 }
    return end
  }

  private static func last(in starts: [Int32], notAfter wanted: Int32) -> Int {
    var low = 0
    var high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= wanted { low = middle } else { high = middle }
    }
    return low
  }
}

extension UInt8 {
  var isBlank: Bool { self == 0x20 || self == 0x09 }
  var isBreak: Bool { self == 0x0A || self == 0x0D }
}
