import FlowCore

/// What is looked for in the bytes before anything is parsed.
enum YAMLPrecheck {
  static func findings(_ source: SourceText) -> [Diagnostic] {
    if source.utf8.count > YAMLLimits.file { return [tooLong(source)] }
    if let bad = firstInvalid(source.utf8) { return [invalid(source, bad)] }
    return controls(source)
  }

  private static func tooLong(_ source: SourceText) -> Diagnostic {
    Diagnostic(
      .yamlSize, at: .file(source.file),
      "the file has \(source.utf8.count) bytes, more than \(YAMLLimits.file)",
      help: "split it, or move long texts into files of their own")
  }

  private static func invalid(_ source: SourceText, _ offset: Int) -> Diagnostic {
    let byte = hexadecimal(UInt32(source.utf8[offset]), digits: 2)
    let isWide = source.utf8.starts(with: [0xFF, 0xFE]) || source.utf8.starts(with: [0xFE, 0xFF])
    // A span that ends within a scalar has no column of its own: the place is the finding.
    return Diagnostic(
      .yamlUTF8, at: source.span(offset..<offset), "invalid UTF-8: byte 0x\(byte)",
      help: isWide ? "the file is UTF-16: save it as UTF-8" : "save the file as UTF-8")
  }

  /// The offset of the first byte that no UTF-8 sequence begins with or goes on from here.
  static func firstInvalid(_ utf8: [UInt8]) -> Int? {
    var at = 0
    while at < utf8.count {
      let byte = utf8[at]
      if byte < 0x80 {
        at += 1
        continue
      }
      let length: Int
      var second: ClosedRange<UInt8> = 0x80...0xBF
      switch byte {
      case 0xC2...0xDF: length = 2
      case 0xE0: (length, second) = (3, 0xA0...0xBF)
      case 0xED: (length, second) = (3, 0x80...0x9F)
      case 0xE1...0xEF: length = 3
      case 0xF0: (length, second) = (4, 0x90...0xBF)
      case 0xF4: (length, second) = (4, 0x80...0x8F)
      case 0xF1...0xF3: length = 4
      default: return at
      }
      guard at + length <= utf8.count, second.contains(utf8[at + 1]) else { return at }
      for next in at + 1..<at + length where utf8[next] & 0xC0 != 0x80 { return at }
      at += length
    }
    return nil
  }

  /// Characters that nobody sees and that YAML refuses, or reads as a line break: the first of each line.
  private static func controls(_ source: SourceText) -> [Diagnostic] {
    let utf8 = source.utf8
    var found: [Diagnostic] = []
    var lastLine = 0
    var at = utf8.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while at < utf8.count, found.count < 20 {
      let (scalar, length) = control(utf8, at)
      if let scalar {
        let span = source.span(at..<at + length)
        if span.start.line != lastLine { found.append(finding(scalar, span)) }
        lastLine = span.start.line
      }
      at += length
    }
    return found
  }

  private static func control(_ utf8: [UInt8], _ at: Int) -> (scalar: UInt32?, length: Int) {
    let byte = utf8[at]
    if byte >= 0x20 && byte < 0x7F || byte == 0x0A || byte == 0x09 { return (nil, 1) }
    if byte == 0x0D { return (at + 1 < utf8.count && utf8[at + 1] == 0x0A ? nil : 0x0D, 1) }
    if byte < 0x80 { return (UInt32(byte), 1) }
    if byte == 0xC2 { return (utf8[at + 1] < 0xA0 ? UInt32(utf8[at + 1]) : nil, 2) }
    if byte < 0xE0 { return (nil, 2) }
    if byte >= 0xF0 { return (nil, 4) }
    let (second, third) = (utf8[at + 1], utf8[at + 2])
    switch (byte, second, third) {
    case (0xE2, 0x80, 0xA8), (0xE2, 0x80, 0xA9), (0xEF, 0xBB, 0xBF), (0xEF, 0xBF, 0xBE), (0xEF, 0xBF, 0xBF):
      return (UInt32(byte & 0x0F) << 12 | UInt32(second & 0x3F) << 6 | UInt32(third & 0x3F), 3)
    default: return (nil, 3)
    }
  }

  private static func finding(_ scalar: UInt32, _ span: Span) -> Diagnostic {
    if scalar == 0 {
      return Diagnostic(.yamlNUL, at: span, "a NUL byte", help: "remove it: no text may hold one")
    }
    let name = "U+\(hexadecimal(scalar, digits: 4))"
    if scalar == 0x0D {
      return Diagnostic(
        .yamlControl, at: span, "a carriage return without a line feed (\(name))",
        help: "end lines with a line feed")
    }
    return Diagnostic(
      .yamlControl, at: span, "the control character \(name)",
      help: "remove it: no text holds characters that nobody sees")
  }

  private static func hexadecimal(_ number: UInt32, digits: Int) -> String {
    let text = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }
}
