import FlowPlugin
import Glibc
import Synchronization

/// Runs calls that block one after the other, in the order in which they come, on a thread of its own: never
/// on Swift's cooperative pool. The thread is there while there is work.
public final class Worker: Sendable {
  private struct State: Sendable {
    var jobs: [@Sendable () -> Void] = []
    var isRunning = false
  }

  private let state = Mutex(State())

  public init() {}

  /// What `body` returns; it may block for as long as it likes.
  public func run<T: Sendable>(_ body: @escaping @Sendable () -> T) async -> T {
    await withCheckedContinuation { continuation in
      add { continuation.resume(returning: body()) }
    }
  }

  private func add(_ job: @escaping @Sendable () -> Void) {
    let isFirst = state.withLock { state in
      state.jobs.append(job)
      defer { state.isRunning = true }
      return !state.isRunning
    }
    if isFirst { start() }
  }

  private func start() {
    // Late is better than never: where there is no thread, whoever asks waits here.
    if OwnThread.start({ self.work() }) == nil { work() }
  }

  private func work() {
    while let job = next() { job() }
  }

  private func next() -> (@Sendable () -> Void)? {
    state.withLock { state in
      if state.jobs.isEmpty {
        state.isRunning = false
        return nil
      }
      return state.jobs.removeFirst()
    }
  }

  /// Blocks this thread, which must be a worker's, until the answer is there.
  static func wait(for question: @escaping @Sendable () async -> Bool) -> Bool {
    let answer = Answer()
    Task { answer.give(await question()) }
    return answer.take()
  }
}

/// One value from a task to a thread that waits for it.
private final class Answer: Sendable {
  private struct Place: ~Copyable {
    let semaphore: UnsafeMutablePointer<sem_t>
    init() {
      semaphore = .allocate(capacity: 1)
      sem_init(semaphore, 0, 0)
    }
    deinit {
      sem_destroy(semaphore)
      semaphore.deallocate()
    }
  }

  private let place = Mutex(Place())
  private let value = Mutex(false)

  func give(_ answer: Bool) {
    value.withLock { $0 = answer }
    place.withLock { _ = sem_post($0.semaphore) }
  }

  func take() -> Bool {
    // The place lives as long as this object; the lock is not held while it waits.
    let semaphore = place.withLock { UInt(bitPattern: $0.semaphore) }
    if let semaphore = UnsafeMutablePointer<sem_t>(bitPattern: semaphore) {
      while sem_wait(semaphore) != 0, errno == EINTR {}
    }
    return value.withLock { $0 }
  }
}
