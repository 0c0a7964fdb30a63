/// One page of `flow explain`, and of the reference: both are made from these strings.
public struct Explanation: Sendable, Hashable {
  public var code: Code
  public var severity: Severity
  /// One line: what the finding says.
  public var title: String
  /// Why it is a finding: what would happen.
  public var why: String
  /// A workflow file, or a manifest, that raises exactly this code; empty where no text shows it.
  public var example: String
  /// The same, corrected: it raises nothing of this code.
  public var correction: String

  public init(
    _ code: Code, _ severity: Severity = .error, title: String, why: String, example: String,
    correction: String
  ) {
    self.code = code
    self.severity = severity
    self.title = title
    self.why = why
    self.example = example
    self.correction = correction
  }
}

/// Every page of `flow explain`, in the order of the stages that raise them.
public enum Catalogue {
  public static let all: [Explanation] =
    Explanation.yaml + Explanation.expressions + Explanation.compiler
    + Explanation.rules + Explanation.proofs + Explanation.crossings
}
