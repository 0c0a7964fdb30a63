import FlowTime

/// Every path that a run can take, as a tree: what happens up to a fork, and a branch for each thing that may
/// come next. A path from the root to a leaf is one timeline.
public struct TimelineTree: Sendable, Hashable {
  /// What leads here, in the words of the file: `reply interested`, `timeout`, `connected`; empty at the
  /// root.
  public var label: String
  /// What happens from there until the next fork, or to the end.
  public var entries: [Entry]
  public var children: [TimelineTree]
  /// How the run ends; nil where it forks.
  public var outcome: String?

  public init(label: String = "", entries: [Entry], children: [TimelineTree] = [], outcome: String? = nil) {
    self.label = label
    self.entries = entries
    self.children = children
    self.outcome = outcome
  }

  /// How many paths lead through this tree; 1 for a leaf.
  public var paths: Int { children.isEmpty ? 1 : children.reduce(0) { $0 + $1.paths } }
}
