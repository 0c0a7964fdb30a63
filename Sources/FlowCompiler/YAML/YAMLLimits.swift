/// What a file may hold at most (section 2 of the language): more of it is an error before it costs anything.
public enum YAMLLimits {
  /// Bytes of a file.
  public static let file = 1 << 20
  /// Collections within one another.
  public static let depth = 64
  /// Texts, keys, lists and mappings, with each alias counted as what it stands for.
  public static let nodes = 10_000
  /// Bytes of one text.
  public static let scalar = 64 << 10

  /// How often a file is read again with a mended line, so that one finding does not hide the next.
  static let rounds = 24
  /// Bytes that all these rounds may read together.
  static let effort = 4 << 20
  /// Indentation up to which a block text with an indicator (`|2`) is mapped back to its source.
  static let indentation = 32
}
