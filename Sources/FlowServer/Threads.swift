import FlowPlugin
import Glibc
import Synchronization

extension OwnThread {
  /// A conversation needs little of a stack, and there may be many.
  static func startSmall(_ run: @escaping @Sendable () -> Void) -> Bool { start(stack: 256 << 10, run) != nil }
}

/// How long it is worth to stay awake for what comes next: whoever sleeps finds nothing of the work in the processor's
/// caches afterwards, and takes two or three times as long for it (Benchmarks/README.md).
struct Pace {
  /// Seconds from one to the next, of late: what was long ago counts ever less.
  private var gap = 1.0
  private var last: Double?

  mutating func came(at now: Double) {
    if let last { gap += (min(1, now - last) - gap) / 8 }
    last = now
  }

  /// Seconds; 0 where less than 250 a second come.
  var patience: Double { gap < 0.004 ? 2 * gap : 0 }
}

/// A counting semaphore of the system's, for threads only.
final class Semaphore: @unchecked Sendable {
  private let pointer: UnsafeMutablePointer<sem_t>

  init(_ value: Int) {
    pointer = .allocate(capacity: 1)
    sem_init(pointer, 0, UInt32(clamping: value))
  }

  deinit {
    sem_destroy(pointer)
    pointer.deallocate()
  }

  func wait() {
    while sem_wait(pointer) != 0, errno == EINTR {}
  }

  /// Whether one could be had at once, and was taken.
  func isTaken() -> Bool { sem_trywait(pointer) == 0 }

  func signal() { sem_post(pointer) }
}

/// Runs the tasks that a thread waits for on that thread itself: an answer is not handed to another one and back, which
/// would have to be woken, on a processor whose caches hold nothing of it.
final class ThreadExecutor: TaskExecutor {
  private struct Jobs {
    var waiting: [UnownedJob] = []
    /// Whether the thread takes them.
    var areTaken = false
  }

  private let jobs = Mutex(Jobs())
  private let came = Semaphore(0)

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let isTaken = jobs.withLock { jobs in
      if jobs.areTaken { jobs.waiting.append(job) }
      return jobs.areTaken
    }
    // What comes when the thread has gone on waits for no thread that may be long.
    if isTaken { came.signal() } else { globalConcurrentExecutor.enqueue(job) }
  }

  /// By the thread that owns it, one after the other: it blocks until the work is done.
  /// - Returns: what the work has given.
  func run(_ work: @escaping @Sendable () async -> [UInt8]) -> [UInt8] {
    let given = Given()
    jobs.withLock { $0.areTaken = true }
    Task(executorPreference: self) {
      let bytes = await work()
      given.bytes.withLock { $0 = bytes }
    }
    while true {
      came.wait()
      if let job = jobs.withLock({ $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }) {
        job.runSynchronously(on: asUnownedTaskExecutor())
      }
      guard let bytes = given.bytes.withLock(\.self) else { continue }
      let left = jobs.withLock { jobs in
        jobs.areTaken = false
        defer { jobs.waiting = [] }
        return jobs.waiting
      }
      for job in left {
        came.wait()
        globalConcurrentExecutor.enqueue(job)
      }
      return bytes
    }
  }

  private final class Given: Sendable {
    let bytes = Mutex<[UInt8]?>(nil)
  }
}

/// What a task of the pool hands to a thread that waits for it.
final class Reply: Sendable {
  private let value = Mutex<[UInt8]>([])
  private let given = Semaphore(0)

  func give(_ bytes: [UInt8]) {
    value.withLock { $0 = bytes }
    given.signal()
  }

  func wait() -> [UInt8] {
    given.wait()
    return value.withLock { $0 }
  }
}
