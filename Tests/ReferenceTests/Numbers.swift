import Foundation

/// The numbered sentences of the reference, and who carries them.
enum Numbers {
  static let pages = ["Time", "Steps", "Events"]

  /// Number → sentence.
  static func sentences() throws -> [String: String] {
    var found: [String: String] = [:]
    for page in pages {
      let file = Corpus.root.appending(path: "Sources/flow/Documentation.docc/\(page).md")
      for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
        guard let match = line.wholeMatch(of: /- \*\*(\d+\.\d+)\*\* (.*)/) else { continue }
        found[String(match.1)] = String(match.2)
      }
    }
    return found
  }

  /// The numbers that a scenario's name, a comment or a test's name begins with.
  static func leading(_ text: some StringProtocol) -> [String] {
    String(text).prefixMatch(of: /(\d+\.\d+)(, \d+\.\d+)*/).map {
      $0.0.split(separator: ", ").map(String.init)
    } ?? []
  }

  /// Of the tests in this target: @Test("6.8 …").
  static func ofTests() throws -> [String] {
    try Corpus.names(in: "").filter { $0.hasSuffix(".swift") }.flatMap { file in
      try Corpus.text(file).matches(of: /@Test\("([^"]*)"/).flatMap { leading($0.1) }
    }
  }
}

/// A file that must be refused; its first line says why.
struct Refusal: CustomStringConvertible {
  var file: String
  var numbers: [String]
  var isError: Bool
  var code: String

  var description: String { file }

  static let all: [Refusal] = {
    let files = (try? Corpus.names(in: "Refused").filter { $0.hasSuffix(".yaml") && $0 != "flow.yaml" }) ?? []
    return files.map { file in
      let text = (try? Corpus.text("Refused/\(file)")) ?? ""
      let first = text.split(separator: "\n").first ?? ""
      let match = first.wholeMatch(of: /# (.*) (raises|warns): ([a-z-]+)/)
      return Refusal(
        file: file, numbers: match.map { Numbers.leading($0.1) } ?? [], isError: match?.2 != "warns",
        code: match.map { String($0.3) } ?? "")
    }
  }()
}
