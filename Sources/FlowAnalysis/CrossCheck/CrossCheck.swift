import FlowCore
import FlowTime

/// Looks over all workflows of a project for pairs that get in each other's way at one contact: beyond the
/// project's caps or its gap together, or of one `exclusive` group with one event.
///
/// It plays both by the machine, nobody answering, so whatever it tells happens; what only answers bring
/// about it does not look for. At most one finding a workflow of each kind, beside the one that does most, and one
/// for each promise broken there; deterministic; about one millisecond a workflow.
public struct CrossCheck {
  /// A workflow and what it promises by itself.
  public struct Member: Sendable {
    public var graph: Graph
    public var promises: [Claimed]
    public init(_ graph: Graph, promises: [Claimed] = []) {
      self.graph = graph
      self.promises = promises
    }
  }

  private let members: [Member]
  private let caps: Caps?
  private let gap: Duration?
  private let zones: any ZoneSource

  /// How many of the others are tried beside each.
  private static let mostTried = 3

  /// - Parameter gap: flow.yaml's `policy.gap`.
  public init(_ members: [Member], caps: Caps? = nil, gap: Duration? = nil, zones: any ZoneSource) {
    self.members = members.sorted { ($0.graph.workflow, $0.graph.file) < ($1.graph.workflow, $1.graph.file) }
    self.caps = caps
    self.gap = gap
    self.zones = zones
  }

  /// In the order of the workflows' names.
  public func crossings() -> [Crossing] {
    var found = rivals()
    guard caps != nil || gap != nil else { return found }
    let profiles = members.map { Profile($0, caps: caps, zones: zones) }
    for own in profiles { found += crossings(of: own, profiles) }
    return found.sorted { ($0.workflow, $0.beside) < ($1.workflow, $1.beside) }
  }

  // MARK: One event, one group

  private func rivals() -> [Crossing] {
    var found: [Crossing] = []
    for (at, first) in members.enumerated() {
      guard let group = first.graph.trigger.exclusive else { continue }
      let rivals = members.dropFirst(at + 1).filter {
        $0.graph.trigger.exclusive == group && $0.graph.trigger.event == first.graph.trigger.event
          && $0.graph.contactKind == first.graph.contactKind
      }
      for second in rivals {
        if let one = refused(second, beside: first, group) { found.append(one) }
      }
    }
    return found
  }

  private func refused(_ second: Member, beside first: Member, _ group: String) -> Crossing? {
    let start = Profile.start(in: .utc)
    let (inputs, others) = (Inputs(first.graph, zones: zones), Inputs(second.graph, zones: zones))
    for choice in inputs.choices {
      for other in others.choices {
        let (own, theirs) = (inputs.data(choice, at: start), others.data(other, at: start))
        for data in [theirs.merged(under: own), own.merged(under: theirs)] {
          if let one = refused(second, beside: first, group, data, at: start) { return one }
        }
      }
    }
    return nil
  }

  private func refused(
    _ second: Member, beside first: Member, _ group: String, _ data: [String: Value], at start: Instant
  ) -> Crossing? {
    var player = Player(graph: first.graph, zones: zones, caps: caps, steps: .max)
    var rival = Player(graph: second.graph, zones: zones, caps: caps, steps: .max)
    guard let play = player.begin(data, at: start), rival.begin(data, at: start) != nil else { return nil }
    let because = "a run of \(first.graph.workflow) follows up this contact, and \"\(group)\" is exclusive"
    let refusal = Entry(at: start, kind: .skipped(because: because))
    return Crossing(
      .refused(group: group, event: first.graph.trigger.event), workflow: second.graph.workflow,
      beside: first.graph.workflow, span: second.graph.trigger.span, zone: play.course.zone,
      input: data, inputBeside: data,
      timeline: play.course.entries.map { Crossing.Line(workflow: first.graph.workflow, entry: $0) }
        + [Crossing.Line(workflow: second.graph.workflow, entry: refusal)],
      breach: [play.course.entries.count])
  }

  // MARK: Together

  private func crossings(of own: Profile, _ all: [Profile]) -> [Crossing] {
    guard !own.touches.isEmpty else { return [] }
    let others = all.filter { own.mayMeet($0) }.sorted {
      ($0.most, $1.graph.workflow) > ($1.most, $0.graph.workflow)
    }
    var found: [Crossing] = []
    let crowding = others.filter { isCrowded(own, $0) }
    found += worst(own, crowding)
    let pressing = others.filter { _ in isNearer(own) }
    if let one = pressing.prefix(Self.mostTried).lazy.compactMap({ tooClose(own, beside: $0) }).first {
      found.append(one.beside(more: pressing.count - 1))
    }
    return found
  }

  /// The two together may want more than the caps allow, or wait for each other.
  private func isCrowded(_ own: Profile, _ other: Profile) -> Bool {
    if let caps, let most = caps.touches, own.most + other.most > most { return true }
    return caps?.gap != nil || own.graph.policy.gap != nil
  }

  /// Its own gap is less than the project's, and no cap makes up for it.
  private func isNearer(_ own: Profile) -> Bool {
    guard let gap else { return false }
    if caps?.gap == gap { return false }
    return own.graph.policy.gap != gap || own.graph.nodes.contains { $0.isTouch && $0.liftsGap }
  }

  /// All promises that one other breaks, else what is lost before what is late; caps that put off are told only where
  /// they are caps.
  private func worst(_ own: Profile, _ others: [Profile]) -> [Crossing] {
    var late: Crossing?
    for other in others.prefix(Self.mostTried) {
      var open = own.kept
      var broken: [Crossing] = []
      var loss: Crossing?
      for start in starts(own, other) {
        var joint = Joint(own, other, caps: caps, zones: zones)
        guard joint.play(from: own.play.start, beside: start) else { continue }
        for promise in open {
          guard let one = crossing(joint, own, breaking: promise) else { continue }
          broken.append(one.beside(more: others.count - 1))
          open.removeAll { $0 == promise }
        }
        if broken.isEmpty, let one = crossing(joint, own) {
          if one.kind.isLoss { loss = loss ?? one } else { late = late ?? one }
        }
        if open.isEmpty, !broken.isEmpty || loss != nil { break }
      }
      if !broken.isEmpty { return own.promises.compactMap { one in broken.first { $0.kind == .broken(one) } } }
      if let loss { return [loss.beside(more: others.count - 1)] }
    }
    return [late?.beside(more: others.count - 1)].compactMap(\.self)
  }

  private func crossing(_ joint: Joint, _ own: Profile, breaking promise: Claimed) -> Crossing? {
    let judgement = Monitor(promise.claim, graph: own.graph, zones: zones).judge(joint.first.course)
    guard judgement.isBroken else { return nil }
    return joint.crossing(.broken(promise), promise.span, judgement.breach.map { joint.first.course.entries[$0] })
  }

  private func crossing(_ joint: Joint, _ own: Profile) -> Crossing? {
    guard let caps, let capped = joint.cappedEntry else { return nil }
    switch (capped.kind, caps.then) {
    case (.ended(let outcome), .end):
      return joint.crossing(.ended(outcome: outcome), own.graph.trigger.span, [capped])
    case (.skipped, .skip):
      return joint.crossing(.leftOut(step: capped.step ?? ""), own.span(of: capped), [capped])
    case (.deferred, .delay):
      guard let late = joint.putOff else { return nil }
      return joint.crossing(
        .putOff(step: late.entry.step ?? "", milliseconds: late.milliseconds), own.span(of: late.entry),
        [capped, late.entry])
    default: return nil
    }
  }

  private func tooClose(_ own: Profile, beside other: Profile) -> Crossing? {
    guard let gap else { return nil }
    for start in starts(own, other) {
      var joint = Joint(own, other, caps: caps, zones: zones)
      guard joint.play(from: own.play.start, beside: start), let pair = joint.nearer(than: gap) else {
        continue
      }
      return joint.crossing(
        .tooClose(step: pair.later.step ?? "", gap: gap), own.span(of: pair.later),
        [pair.earlier, pair.later])
    }
    return nil
  }

  /// Starts of the other by which one of its touches comes just before one of the own.
  private func starts(_ own: Profile, _ other: Profile) -> [Instant] {
    var starts: [Instant] = []
    for touch in own.touches.prefix(3) {
      for theirs in Set([other.touches.last, other.touches.first].compactMap(\.self)).sorted(by: >) {
        let start = touch.adding(milliseconds: -theirs.milliseconds(since: other.play.start) - 600_000)
        if !starts.contains(start) { starts.append(start) }
      }
    }
    return starts
  }
}

extension Crossing {
  fileprivate func beside(more: Int) -> Crossing {
    var one = self
    one.others = max(0, more)
    return one
  }
}

extension Graph {
  /// Of which type the one is whom the run follows up: a client is no colleague.
  var contactKind: ValueType {
    trigger.contact?.type.present ?? input.first { $0.name == "contact" }?.type.present ?? .contact
  }
}

extension [String: Value] {
  /// With what another has and this one lacks, records inside too.
  fileprivate func merged(under other: [String: Value]) -> [String: Value] {
    merging(other) { own, over in
      guard case .record(let mine) = own, case .record(let theirs) = over else { return over }
      return .record(mine.merged(under: theirs))
    }
  }
}
