import Glibc

/// An address of the Internet Protocol, as a socket is connected to it: what a name was resolved to, and not
/// the name, so that a name that is resolved twice to two addresses gains nothing.
public struct NetworkAddress: Hashable, Sendable {
  /// 4 bytes, or 16.
  public let bytes: [UInt8]

  /// Nil unless there are 4 bytes (IPv4) or 16 (IPv6).
  public init?(bytes: [UInt8]) {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    self.bytes = bytes
  }

  /// Of a socket's address (`sockaddr_in`, `sockaddr_in6`) of `length` bytes; nil for any other family.
  init?(_ address: UnsafeRawBufferPointer, family: Int32) {
    switch family {
    case AF_INET where address.count >= 8: bytes = Array(address[4..<8])
    case AF_INET6 where address.count >= 24: bytes = Array(address[8..<24])
    default: return nil
    }
  }

  /// Whether anybody on the Internet may be there (the registries of RFC 6890 for special purposes, IANA).
  /// Private nets, this machine, this link, shared space of providers, multicast, documentation, and every way
  /// of writing an IPv4 address as one of IPv6 that hosts take for it are not; NAT64's is what it stands for.
  public var isPublic: Bool { bytes.count == 4 ? isPublic4(bytes[...]) : isPublic6 }

  private func isPublic4(_ bytes: ArraySlice<UInt8>) -> Bool {
    let word = bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    return !NetworkAddress.special4.contains { word >> (32 - $0.bits) == $0.prefix >> (32 - $0.bits) }
  }

  private var isPublic6: Bool {
    // 64:ff9b::/96, RFC 6052.
    if bytes[..<12].elementsEqual([0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]) { return isPublic4(bytes[12...]) }
    let head = bytes[..<4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    // 2000::/3 is what has been given out.
    guard head >> 29 == 1 else { return false }
    return !NetworkAddress.special6.contains { head >> (32 - $0.bits) == $0.prefix >> (32 - $0.bits) }
  }

  private static let special4: [(prefix: UInt32, bits: UInt32)] = [
    (0x0000_0000, 8), (0x0A00_0000, 8), (0x6440_0000, 10), (0x7F00_0000, 8), (0xA9FE_0000, 16),
    (0xAC10_0000, 12), (0xC000_0000, 24), (0xC000_0200, 24), (0xC058_6300, 24), (0xC0A8_0000, 16),
    (0xC612_0000, 15), (0xC633_6400, 24), (0xCB00_7100, 24), (0xE000_0000, 4), (0xF000_0000, 4),
  ]

  /// Teredo and the like (2001::/23), documentation (2001:db8::/32, 3fff::/20), 6to4 (2002::/16).
  private static let special6: [(prefix: UInt32, bits: UInt32)] = [
    (0x2001_0000, 23), (0x2001_0DB8, 32), (0x2002_0000, 16), (0x3FFF_0000, 20),
  ]
}

extension NetworkAddress: CustomStringConvertible {
  /// As `inet_ntop` writes it.
  public var description: String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let family = bytes.count == 4 ? AF_INET : AF_INET6
    guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "?" }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
