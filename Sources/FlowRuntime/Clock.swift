import FlowTime
import Glibc

/// Where the present comes from: the one thing in the house that is asked for the time, and it is passed in.
public protocol Clock: Sendable {
  func now() -> Instant
  /// Milliseconds since the machine started, which nobody sets; nil where the clock has no such thing, as one
  /// that is moved by hand.
  func uptime() -> Int64?
}

extension Clock {
  public func uptime() -> Int64? { nil }
}

/// The machine's own clock. Nothing but a command that serves real runs makes one.
public struct SystemClock: Clock {
  public init() {}

  public func now() -> Instant { Instant(milliseconds: SystemClock.read(CLOCK_REALTIME)) }

  /// While the machine sleeps it goes on, as the clock on the wall does.
  public func uptime() -> Int64? { SystemClock.read(CLOCK_BOOTTIME) }

  /// Since some instant, as fine as the machine counts: for how long something takes, and never for when it is.
  public static var seconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}

/// A clock that stands still: for a command that is told when it is, and for tests.
public struct FixedClock: Clock {
  public var instant: Instant
  public init(_ instant: Instant) { self.instant = instant }
  public func now() -> Instant { instant }
}
