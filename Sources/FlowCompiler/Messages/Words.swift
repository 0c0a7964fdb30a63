import FlowCore

/// Small parts of sentences.
enum Words {
  static func quoted(_ text: String) -> String {
    var out = ""
    for (count, scalar) in text.unicodeScalars.enumerated() {
      if count == 60 {
        out += "…"
        break
      }
      out.unicodeScalars.append(scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar)
    }
    return "\"\(out)\""
  }

  /// `did you mean "x"? `, or nothing.
  static func nearest(_ word: String, _ known: [String]) -> String? {
    Spelling.nearest(to: word, in: known).map { "did you mean \"\($0)\"?" }
  }

  /// `did you mean "x"? the keys of a step are a, b, c`
  static func help(_ word: String, _ known: [String], _ what: String) -> String {
    let set = known.isEmpty ? "\(what): there are none" : "\(what): \(known.joined(separator: ", "))"
    return [nearest(word, known), set].compactMap { $0 }.joined(separator: " ")
  }

  static func fix(_ word: String, _ known: [String], _ span: Span) -> Diagnostic.Fix? {
    Spelling.nearest(to: word, in: known).map { Diagnostic.Fix(replace: span, with: $0) }
  }

  static func list(_ words: [String], _ joint: String = "or") -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " \(joint) \(last)"
  }
}
