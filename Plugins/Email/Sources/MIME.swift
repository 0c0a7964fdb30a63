import FlowPlugin

/// A part of a message (RFC 2045): its headers and its body, lines ended by CR LF.
struct Part {
  /// Each ends with CR LF.
  var headers: [UInt8]
  var body: [UInt8]

  var size: Int { headers.count + 2 + body.count }

  func write(to out: inout [UInt8]) {
    out.append(contentsOf: headers)
    out.append(text: "\r\n")
    out.append(contentsOf: body)
  }

  /// Text in UTF-8, quoted-printable.
  static func text(_ subtype: String, _ text: String) -> Part {
    var headers: [UInt8] = []
    headers.reserveCapacity(96)
    headers.append(text: "Content-Type: text/")
    headers.append(text: subtype)
    headers.append(text: "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n")
    return Part(headers: headers, body: quotedPrintable(text))
  }

  /// `boundary` stands in none of the parts, and is another for each level.
  static func multipart(_ subtype: String, _ parts: [Part], boundary: String) -> Part {
    var body: [UInt8] = []
    body.reserveCapacity(parts.reduce(0) { $0 + $1.size } + (parts.count + 1) * (boundary.utf8.count + 8))
    for part in parts {
      body.append(text: "--")
      body.append(text: boundary)
      body.append(text: "\r\n")
      part.write(to: &body)
      body.append(text: "\r\n")
    }
    body.append(text: "--")
    body.append(text: boundary)
    body.append(text: "--\r\n")
    let headers = "Content-Type: multipart/\(subtype);\r\n boundary=\"\(boundary)\"\r\n"
    return Part(headers: Array(headers.utf8), body: body)
  }

  static func file(_ name: HeaderText, _ bytes: [UInt8]) -> Part {
    let headers = """
      Content-Type: \(mediaType(name.text))\r
      Content-Transfer-Encoding: base64\r
      Content-Disposition: attachment;\r
       \(fileName(name.text))\r

      """
    return Part(headers: Array(headers.utf8), body: Array(lines(Encodings.base64(bytes)).utf8))
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
  static func quotedPrintable(_ text: String) -> [UInt8] {
    var text = text
    return text.withUTF8 { text in
      var out: [UInt8] = []
      out.reserveCapacity(text.count * 5 / 4 + 64)
      func isLast(_ index: Int) -> Bool { index + 1 == text.endIndex || text[index + 1] == 0x0A }
      func isPlain(_ index: Int) -> Bool {
        switch text[index] {
        case UInt8(ascii: "="): false
        case 0x21...0x7E: true
        case 0x20, 0x09: !isLast(index)
        default: false
        }
      }
      var (index, column) = (0, 0)
      while true {
        // What stands for itself, and fits into its line whatever follows.
        let start = index
        while index < text.count, column < 75, isPlain(index) { (index, column) = (index + 1, column + 1) }
        out.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<index]))
        guard index < text.count else { break }
        let byte = text[index]
        if byte == 0x0A {
          out.append(contentsOf: [0x0D, 0x0A])
          (index, column) = (index + 1, 0)
          continue
        }
        let width = isPlain(index) ? 1 : 3
        // The 76th column is for the soft line break, but for a line that ends here.
        if column + width > (isLast(index) ? 76 : 75) {
          out.append(contentsOf: [UInt8(ascii: "="), 0x0D, 0x0A])
          column = 0
        }
        if width == 1 {
          out.append(byte)
        } else {
          out.append(UInt8(ascii: "="))
          out.append(digit(byte >> 4))
          out.append(digit(byte & 15))
        }
        (index, column) = (index + 1, column + width)
      }
      out.append(contentsOf: [0x0D, 0x0A])
      return out
    }
  }

  private static func digit(_ half: UInt8) -> UInt8 {
    half < 10 ? UInt8(ascii: "0") + half : UInt8(ascii: "A") - 10 + half
  }
}

extension [UInt8] {
  /// In UTF-8.
  mutating func append(text: String) {
    var text = text
    text.withUTF8 { append(contentsOf: $0) }
  }
}
