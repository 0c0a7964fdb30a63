import FlowCore
import FlowTime

/// A person has taken back that a contact must not be written to: who, when, why, and what it was. It stays with the
/// contact until they are erased.
public struct Allowance: Hashable, Sendable {
  public var contact: String
  /// A verb, or `all`.
  public var channel: String
  public var at: Instant
  public var by: String
  public var because: String
  /// Since when, and why, it was suppressed.
  public var since: Instant
  public var was: String

  static let prefix = "allowed/"
  /// Before the reason of a suppression.
  static let complaint = "complaint: "

  init(_ one: Suppression, at: Instant, by: String, because: String) {
    contact = one.contact
    channel = one.channel
    self.at = at
    self.by = by
    self.because = because
    since = one.at
    was = one.because
  }

  var fact: Write {
    let value: JSONValue = [
      "contact": .string(contact), "channel": .string(channel), "at": .number("\(at.milliseconds)"), "by": .string(by),
      "because": .string(because), "since": .number("\(since.milliseconds)"), "was": .string(was),
    ]
    return .remember("\(Self.prefix)\(contact)/\(channel)/\(at.milliseconds)", value.write())
  }

  private init?(_ fact: Fact) {
    guard let value = try? JSONReader.read(fact.value), case .string(let contact)? = value["contact"],
      case .string(let channel)? = value["channel"], case .number(let at)? = value["at"], let at = Int64(at),
      case .string(let by)? = value["by"], case .string(let because)? = value["because"],
      case .number(let since)? = value["since"], let since = Int64(since), case .string(let was)? = value["was"]
    else { return nil }
    self.contact = contact
    self.channel = channel
    self.at = Instant(milliseconds: at)
    self.by = by
    self.because = because
    self.since = Instant(milliseconds: since)
    self.was = was
  }

  /// Those of who is known by these, by name and channel, the first first.
  public static func all(of names: Set<String>, in store: any Store) throws(StoreError) -> [Allowance] {
    try store.remembered(prefix: prefix).compactMap { Allowance($0) }.filter { names.contains($0.contact) }
  }
}

extension Engine {
  /// Takes back what is suppressed for a contact, on one channel or all that there is.
  /// - Parameter evenComplaints: also what a complaint has led to.
  /// - Returns: false where nothing is; else why it cannot be.
  func allow(
    _ who: String, channel: String?, by: String, because: String, evenComplaints: Bool
  ) async throws(StoreError) -> Answer {
    try await alone { engine async throws(StoreError) in
      let known = try engine.contacts(known: [ContactIdentity.canonical(who)])
      let names = Set(known + known.map(ContactIdentity.erased))
      let all = try engine.store.suppressions().filter { names.contains($0.contact) }
      let meant = all.filter { channel == nil || $0.channel == channel }
      if meant.isEmpty, let channel, all.contains(where: { $0.channel == "all" }) {
        return .refused("\(who) is suppressed on all channels, not on \(channel) alone; leave --channel out")
      }
      guard !meant.isEmpty else { return .done(who, isNew: false) }
      for one in meant where !evenComplaints {
        guard try engine.isComplaint(one) else { continue }
        return .refused(
          "\(who) has complained\(one.channel == "all" ? "" : " about \(one.channel)"); "
            + "--even-complaints allows it all the same")
      }
      let now = engine.clock.now()
      try engine.store.add(
        meant.flatMap { one -> [Write] in
          [
            .allow(contact: [one.contact], channel: one.channel),
            Allowance(one, at: now, by: by, because: because).fact,
          ]
        })
      return .done(who, isNew: true)
    }
  }

  private func isComplaint(_ one: Suppression) throws(StoreError) -> Bool {
    if one.because.hasPrefix(Allowance.complaint) { return true }
    // Older stores do not say it there.
    guard let cut = one.because.firstRange(of: ", run ") else { return false }
    return try store.journal(String(one.because[cut.upperBound...])).contains { step in
      if case .complaint? = step.event?.kind { true } else { false }
    }
  }
}
