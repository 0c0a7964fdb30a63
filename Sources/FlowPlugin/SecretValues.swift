import FlowCore

/// Values that flow.yaml keeps elsewhere (`${NAME}`, `{ file: PATH }`): no text that people read may hold one
/// (guarantee 25), whatever a program or a server says.
public struct SecretValues: Hashable, Sendable {
  /// The longest first: one may be a part of another.
  private let values: [[UInt8]]

  /// Values of less than four bytes stand in many a word, and are left as they are.
  public init(_ values: some Sequence<String> = []) {
    self.values = Set(values).map { Array($0.utf8) }.filter { $0.count >= 4 }.sorted { $0.count > $1.count }
  }

  public var isEmpty: Bool { values.isEmpty }

  /// The text with `…` for each of them.
  public func hidden(in text: String) -> String {
    isEmpty ? text : String(decoding: hidden(in: Array(text.utf8)), as: UTF8.self)
  }

  public func hidden(in bytes: [UInt8]) -> [UInt8] {
    if isEmpty { return bytes }
    var out: [UInt8] = []
    var at = 0
    while at < bytes.count {
      if let value = values.first(where: { bytes[at...].starts(with: $0) }) {
        out += "…".utf8
        at += value.count
      } else {
        out.append(bytes[at])
        at += 1
      }
    }
    return out
  }
}

/// A channel whose errors and receipts are told without secrets.
public struct DiscreetChannel: Channel {
  private let channel: any Channel
  private let secrets: SecretValues

  public init(_ channel: any Channel, _ secrets: SecretValues) {
    self.channel = channel
    self.secrets = secrets
  }

  public var manifest: [UInt8] { channel.manifest }
  public var pollSeconds: Int? { channel.pollSeconds }
  public var destination: String? { channel.destination }
  public var servers: [String] { channel.servers }
  public func server(of rendering: Rendering) -> String? { channel.server(of: rendering) }
  public func copies(of rendering: Rendering) -> [String] { channel.copies(of: rendering) }
  public func close() async { await channel.close() }

  public func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering {
    do throws(ChannelError) { return try await channel.render(delivery) } catch { throw told(error) }
  }

  public func poll(since cursor: String?) async throws(ChannelError) -> Inbound {
    do throws(ChannelError) {
      var inbound = try await channel.poll(since: cursor)
      for index in inbound.unread.indices { hide(&inbound.unread[index]) }
      for index in inbound.kept.indices { hide(&inbound.kept[index]) }
      return inbound
    } catch {
      throw told(error)
    }
  }

  private func hide(_ unread: inout Inbound.Unread) { unread.because = secrets.hidden(in: unread.because) }

  public func deliver(_ rendering: Rendering, key: IdempotencyKey) async -> Receipt {
    told(await channel.deliver(rendering, key: key))
  }

  public func deliver(_ rendering: Rendering, key: IdempotencyKey, marker: @escaping Marker) async -> Receipt {
    told(await channel.deliver(rendering, key: key, marker: marker))
  }

  private func told(_ error: ChannelError) -> ChannelError { ChannelError(error.kind, secrets.hidden(in: error.text)) }

  private func told(_ receipt: Receipt) -> Receipt {
    switch receipt {
    case .accepted: receipt
    case .temporary(let after, let because): .temporary(after: after, because: secrets.hidden(in: because))
    case .permanent(let because): .permanent(because: secrets.hidden(in: because))
    case .undeliverable(let because): .undeliverable(because: secrets.hidden(in: because))
    case .optedOut(let because): .optedOut(because: secrets.hidden(in: because))
    case .ours(let because): .ours(because: secrets.hidden(in: because))
    case .unknown(let because): .unknown(because: secrets.hidden(in: because))
    }
  }
}
