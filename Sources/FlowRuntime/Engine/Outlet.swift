import FlowPlugin

/// A channel as the engine hands things to it.
public struct Outlet: Sendable {
  public var channel: any Channel
  /// The far side takes an idempotency key: a delivery whose fate is not known may be repeated. Says the
  /// manifest, or whoever puts a folder in the channel's place.
  public var isKeyed: Bool
  /// Most bytes of one delivery; a larger one fails.
  public var maxBytes: Int

  public init(_ channel: any Channel, isKeyed: Bool, maxBytes: Int = 1 << 20) {
    self.channel = channel
    self.isKeyed = isKeyed
    self.maxBytes = maxBytes
  }
}
