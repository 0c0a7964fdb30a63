/// How long a program may take, and how soon it is started again.
public struct ExecLimits: Hashable, Sendable {
  /// To start and to answer `describe`, and for `check`.
  public var start: Swift.Duration = .seconds(10)
  public var render: Swift.Duration = .seconds(10)
  public var deliver: Swift.Duration = .seconds(30)
  public var poll: Swift.Duration = .seconds(30)
  /// Before the first new start after a failure; twice as long after each further one.
  public var firstPause: Swift.Duration = .seconds(1)
  public var longestPause: Swift.Duration = .seconds(60)

  public init() {}

  func pause(afterFailures count: Int) -> Swift.Duration {
    var pause = firstPause
    for _ in 1..<max(1, min(count, 30)) where pause < longestPause { pause = pause * 2 }
    return min(pause, longestPause)
  }
}
