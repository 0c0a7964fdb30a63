import FlowTime

/// A story that a workflow must tell: what happens, and what is expected to come of it.
public struct Scenario: Sendable, Hashable {
  public var name: String
  public var start: Instant
  public var input: [String: Value]
  /// Where the data stand, as written; nil where they stand in the scenario itself.
  public var inputPath: String?
  public var events: [ScheduledEvent]
  public var expect: [Expectation]
  public var span: Span
  /// The `expect` node, for `--record`.
  public var expectSpan: Span?
  /// For `each`: which item of the list the scenario follows, from 1.
  public var item: Int?

  public init(
    name: String, start: Instant, input: [String: Value], events: [ScheduledEvent] = [],
    expect: [Expectation] = [],
    span: Span, expectSpan: Span? = nil, item: Int? = nil, inputPath: String? = nil
  ) {
    self.inputPath = inputPath
    self.name = name
    self.start = start
    self.input = input
    self.events = events
    self.expect = expect
    self.span = span
    self.expectSpan = expectSpan
    self.item = item
  }
}

/// An event of a scenario or of `flow simulate --event`.
public struct ScheduledEvent: Sendable, Hashable {
  public enum At: Sendable, Hashable {
    case instant(Instant)
    /// `day N [at HH:MM]`.
    case day(Int, CivilTime?)
    /// From when the step went out or was assigned; an event that never comes about is an unmet expectation.
    case step(NodeIndex, Duration?)
  }

  public var at: At
  /// As written.
  public var atText: String
  public var kind: Event.Kind
  public var span: Span

  public init(at: At, atText: String, kind: Event.Kind, span: Span) {
    self.at = at
    self.atText = atText
    self.kind = kind
    self.span = span
  }
}

extension ScheduledEvent.At {
  /// When it is, for a run of the graph as it stands; nil where it counts from a step that has not come about yet.
  /// - Parameter entries: the run's, in the order in which they came about; asked only for a step that goes out.
  public func instant(
    in run: Run, of graph: Graph, zones: any ZoneSource, entries: () -> [Entry]
  ) -> Instant? {
    let zone = zones.zone(named: run.zone) ?? .utc
    switch self {
    case .instant(let instant): return instant
    case .day(let days, let time): return dayShift(from: run.started, days: days, at: time, zone: zone)
    case .step(let node, let duration):
      guard graph.nodes.indices.contains(node) else { return nil }
      let step = graph.nodes[node]
      let base: Instant?
      switch step.action {
      case .channel, .escalate: base = entries().first { $0.step == step.name && $0.goesOut }?.at
      default: base = run.passed[node]
      }
      guard let base, let duration else { return base }
      // Business hours are the window's, read where the contact is.
      let contact = run.data["contact"]?[path: ["timezone"]].text.flatMap { zones.zone(named: $0) }
      return add(
        duration, to: base, zone: zone, calendar: graph.policy.calendar,
        hours: graph.policy.window.map { ($0, contact ?? zone) })
    }
  }
}

/// A line of `expect`: `2026-03-27 16:40  receipt`, `receipt`, `end won`, or another entry of the timeline.
public struct Expectation: Sendable, Hashable {
  public enum What: Sendable, Hashable {
    /// A touch or a task, by its step's name.
    case step(String)
    case end(String)
    /// Any other entry: its type and, where written, its step or subject (`escalated call-overdue`).
    case entry(type: String, subject: String?)
  }

  public var at: Instant?
  public var what: What
  public var span: Span

  public init(at: Instant?, what: What, span: Span) {
    self.at = at
    self.what = what
    self.span = span
  }
}
