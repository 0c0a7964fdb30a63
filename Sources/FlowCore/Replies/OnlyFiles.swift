/// A reply without a text of its own, but with files: what stands in place of its text. People see what came; no
/// pattern of a reply finds a word in it, since nobody has written any.
public enum OnlyFiles {
  /// How it begins: Unicode's character for an object that stands in a text, which alone says nothing, since programs
  /// put it where a picture stood in what somebody has written; and words.
  private static let mark = "\u{FFFC} no text, only "

  /// - Parameter names: of the files; empty where one has none. Without files the text is empty.
  public static func text(_ names: [String]) -> String {
    guard !names.isEmpty else { return "" }
    let shown = names.prefix(5).map { $0.isEmpty ? "without a name" : String($0.prefix(100)) }
    let more = names.count > shown.count ? " and \(names.count - shown.count) more" : ""
    let what = names.count == 1 ? "a file" : "\(names.count) files"
    return "\(mark)\(what): \(shown.joined(separator: ", "))\(more)"
  }

  static func isSaid(by text: String) -> Bool { text.utf8.starts(with: mark.utf8) }
}
