import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTesting
import FlowTime
import Synchronization

/// A far side without keys that keeps what arrives, and calls the marker as a mail transport does.
final class FarSide: Channel {
  private struct State {
    var arrived: [String] = []
    var tried: [[UInt8]] = []
    var refused = 0
    var receipts: [Receipt] = []
    var before: (@Sendable () async -> Void)?
    var after: (@Sendable () async -> Void)?
  }

  private let state = Mutex(State())
  private let box = LetterBox()

  var manifest: [UInt8] { [] }
  var arrived: [String] { state.withLock { $0.arrived } }
  var tried: [[UInt8]] { state.withLock { $0.tried } }
  var tries: Int { tried.count }
  var refused: Int { state.withLock { $0.refused } }

  func answer(_ receipts: Receipt...) { state.withLock { $0.receipts += receipts } }
  func beforeMarker(_ body: @escaping @Sendable () async -> Void) { state.withLock { $0.before = body } }
  func afterMarker(_ body: @escaping @Sendable () async -> Void) { state.withLock { $0.after = body } }

  func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering { try await box.render(delivery) }

  func deliver(_ rendering: Rendering, key: IdempotencyKey, marker: Marker) async -> Receipt {
    await taken(\.before)?()
    guard await marker() else {
      state.withLock { $0.refused += 1 }
      return .temporary(after: 0, because: "stopped")
    }
    await taken(\.after)?()
    return state.withLock { state in
      state.tried.append(rendering.payload)
      let receipt = state.receipts.isEmpty ? .accepted(id: "post") : state.receipts.removeFirst()
      if case .accepted = receipt { state.arrived.append(key.text) }
      return receipt
    }
  }

  private func taken(_ path: WritableKeyPath<State, (@Sendable () async -> Void)?>) -> (
    @Sendable () async -> Void
  )? {
    state.withLock { state in
      defer { state[keyPath: path] = nil }
      return state[keyPath: path]
    }
  }
}
