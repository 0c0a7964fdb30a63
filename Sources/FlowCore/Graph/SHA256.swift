import CSHA256

/// The SHA-256 digest of `bytes`, 32 bytes (FIPS 180-4).
public func sha256(_ bytes: [UInt8]) -> [UInt8] {
  var state = SHA256State()
  bytes.withUnsafeBytes { state.end($0, length: 0) }
  return state.bytes
}

/// The same on a processor without instructions for it.
package func portableSHA256(_ bytes: [UInt8]) -> [UInt8] {
  var state = SHA256State(hasInstructions: false)
  bytes.withUnsafeBytes { state.end($0, length: 0) }
  return state.bytes
}

/// The first `digits` hexadecimal digits of `bytes`, in lower case; all of them, two a byte, where it is nil.
public func hexadecimal(_ bytes: [UInt8], digits: Int? = nil) -> String {
  func digit(_ half: UInt8) -> UInt8 { half &+ (half < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10) }
  let count = max(min(digits ?? .max, bytes.count * 2), 0)
  return bytes.withUnsafeBufferPointer { bytes in
    String(unsafeUninitializedCapacity: count) { text in
      for at in 0..<count / 2 {
        text[at * 2] = digit(bytes[at] >> 4)
        text[at * 2 + 1] = digit(bytes[at] & 15)
      }
      if count % 2 == 1 { text[count - 1] = digit(bytes[count / 2] >> 4) }
      return count
    }
  }
}

/// The HMAC of `bytes` under `key` with SHA-256, 32 bytes (RFC 2104).
public func hmacSHA256(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] { HMACKey(key).code(of: bytes) }

/// A key for many codes: what is the same for all of them is made once.
public struct HMACKey: Sendable {
  private var inner = SHA256State()
  private var outer = SHA256State()

  public init(_ key: [UInt8]) {
    var block = key.count > 64 ? sha256(key) : key
    block += [UInt8](repeating: 0, count: 64 - block.count)
    block.map { $0 ^ 0x36 }.withUnsafeBytes { inner.take($0) }
    block.map { $0 ^ 0x5C }.withUnsafeBytes { outer.take($0) }
  }

  /// The HMAC of `bytes` with SHA-256, 32 bytes.
  public func code(of bytes: [UInt8]) -> [UInt8] {
    var first = inner
    bytes.withUnsafeBytes { first.end($0, length: 64) }
    return withUnsafeTemporaryAllocation(byteCount: 32, alignment: 8) { words in
      first.write(to: words)
      var second = outer
      second.end(UnsafeRawBufferPointer(words), length: 64)
      return second.bytes
    }
  }
}

/// The eight words between blocks. Nothing here is on the heap: every delivery is digested.
private struct SHA256State {
  private var a: UInt32 = 0x6a09_e667, b: UInt32 = 0xbb67_ae85, c: UInt32 = 0x3c6e_f372, d: UInt32 = 0xa54f_f53a
  private var e: UInt32 = 0x510e_527f, f: UInt32 = 0x9b05_688c, g: UInt32 = 0x1f83_d9ab, h: UInt32 = 0x5be0_cd19
  private let hasInstructions: Bool

  init(hasInstructions: Bool = processorHasInstructions) { self.hasInstructions = hasInstructions }

  /// All that is left of the message, one bit, zeros, and the length in bits.
  /// - Parameter length: how many bytes it has taken before, whole blocks.
  mutating func end(_ bytes: UnsafeRawBufferPointer, length: Int) {
    let whole = bytes.count / 64 * 64
    take(UnsafeRawBufferPointer(rebasing: bytes[..<whole]))
    let rest = UnsafeRawBufferPointer(rebasing: bytes[whole...])
    let count = rest.count < 56 ? 64 : 128
    withUnsafeTemporaryAllocation(byteCount: count, alignment: 8) { tail in
      tail.initializeMemory(as: UInt8.self, repeating: 0)
      tail.copyBytes(from: rest)
      tail[rest.count] = 0x80
      let bits = UInt64(length + bytes.count) &* 8
      for index in 0..<8 { tail[count - 1 - index] = UInt8(truncatingIfNeeded: bits >> UInt64(index * 8)) }
      take(UnsafeRawBufferPointer(tail))
    }
  }

  var bytes: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 32) { digest, count in
      write(to: UnsafeMutableRawBufferPointer(digest))
      count = 32
    }
  }

  /// The words, their highest bytes first.
  func write(to digest: UnsafeMutableRawBufferPointer) {
    func put(_ word: UInt32, _ index: Int) {
      digest.storeBytes(of: word.bigEndian, toByteOffset: index * 4, as: UInt32.self)
    }
    put(a, 0)
    put(b, 1)
    put(c, 2)
    put(d, 3)
    put(e, 4)
    put(f, 5)
    put(g, 6)
    put(h, 7)
  }

  /// - Parameter blocks: of 64 bytes each.
  mutating func take(_ blocks: UnsafeRawBufferPointer) {
    guard hasInstructions else {
      for start in stride(from: 0, to: blocks.count, by: 64) {
        takeOne(UnsafeRawBufferPointer(rebasing: blocks[start..<start + 64]))
      }
      return
    }
    let bytes = blocks.assumingMemoryBound(to: UInt8.self).baseAddress
    // The eight words come first, one after the other.
    withUnsafeMutableBytes(of: &self) { words in
      withUnsafeBytes(of: roundConstants) { constants in
        flow_sha256_take(
          words.assumingMemoryBound(to: UInt32.self).baseAddress, bytes, blocks.count / 64,
          constants.assumingMemoryBound(to: UInt32.self).baseAddress)
      }
    }
  }

  /// The same of one block, on any processor.
  private mutating func takeOne(_ block: UnsafeRawBufferPointer) {
    var w = InlineArray<64, UInt32>(repeating: 0)
    for i in 0..<16 { w[i] = UInt32(bigEndian: block.loadUnaligned(fromByteOffset: i * 4, as: UInt32.self)) }
    for i in 16..<64 {
      let low = rotated(w[i - 15], 7) ^ rotated(w[i - 15], 18) ^ (w[i - 15] >> 3)
      let high = rotated(w[i - 2], 17) ^ rotated(w[i - 2], 19) ^ (w[i - 2] >> 10)
      w[i] = w[i - 16] &+ low &+ w[i - 7] &+ high
    }
    var s = self
    // Eight at a time: each word has moved on by one place, and is back after eight.
    for i in stride(from: 0, to: 64, by: 8) {
      turn(s.a, s.b, s.c, &s.d, s.e, s.f, s.g, &s.h, roundConstants[i] &+ w[i])
      turn(s.h, s.a, s.b, &s.c, s.d, s.e, s.f, &s.g, roundConstants[i + 1] &+ w[i + 1])
      turn(s.g, s.h, s.a, &s.b, s.c, s.d, s.e, &s.f, roundConstants[i + 2] &+ w[i + 2])
      turn(s.f, s.g, s.h, &s.a, s.b, s.c, s.d, &s.e, roundConstants[i + 3] &+ w[i + 3])
      turn(s.e, s.f, s.g, &s.h, s.a, s.b, s.c, &s.d, roundConstants[i + 4] &+ w[i + 4])
      turn(s.d, s.e, s.f, &s.g, s.h, s.a, s.b, &s.c, roundConstants[i + 5] &+ w[i + 5])
      turn(s.c, s.d, s.e, &s.f, s.g, s.h, s.a, &s.b, roundConstants[i + 6] &+ w[i + 6])
      turn(s.b, s.c, s.d, &s.e, s.f, s.g, s.h, &s.a, roundConstants[i + 7] &+ w[i + 7])
    }
    (a, b, c, d) = (a &+ s.a, b &+ s.b, c &+ s.c, d &+ s.d)
    (e, f, g, h) = (e &+ s.e, f &+ s.f, g &+ s.g, h &+ s.h)
  }
}

/// With the processor's instructions a digest takes a quarter of the time (Benchmarks/README.md).
private let processorHasInstructions = flow_sha256_is_there() != 0

/// One round: the new `e` stands in `d`, the new `a` in `h`.
@inline(__always) private func turn(
  _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32, _ e: UInt32, _ f: UInt32, _ g: UInt32, _ h: inout UInt32,
  _ word: UInt32
) {
  // By 6, 11 and 25 bits, and by 2, 13 and 22: each from what the one before has come to.
  let first = h &+ rotated(rotated(rotated(e, 14) ^ e, 5) ^ e, 6) &+ (g ^ (e & (f ^ g))) &+ word
  d = d &+ first
  h = first &+ rotated(rotated(rotated(a, 9) ^ a, 11) ^ a, 2) &+ ((a & b) | (c & (a | b)))
}

private func rotated(_ word: UInt32, _ bits: UInt32) -> UInt32 { word >> bits | word << (32 - bits) }

/// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
private let roundConstants: InlineArray<64, UInt32> = [
  0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
  0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
  0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
  0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
  0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
  0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
  0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
  0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
]
