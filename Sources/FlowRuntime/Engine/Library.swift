import FlowCore

/// The workflows that an engine runs: the current version of each takes new runs, older ones end on theirs.
public struct Library: Sendable {
  /// One a name, by name.
  public let graphs: [Graph]
  /// What each current version was made of, by fingerprint; saved with its first run. A version without one
  /// is not kept: its runs are stuck once the files have changed.
  public var sources: [String: Version]
  /// Compiles an older version from what was saved; nil where this program cannot.
  public var recompile: @Sendable (Version) -> Graph?

  private let index: [String: Int]

  public init(
    _ graphs: [Graph], sources: [String: Version] = [:],
    recompile: @escaping @Sendable (Version) -> Graph? = { _ in nil }
  ) {
    let sorted = graphs.sorted { $0.workflow < $1.workflow }
    self.graphs = sorted
    self.sources = sources
    self.recompile = recompile
    index = Dictionary(
      sorted.enumerated().map { ($0.element.workflow, $0.offset) }, uniquingKeysWith: { first, _ in first })
  }

  public func graph(_ workflow: String) -> Graph? { index[workflow].map { graphs[$0] } }
}
