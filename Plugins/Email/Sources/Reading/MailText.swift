import FlowCore
import FlowPlugin

/// What a mail says, from its parts: the plain text where there is one, else what HTML shows.
enum MailText {
  static func lines(of mail: MailPart) -> [TextLine] {
    var found = Found()
    gather(mail, isTop: true, &found)
    let isBlank = found.plain.allSatisfy(\.isBlank)
    return !isBlank || found.html.isEmpty
      ? found.plain : lines(of: HTMLText.plain(found.html), isFlowed: false)
  }

  /// What the files are called that come with it; empty where one has no name. A signature is none; what is encrypted
  /// is one.
  static func files(of part: MailPart) -> [String] {
    let isSigned = part.type.value == "multipart/signed"
    guard part.parts.isEmpty else { return part.parts.prefix(isSigned ? 1 : part.parts.count).flatMap(files) }
    let isFile = part.disposition.value == "attachment" || isNamed(part)
    return isFile ? [HeaderText(part.disposition["filename"] ?? part.type["name"] ?? "").text] : []
  }

  private struct Found {
    var plain: [TextLine] = []
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
  ) -> [TextLine] {
    isFlowed ? flowed(TextLine.split(text), joinsWithoutBlank) : TextLine.lines(of: text)
  }

  /// RFC 3676 section 4: a line that ends in a blank goes on in the next one of the same depth.
  private static func flowed(_ raw: [Substring], _ joinsWithoutBlank: Bool) -> [TextLine] {
    var lines: [TextLine] = []
    var open: (depth: Int, text: String)?
    func end() {
      if let (depth, text) = open { lines.append(TextLine(text: text, isQuoted: depth > 0)) }
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
}
