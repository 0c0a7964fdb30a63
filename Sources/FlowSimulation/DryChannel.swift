import FlowCore
import FlowPlugin
import Synchronization

/// A channel's own `render`, and nothing behind it: nothing leaves the machine, and no option makes it.
struct DryChannel: Channel {
  let channel: any Channel
  let failures: RenderFailures

  var manifest: [UInt8] { channel.manifest }

  func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering {
    do throws(ChannelError) {
      return try await channel.render(delivery)
    } catch {
      failures.note(delivery, error)
      // Nobody mends it while the story is told, and nothing passes: the step fails.
      throw ChannelError(.permanent, error.text)
    }
  }

  func deliver(_ rendering: Rendering, key: IdempotencyKey, marker: @escaping Marker) async -> Receipt {
    guard await marker() else { return .withheld }
    return .accepted(id: "dry")
  }
}

/// What no plugin could render, in the order in which it came up.
final class RenderFailures: Sendable {
  struct Failure: Hashable {
    var workflow: String
    var node: NodeIndex
    var because: String
  }

  private let all = Mutex<[Failure]>([])

  func note(_ delivery: Delivery, _ error: ChannelError) {
    let failure = Failure(workflow: delivery.workflow, node: delivery.node, because: error.text)
    all.withLock { if !$0.contains(failure) { $0.append(failure) } }
  }

  var list: [Failure] { all.withLock { $0 } }
}
