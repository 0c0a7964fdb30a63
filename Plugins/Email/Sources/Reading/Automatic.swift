/// Whether no person wrote a mail, by its headers (RFC 3834 sections 2 and 5, and what came before it).
enum Automatic {
  enum Mark: Hashable {
    /// An answer that a program sent: `Auto-Submitted: auto-replied` and its like.
    case answer
    /// Something that a program sent, to whomever.
    case generated
    /// It came by a list; a person may have written it.
    case list
  }

  /// Nil where nothing says so.
  static func mark(_ headers: MailHeaders) -> Mark? {
    let submitted = headers.words("auto-submitted").filter { $0 != "no" && !$0.isEmpty }
    if submitted.contains("auto-replied") || saysAnswer(headers) { return .answer }
    if !submitted.isEmpty || isSuppressing(headers) || isFromNobody(headers) { return .generated }
    let precedence = headers.words("precedence")
    if precedence.contains("auto_reply") { return .answer }
    if precedence.contains("bulk") || precedence.contains("junk") { return .generated }
    return precedence.contains("list") || lists.contains { headers.has($0) } ? .list : nil
  }

  /// Before RFC 3834 programs had marks of their own.
  private static func saysAnswer(_ headers: MailHeaders) -> Bool {
    marks.contains { name in headers.words(name).contains { $0 != "no" && $0 != "false" } }
      || headers.words("x-precedence").contains("auto_reply")
  }

  private static let marks = [
    "x-autoreply", "x-auto-reply", "x-autorespond", "x-autoresponder", "x-mail-autoreply", "autoreply",
  ]

  /// Exchange forbids answers to what it sends by itself ([MS-OXCMAIL] section 2.1.3.2.21); a person's mail
  /// forbids at most receipts.
  private static func isSuppressing(_ headers: MailHeaders) -> Bool {
    headers.all("x-auto-response-suppress").contains { value in
      value.lowered.split { $0 == "," || $0 == " " || $0 == ";" }.contains {
        ["all", "oof", "autoreply"].contains($0)
      }
    }
  }

  /// The null sender: no mail program of a person has it.
  static func isFromNobody(_ headers: MailHeaders) -> Bool {
    headers.all("return-path").contains { $0.filter { !$0.isBlank } == [0x3C, 0x3E] }
  }

  private static let lists = ["list-id", "list-unsubscribe", "list-post", "list-help", "mailing-list"]
}
