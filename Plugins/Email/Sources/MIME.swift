import FlowPlugin

/// A part of a message (RFC 2045): its headers and its body, lines ended by CR LF.
enum Part {
  /// Text in UTF-8, quoted-printable.
  case text(_ subtype: String, [UInt8])
  case file(HeaderText, [UInt8])
  /// `boundary` stands in none of the parts, and is another for each level.
  case multipart(_ subtype: String, [Part], boundary: String)

  /// In bytes, or somewhat more; a text in which nearly every byte is encoded is longer.
  var size: Int {
    switch self {
    case .text(_, let text): 128 + text.count * 5 / 4
    case .file(let name, let bytes): 320 + name.text.utf8.count * 4 + bytes.count * 3 / 2
    case .multipart(_, let parts, let boundary):
      parts.reduce(64) { $0 + $1.size } + (parts.count + 2) * (boundary.utf8.count + 8)
    }
  }

  func write(to out: inout [UInt8]) {
    switch self {
    case .text(let subtype, let text):
      out.append(text: "Content-Type: text/")
      out.append(text: subtype)
      out.append(text: "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n")
      Part.writeQuotedPrintable(text, to: &out)
    case .file(let name, let bytes):
      out.append(
        text: """
          Content-Type: \(Part.mediaType(name.text))\r
          Content-Transfer-Encoding: base64\r
          Content-Disposition: attachment;\r
           \(Part.fileName(name.text))\r
          \r

          """)
      out.append(text: Part.lines(Encodings.base64(bytes)))
    case .multipart(let subtype, let parts, let boundary):
      out.append(text: "Content-Type: multipart/")
      out.append(text: subtype)
      out.append(text: ";\r\n boundary=\"")
      out.append(text: boundary)
      out.append(text: "\"\r\n")
      for part in parts {
        out.append(text: "\r\n--")
        out.append(text: boundary)
        out.append(text: "\r\n")
        part.write(to: &out)
      }
      out.append(text: "\r\n--")
      out.append(text: boundary)
      out.append(text: "--\r\n")
    }
  }

  /// RFC 2231 where the name is more than plain ASCII; in pieces of one line each.
  private static func fileName(_ name: String) -> String {
    let isPlain =
      name.utf8.count <= 60
      && name.utf8.allSatisfy {
        (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
      }
    if isPlain { return "filename=\"\(name)\"" }
    let encoded = Array(Encodings.percent(name).utf8)
    return stride(from: 0, to: encoded.count, by: 48).enumerated().map { index, start in
      let piece = String(decoding: encoded[start..<min(start + 48, encoded.count)], as: UTF8.self)
      return "filename*\(index)*=" + (index == 0 ? "utf-8''" : "") + piece
    }.joined(separator: ";\r\n ")
  }

  private static let mediaTypes = [
    "pdf": "application/pdf", "txt": "text/plain; charset=utf-8", "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8", "csv": "text/csv; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif",
    "json": "application/json",
    "zip": "application/zip",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  ]

  private static func mediaType(_ name: String) -> String {
    let ending = name.split(separator: ".").last.map { $0.lowercased() } ?? ""
    return mediaTypes[ending] ?? "application/octet-stream"
  }

  private static func lines(_ base64: String) -> String {
    let bytes = Array(base64.utf8)
    return stride(from: 0, to: bytes.count, by: 76).map {
      String(decoding: bytes[$0..<min($0 + 76, bytes.count)], as: UTF8.self) + "\r\n"
    }.joined()
  }

  /// RFC 2045 section 6.7: lines of at most 76 bytes; a line break of the text is CR LF, a blank before it
  /// encoded.
  static func writeQuotedPrintable(_ text: [UInt8], to out: inout [UInt8]) {
    text.withUnsafeBufferPointer { text in
      var (start, isOdd) = (0, false)
      for (index, byte) in text.enumerated() {
        if byte == 0x0A {
          writeLine(UnsafeBufferPointer(rebasing: text[start..<index]), isOdd: isOdd, to: &out)
          (start, isOdd) = (index + 1, false)
        } else if byte &- 0x20 > 0x5E || byte == UInt8(ascii: "=") {
          isOdd = true
        }
      }
      writeLine(UnsafeBufferPointer(rebasing: text[start...]), isOdd: isOdd, to: &out)
    }
  }

  /// - Parameter isOdd: something in it does not stand for itself.
  private static func writeLine(_ line: UnsafeBufferPointer<UInt8>, isOdd: Bool, to out: inout [UInt8]) {
    defer { out.endLine() }
    // By far the most.
    if line.count <= 76, !isOdd, line.last != 0x20 { return out.append(contentsOf: line) }
    func isLast(_ index: Int) -> Bool { index + 1 == line.count }
    // From where on the line stands for itself, and the column of what is next.
    var (start, column) = (0, 0)
    for (index, byte) in line.enumerated() {
      let isPlain =
        switch byte {
        case UInt8(ascii: "="): false
        case 0x21...0x7E: true
        case 0x20, 0x09: !isLast(index)
        default: false
        }
      let width = isPlain ? 1 : 3
      // The 76th column is for the soft line break, but for a line that ends here.
      let isFull = column + width > (isLast(index) ? 76 : 75)
      if isFull || !isPlain {
        out.append(contentsOf: UnsafeBufferPointer(rebasing: line[start..<index]))
        start = index
      }
      if isFull {
        out.append(text: "=\r\n")
        column = 0
      }
      if !isPlain {
        out.append(UInt8(ascii: "="))
        out.append(digit(byte >> 4))
        out.append(digit(byte & 15))
        start = index + 1
      }
      column += width
    }
    out.append(contentsOf: UnsafeBufferPointer(rebasing: line[start...]))
  }

  private static func digit(_ half: UInt8) -> UInt8 {
    half < 10 ? UInt8(ascii: "0") + half : UInt8(ascii: "A") - 10 + half
  }
}

extension [UInt8] {
  /// In UTF-8.
  mutating func append(text: String) {
    if text.utf8.withContiguousStorageIfAvailable({ append(contentsOf: $0) }) == nil { append(contentsOf: text.utf8) }
  }

  mutating func endLine() {
    append(0x0D)
    append(0x0A)
  }

  mutating func append(decimal number: Int) {
    if number < 0 { append(UInt8(ascii: "-")) }
    append(digits: number.magnitude)
  }

  private mutating func append(digits number: UInt) {
    if number > 9 { append(digits: number / 10) }
    append(UInt8(ascii: "0") + UInt8(number % 10))
  }
}
