import FlowCore
import Testing

/// SHA-256 against the vectors of FIPS 180-4 and, around the block's end, of Python's hashlib; HMAC against
/// those of RFC 4231 (sections 4.2, 4.3 and 4.7) and, around the block's length, of Python's hmac.
@Suite struct DigestTests {
  private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  @Test func vectors() {
    #expect(hex(sha256([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      hex(sha256(Array("abc".utf8))) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      hex(sha256(Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8)))
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
  }

  /// With the processor's instructions, where it has them, and without.
  @Test func `each way comes to the same`() {
    for count in 0..<300 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 151 ^ count) }
      #expect(sha256(bytes) == portableSHA256(bytes), "\(count) bytes")
    }
    #expect(
      hex(portableSHA256(Array("abc".utf8))) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test(arguments: [
    (55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
    (56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"),
    (64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
  ])
  func around(_ count: Int, _ digest: String) {
    #expect(hex(sha256([UInt8](repeating: 0x61, count: count))) == digest)
  }

  @Test(arguments: [
    (
      [UInt8](repeating: 0x0B, count: 20), "Hi There",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    ),
    (
      Array("Jefe".utf8), "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ),
    (
      [UInt8](repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    ),
    (
      [UInt8](repeating: 0x6B, count: 64), "x",
      "f91c4c403625fb06910ef93999265bbd2d62baeaec6ff36455498cc124fe3e66"
    ),
    (
      [UInt8](repeating: 0x6B, count: 65), "x",
      "75092ca3ee2b307470c227697b42b3e65376aa3bae98fb5a1f7b7536daa9588a"
    ),
  ])
  func keyed(_ key: [UInt8], _ text: String, _ code: String) {
    #expect(hex(hmacSHA256(Array(text.utf8), key: key)) == code)
  }
}
