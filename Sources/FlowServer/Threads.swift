import FlowPlugin
import Glibc
import Synchronization

extension OwnThread {
  /// A conversation needs little of a stack, and there may be many.
  static func startSmall(_ run: @escaping @Sendable () -> Void) -> Bool { start(stack: 256 << 10, run) != nil }
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

/// What a task hands to a thread that waits for it.
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
