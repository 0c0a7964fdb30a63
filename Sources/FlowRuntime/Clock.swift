import FlowTime
import Glibc

/// Where the present comes from: the one thing in the house that is asked for the time, and it is passed in.
public protocol Clock: Sendable {
  func now() -> Instant
}

/// The machine's own clock. Nothing but a command that serves real runs makes one.
public struct SystemClock: Clock {
  public init() {}

  public func now() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }
}

/// A clock that stands still: for a command that is told when it is, and for tests.
public struct FixedClock: Clock {
  public var instant: Instant
  public init(_ instant: Instant) { self.instant = instant }
  public func now() -> Instant { instant }
}
