import FlowCore
import FlowPlugin

/// Who a contact is, over all workflows and events: the first of `id`, email address (in lower case), phone
/// number and name that is there. In form C, whatever bytes an é came in.
public enum ContactIdentity {
  /// Empty where the value names nobody.
  public static func of(_ contact: Value) -> String { all(of: contact).first ?? "" }

  /// Everything that the contact is known by, the identity first. What is suppressed for one of them is
  /// suppressed for the contact, so that one workflow's `id` and another's email address mean the same
  /// person.
  public static func all(of contact: Value) -> [String] {
    guard case .record(let fields) = contact else { return contact.text.map { $0.isEmpty ? [] : [$0.composed] } ?? [] }
    var id, email, phone, handle, name: String?
    // Gone through once: it has few members, and to look one up takes longer.
    for (key, value) in fields {
      switch key {
      case "name": name = value.text
      case "email": email = value.text
      case "id": id = value.text
      case "phone": phone = value.text
      case "handle": handle = value.text
      default: break
      }
    }
    var known: [String] = []
    if let id, !id.isEmpty { known.append(id.composed) }
    func add(_ address: String?) {
      if let address, !address.isEmpty { known.append(canonical(address)) }
    }
    add(email)
    add(phone)
    add(handle)
    if known.isEmpty, let name, !name.isEmpty { known.append(name.composed) }
    return known
  }

  /// What is left of a name whose contact was erased, where something must be known of it: a digest.
  public static func erased(_ name: String) -> String { "sha256:" + hexadecimal(sha256(Array(name.utf8))) }

  /// An address as it is compared: of email in lower case, a telephone number of digits alone. Anything else in form C.
  public static func canonical(_ text: String) -> String {
    if text.utf8.first == UInt8(ascii: "+"), let number = PhoneNumber(text) { return number.text }
    // By far the most: of ASCII, and in lower case.
    let isLower = text.utf8.withContiguousStorageIfAvailable { bytes in
      bytes.allSatisfy { $0 < 0x80 && !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    }
    if isLower == true { return text }
    let text = text.composed
    return text.utf8.contains(UInt8(ascii: "@")) ? text.lowercased() : text
  }
}
