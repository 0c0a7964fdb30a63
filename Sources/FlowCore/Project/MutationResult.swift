import FlowTime

/// What came of changing a workflow one small thing at a time.
public struct MutationResult: Sendable {
  /// A change that no scenario notices, though some run shows it.
  public struct Missed: Sendable {
    /// `objections: within 1 business day becomes 2 business days`.
    public var what: String
    public var span: Span
    /// A scenario that would notice it, as the unchanged file tells it, in the zone of its run.
    public var scenario: Scenario
    public var zone: Zone
    /// What `expect` must list besides touches and the end, for the change to show: `emitted item.closed`.
    public var unlisted: String?

    public init(
      what: String, span: Span, scenario: Scenario, zone: Zone, unlisted: String?
    ) {
      self.what = what
      self.span = span
      self.scenario = scenario
      self.zone = zone
      self.unlisted = unlisted
    }
  }

  public var workflow: String
  public var file: String
  /// Changes that its scenarios notice.
  public var noticed: Int
  /// Changes that no run was found to show.
  public var equal: Int
  /// In the order of the file.
  public var missed: [Missed]

  public init(workflow: String, file: String, noticed: Int, equal: Int, missed: [Missed]) {
    self.workflow = workflow
    self.file = file
    self.noticed = noticed
    self.equal = equal
    self.missed = missed
  }
}
