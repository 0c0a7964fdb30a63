import FlowCore
import FlowPlugin

/// Whom a touch reaches besides the contact of its run: it is suppressed for them like any other (guarantee 17).
extension Engine {
  /// Whoever must get nothing by this verb is taken out of the field `cc` before it is rendered.
  /// - Returns: how people know those who are left out.
  func leaveOutCopies(of delivery: inout Delivery) throws(StoreError) -> [String] {
    guard delivery.touch, let index = delivery.fields.firstIndex(where: { $0.name == "cc" }),
      case .value(let value) = delivery.fields[index].content
    else { return [] }
    let all = value.list ?? [value]
    var kept: [Value] = []
    var leftOut: [String] = []
    for person in all {
      if try isSuppressed(ContactIdentity.all(of: person), delivery.verb) {
        leftOut.append(Manifest.Address.any.of(person) ?? person.text ?? "")
      } else {
        kept.append(person)
      }
    }
    if leftOut.isEmpty { return [] }
    if kept.isEmpty {
      delivery.fields.remove(at: index)
    } else {
      delivery.fields[index].content = .value(.list(kept))
    }
    return leftOut
  }

  /// Why a touch to somebody else than the run's contact, a call, must not leave; nil where it may.
  func refusedReader(_ delivery: Delivery) throws(StoreError) -> String? {
    guard delivery.touch, delivery.to != delivery.contact else { return nil }
    guard try isSuppressed(ContactIdentity.all(of: delivery.to), delivery.verb) else { return nil }
    return "\(delivery.verb) is suppressed for \(Manifest.Address.any.of(delivery.to) ?? delivery.address)"
  }

  /// Why a touch must not leave as it was rendered; nil where nobody whom it reaches besides the contact has been
  /// suppressed since.
  func refusedSince(_ line: Outgoing) throws(StoreError) -> String? {
    let to = ContactIdentity.canonical(line.rendering.to)
    let isAddress = to.utf8.first == UInt8(ascii: "+") || to.utf8.contains(UInt8(ascii: "@"))
    if isAddress, !line.contact.contains(to), try isSuppressed([to], line.verb) {
      return "\(line.verb) is suppressed for \(to)"
    }
    guard let copies = outlets[line.verb]?.channel.copies(of: line.rendering) else { return nil }
    for copy in copies where try isSuppressed([ContactIdentity.canonical(copy)], line.verb) {
      return "\(line.verb) is suppressed for \(copy), who was to get a copy"
    }
    return nil
  }

  private func isSuppressed(_ identities: [String], _ verb: String) throws(StoreError) -> Bool {
    let suppressed = try store.suppressed(try contacts(known: identities))
    return suppressed.contains(verb) || suppressed.contains("all")
  }
}
