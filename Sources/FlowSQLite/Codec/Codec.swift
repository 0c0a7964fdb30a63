import FlowCore
import FlowRuntime
import FlowTime
import Foundation

/// The one place where values become columns: ``Packed`` bytes, instants as text in UTC that sorts by time.
package enum Codec {
  /// The layout of ``Packed`` values; a program reads its own and those before it.
  static let layout: UInt8 = 1

  package static func bytes(_ value: some Packed) -> Data {
    var packer = Packer()
    packer.put(byte: layout)
    packer.put(value)
    return Data(packer.bytes)
  }

  /// - Throws: `.corrupt` for any bytes that ``bytes(_:)`` has not made.
  package static func value<Value: Packed>(_ type: Value.Type, _ data: Data) throws(StoreError) -> Value {
    var unpacker = Unpacker(Array(data))
    let found = try unpacker.byte()
    guard found == layout else { throw Unpacker.corrupt("its layout \(found) is not known") }
    let value = try unpacker.get(type)
    guard unpacker.isAtEnd else { throw Unpacker.corrupt("something follows its end") }
    return value
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
