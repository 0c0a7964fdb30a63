import FlowCore

/// JSON for people and for diffs: outer levels one member a line, inner ones on one line, as cli.md shows its
/// own.
enum JSONText {
  /// `open`: how many levels are broken into lines; a container without members never is.
  static func write(_ value: JSONValue, open: Int) -> String { write(value, open: open, level: 0) + "\n" }

  /// Trees: an object stays on one line where it holds little more than words and numbers.
  static func tidy(_ value: JSONValue) -> String { tidy(value, level: 0) + "\n" }

  private static func tidy(_ value: JSONValue, level: Int) -> String {
    switch value {
    case .array(let items) where depth(value) > 1:
      return bracket("[", "]", items.map { tidy($0, level: level + 1) }, open: 1, level: level)
    case .object(let members) where depth(value) > 2:
      let lines = members.map {
        "\(JSONValue.string($0.key).write()): \(tidy($0.value, level: level + 1))"
      }
      return bracket("{", "}", lines, open: 1, level: level)
    default: return line(value)
    }
  }

  /// 0 for a word, 1 for a list of words.
  private static func depth(_ value: JSONValue) -> Int {
    switch value {
    case .array(let items): 1 + (items.map(depth).max() ?? 0)
    case .object(let members): 1 + (members.map { depth($0.value) }.max() ?? 0)
    default: 0
    }
  }

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
