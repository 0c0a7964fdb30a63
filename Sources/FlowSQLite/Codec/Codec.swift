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
  package static func text(_ instant: Instant) -> String {
    let day = Int((instant.milliseconds - (instant.milliseconds < 0 ? dayLength - 1 : 0)) / dayLength)
    let time = Int(instant.milliseconds - Int64(day) * dayLength)
    let date = CivilDate(dayNumber: day).components
    return String(unsafeUninitializedCapacity: 24) { buffer in
      var position = 0
      func put(_ value: Int, _ width: Int, then mark: UInt8) {
        var left = value
        for index in stride(from: position + width - 1, through: position, by: -1) {
          buffer[index] = UInt8(truncatingIfNeeded: 48 + left % 10)
          left /= 10
        }
        buffer[position + width] = mark
        position += width + 1
      }
      put(date.year, 4, then: UInt8(ascii: "-"))
      put(date.month, 2, then: UInt8(ascii: "-"))
      put(date.day, 2, then: UInt8(ascii: "T"))
      put(time / 3_600_000, 2, then: UInt8(ascii: ":"))
      put(time / 60_000 % 60, 2, then: UInt8(ascii: ":"))
      put(time / 1000 % 60, 2, then: UInt8(ascii: "."))
      put(time % 1000, 3, then: UInt8(ascii: "Z"))
      return position
    }
  }

  package static func instant(_ text: String) throws(StoreError) -> Instant {
    guard let instant = Instant(rfc3339: text) else { throw StoreError.corrupt("\"\(text)\" is no instant") }
    return instant
  }

  private static let dayLength: Int64 = 86_400_000
}
