import Glibc
import Synchronization

/// Threads of our own, for what blocks: the tasks of the process never wait for a descriptor.
enum Thread {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// False where the system gives no more threads.
  @discardableResult
  static func start(_ run: @escaping @Sendable () -> Void) -> Bool {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, 256 << 10)
    let body = Unmanaged.passRetained(Body(run))
    var thread = pthread_t()
    let failure = pthread_create(
      &thread, &attributes,
      { pointer in
        if let pointer { Unmanaged<Body>.fromOpaque(pointer).takeRetainedValue().run() }
        return nil
      }, body.toOpaque())
    if failure != 0 { body.release() }
    return failure == 0
  }
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
