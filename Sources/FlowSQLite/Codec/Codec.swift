import FlowRuntime

/// A value as bytes of its own, without the store around it.
package enum Codec {
  /// The layout of ``Packed`` values; a program reads its own and those before it.
  static let layout: UInt8 = 1

  package static func bytes(_ value: some Packed) -> [UInt8] {
    var packer = Packer()
    packer.put(byte: layout)
    packer.put(value)
    return packer.bytes
  }

  /// - Throws: `.corrupt` for any bytes that ``bytes(_:)`` has not made.
  package static func value<Value: Packed>(_ type: Value.Type, _ bytes: some Sequence<UInt8>) throws(StoreError)
    -> Value
  {
    var unpacker = Unpacker(Array(bytes))
    let found = try unpacker.byte()
    guard found == layout else { throw Unpacker.corrupt("its layout \(found) is not known") }
    let value = try unpacker.get(type)
    guard unpacker.isAtEnd else { throw Unpacker.corrupt("something follows its end") }
    return value
  }
}
