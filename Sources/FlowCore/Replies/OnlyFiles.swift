/// A reply without a text of its own, but with files: what stands in place of its text. People see what came; no
/// pattern of a reply finds a word in it, since nobody has written any.
public enum OnlyFiles {
  /// Unicode's character for an object that stands in a text.
  private static let mark: Unicode.Scalar = "\u{FFFC}"

  /// - Parameter names: of the files; empty where one has none. Without files the text is empty.
  public static func text(_ names: [String]) -> String {
    guard !names.isEmpty else { return "" }
    let shown = names.prefix(5).map { $0.isEmpty ? "without a name" : String($0.prefix(100)) }
    let more = names.count > shown.count ? " and \(names.count - shown.count) more" : ""
    let what = names.count == 1 ? "only a file" : "only \(names.count) files"
    return "\(mark) no text, \(what): \(shown.joined(separator: ", "))\(more)"
  }

  static func isSaid(by text: String) -> Bool { text.unicodeScalars.first == mark }
}
