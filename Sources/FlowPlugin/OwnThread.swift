import Glibc

/// A thread of one's own, for what blocks: Swift's pool of threads is for what does not. A line that breaks
/// while it writes is an error of that write, and no signal.
public final class OwnThread {
  private final class Body {
    let run: () -> Void
    init(_ run: @escaping () -> Void) { self.run = run }
  }

  private var thread: pthread_t?

  private init(_ thread: pthread_t) { self.thread = thread }

  /// Nil where the system gives no more threads: then nothing is run. Whoever lets go of the thread lets it go on
  /// by itself.
  /// - Parameter stack: bytes; nil for as many as the system gives.
  @discardableResult
  public static func start(stack: Int? = nil, _ run: @escaping @Sendable () -> Void) -> OwnThread? {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    if let stack { pthread_attr_setstacksize(&attributes, stack) }
    let body = Unmanaged.passRetained(Body(run))
    var thread = pthread_t()
    let failed = pthread_create(
      &thread, &attributes,
      { pointer in
        blockPipeSignal()
        if let pointer { Unmanaged<Body>.fromOpaque(pointer).takeRetainedValue().run() }
        return nil
      }, body.toOpaque())
    guard failed == 0 else {
      body.release()
      return nil
    }
    return OwnThread(thread)
  }

  /// Returns when it has ended.
  public func join() {
    if let thread { pthread_join(thread, nil) }
    thread = nil
  }

  deinit { if let thread { pthread_detach(thread) } }
}

private func blockPipeSignal() {
  var set = sigset_t()
  sigemptyset(&set)
  sigaddset(&set, SIGPIPE)
  pthread_sigmask(SIG_BLOCK, &set, nil)
}
