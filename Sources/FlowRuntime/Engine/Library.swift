import FlowCore

/// The workflows that an engine runs: the current version of each takes new runs, older ones end on theirs.
public struct Library: Sendable {
  /// One a name, by name.
  public let graphs: [Graph]
  /// What each current version was made of, by fingerprint; saved with its first run. A version without one
  /// is not kept: its runs are stuck once the files have changed.
  public var sources: [String: Version]
  /// Compiles an older version from what was saved, or says why this program cannot.
  public var recompile: Recompile
  /// Asked of a run whose version is compiled to another graph than the one it is named after: nil where its history
  /// is the same on the graphs of the versions that it has been on, or what would be otherwise.
  public var judge: Judge

  public typealias Recompile = @Sendable (Version) -> Result<Recompiled, Unreadable>
  public typealias Judge = @Sendable (RunHistory, [String: Recompiled]) -> String?

  private let index: [String: Int]

  public init(
    _ graphs: [Graph], sources: [String: Version] = [:],
    recompile: @escaping Recompile = { _ in .failure(Unreadable("it was not saved")) },
    judge: @escaping Judge = { _, _ in "nobody has looked at it" }
  ) {
    let sorted = graphs.sorted { $0.workflow < $1.workflow }
    self.graphs = sorted
    self.sources = sources
    self.recompile = recompile
    self.judge = judge
    index = Dictionary(
      sorted.enumerated().map { ($0.element.workflow, $0.offset) }, uniquingKeysWith: { first, _ in first })
  }

  public func graph(_ workflow: String) -> Graph? { index[workflow].map { graphs[$0] } }
}
