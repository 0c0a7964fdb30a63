import FlowCore
import FlowRuntime
import FlowTime
import Foundation

/// The one place where values become columns: JSON with sorted keys, instants as text in UTC that sorts by
/// time.
enum Codec {
  static func text<Value: Encodable>(_ value: Value) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  static func value<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
    try JSONDecoder().decode(type, from: Data(text.utf8))
  }

  /// `2026-03-25T15:40:00.000Z`, 24 characters for every instant there is.
  static func text(_ instant: Instant) -> String {
    let civil = Zone.utc.civil(at: instant)
    let time = civil.time
    return "\(civil.date)T\(digits(time.hour, 2)):\(digits(time.minute, 2)):\(digits(time.second, 2))"
      + ".\(digits(time.millisecond, 3))Z"
  }

  static func instant(_ text: String) throws -> Instant {
    guard let instant = Instant(rfc3339: text) else { throw StoreError.corrupt("\"\(text)\" is no instant") }
    return instant
  }

  private static func digits(_ value: Int, _ width: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
  }
}
