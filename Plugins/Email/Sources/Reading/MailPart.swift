/// A mail, or a part of one, as its structure has it (RFC 2045, 2046).
struct MailPart {
  let headers: MailHeaders
  let type: MailParameters
  /// As it was sent; of a multipart only where its parts cannot be told.
  private(set) var body: Bytes
  private(set) var parts: [MailPart] = []

  /// - Returns: nil where nothing of it is a header.
  init?(mail raw: [UInt8]) {
    var bytes = raw.prefix(MailLimits.mail)
    // Blank lines that something put before the mail.
    while let first = bytes.first, first == 0x0D || first == 0x0A { bytes = bytes.dropFirst() }
    let (headers, body) = MailHeaders.read(bytes)
    if headers.isEmpty { return nil }
    var budget = MailLimits.parts
    self.init(headers, body, depth: 0, &budget)
  }

  private init(_ headers: MailHeaders, _ body: Bytes, depth: Int, _ budget: inout Int) {
    self.headers = headers
    self.body = body
    type = MailParameters(headers["content-type"])
    guard isMultipart, let pieces = MailPart.pieces(of: body, boundary: type.bytes("boundary")) else {
      return
    }
    self.body = []
    for piece in pieces where depth < MailLimits.depth {
      guard budget > 0 else { return }
      budget -= 1
      let (headers, body) = MailHeaders.read(piece)
      parts.append(MailPart(headers, body, depth: depth + 1, &budget))
    }
  }

  var isMultipart: Bool { type.value.utf8.starts(with: "multipart/".utf8) }
  var disposition: MailParameters { MailParameters(headers["content-disposition"]) }

  /// The body without its transfer encoding.
  var content: [UInt8] { Transfer.decode(body, headers.word("content-transfer-encoding")) }

  /// Text in its charset, decoded, line ends LF; at most so many bytes as are read.
  var text: String {
    // A byte is at most three in any encoding; line ends and soft breaks are more, but few.
    let encoded = body.prefix(MailLimits.text * 4)
    let bytes = Transfer.decode(encoded, headers.word("content-transfer-encoding"))
    return Charsets.decode(bytes.prefix(MailLimits.text), type["charset"])
  }

  /// The part of a type, this one or one in it, in the order in which they stand. What a mail brings as a
  /// mail (`message/rfc822`) is not looked into.
  func first(_ types: String...) -> MailPart? { first(of: types) }

  private func first(of types: [String]) -> MailPart? {
    if types.contains(type.value) { return self }
    for part in parts {
      if let found = part.first(of: types) { return found }
    }
    return nil
  }

  /// What stands between the lines of a boundary (RFC 2046 section 5.1.1); without the last one, up to the
  /// end. Nil where there is no such line.
  private static func pieces(of body: Bytes, boundary: [UInt8]?) -> [Bytes]? {
    let boundary = boundary.map { Array($0[...].trimmed) } ?? guessed(body)
    guard let boundary, !boundary.isEmpty else { return nil }
    var pieces: [Bytes] = []
    var (start, isFound): (Int?, Bool) = (nil, false)
    var next = body.startIndex
    while next < body.endIndex {
      let lineStart = next
      let lineEnd = body.lineEnd(from: next)
      next = min(lineEnd + 1, body.endIndex)
      // Most lines are seen not to be one by their first byte.
      guard body[lineStart] == 0x2D, let isLast = delimiter(body[lineStart..<lineEnd], boundary) else {
        continue
      }
      isFound = true
      if let start { pieces.append(withoutLineEnd(body[start..<max(start, lineStart)])) }
      start = isLast ? nil : next
      if isLast || pieces.count >= MailLimits.parts { break }
    }
    if let start, pieces.count < MailLimits.parts { pieces.append(body[start...]) }
    return isFound ? pieces : nil
  }

  /// Whether a line is the last one of a boundary; nil where it is none.
  private static func delimiter(_ line: Bytes, _ boundary: [UInt8]) -> Bool? {
    guard line.count >= boundary.count + 2, line[line.startIndex + 1] == 0x2D,
      line.dropFirst(2).starts(with: boundary)
    else { return nil }
    let rest = line.dropFirst(2 + boundary.count).trimmed
    return rest.isEmpty ? false : rest.elementsEqual([0x2D, 0x2D]) ? true : nil
  }

  /// The line end before a boundary belongs to the boundary.
  private static func withoutLineEnd(_ bytes: Bytes) -> Bytes {
    var bytes = bytes
    if bytes.last == 0x0A { bytes = bytes.dropLast() }
    if bytes.last == 0x0D { bytes = bytes.dropLast() }
    return bytes
  }

  /// The boundary of a multipart that does not name it: the first line that looks like one.
  private static func guessed(_ body: Bytes) -> [UInt8]? {
    var lines = Lines(body.prefix(64 << 10))
    while let line = lines.next() {
      if line.count > 6, line.starts(with: [0x2D, 0x2D]), !line.contains(where: \.isBlank) {
        return Array(line.dropFirst(2))
      }
    }
    return nil
  }
}
