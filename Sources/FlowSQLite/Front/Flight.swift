import FlowPlugin
import FlowRuntime

/// Work on a thread of its own, which somebody waits for later: writing a group, while the next one is made.
final class Flight {
  /// What the thread is given, and gives back. One side at a time has it.
  private final class Load: @unchecked Sendable {
    private var work: (() throws(StoreError) -> Void)?
    var error: StoreError?

    init(_ work: @escaping () throws(StoreError) -> Void) { self.work = work }

    func carry() {
      do throws(StoreError) { try work?() } catch { self.error = error }
      // What was written is let go here, not by who waits.
      work = nil
    }
  }

  private let load: Load
  private var thread: OwnThread?

  /// - Parameter work: nothing that it uses may be used by others before ``land()`` has returned.
  init(_ work: @escaping () throws(StoreError) -> Void) {
    load = Load(work)
    thread = OwnThread.start { [load] in load.carry() }
    // Without a thread it is done here.
    if thread == nil { load.carry() }
  }

  /// Returns when the work is done.
  func wait() {
    thread?.join()
    thread = nil
  }

  /// The same.
  /// - Throws: what the work has thrown.
  func land() throws(StoreError) {
    wait()
    if let error = load.error { throw error }
  }

  deinit { wait() }
}
