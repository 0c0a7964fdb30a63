/// A value with parameters, as `Content-Type` and `Content-Disposition` have it (RFC 2045 section 5.1, RFC
/// 2231): the value in lower case, the parameters by their names in lower case.
struct MailParameters {
  private(set) var value = ""
  private var parameters: [String: [UInt8]] = [:]

  subscript(name: String) -> String? { parameters[name].map { String(decoding: $0, as: UTF8.self) } }
  func bytes(_ name: String) -> [UInt8]? { parameters[name] }

  init(_ field: Bytes?) {
    guard let field else { return }
    var reader = TokenReader(field)
    value = reader.run(until: { $0 == 0x3B }).trimmed.lowered
    var pieces: [String: [(index: Int, isCoded: Bool, bytes: [UInt8])]] = [:]
    var count = 0
    while reader.take(0x3B), count < 100 {
      count += 1
      let name = reader.run(until: { $0 == 0x3D || $0 == 0x3B }).trimmed.lowered
      guard reader.take(0x3D) else { continue }
      let bytes = reader.parameterValue()
      // `name*1*`: the second piece, percent-coded.
      let parts = name.split(separator: "*", maxSplits: 2, omittingEmptySubsequences: false)
      guard let base = parts.first, !base.isEmpty else { continue }
      if parts.count == 1 {
        if parameters[String(base)] == nil { parameters[String(base)] = bytes }
      } else {
        let isCoded = parts.last?.isEmpty == true
        pieces[String(base), default: []].append((Int(parts[1]) ?? 0, isCoded, bytes))
      }
    }
    for (name, found) in pieces { parameters[name] = MailParameters.joined(found) }
  }

  private static func joined(_ pieces: [(index: Int, isCoded: Bool, bytes: [UInt8])]) -> [UInt8] {
    var charset: String?
    var out: [UInt8] = []
    for (number, piece) in pieces.sorted(by: { $0.index < $1.index }).enumerated() {
      var bytes = piece.bytes[...]
      if number == 0, piece.isCoded {
        // charset'language'text
        let parts = bytes.split(separator: 0x27, maxSplits: 2, omittingEmptySubsequences: false)
        if parts.count == 3 {
          charset = parts[0].lowered
          bytes = parts[2]
        }
      }
      out += piece.isCoded ? percentDecoded(bytes) : Array(bytes)
    }
    return charset.map { Array(Charsets.decode(out[...], $0).utf8) } ?? out
  }

  private static func percentDecoded(_ bytes: Bytes) -> [UInt8] {
    var out: [UInt8] = []
    var at = bytes.startIndex
    while at < bytes.endIndex {
      if bytes[at] == 0x25, at + 2 < bytes.endIndex, let high = bytes[at + 1].hexValue,
        let low = bytes[at + 2].hexValue
      {
        out.append(high << 4 | low)
        at += 3
      } else {
        out.append(bytes[at])
        at += 1
      }
    }
    return out
  }
}

/// Quoted strings and comments of structured fields (RFC 5322 section 3.2), one pass from left to right.
struct TokenReader {
  private let bytes: Bytes
  private var at: Int

  init(_ bytes: Bytes) {
    self.bytes = bytes
    at = bytes.startIndex
  }

  var next: UInt8? { at < bytes.endIndex ? bytes[at] : nil }

  mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    at += 1
    return true
  }

  /// Up to a byte that stands in no quoted string and no comment; comments are left out.
  mutating func run(until isEnd: (UInt8) -> Bool) -> [UInt8] {
    var out: [UInt8] = []
    while let byte = next, !isEnd(byte) {
      switch byte {
      case 0x22:
        out.append(0x22)
        out += quoted()
        out.append(0x22)
      case 0x28:
        comment()
        out.append(0x20)
      default:
        out.append(byte)
        at += 1
      }
    }
    return out
  }

  /// A token or a quoted string, as it is meant; then whatever stands up to the next semicolon is passed
  /// over.
  mutating func parameterValue() -> [UInt8] {
    while next?.isBlank == true { at += 1 }
    let isQuoted = next == 0x22
    let value = isQuoted ? quoted() : Array(run(until: { $0 == 0x3B }).trimmed)
    if isQuoted { _ = run(until: { $0 == 0x3B }) }
    return value
  }

  /// What stands between two quotation marks, `\` taken away. Without a second one, all the rest.
  mutating func quoted() -> [UInt8] {
    at += 1
    var out: [UInt8] = []
    while let byte = next {
      at += 1
      if byte == 0x22 { return out }
      if byte == 0x5C, let escaped = next {
        out.append(escaped)
        at += 1
      } else {
        out.append(byte)
      }
    }
    return out
  }

  /// Comments nest.
  mutating func comment() {
    var depth = 0
    while let byte = next {
      at += 1
      switch byte {
      case 0x28: depth += 1
      case 0x29: depth -= 1
      case 0x5C where next != nil: at += 1
      default: break
      }
      if depth == 0 { return }
    }
  }
}
