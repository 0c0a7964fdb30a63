/// How mail programs lead to what they quote.
enum QuoteMarks {
  /// In lower case, blanks one and none around, emphasis of `*` taken away, ’ as '.
  static func fold(_ text: String) -> String {
    var text = text
    if let plain = text.withUTF8(foldPlain) { return plain }
    var out = String.UnicodeScalarView()
    var owesBlank = false
    for scalar in text.lowercased().unicodeScalars {
      if scalar.properties.isWhitespace {
        owesBlank = true
      } else if scalar != "*", scalar != "\u{200B}", scalar != "\u{FEFF}", scalar != "\u{200E}",
        scalar != "\u{200F}"
      {
        if owesBlank, !out.isEmpty { out.append(" ") }
        owesBlank = false
        out.append(scalar == "\u{2019}" ? "'" : scalar)
      }
    }
    return String(out)
  }

  /// The same of bytes that are all of ASCII, as most lines are; nil where they are not.
  private static func foldPlain(_ utf8: UnsafeBufferPointer<UInt8>) -> String? {
    guard utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
    return String(unsafeUninitializedCapacity: utf8.count) { out in
      var count = 0
      var owesBlank = false
      for byte in utf8 {
        if byte == 0x20 || (0x09...0x0D).contains(byte) {
          owesBlank = true
        } else if byte != UInt8(ascii: "*") {
          if owesBlank, count > 0 {
            out[count] = 0x20
            count += 1
          }
          owesBlank = false
          out[count] = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
          count += 1
        }
      }
      return count
    }
  }

  // MARK: On … wrote:

  /// `On 13 April 2026 at 10:00, Ann Meyer <ann@acme.test> wrote:`, on one line or wrapped over up to three.
  /// - Returns: how many lines it takes, and whether it can be nothing else; nil where none begins.
  static func attribution(_ lines: ArraySlice<TextLine>) -> (lines: Int, isCertain: Bool)? {
    guard let first = lines.first?.folded, lines.prefix(3).contains(where: { endsInColon($0.folded) }) else {
      return nil
    }
    let isWorded = mayLead(first)
    guard isWorded || mayLeadByShape(first) else { return nil }
    var text = ""
    for (index, line) in lines.prefix(3).enumerated() {
      guard let folded = line.folded, !folded.isEmpty else { return nil }
      // Of two lines that may begin one, it begins at the second.
      if index > 0, begins(folded, openings) || !isWorded && (mayLeadByShape(folded) || mayLead(folded)),
        attribution(lines.dropFirst(index)) != nil
      {
        return nil
      }
      text += (index == 0 ? "" : " ") + folded
      guard endsInColon(folded) else { continue }
      let isCertain = (isWorded ? leads(text) : nil) ?? leadsByShape(text, isWhole: index == 0)
      if let isCertain { return (index + 1, isCertain) }
    }
    return nil
  }

  private static func endsInColon(_ folded: String?) -> Bool {
    folded?.utf8.last == UInt8(ascii: ":") || folded?.hasSuffix("\u{FF1A}") == true
  }

  private static let openings =
    ["on ", "am ", "le ", "el ", "il ", "em ", "den ", "op ", "w dniu "]
    + ["pon., ", "wt., ", "śr., ", "czw., ", "pt., ", "sob., ", "niedz., "]
  private static let verbs = [" writes", "schrieb", " geschrieben", " skrev", " schreef"] + endings
  /// What is said last of all, before the colon.
  private static let endings = [
    " wrote", " a écrit", " escribió", " ha scritto", " escreveu", " skrev", " schreef", " geschreven", " napisał(a)",
    " napisał", " napisała", " pisze",
  ]

  private static func mayLead(_ folded: String) -> Bool {
    begins(folded, openings) || startsWithYear(folded) || verbs.contains { folded.contains($0) }
  }

  /// nil where it leads to nothing; else whether it bears an address or a time, which nobody types.
  private static func leads(_ folded: String) -> Bool? {
    let hasDigit = folded.utf8.contains(where: \.isDigit)
    let hasAddress = folded.utf8.contains(0x40)
    let isCertain = hasAddress && hasDigit || hasTime(folded)
    let body = folded.utf8.dropLast().last == 0x20 ? folded.dropLast(2) : folded.dropLast()
    if endings.contains(where: body.hasSuffix) { return isCertain || hasAddress }
    if hasDigit, body.contains(" skrev ") || body.contains(" schreef ") {
      return hasAddress || CopiedHeader.hasMoment(folded)
    }
    // Gnus: what somebody reports begins so too, and no time stands in it.
    if body.hasSuffix(" writes") { return isCertain }
    if body.hasSuffix("schrieb") || body.hasSuffix(" geschrieben")
      || begins(folded, ["am "]) && body.contains(" schrieb ")
      || body.contains(" schrieb am ")
    {
      return isCertain || hasAddress
    }
    // 2026-04-13 10:00 GMT+02:00 Ann Meyer <ann@acme.test>:
    if startsWithYear(folded), hasAddress, body.hasSuffix(">") { return true }
    return nil
  }

  /// In any language: a sender's address, a year and a time of day, which nobody types together before a colon. Over
  /// more than one line, and in other brackets, people might.
  private static func leadsByShape(_ folded: String, isWhole: Bool) -> Bool? {
    guard CopiedHeader.hasMoment(folded) else { return nil }
    if CopiedHeader.hasAddress(folded) { return isWhole }
    return CopiedHeader.hasAddress(folded, from: 0x28, to: 0x29) ? false : nil
  }

  /// Whether a line of more than one may begin one by its shape.
  private static func mayLeadByShape(_ folded: String) -> Bool {
    CopiedHeader.hasMoment(folded) || folded.utf8.contains(0x40) && CopiedHeader.hasAddress(folded)
  }

  private static func startsWithYear(_ folded: String) -> Bool {
    let head = Array(folded.utf8.prefix(5))
    return head.count == 5 && head.prefix(4).allSatisfy(\.isDigit) && (head[4] == 0x2D || head[4] == 0x2F)
  }

  /// `10:00` or `10h00` somewhere.
  static func hasTime(_ folded: String) -> Bool {
    let bytes = Array(folded.utf8)
    guard bytes.count > 4 else { return false }
    return (1..<(bytes.count - 2)).contains {
      (bytes[$0] == 0x3A || bytes[$0] == 0x68) && bytes[$0 - 1].isDigit && bytes[$0 + 1].isDigit
        && bytes[$0 + 2].isDigit
    }
  }

  // MARK: Everything from here on is another mail

  static func isEndOfNew(_ lines: ArraySlice<TextLine>) -> Bool {
    guard let folded = lines.first?.folded else { return false }
    let isRule = folded.utf8.first == 0x2D
    if isRule, isSeparator(folded) { return true }
    if forwards.contains(where: { folded == $0 }) { return true }
    // BlackBerry sets no dashes around it, and what stands between dashes may be of any language.
    if isRule || separators.contains(folded) {
      return CopiedHeader.begins(lines.dropFirst().drop(while: \.isBlank))
    }
    return CopiedHeader.begins(lines)
  }

  /// GroupWise: `>>> Ann Meyer <ann@acme.test> 13.04.2026 10:00 >>>`, and what follows it is marked by nothing.
  static func isGroupWise(_ line: TextLine) -> Bool {
    guard line.isQuoted, line.text.utf8.count <= 500 else { return false }
    let folded = fold(line.text)
    return folded.utf8.count > 6 && folded.hasPrefix(">>>") && folded.hasSuffix(">>>") && hasTime(folded)
  }

  /// `-----Original Message-----`, Zoho's `---- On Mon, 13 Apr 2026 10:00:00 +0200 Ann Meyer wrote ---`, and Notes'
  /// `-----"Ann Meyer" <ann@acme.test> wrote: -----`.
  private static func isSeparator(_ folded: String) -> Bool {
    var rest = folded[...]
    while rest.utf8.first == 0x2D || rest.utf8.first == 0x20 { rest.removeFirst() }
    while rest.utf8.last == 0x2D || rest.utf8.last == 0x20 { rest.removeLast() }
    if rest.utf8.last == UInt8(ascii: ":") {
      if folded.hasPrefix("---"), folded.hasSuffix("---"), CopiedHeader.hasAddress(String(rest)) { return true }
      rest.removeLast()
    }
    return separators.contains(String(rest)) || mayLead(String(rest)) && leads(rest + ":") == true
  }

  private static let separators: Set<String> = [
    "original message", "original appointment", "forwarded message", "reply message",
    "ursprüngliche nachricht",
    "originalnachricht", "original-nachricht", "ursprünglicher termin", "weitergeleitete nachricht",
    "message d'origine", "message original", "message transféré", "message transmis", "message suivi",
    "mail original", "e-mail d'origine", "mensaje original", "mensaje reenviado", "messaggio originale",
    "messaggio inoltrato", "mensagem original", "mensagem encaminhada", "oprindelig meddelelse",
    "opprinnelig melding", "original meddelelse", "videresendt meddelelse", "ursprungligt meddelande",
    "vidarebefordrat meddelande", "oorspronkelijk bericht", "doorgestuurd bericht", "wiadomość oryginalna",
    "oryginalna wiadomość", "wiadomość przekazana dalej",
  ]
  private static let forwards = [
    "begin forwarded message:", "anfang der weitergeleiteten nachricht:",
    "anfang der weitergeleiteten e-mail:",
    "début du message réexpédié :", "début du message transféré :", "inicio del mensaje reenviado:",
  ]

  // MARK: What a telephone adds

  static func isDevice(_ folded: String) -> Bool {
    guard folded.utf8.count <= 120, !folded.utf8.contains(0x3F) else { return false }
    if begins(folded, devices) { return true }
    let isGerman = begins(
      folded, ["von mein", "diese nachricht wurde von mein", "diese nachricht wurde mit "])
    return isGerman && (folded.hasSuffix(" gesendet") || folded.hasSuffix(" gesendet."))
  }

  private static let devices = [
    "sent from my iphone", "sent from my ipad", "sent from my mobile", "sent from my android",
    "sent from my phone",
    "sent from my galaxy", "sent from my samsung", "sent from my blackberry", "sent from mail for windows",
    "sent from outlook", "sent from yahoo mail", "sent from samsung", "sent via ", "sent with proton mail",
    "sent from proton mail", "get outlook for ", "gesendet von mail für windows", "gesendet von outlook",
    "gesendet mit der ", "gesendet von yahoo mail", "gesendet von meinem", "gesendet aus der gmx",
    "holen sie sich outlook für",
    "outlook für ios beziehen", "envoyé de mon ", "envoyé depuis mon ", "envoyé à partir de outlook",
    "envoyé à partir d'outlook", "envoyé depuis outlook", "obtenir outlook pour", "télécharger outlook pour",
    "provenance : courrier pour windows", "envoyé de courrier pour windows", "enviado desde mi ",
    "enviado desde outlook",
    "enviado desde correo para windows", "enviado desde yahoo mail", "obtener outlook para",
    "descargar outlook para", "inviato da iphone", "inviato dal mio ", "scarica outlook per", "ottieni outlook per",
    "enviado do meu ", "obter o outlook para", "baixar o outlook para", "sendt fra min ", "hent outlook til",
    "få outlook for", "skickat från min ", "skaffa outlook för", "hämta outlook för", "wysłane z iphone",
    "wysłano z iphone", "pobierz outlook dla", "pobierz aplikację outlook", "verstuurd vanaf mijn ",
    "verzonden vanaf mijn ", "download outlook voor", "outlook voor ios downloaden",
  ]

  private static func begins(_ folded: String, _ words: [String]) -> Bool {
    guard let first = folded.utf8.first else { return false }
    return words.contains { $0.utf8.first == first && folded.utf8.starts(with: $0.utf8) }
  }
}
