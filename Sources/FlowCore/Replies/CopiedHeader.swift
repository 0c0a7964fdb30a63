/// The header of another mail as Outlook and others copy it above what they quote, marked by nothing: the sender, the
/// date, and a recipient or the subject.
enum CopiedHeader {
  /// Whether one begins at the first line: by the words of ten languages, or by its shape in any other.
  static func begins(_ lines: ArraySlice<TextLine>) -> Bool {
    guard let first = lines.first?.folded, let label = label(of: first) else { return false }
    if senders.contains(label) || dates.contains(label), isKnown(lines) { return true }
    return (hasAddress(first) || hasMoment(first)) && isShaped(lines)
  }

  /// GMX begins with the date. An address or a time of day stands in each, which lists that people write lack, of a
  /// journey as of anything else.
  private static func isKnown(_ lines: ArraySlice<TextLine>) -> Bool {
    var (hasSender, hasDate, hasOther, isProven) = (false, false, false, false)
    for line in fields(lines) {
      let folded = line.folded ?? ""
      let label = label(of: folded) ?? ""
      if senders.contains(label) {
        hasSender = true
      } else if dates.contains(label) {
        hasDate = true
      } else if others.contains(label) {
        hasOther = true
      } else if !folded.utf8.contains(0x40), !copies.contains(label) {
        // Neither a field nor an address that goes on: the copied header ends here.
        break
      }
      isProven = isProven || folded.utf8.contains(0x40) || hasClock(folded)
    }
    return hasSender && hasDate && hasOther && isProven
  }

  /// Four fields, of which one bears an address in brackets and one a date with its time.
  private static func isShaped(_ lines: ArraySlice<TextLine>) -> Bool {
    var (count, isFrom, isDated) = (0, false, false)
    for line in fields(lines) {
      let folded = line.folded ?? ""
      guard let label = label(of: folded) else {
        if folded.utf8.contains(0x40) { continue }
        break
      }
      if personal.contains(label) { return false }
      count += 1
      isFrom = isFrom || hasAddress(folded)
      isDated = isDated || hasMoment(folded)
    }
    return count >= 4 && isFrom && isDated
  }

  private static func fields(_ lines: ArraySlice<TextLine>) -> some Sequence<TextLine> {
    lines.lazy.filter { !$0.isBlank && !$0.isQuoted }.prefix(8)
  }

  /// What stands before the colon, in letters; nil where none of that kind does.
  private static func label(of folded: String) -> String? {
    var label = Substring(folded).unicodeScalars
    guard let end = label.prefix(31).firstIndex(where: { $0 == ":" || $0 == "\u{FF1A}" }) else { return nil }
    label = label[..<end]
    while label.last == " " { label.removeLast() }
    guard !label.isEmpty, label.allSatisfy({ $0.properties.isAlphabetic || $0 == " " || $0 == "-" }) else {
      return nil
    }
    return String(Substring(label))
  }

  // MARK: Words

  private static let senders: Set<String> = ["from", "von", "de", "da", "fra", "från", "od", "van"]
  private static let dates: Set<String> = [
    "sent", "date", "gesendet", "datum", "envoyé", "envoyé le", "enviado", "enviado el", "fecha", "inviato", "data",
    "enviada", "enviada em", "enviado em", "sendt", "dato", "skickat", "wysłano", "verzonden",
  ]
  private static let others: Set<String> = [
    "to", "subject", "an", "betreff", "à", "objet", "para", "asunto", "a", "oggetto", "assunto", "til", "emne",
    "till", "ämne", "do", "temat", "aan", "onderwerp",
  ]
  private static let copies: Set<String> = [
    "cc", "kopie", "reply-to", "antwort an", "importance", "wichtigkeit", "kopi", "kopia", "dw",
  ]
  /// No mail's header has such a field; what people tell of themselves has.
  private static let personal: Set<String> = [
    "name", "nom", "nombre", "nome", "phone", "tel", "telephone", "telefon", "mobile", "mobil", "fax", "email",
    "e-mail", "mail", "address", "adresse", "web",
  ]

  // MARK: Shapes

  /// `<ann@acme.test>`, `[mailto:ann@acme.test]`, wrapped within or not.
  static func hasAddress(_ folded: String) -> Bool {
    hasAddress(folded, from: 0x3C, to: 0x3E) || folded.contains("[mailto:")
  }

  static func hasAddress(_ folded: String, from opening: UInt8, to closing: UInt8) -> Bool {
    var (isOpen, hasSign) = (false, false)
    for byte in folded.utf8 {
      if byte == opening {
        (isOpen, hasSign) = (true, false)
      } else if isOpen, byte == 0x40 {
        hasSign = true
      } else if byte == closing {
        if hasSign { return true }
        isOpen = false
      }
    }
    return false
  }

  /// A year and a time of day.
  static func hasMoment(_ folded: String) -> Bool {
    var digits = 0
    var hasYear = false
    for byte in folded.utf8 {
      if byte.isDigit {
        digits += 1
      } else {
        hasYear = hasYear || digits == 4
        digits = 0
      }
    }
    return (hasYear || digits == 4) && hasClock(folded)
  }

  /// `10:00`, `10h00`; `10.00`, where it is no part of a date.
  private static func hasClock(_ folded: String) -> Bool {
    if QuoteMarks.hasTime(folded) { return true }
    let bytes = Array(folded.utf8)
    func isPart(_ index: Int) -> Bool {
      bytes.indices.contains(index) && (bytes[index].isDigit || bytes[index] == 0x2E)
    }
    return bytes.indices.dropFirst().contains { dot in
      guard bytes[dot] == 0x2E, bytes[dot - 1].isDigit, dot + 2 < bytes.count, bytes[dot + 1].isDigit,
        bytes[dot + 2].isDigit, !isPart(dot + 3)
      else { return false }
      let start = dot > 1 && bytes[dot - 2].isDigit ? dot - 2 : dot - 1
      return !isPart(start - 1)
    }
  }
}
