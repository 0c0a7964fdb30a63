import FlowCore
import FlowPlugin

/// Who a contact is, over all workflows and events: the first of `id`, email address (in lower case), phone
/// number and name that is there.
public enum ContactIdentity {
  /// Empty where the value names nobody.
  public static func of(_ contact: Value) -> String { all(of: contact).first ?? "" }

  /// Everything that the contact is known by, the identity first. What is suppressed for one of them is
  /// suppressed for the contact, so that one workflow's `id` and another's email address mean the same
  /// person.
  public static func all(of contact: Value) -> [String] {
    let id = contact[path: ["id"]].text
    let others = ["email", "phone", "handle"].map { contact[path: [$0]].text.map(canonical) }
    let known = ([id] + others).compactMap(\.self).filter { !$0.isEmpty }
    if !known.isEmpty { return known }
    let name = contact[path: ["name"]].text ?? contact.text ?? ""
    return name.isEmpty ? [] : [name]
  }

  /// An address as it is compared: of email in lower case, a telephone number of digits alone. Anything else as it is.
  public static func canonical(_ text: String) -> String {
    if text.utf8.first == UInt8(ascii: "+"), let number = PhoneNumber(text) { return number.text }
    return text.utf8.contains(UInt8(ascii: "@")) ? text.lowercased() : text
  }
}
