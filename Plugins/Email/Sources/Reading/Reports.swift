import FlowCore

/// What a mail server says of a mail of ours (RFC 3464).
struct DeliveryReport {
  enum Outcome: Hashable {
    /// Given up; a hard bounce is one that would fail again.
    case failed(hard: Bool)
    /// Delivered, or still under way.
    case nothing(String)
    case unclear(String)
  }

  private(set) var outcome: Outcome = .unclear("a delivery report without a recipient")
  /// To whom it could not be delivered.
  private(set) var recipient: String?
  /// What we called the mail when we handed it over, where the server gives it back.
  private(set) var envelopeID: Bytes?

  /// - Parameter isCopied: whether an address stands only in the Cc of the mail that came back.
  init(_ part: MailPart, isCopied: (String) -> Bool) {
    let groups = DeliveryReport.groups(part.content)
    envelopeID = groups.lazy.compactMap { $0["original-envelope-id"] }.first
    var worst = -1
    for group in groups where group.has("action") || group.has("final-recipient") {
      let recipients = ["original-recipient", "final-recipient"].compactMap {
        group[$0].flatMap(DeliveryReport.address)
      }
      let found =
        group.word("action") == "failed" && !recipients.isEmpty && recipients.allSatisfy(isCopied)
        ? Outcome.unclear("a copy could not be delivered to \(recipients[0])") : DeliveryReport.outcome(group)
      let weight = DeliveryReport.weight(found)
      guard weight > worst else { continue }
      (worst, outcome, recipient) = (weight, found, recipients.last)
    }
  }

  /// Of several recipients the worst counts: we write to one.
  private static func weight(_ outcome: Outcome) -> Int {
    switch outcome {
    case .failed(hard: true): 3
    case .failed(hard: false): 2
    case .unclear: 1
    case .nothing: 0
    }
  }

  private static func outcome(_ group: MailHeaders) -> Outcome {
    let action = group.word("action") ?? ""
    switch action {
    case "failed": break
    case "delayed": return .nothing("a notice that the delivery takes longer")
    case "delivered", "relayed", "expanded": return .nothing("a notice that the mail was delivered")
    default: return .unclear("a delivery report whose action is \"\(action)\"")
    }
    guard let status = group.word("status"), let isHard = isHard(status) else {
      return .unclear("a delivery report that failed without a status")
    }
    return .failed(hard: isHard)
  }

  /// RFC 3463: the class says whether it would fail again (5) or not (4). Section 3 calls some details useful
  /// only as a persistent transient error, a full mailbox among them: with these, the class 5 means only that
  /// the server has given up. The same holds of a delivery that expired (4.7), which says nothing of the
  /// recipient.
  static func isHard(_ status: String) -> Bool? {
    let parts = status.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 3, let kind = parts[0], let subject = parts[1], let detail = parts[2] else {
      return nil
    }
    if kind == 4 { return false }
    guard kind == 5 else { return nil }
    let transient = [[2, 2], [3, 1], [4, 1], [4, 2], [4, 3], [4, 5], [4, 6], [4, 7]]
    return !transient.contains([subject, detail])
  }

  /// `rfc822; ann@acme.test`
  private static func address(_ value: Bytes) -> String? {
    let address = value.firstIndex(of: 0x3B).map { value[($0 + 1)...] } ?? value
    return MailAddresses.read(address).first
  }

  /// Groups of fields between blank lines.
  private static func groups(_ content: [UInt8]) -> [MailHeaders] {
    var rest = content.prefix(MailLimits.text)
    var groups: [MailHeaders] = []
    while !rest.isEmpty, groups.count < 1000 {
      let (headers, next) = MailHeaders.read(rest)
      if !headers.isEmpty { groups.append(headers) }
      rest = next
    }
    return groups
  }
}

/// A report of abuse (RFC 5965).
enum FeedbackReport {
  enum Kind: Hashable {
    case complaint, unsubscribe
    case nothing(String)
    case unclear(String)
  }

  static func kind(_ part: MailPart) -> Kind {
    let (headers, _) = MailHeaders.read(part.content.prefix(MailLimits.text))
    switch headers.word("feedback-type") {
    case "abuse", "fraud": return .complaint
    case "opt-out", "opt-out-list": return .unsubscribe
    case "not-spam": return .nothing("a report that the mail is no spam")
    case "auth-failure", "dmarc": return .nothing("a report about authentication")
    case let kind: return .unclear("a feedback report of the type \"\(kind ?? "")\"")
    }
  }
}
