// The library's own, which Foundation stands on, too: an underscore says that it is no part of the language yet.
@_spi(_Unicode) import Swift

extension String {
  /// The text in Unicode's normalization form C (UAX 15), in which texts that show the same letters, é as one scalar or
  /// as e with an accent, have the same bytes. A text of ASCII is there already.
  public var composed: String {
    // By far the most, and often: a third of the time that it takes byte by byte.
    let isPlain = utf8.withContiguousStorageIfAvailable { $0.allSatisfy { $0 < 0x80 } }
    if isPlain == true { return self }
    var scalars = String.UnicodeScalarView()
    for scalar in _nfc { scalars.append(scalar) }
    return String(scalars)
  }
}
