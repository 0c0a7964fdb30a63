import FlowCore
import FlowPlugin
import FlowTime

/// Signs requests as Standard Webhooks 1.0.0 has it: `v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64.
struct WebhookSignature: Sendable {
  /// More than one while a secret is being replaced: a receiver takes whichever fits.
  private let keys: [[UInt8]]

  /// `secret`: `whsec_` and base64 of 24 to 64 bytes, or several of them with blanks between; no error repeats it.
  init(secret: String) throws(ChannelError) {
    var keys: [[UInt8]] = []
    for text in secret.split(separator: " ") {
      guard text.hasPrefix("whsec_"), let key = Encodings.bytes(base64: String(text.dropFirst(6))),
        (24...64).contains(key.count)
      else { throw ChannelError(.ours, "secret: is not whsec_ and 24 to 64 bytes in base64") }
      keys.append(key)
    }
    guard !keys.isEmpty else { throw ChannelError(.ours, "secret: is empty") }
    self.keys = keys
  }

  /// The value of `webhook-signature`. `id` holds no `.`, so that nobody can move bytes from one part into another.
  func header(id: String, timestamp: Int64, body: [UInt8]) -> String {
    let signed = Array("\(id).\(timestamp).".utf8) + body
    return keys.map { "v1," + Encodings.base64(hmacSHA256(signed, key: $0)) }.joined(separator: " ")
  }
}
