import Dispatch
import Synchronization

/// Runs tasks and actors one job at a time, on the thread that asks, the next job drawn by chance from those that are
/// ready: what overlaps does so in another order with each seed, and in the same with the same seed.
package final class OneThread: TaskExecutor {
  private struct State {
    var ready: [UnownedJob] = []
    var isDone = false
    var chance: Chance
  }

  private let state: Mutex<State>
  private let signal = DispatchSemaphore(value: 0)

  package init(seed: UInt64) { state = Mutex(State(chance: Chance(seed))) }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    state.withLock { $0.ready.append(job) }
    signal.signal()
  }

  /// - Returns: false where nothing was ready for so many seconds, and the body had not ended: it hangs.
  package func run(patience: Int = 20, _ body: @escaping @Sendable () async -> Void) -> Bool {
    Task(executorPreference: self) {
      await body()
      self.state.withLock { $0.isDone = true }
      self.signal.signal()
    }
    while true {
      let (job, isDone) = state.withLock { state -> (UnownedJob?, Bool) in
        if state.ready.isEmpty { return (nil, state.isDone) }
        return (state.ready.remove(at: state.chance.below(state.ready.count)), false)
      }
      if let job {
        job.runSynchronously(on: asUnownedTaskExecutor())
      } else if isDone {
        return true
      } else if signal.wait(timeout: .now() + .seconds(patience)) == .timedOut {
        return false
      }
    }
  }
}
