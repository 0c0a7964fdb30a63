import FlowPlugin

/// A channel as the engine hands things to it.
public struct Outlet: Sendable {
  public var channel: any Channel
  /// The far side takes an idempotency key: a delivery whose fate is not known may be repeated. Says the
  /// manifest, or whoever puts a folder in the channel's place.
  public var isKeyed: Bool

  public init(_ channel: any Channel, isKeyed: Bool) {
    self.channel = channel
    self.isKeyed = isKeyed
  }
}
