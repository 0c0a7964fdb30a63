import FlowCore

/// A stored run that is not as it was written: what is printed lacks it, or some of it.
public struct DamagedRun: Sendable, Hashable {
  public var run: String
  /// A sentence without its full stop.
  public var because: String

  public init(run: String, because: String) {
    self.run = run
    self.because = because
  }

  /// `damaged`, a list of `run` and `because`; nil of none, so that what is whole says nothing of it.
  public static func json(_ all: [DamagedRun]) -> JSONValue? {
    if all.isEmpty { return nil }
    return .array(all.map { .members([("run", .string($0.run)), ("because", .string($0.because))]) })
  }
}
