import FlowCore
import FlowPlugin

/// An address on the web (RFC 3986), of visible ASCII throughout, so that it cannot break out of its line.
struct WebAddress: Hashable, Sendable {
  let text: String
  /// Host and port, as in `Host`.
  let authority: String
  /// The same in lower case.
  var server: String { authority.lowercased() }
  /// Path and query.
  let target: String

  /// A value at the very beginning is an address as it stands; any other is one piece of one, and escaped. A
  /// fragment is not sent.
  init(_ template: RenderedText) throws(ChannelError) {
    var text = ""
    for piece in template.pieces {
      text += piece.isValue && !text.isEmpty ? Encodings.percent(piece.text) : piece.text
    }
    // The author's text in YAML may end in a line break; within it, there is none.
    if template.pieces.last?.isValue == false, text.utf8.last == 0x0A { text.unicodeScalars.removeLast() }
    guard let address = WebAddress(text) else {
      throw ChannelError(
        .permanent, "\"\(HeaderText(text))\" is no web address; write https://example.com/path")
    }
    self = address
  }

  init?(_ text: String) {
    let lower = text.prefix(8).lowercased()
    guard let scheme = ["https://", "http://"].first(where: { lower.hasPrefix($0) }),
      text.utf8.count <= 4096,
      text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"\"<>\\^`{|}".utf8.contains($0) })
    else { return nil }
    let rest = text.dropFirst(scheme.count)
    let whole = rest.prefix { $0 != "#" }
    let authority = whole.prefix { $0 != "/" && $0 != "?" }
    guard WebAddress.isAuthority(authority) else { return nil }
    let path = whole.dropFirst(authority.count)
    self.authority = String(authority)
    target = path.hasPrefix("/") ? String(path) : "/" + path
    self.text = scheme + whole
  }

  /// A name or an IPv4 address, or an IPv6 address in brackets, and perhaps a port; no user before it.
  private static func isAuthority(_ text: Substring) -> Bool {
    var host = Array(text.utf8)
    if let colon = host.lastIndex(of: UInt8(ascii: ":")), host.last != UInt8(ascii: "]") {
      let port = host[(colon + 1)...]
      guard (1...5).contains(port.count), port.allSatisfy({ (0x30...0x39).contains($0) }),
        let number = Int(String(decoding: port, as: UTF8.self)), (1...65_535).contains(number)
      else { return false }
      host = Array(host[..<colon])
    }
    if host.first == UInt8(ascii: "["), host.last == UInt8(ascii: "]") {
      let inner = host.dropFirst().dropLast()
      return (2...45).contains(inner.count)
        && inner.allSatisfy { "0123456789abcdefABCDEF:.".utf8.contains($0) }
    }
    let labels = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return host.count <= 253
      && labels.allSatisfy { label in
        (1...63).contains(label.count)
          && label.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
            default: false
            }
          }
      }
  }
}
