import FlowPlugin
import FlowTime
import FlowTransport

/// Hands requests over for real (`send: true`).
struct WebhookSender: Sendable {
  private let clients: WebhookClients
  private let signature: WebhookSignature?
  private let now: @Sendable () -> Instant

  init(_ settings: ChannelSettings) throws(ChannelError) {
    signature = try settings["secret"].map { secret throws(ChannelError) in try WebhookSignature(secret: secret) }
    guard let now = settings.now else { throw ChannelError(.ours, "the time of an attempt is not known here") }
    self.now = now
    clients = WebhookClients(try HTTPLimits(settings, isPublicOnly: true, keepsConnections: true))
  }

  func deliver(_ rendering: Rendering, key: IdempotencyKey, marker: @escaping Marker) async -> Receipt {
    guard let (method, body) = WebhookSender.parts(rendering.payload), !key.text.utf8.contains(UInt8(ascii: ".")) else {
      return .permanent(because: "what was rendered is no request")
    }
    let time = now()
    let id = key.text
    var headers = [
      (name: "Content-Type", value: "application/json"), ("Idempotency-Key", "\"\(id)\""), ("webhook-id", id),
      ("webhook-timestamp", String(time.seconds)),
    ]
    if let signature {
      let value = signature.header(id: id, timestamp: time.seconds, body: body)
      headers.append(("webhook-signature", value))
    }
    let request = HTTPRequest(method, rendering.to, headers: headers, body: body)
    let server = WebAddress(rendering.to)?.server ?? ""
    return await clients.send(request, to: server, marker: marker).receipt(isOwnAddress: true) { response in
      let receipt = response.receipt(id: id, isKeyed: true, now: now())
      // Address and right are the step's: another step's may be sound.
      if case .ours(let because) = receipt { return .permanent(because: because) }
      return receipt
    }
  }

  /// Method and body of the request that was rendered.
  private static func parts(_ payload: [UInt8]) -> (method: String, body: [UInt8])? {
    guard let blank = payload.firstIndex(of: 0x20), let end = WebhookSender.endOfHead(payload) else { return nil }
    return (String(decoding: payload[..<blank], as: UTF8.self), Array(payload[end...]))
  }

  private static func endOfHead(_ payload: [UInt8]) -> Int? {
    guard payload.count >= 4 else { return nil }
    return (4...payload.count).first { payload[($0 - 4)..<$0].elementsEqual([0x0D, 0x0A, 0x0D, 0x0A]) }
  }

  func close() async { await clients.close() }
}
