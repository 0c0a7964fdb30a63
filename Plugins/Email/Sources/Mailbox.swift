import FlowCore
import FlowPlugin

/// Somebody's name and address: neither can hold a line break.
struct Mailbox: Hashable, Sendable {
  var name: HeaderText
  var address: EmailAddress

  init(name: HeaderText = HeaderText(""), address: EmailAddress) {
    self.name = name
    self.address = address
  }

  /// As a setting writes it: `Acme Sales <sales@acme.test>`, `"Acme, Sales" <sales@acme.test>` or
  /// `sales@acme.test`.
  init?(setting text: String) {
    let text = Mailbox.trimmed(text[...])
    guard let open = text.utf8.lastIndex(of: UInt8(ascii: "<")) else {
      guard let address = EmailAddress(String(text)) else { return nil }
      self.init(address: address)
      return
    }
    guard text.utf8.last == UInt8(ascii: ">") else { return nil }
    let inner = text[text.utf8.index(after: open)...].utf8.dropLast()
    guard let address = EmailAddress(String(Substring(inner))) else { return nil }
    var name = Mailbox.trimmed(text[..<open])
    if name.utf8.count >= 2, name.utf8.first == UInt8(ascii: "\""), name.utf8.last == UInt8(ascii: "\"") {
      name = Substring(name.utf8.dropFirst().dropLast())
    }
    self.init(name: HeaderText(String(name)), address: address)
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while text.utf8.first == 0x20 { text = text.dropFirst() }
    while text.utf8.last == 0x20 { text = text.dropLast() }
    return text
  }

  /// A contact or a person.
  init(_ person: Value, address: String? = nil) throws(ChannelError) {
    let name = HeaderText(person.text(at: "name") ?? "")
    let text = address ?? person.text(at: "email") ?? person.text ?? ""
    guard !text.isEmpty else {
      throw ChannelError(.permanent, "\(name.isEmpty ? "the recipient" : name.text) has no email address")
    }
    guard let address = EmailAddress(text) else {
      throw ChannelError(.permanent, "\"\(HeaderText(text))\" is no email address")
    }
    self.init(name: name, address: address)
  }

  /// As people read it, on one line.
  var shown: String { name.isEmpty ? address.text : "\(name) <\(address)>" }
}
