import FlowTime
import Synchronization

/// A clock as an engine may trust it (guarantee 13), over one that people and programs can set.
///
/// Where it jumps back, the engine's time goes on at half its pace until the two meet: nothing is told twice, and
/// nothing stands still. Where it jumps ahead by more than ten minutes, the engine's time goes on as before until
/// somebody has confirmed the new one. A clock that cannot tell how long the machine has been up is taken as it is.
final class SteadyClock: Clock {
  private struct State {
    var now: Instant
    var uptime: Int64
    var leap: Int64 = 0
  }

  /// Longer leaps ahead than this are not followed, in milliseconds.
  static let patience: Int64 = 10 * 60_000

  private let base: any Clock
  private let state: Mutex<State?>

  init(_ base: any Clock) {
    self.base = base
    state = Mutex(base.uptime().map { State(now: base.now(), uptime: $0) })
  }

  func uptime() -> Int64? { base.uptime() }

  func now() -> Instant {
    let wall = base.now()
    guard let uptime = base.uptime() else { return wall }
    return state.withLock { state in
      guard var known = state else { return wall }
      let passed = max(0, uptime - known.uptime)
      let expected = known.now.adding(milliseconds: passed)
      let ahead = wall.milliseconds(since: expected)
      if wall < known.now {
        // An odd millisecond stays for the next time.
        known.now = max(wall, known.now.adding(milliseconds: passed / 2))
        known.uptime = uptime - passed % 2
        known.leap = 0
      } else if ahead > SteadyClock.patience {
        known = State(now: expected, uptime: uptime, leap: ahead)
      } else {
        known = State(now: wall, uptime: uptime)
      }
      state = known
      return known.now
    }
  }

  /// By how many milliseconds the clock is ahead of what can be; 0 where all is well.
  var leap: Int64 { state.withLock { $0?.leap ?? 0 } }

  /// The clock is right as it is, however far it has leapt ahead. Where it is behind the two still meet: whoever
  /// resumes something else does not turn time back.
  func confirm() {
    let wall = base.now()
    guard let uptime = base.uptime() else { return }
    state.withLock { state in
      if let known = state, wall > known.now { state = State(now: wall, uptime: uptime) }
    }
  }
}
