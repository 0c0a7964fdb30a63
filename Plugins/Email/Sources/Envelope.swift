import FlowPlugin
import FlowTransport

/// Who a message comes from and goes to (RFC 5321 section 2.3.1). It is rendered as lines before the message:
/// `Return-Path: <…>`, and `Envelope-To: <…>` for each one who gets a copy; they are taken off when it is
/// sent.
struct Envelope {
  var sender: EmailAddress
  var copies: [EmailAddress]

  func write(to out: inout [UInt8]) {
    out.append(text: Envelope.from)
    out.append(text: sender.text)
    out.append(text: ">\r\n")
    for copy in copies { out.append(text: "\(Envelope.to)\(copy.text)>\r\n") }
  }

  /// What is sent of a rendering; nil where it has no envelope.
  static func open(_ rendering: Rendering) -> Mail? {
    var rest = rendering.payload[...]
    guard let recipient = EmailAddress(rendering.to), let sender = take(from, from: &rest) else { return nil }
    var mail = Mail(sender: sender, recipient: recipient, message: [])
    while let copy = take(to, from: &rest) { mail.copies.append(copy) }
    mail.message = Array(rest)
    return mail
  }

  /// Who gets a copy of a rendering.
  static func copies(of rendering: Rendering) -> [EmailAddress] {
    var rest = rendering.payload[...]
    guard rest.starts(with: from.utf8), let end = rest.firstIndex(of: 0x0A) else { return [] }
    rest = rest[(end + 1)...]
    var copies: [EmailAddress] = []
    while let copy = take(to, from: &rest) { copies.append(copy) }
    return copies
  }

  private static let from = "Return-Path: <"
  private static let to = "Envelope-To: <"

  private static func take(_ head: String, from rest: inout ArraySlice<UInt8>) -> EmailAddress? {
    guard rest.starts(with: head.utf8), let end = rest.firstIndex(of: 0x0A) else { return nil }
    let line = rest[rest.startIndex.advanced(by: head.utf8.count)..<end]
    guard line.suffix(2) == [UInt8(ascii: ">"), 0x0D],
      let address = EmailAddress(String(decoding: line.dropLast(2), as: UTF8.self))
    else { return nil }
    rest = rest[(end + 1)...]
    return address
  }
}
