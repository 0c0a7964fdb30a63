import FlowRuntime
import FlowSimulation
import FlowTime
import Synchronization

/// A store that fails at one commit, as if the process had ended there: for showing that whatever comes after
/// a crash goes on from whole transitions.
public final class FaultyStore: StoreInFront {
  public enum Fault: Sendable, CaseIterable {
    /// The commit did not happen.
    case before
    /// It did, and nobody was told.
    case after
  }

  public let base: any Store
  private let fault: Fault
  private let isGrouping: Bool
  private let left: Mutex<Int?>
  private let made = Mutex(0)
  private let hasAdded = Mutex(false)

  /// - Parameter commit: the number of the commit that fails, from 1; nil for none. All later ones fail as
  ///   well: the process is gone.
  /// - Parameter isGrouping: what is added waits for the flush, as the base does it, and the flush is the
  ///   commit that is counted; else each addition is one. The base must lose what was not flushed when it is
  ///   let go.
  public init(_ base: any Store, failingAt commit: Int?, _ fault: Fault, isGrouping: Bool = false) {
    self.base = base
    self.isGrouping = isGrouping
    self.fault = fault
    left = Mutex(commit)
  }

  /// How many commits were asked for.
  public var commits: Int { made.withLock { $0 } }

  public func commit(_ writes: [Write]) throws(StoreError) {
    try fail { () throws(StoreError) in try base.commit(writes) }
  }

  public func add(_ writes: [Write]) throws(StoreError) {
    guard isGrouping else { return try commit(writes) }
    if let left = left.withLock(\.self), left <= 0 { throw .failed("the process has ended") }
    hasAdded.withLock { $0 = true }
    try base.add(writes)
  }

  public func flush() throws(StoreError) {
    guard hasAdded.withLock({ $0 }) else { return }
    hasAdded.withLock { $0 = false }
    try fail { () throws(StoreError) in try base.flush() }
  }

  private func fail(_ commit: () throws(StoreError) -> Void) throws(StoreError) {
    made.withLock { $0 += 1 }
    let count = left.withLock { left -> Int? in
      left = left.map { $0 - 1 }
      return left
    }
    if count == 0, fault == .after { try commit() }
    if let count, count <= 0 { throw .failed("the process has ended") }
    try commit()
  }
}
