import FlowRuntime
import FlowTime
import Synchronization

/// A clock that goes only when it is told to, and never backwards.
public final class VirtualClock: Clock {
  private let instant: Mutex<Instant>

  public init(_ start: Instant) { instant = Mutex(start) }

  public func now() -> Instant { instant.withLock { $0 } }

  public func advance(to later: Instant) { instant.withLock { $0 = max($0, later) } }
}
