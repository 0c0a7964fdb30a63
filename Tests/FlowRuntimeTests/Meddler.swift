import FlowCore
import FlowPlugin
import FlowTesting
import Synchronization

/// Does something while the first letter is handed over.
final class Meddler: Channel {
  private let box: LetterBox
  private let first = Mutex<(@Sendable () async -> Void)?>(nil)

  init(box: LetterBox) { self.box = box }

  func whenFirst(_ body: @escaping @Sendable () async -> Void) { first.withLock { $0 = body } }

  var manifest: [UInt8] { [] }

  func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering { try await box.render(delivery) }

  func deliver(_ rendering: Rendering, key: IdempotencyKey, marker: @escaping Marker) async -> Receipt {
    guard await marker() else { return .withheld }
    let body = first.withLock { first in
      defer { first = nil }
      return first
    }
    await body?()
    return await box.deliver(rendering, key: key)
  }
}
