/// Cuts a stream of bytes into lines at LF, whatever the pieces in which it comes.
public struct FrameReader: Sendable {
  private var rest: [UInt8] = []
  private let limit: Int

  /// `limit`: most bytes of a line, its LF included.
  public init(limit: Int = Frame.limit) { self.limit = limit }

  /// The lines that these bytes complete, without LF (nor a CR before it); a line beyond the limit is an
  /// error as soon as it is seen, and nothing can be read after it.
  public mutating func read(_ bytes: some Sequence<UInt8>) throws(FrameError) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    for byte in bytes {
      if byte == 0x0A {
        if rest.last == 0x0D { rest.removeLast() }
        lines.append(rest)
        rest.removeAll(keepingCapacity: rest.capacity <= 65_536)
      } else {
        guard rest.count + 1 < limit else { throw .tooLong }
        rest.append(byte)
      }
    }
    return lines
  }
}
