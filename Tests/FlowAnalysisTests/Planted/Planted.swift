import FlowAnalysis
import FlowCompiler
import FlowCore
import FlowTesting
import FlowTime
import Testing

/// A small workflow with one planted fault, and the claim that it breaks. `«bad|good»` in the text is the
/// fault and what mends it.
struct Planted: Sendable {
  var name: String
  var claim: @Sendable (Graph) throws -> Claim
  var text: String

  init(_ name: String, _ claim: @autoclosure @escaping @Sendable () -> Claim, _ text: String) {
    self.init(name, text: text) { _ in claim() }
  }

  init(_ name: String, text: String, claim: @escaping @Sendable (Graph) throws -> Claim) {
    self.name = name
    self.claim = claim
    self.text = text
  }

  static let all: [Planted] =
    tooMany + tooSoon + tooClose + tooLong + tooLate + silent + unseen + disordered + overdue + bounced

  func graph(mended: Bool) throws -> Graph {
    let text = Self.spelled(Self.chosen(text, mended: mended))
    let compilation = Draft().compile(text)
    let errors = compilation.diagnostics.filter { $0.severity == .error }.map {
      "\($0.span.start.line): \($0.message)"
    }
    #expect(errors == [], "\(name)\n\(text)")
    return try #require(compilation.workflows.first?.graph, "\(name)")
  }

  private static func chosen(_ text: String, mended: Bool) -> String {
    var out = ""
    for part in text.split(separator: "«", omittingEmptySubsequences: false) {
      guard let end = part.firstIndex(of: "»") else {
        out += part
        continue
      }
      let pair = part[..<end].split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
      out += pair[mended ? pair.count - 1 : 0] + part[part.index(after: end)...]
    }
    return out
  }

  /// `E(one, at: day 2)` is a whole email called `one`, and so on, so that a row says only what it is about.
  private static func spelled(_ text: String) -> String {
    let short: [(String, String, String)] = [
      ("E", "email", "purpose: confirm, subject: S, body: B."), ("S", "sms", "purpose: request, body: B."),
      ("C", "call", "purpose: request, by: owner"), ("T", "task", "by: owner, say: Do."),
      ("N", "notify", "to: owner, say: Look."), ("X", "escalate", "to: owner, say: Look."),
    ]
    var text = text
    for (letter, verb, fields) in short {
      var out = ""
      for (index, part) in text.components(separatedBy: "\(letter)(").enumerated() {
        guard index > 0, let end = part.firstIndex(of: ")") else {
          out += part
          continue
        }
        let inner = part[..<end].split(separator: ",", maxSplits: 1).map(String.init)
        let more = inner.count > 1 ? ",\(inner[1])" : ""
        out += "{ \(verb): \(inner[0]), \(fields)\(more) }" + part[part.index(after: end)...]
      }
      text = out
    }
    return text.contains("timezone:") ? text : "timezone: \"Europe/Berlin\"\n" + text
  }
}

extension String {
  fileprivate func components(separatedBy mark: String) -> [Substring] {
    var parts: [Substring] = []
    var rest = self[...]
    while let at = rest.firstRange(of: mark) {
      parts.append(rest[..<at.lowerBound])
      rest = rest[at.upperBound...]
    }
    return parts + [rest]
  }
}

extension Graph {
  func step(_ name: String) throws -> NodeIndex { try #require(node(named: name)) }
}
