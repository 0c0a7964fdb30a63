import FlowPlugin
import FlowTransport
import Synchronization

/// Connections to several servers at once. Each carries one request at a time; a server gets the one that it had
/// before where that is free.
final class WebhookClients: Sendable {
  private struct Entry {
    let client: HTTPClient
    var server: String
    var isFree: Bool
  }

  private struct State {
    var entries: [Entry] = []
    var isClosed = false
  }

  /// More are not opened; whoever comes then waits for one.
  private static let most = 16
  private let limits: HTTPLimits
  private let state = Mutex(State())

  init(_ limits: HTTPLimits) { self.limits = limits }

  func send(_ request: HTTPRequest, to server: String, marker: @escaping Marker) async -> HTTPOutcome {
    guard let (client, index) = take(server) else { return .notSent(because: "the channel is closed") }
    defer { state.withLock { $0.entries[index].isFree = true } }
    return await client.send(request, marker: marker)
  }

  /// Nil when it is closed.
  private func take(_ server: String) -> (client: HTTPClient, index: Int)? {
    state.withLock { state in
      if state.isClosed { return nil }
      let free = state.entries.indices.filter { state.entries[$0].isFree }
      let known = free.first { state.entries[$0].server == server }
      if known == nil, state.entries.count < WebhookClients.most {
        state.entries.append(Entry(client: HTTPClient(limits), server: server, isFree: true))
      }
      let index = known ?? state.entries.indices.last { state.entries[$0].isFree } ?? 0
      state.entries[index].isFree = false
      state.entries[index].server = server
      return (state.entries[index].client, index)
    }
  }

  func close() async {
    let clients = state.withLock { state in
      state.isClosed = true
      return state.entries.map(\.client)
    }
    for client in clients { await client.close() }
  }
}
