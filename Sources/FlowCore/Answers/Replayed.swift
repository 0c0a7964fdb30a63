/// Whether a journal, folded over its graph once more, gives what is stored (guarantee 3).
public enum Replayed: Sendable, Hashable {
  /// So many transitions, each the same, and the state that they lead to.
  case same(transitions: Int)
  case differs(Difference)
  /// It cannot be told: a version or the data of the start are not kept.
  case unknown(because: String)

  /// The first one.
  public struct Difference: Sendable, Hashable {
    /// The transition, from 1; nil where all are the same and only the state at the end is another.
    public var sequence: Int?
    public var stored: [Entry]
    public var replayed: [Entry]
    public init(sequence: Int?, stored: [Entry], replayed: [Entry]) {
      self.sequence = sequence
      self.stored = stored
      self.replayed = replayed
    }
  }
}
