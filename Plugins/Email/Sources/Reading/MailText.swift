/// A line of a mail's text, and whether it is marked as quoted from another mail.
struct MailLine {
  let text: String
  let isQuoted: Bool
  /// As marks of mail programs are compared; nil where it is quoted, or longer than any such mark.
  let folded: String?

  /// No mark of a mail program is longer.
  static let longestMark = 500

  init(text: String, isQuoted: Bool) {
    self.text = text
    self.isQuoted = isQuoted
    let isLong = text.utf8.count > MailLine.longestMark
    folded = isQuoted || isLong && text.utf8.contains { !$0.isBlank } ? nil : QuoteMarks.fold(text)
  }

  var isBlank: Bool { folded?.isEmpty ?? false }
}

/// What a mail says, from its parts: the plain text where there is one, else what HTML shows.
enum MailText {
  static func lines(of mail: MailPart) -> [MailLine] {
    var found = Found()
    gather(mail, isTop: true, &found)
    let isBlank = found.plain.allSatisfy(\.isBlank)
    return !isBlank || found.html.isEmpty
      ? found.plain : lines(of: HTMLText.plain(found.html), isFlowed: false)
  }

  private struct Found {
    var plain: [MailLine] = []
    var html = ""
    var room = MailLimits.text
  }

  /// Whatever stands in the mail itself; attachments are none of its text, and of a signed mail only the
  /// first part is.
  private static func gather(_ part: MailPart, isTop: Bool, _ found: inout Found) {
    if !part.parts.isEmpty {
      let isOfOne = ["multipart/signed", "multipart/encrypted", "multipart/report"].contains(part.type.value)
      for child in part.parts.prefix(isOfOne ? 1 : part.parts.count) { gather(child, isTop: false, &found) }
      return
    }
    guard found.room > 0, part.disposition.value != "attachment" else { return }
    switch part.type.value {
    case "text/html":
      guard found.html.isEmpty || !isNamed(part) else { return }
      let text = part.text
      found.room -= text.utf8.count
      found.html += text + "<br>"
    case "text/plain", "", "text", "plain":
      add(part, &found)
    // A multipart without parts is what is left of a broken one.
    case let type where type.utf8.starts(with: "multipart/".utf8) || isTop && !type.utf8.contains(0x2F):
      add(part, &found)
    default: return
    }
  }

  private static func add(_ part: MailPart, _ found: inout Found) {
    guard found.plain.isEmpty || !isNamed(part) else { return }
    let text = part.text
    found.room -= text.utf8.count
    found.plain += lines(
      of: text, isFlowed: part.type["format"]?.lowercased() == "flowed",
      joinsWithoutBlank: part.type["delsp"]?.lowercased() == "yes")
  }

  /// A file, though nothing says that it is attached.
  private static func isNamed(_ part: MailPart) -> Bool {
    part.type["name"] != nil || part.disposition["filename"] != nil
  }

  // MARK: Lines

  private static func lines(
    of text: String, isFlowed: Bool, joinsWithoutBlank: Bool = false
  ) -> [MailLine] {
    let raw = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
      Substring(line.last == 0x0D ? line.dropLast() : line)
    }
    return isFlowed ? flowed(raw, joinsWithoutBlank) : raw.map(line)
  }

  /// Quoted is what begins with `>`; some programs put a blank before it.
  private static func line(_ text: Substring) -> MailLine {
    let start = text.utf8.drop { $0.isBlank }
    let isQuoted = start.first == 0x3E && text.utf8.count - start.count <= 3
    return MailLine(text: clean(text), isQuoted: isQuoted)
  }

  /// RFC 3676 section 4: a line that ends in a blank goes on in the next one of the same depth.
  private static func flowed(_ raw: [Substring], _ joinsWithoutBlank: Bool) -> [MailLine] {
    var lines: [MailLine] = []
    var open: (depth: Int, text: String)?
    func end() {
      if let (depth, text) = open { lines.append(MailLine(text: clean(text[...]), isQuoted: depth > 0)) }
      open = nil
    }
    for raw in raw {
      let depth = raw.utf8.prefix { $0 == 0x3E }.count
      var text = Substring(raw.utf8.dropFirst(depth))
      if text.utf8.first == 0x20 { text = Substring(text.utf8.dropFirst()) }
      let isSignature = text.utf8.elementsEqual("-- ".utf8)
      if isSignature || open?.depth != depth { end() }
      let goesOn = text.utf8.last == 0x20 && !isSignature
      if goesOn, joinsWithoutBlank { text = Substring(text.utf8.dropLast()) }
      open = (depth, (open?.text ?? "") + text)
      if !goesOn { end() }
    }
    end()
    return lines
  }

  /// Without control characters; a form feed and a tab are blanks.
  private static func clean(_ text: Substring) -> String {
    guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return String(text) }
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x09, 0x0C, 0x0B: out.append(" ")
      case 0..<0x20, 0x7F: continue
      default: out.append(scalar)
      }
    }
    return String(out)
  }
}
