import FlowCore

/// JSON for people and for diffs: outer levels one member a line, inner ones on one line, as cli.md shows its
/// own.
enum JSONText {
  /// `open`: how many levels are broken into lines; a container without members never is.
  static func write(_ value: JSONValue, open: Int) -> String { write(value, open: open, level: 0) + "\n" }

  /// One line, with blanks.
  static func line(_ value: JSONValue) -> String { write(value, open: 0, level: 0) }

  private static func write(_ value: JSONValue, open: Int, level: Int) -> String {
    func inner(_ value: JSONValue) -> String { write(value, open: open - 1, level: level + 1) }
    switch value {
    case .array(let items): return bracket("[", "]", items.map(inner), open: open, level: level)
    case .object(let members):
      let lines = members.map { "\(JSONValue.string($0.key).write()): \(inner($0.value))" }
      return bracket("{", "}", lines, open: open, level: level)
    default: return value.write()
    }
  }

  private static func bracket(
    _ left: String, _ right: String, _ items: [String], open: Int, level: Int
  ) -> String {
    guard !items.isEmpty else { return left + right }
    guard open > 0 else {
      let blank = left == "{" ? " " : ""
      return left + blank + items.joined(separator: ", ") + blank + right
    }
    let margin = String(repeating: "  ", count: level)
    return "\(left)\n" + items.map { "\(margin)  \($0)" }.joined(separator: ",\n") + "\n\(margin)\(right)"
  }
}

extension JSONValue {
  /// An object without the members that have no value.
  static func members(_ pairs: [(String, JSONValue?)]) -> JSONValue {
    .object(pairs.compactMap { pair in pair.1.map { JSONMember(pair.0, $0) } })
  }

  static func int(_ value: Int) -> JSONValue { .number(String(value)) }

  static func optional(_ text: String?) -> JSONValue? { text.map { .string($0) } }
}
