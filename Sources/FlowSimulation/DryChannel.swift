import FlowCore
import FlowPlugin

/// A channel's own `render`, and nothing behind it: nothing leaves the machine, and no option makes it.
struct DryChannel: Channel {
  let channel: any Channel

  var manifest: [UInt8] { channel.manifest }

  func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering {
    try await channel.render(delivery)
  }

  func deliver(_ rendering: Rendering, key: IdempotencyKey) async -> Receipt { .accepted(id: "dry") }
}
