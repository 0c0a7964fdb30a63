import FlowRuntime
import FlowTime

/// What a process takes for the time, by guarantee 13, told from when it looked: a second book of it.
struct Reckoning {
  private(set) var now: Instant
  private(set) var isAhead = false
  private var uptime: Int64

  /// A process begins: it believes the machine.
  init(_ wall: Instant, uptime: Int64) { (now, self.uptime) = (wall, uptime) }

  /// It looks again.
  func looked(_ wall: Instant, uptime: Int64) -> Reckoning {
    var next = Reckoning(wall, uptime: uptime)
    let passed = uptime - self.uptime
    if wall < now {
      // At half the pace until the two meet.
      next.now = max(wall, now.adding(milliseconds: passed / 2))
      next.uptime = uptime - passed % 2
    } else if wall.milliseconds(since: now) > passed + 600_000 {
      next.now = now.adding(milliseconds: passed)
      next.isAhead = true
    }
    return next
  }

  /// In how many milliseconds it is that time for it, on a machine that nobody sets until then.
  func wait(until instant: Instant, _ wall: Instant) -> Int64 {
    let ahead = instant.milliseconds(since: now)
    let off = now.milliseconds(since: wall)
    if ahead <= 0 || isAhead || off <= 0 { return max(0, ahead) }
    return ahead <= off ? 2 * ahead + 1 : ahead + off
  }
}

extension World {
  /// What the clock on the machine says.
  var wall: Instant { now.adding(milliseconds: skew) }
  private var uptime: Int64 { now.milliseconds }

  /// What the process takes for the time.
  var machineNow: Instant { reckoned.now }
  var reckoned: Reckoning { reckoning.looked(wall, uptime: uptime) }

  /// The process looks at the clock.
  func look() { reckoning = reckoned }

  /// A process begins.
  func believeClock() { reckoning = Reckoning(wall, uptime: uptime) }

  /// Somebody says that the clock is right; time goes back for nobody.
  func confirmClock() {
    if wall > reckoning.now { believeClock() }
  }

  /// When it is that time for the process.
  func really(_ instant: Instant) -> Instant {
    now.adding(milliseconds: reckoned.wait(until: instant, wall))
  }

  /// Nothing goes out, whatever is due.
  var isHeld: Bool { shadow.paused["all"] != nil || shadow.facts["hold/clock"] != nil }
}

/// What the machine says the time is.
struct WorldClock: Clock {
  private unowned let world: World
  init(_ world: World) { self.world = world }

  func now() -> Instant {
    world.look()
    return world.wall.adding(milliseconds: world.plant == .earlyTimer ? 600_000 : 0)
  }

  func uptime() -> Int64? {
    switch world.plant {
    case .clockBelieved: nil
    case .leapBelieved: world.now.milliseconds + max(0, world.skew)
    default: world.now.milliseconds
    }
  }
}
