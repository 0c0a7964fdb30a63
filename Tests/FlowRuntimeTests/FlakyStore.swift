import FlowCore
import FlowPlugin
import FlowRuntime
import FlowSimulation
import FlowTesting
import FlowTime
import Synchronization

/// A store that fails at one commit and works again: a disk that was full for a while.
final class FlakyStore: StoreInFront {
  let base: any Store
  private let plan = Mutex<(left: Int?, fault: FaultyStore.Fault)>((nil, .before))

  init(_ base: any Store) { self.base = base }

  /// The commit that fails, counted from here; nil for none.
  func fail(at commit: Int?, _ fault: FaultyStore.Fault) { plan.withLock { $0 = (commit, fault) } }

  func commit(_ writes: [Write]) throws(StoreError) {
    let fault = plan.withLock { plan -> FaultyStore.Fault? in
      plan.left = plan.left.map { $0 - 1 }
      return plan.left == 0 ? plan.fault : nil
    }
    if fault == .before { throw .failed("the disk is full") }
    try base.commit(writes)
    if fault == .after { throw .failed("nobody was told") }
  }
}
