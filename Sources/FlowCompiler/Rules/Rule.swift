import FlowCore
import FlowTime

/// A rule of a good follow-up (language, section 7): one rule, one file, one test file, one page of `flow explain`.
public protocol Rule: Sendable {
  var code: Code { get }
  /// Its findings in one workflow, at the severity of its page; flow.yaml may change that afterwards, and
  /// `# flow:ignore` silence it.
  func check(_ workflow: CompiledWorkflow, context: RuleContext) -> [Diagnostic]
}

/// What a rule may look at besides the workflow.
public struct RuleContext: Sendable {
  public var manifests: [Manifest]
  public var project: Project
  public var zones: any ZoneSource
  /// Every text that was read, by its path: the workflow file and the files that its steps name.
  public var sources: [String: SourceText]

  public init(
    manifests: [Manifest], project: Project, zones: any ZoneSource, sources: [String: SourceText]
  ) {
    self.manifests = manifests
    self.project = project
    self.zones = zones
    self.sources = sources
  }

  public func manifest(_ verb: String) -> Manifest? { manifests.first { $0.verb == verb } }
}
