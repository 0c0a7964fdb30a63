import FlowRuntime
import Glibc

/// Work on a thread of its own, which somebody waits for later: writing a group, while the next one is made.
final class Flight {
  /// What the thread is given, and gives back. One side at a time has it.
  private final class Load {
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
  private var thread: pthread_t?

  /// - Parameter work: nothing that it uses may be used by others before ``land()`` has returned.
  init(_ work: @escaping () throws(StoreError) -> Void) {
    load = Load(work)
    var thread = pthread_t()
    let mine = Unmanaged.passRetained(load)
    let failed = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Load>.fromOpaque(argument).takeRetainedValue().carry()
        return nil
      }, mine.toOpaque())
    if failed == 0 {
      self.thread = thread
    } else {
      // Without a thread it is done here.
      mine.release()
      load.carry()
    }
  }

  /// Returns when the work is done.
  func wait() {
    if let thread { pthread_join(thread, nil) }
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
