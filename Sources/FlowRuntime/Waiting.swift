import Synchronization

/// Returns when `condition` holds, which is looked at every 20 ms, or after so many seconds.
public func wait(
  atMost seconds: Int, isolation: isolated (any Actor)? = #isolation, until condition: () -> Bool
) async {
  // Many short sleeps take longer than one long one, on a busy machine much longer.
  let limit = Limit()
  let sleep = Task {
    try? await Task.sleep(nanoseconds: UInt64(max(0, seconds)) * 1_000_000_000)
    limit.isOver.withLock { $0 = true }
  }
  defer { sleep.cancel() }
  while !limit.isOver.withLock({ $0 }), !condition() { try? await Task.sleep(nanoseconds: 20_000_000) }
}

private final class Limit: Sendable {
  let isOver = Mutex(false)
}
