/// How the bytes of a scalar's value came out of the source.
enum ScalarOrigin: Sendable {
  /// The value's bytes stand in the source as they are, from this offset on.
  case verbatim(Int)
  /// The pieces of the value in order, without gaps; `end` is where an empty range at the value's end points
  /// to.
  case pieces([Piece], end: Int)
  /// Nothing more exact is known than the whole scalar.
  case whole

  struct Piece: Sendable, Hashable {
    /// Offset in the value.
    var value: Int
    /// Offset in the source.
    var source: Int
    /// Bytes in the source of a piece that stands for something else, such as an escape; nil where it is
    /// verbatim.
    var atom: Int?
  }

  /// The bytes of the source that made this range of a value of `count` bytes.
  func source(of range: Range<Int>, count: Int) -> Range<Int>? {
    switch self {
    case .whole: return nil
    case .verbatim(let start): return start + range.lowerBound..<start + range.upperBound
    case .pieces(let pieces, let end):
      let start = range.lowerBound < count ? place(range.lowerBound, pieces)?.lowerBound : end
      guard let start else { return nil }
      if range.isEmpty { return start..<start }
      guard let last = place(range.upperBound - 1, pieces), last.upperBound >= start else { return nil }
      return start..<last.upperBound
    }
  }

  private func place(_ byte: Int, _ pieces: [Piece]) -> Range<Int>? {
    var low = 0
    var high = pieces.count
    guard let first = pieces.first, first.value <= byte else { return nil }
    while high - low > 1 {
      let middle = (low + high) / 2
      if pieces[middle].value <= byte { low = middle } else { high = middle }
    }
    let piece = pieces[low]
    if let atom = piece.atom { return piece.source..<piece.source + atom }
    let start = piece.source + byte - piece.value
    return start..<start + 1
  }
}
