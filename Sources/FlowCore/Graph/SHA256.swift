/// The SHA-256 digest of `bytes`, 32 bytes (FIPS 180-4).
public func sha256(_ bytes: [UInt8]) -> [UInt8] {
  var state: InlineArray<8, UInt32> = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  let whole = bytes.count / 64 * 64
  for start in stride(from: 0, to: whole, by: 64) { compress(bytes, at: start, into: &state) }
  let tail = padding(bytes[whole...], length: bytes.count)
  for start in stride(from: 0, to: tail.count, by: 64) { compress(tail, at: start, into: &state) }
  var digest: [UInt8] = []
  digest.reserveCapacity(32)
  for i in 0..<8 {
    for shift: UInt32 in [24, 16, 8, 0] { digest.append(UInt8(truncatingIfNeeded: state[i] >> shift)) }
  }
  return digest
}

/// The HMAC of `bytes` under `key` with SHA-256, 32 bytes (RFC 2104).
public func hmacSHA256(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] {
  var block = key.count > 64 ? sha256(key) : key
  block += [UInt8](repeating: 0, count: 64 - block.count)
  return sha256(block.map { $0 ^ 0x5C } + sha256(block.map { $0 ^ 0x36 } + bytes))
}

/// The last block or two: the rest of the message, one bit, zeros, and the length in bits.
private func padding(_ rest: ArraySlice<UInt8>, length: Int) -> [UInt8] {
  var tail = Array(rest) + [0x80]
  while tail.count % 64 != 56 { tail.append(0) }
  let bits = UInt64(length) &* 8
  return tail + stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: bits >> UInt64($0)) }
}

/// The block of 64 bytes that begins at `start`. Nothing here is on the heap: every delivery is digested.
private func compress(_ bytes: [UInt8], at start: Int, into state: inout InlineArray<8, UInt32>) {
  var w = InlineArray<64, UInt32>(repeating: 0)
  for i in 0..<16 {
    let at = start + i * 4
    w[i] =
      UInt32(bytes[at]) << 24 | UInt32(bytes[at + 1]) << 16 | UInt32(bytes[at + 2]) << 8
      | UInt32(bytes[at + 3])
  }
  for i in 16..<64 {
    let a = rotated(w[i - 15], 7) ^ rotated(w[i - 15], 18) ^ (w[i - 15] >> 3)
    let b = rotated(w[i - 2], 17) ^ rotated(w[i - 2], 19) ^ (w[i - 2] >> 10)
    w[i] = w[i - 16] &+ a &+ w[i - 7] &+ b
  }
  var s = state
  for i in 0..<64 {
    let e = rotated(s[4], 6) ^ rotated(s[4], 11) ^ rotated(s[4], 25)
    let choice = (s[4] & s[5]) ^ (~s[4] & s[6])
    let first = s[7] &+ e &+ choice &+ roundConstants[i] &+ w[i]
    let a = rotated(s[0], 2) ^ rotated(s[0], 13) ^ rotated(s[0], 22)
    let majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2])
    s = [first &+ a &+ majority, s[0], s[1], s[2], s[3] &+ first, s[4], s[5], s[6]]
  }
  for i in 0..<8 { state[i] = state[i] &+ s[i] }
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
