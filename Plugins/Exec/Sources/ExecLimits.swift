import FlowPlugin

/// How long a program may take, and how soon it is started again.
public struct ExecLimits: Hashable, Sendable {
  /// To start and to answer `describe`, and for `check`.
  public var start: Swift.Duration = .seconds(10)
  public var render: Swift.Duration = .seconds(10)
  public var deliver: Swift.Duration = .seconds(30)
  public var poll: Swift.Duration = .seconds(30)
  /// Bytes of memory of its own: data, heap and what it maps to write in; address space that it only reserves is free.
  public var memory = 1 << 30
  /// Seconds of a processor for one request.
  public var cpu = 60
  public var files = 256
  /// Bytes of standard error that are passed on for one request; what comes after them is dropped.
  public var log = 65_536
  /// What is taken out of that.
  var secrets = SecretValues()
  /// Before the first new start after a failure; twice as long after each further one.
  public var firstPause: Swift.Duration = .seconds(1)
  public var longestPause: Swift.Duration = .seconds(60)

  public init() {}

  /// `timeout` (seconds of a delivery), `memory` (MiB), `cpu` (seconds) and `files` of flow.yaml.
  mutating func read(_ settings: ChannelSettings) throws(ChannelError) {
    secrets = settings.secrets
    if let seconds = try settings.number("timeout", of: "seconds", 1...600) { deliver = .seconds(seconds) }
    if let size = try settings.number("memory", of: "MiB", 16...65_536) { memory = size << 20 }
    if let seconds = try settings.number("cpu", of: "seconds", 1...600) { cpu = seconds }
    if let count = try settings.number("files", of: "files", 16...65_536) { files = count }
  }

  /// What ``read(_:)`` takes, and the program does not get.
  static let names: Set<String> = ["timeout", "memory", "cpu", "files"]

  func pause(afterFailures count: Int) -> Swift.Duration {
    var pause = firstPause
    for _ in 1..<max(1, min(count, 30)) where pause < longestPause { pause = pause * 2 }
    return min(pause, longestPause)
  }
}
