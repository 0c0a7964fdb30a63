import FlowCore

/// SARIF 2.1.0 (OASIS), for code scanning: rules with their help, columns in Unicode scalars, fixes.
extension FindingsReport {
  /// - Parameters:
  ///   - explanations: the pages of all codes; a rule stands in the log where one of its findings does.
  ///   - version: the tool's, where it is to be named.
  public static func sarif(
    _ diagnostics: [Diagnostic], explanations: [Explanation], files: [String]? = nil, version: String? = nil
  ) -> String {
    let sorted = diagnostics.sorted()
    let pages = Dictionary(explanations.map { ($0.code, $0) }, uniquingKeysWith: { first, _ in first })
    let codes = Set(sorted.map(\.code)).sorted()
    let index = Dictionary(uniqueKeysWithValues: codes.enumerated().map { ($1, $0) })
    let driver = JSONValue.members([
      ("name", "flow"), ("version", .optional(version)),
      ("rules", .array(codes.map { rule($0, pages[$0]) })),
    ])
    let artifacts = Tally(sorted, files).files.map { JSONValue.members([("location", location($0))]) }
    let run = JSONValue.members([
      ("tool", .members([("driver", driver)])), ("columnKind", "unicodeCodePoints"),
      ("artifacts", .array(artifacts)), ("results", .array(sorted.map { result($0, index[$0.code] ?? 0) })),
    ])
    return JSONValue.members([
      ("$schema", "https://json.schemastore.org/sarif-2.1.0.json"), ("version", "2.1.0"),
      ("runs", .array([run])),
    ]).write(pretty: true) + "\n"
  }

  private static func rule(_ code: Code, _ page: Explanation?) -> JSONValue {
    guard let page else { return .members([("id", .string(code.name))]) }
    return .members([
      ("id", .string(code.name)), ("shortDescription", message(page.title)),
      ("fullDescription", message(page.why)),
      (
        "help",
        .members([
          ("text", .string(ExplainReport.text(page))), ("markdown", .string(ExplainReport.markdown(page))),
        ])
      ),
      ("defaultConfiguration", .members([("level", .string(level(page.severity)))])),
    ])
  }

  private static func result(_ diagnostic: Diagnostic, _ rule: Int) -> JSONValue {
    var text = diagnostic.message + "\n" + diagnostic.help
    for note in diagnostic.notes where note.span == nil { text += "\nnote: " + note.text }
    let related = diagnostic.notes.compactMap { note in note.span.map { (note.text, $0) } }.enumerated().map {
      JSONValue.members(
        [("id", .int($0.offset + 1))] + physical($0.element.1) + [("message", message($0.element.0))])
    }
    return .members([
      ("ruleId", .string(diagnostic.code.name)), ("ruleIndex", .int(rule)),
      ("level", .string(level(diagnostic.severity))), ("message", message(text)),
      ("locations", .array([.members(physical(diagnostic.span))])),
      ("relatedLocations", related.isEmpty ? nil : .array(related)),
      ("fixes", diagnostic.fix.map { .array([fix($0, diagnostic.help)]) }),
    ])
  }

  private static func physical(_ span: Span) -> [(String, JSONValue?)] {
    let place = JSONValue.members([("artifactLocation", location(span.file)), ("region", region(span))])
    return [("physicalLocation", place)]
  }

  private static func fix(_ fix: Diagnostic.Fix, _ help: String) -> JSONValue {
    let replacement = JSONValue.members([
      ("deletedRegion", region(fix.span)), ("insertedContent", message(fix.replacement)),
    ])
    let change = JSONValue.members([
      ("artifactLocation", location(fix.span.file)), ("replacements", .array([replacement])),
    ])
    return .members([("description", message(help)), ("artifactChanges", .array([change]))])
  }

  private static func message(_ text: String) -> JSONValue { .members([("text", .string(text))]) }

  private static func region(_ span: Span) -> JSONValue {
    .members([
      ("startLine", .int(span.start.line)), ("startColumn", .int(span.start.column)),
      ("endLine", .int(span.end.line)), ("endColumn", .int(span.end.column)),
    ])
  }

  private static func level(_ severity: Severity) -> String {
    switch severity {
    case .error: "error"
    case .warning: "warning"
    case .hint: "note"
    }
  }

  /// A path relative to the project's folder as a relative reference of RFC 3986.
  private static func location(_ file: String) -> JSONValue {
    let hex = Array("0123456789ABCDEF".utf8)
    var out: [UInt8] = []
    for byte in file.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E, 0x2F: out.append(byte)
      default: out += [0x25, hex[Int(byte >> 4)], hex[Int(byte & 15)]]
      }
    }
    return .members([
      ("uri", .string(String(decoding: out, as: UTF8.self))), ("uriBaseId", "%SRCROOT%"),
    ])
  }
}
