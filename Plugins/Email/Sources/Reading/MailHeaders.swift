/// The header section of a mail or of one of its parts (RFC 5322 section 2.2), unfolded. What is no field is
/// passed over, so that a broken line hides none that follows.
struct MailHeaders {
  private struct Field {
    /// In lower case.
    var name: String
    var value: [UInt8]
  }

  private var fields: [Field] = []

  var isEmpty: Bool { fields.isEmpty }

  /// - Returns: the fields, and what follows the blank line that ends them.
  static func read(_ bytes: Bytes) -> (headers: MailHeaders, rest: Bytes) {
    var headers = MailHeaders()
    var lines = Lines(bytes)
    // A continuation of a line that was no field belongs to none.
    var isOpen = false
    while let line = lines.next() {
      if line.isEmpty { break }
      if line.first?.isBlank == true {
        if isOpen { headers.extend(line) }
      } else {
        isOpen = headers.open(line)
      }
    }
    return (headers, bytes[lines.at...])
  }

  private mutating func open(_ line: Bytes) -> Bool {
    guard fields.count < MailLimits.fields, let colon = line.prefix(100).firstIndex(of: 0x3A) else {
      return false
    }
    let name = line[..<colon].trimmed
    guard !name.isEmpty, name.allSatisfy({ (0x21...0x7E).contains($0) }) else { return false }
    fields.append(Field(name: name.lowered, value: []))
    extend(line[(colon + 1)...])
    return true
  }

  private mutating func extend(_ line: Bytes) {
    guard let last = fields.indices.last else { return }
    let room = MailLimits.field - fields[last].value.count
    guard room > 0 else { return }
    fields[last].value += line.prefix(room).lazy.map { $0 == 0x0D || $0 == 0 ? 0x20 : $0 }
  }

  /// Every value of a field, in the order in which they stand, without blanks around.
  func all(_ name: String) -> [Bytes] { fields.lazy.filter { $0.name == name }.map(\.value.trimmed) }

  /// The first value: of a field that may stand once, a second one is what somebody added.
  subscript(name: String) -> Bytes? { fields.first { $0.name == name }?.value.trimmed }

  func has(_ name: String) -> Bool { fields.contains { $0.name == name } }

  /// As a person reads it: encoded words decoded.
  func text(_ name: String) -> String { self[name].map(EncodedText.decode) ?? "" }

  /// The first word in lower case: `auto-replied; owner=…` is `auto-replied`.
  func word(_ name: String) -> String? { self[name].map(MailHeaders.word) }

  func words(_ name: String) -> [String] { all(name).map(MailHeaders.word) }

  private static func word(_ value: Bytes) -> String {
    value.prefix { !$0.isBlank && $0 != 0x3B && $0 != 0x28 }.lowered
  }
}
