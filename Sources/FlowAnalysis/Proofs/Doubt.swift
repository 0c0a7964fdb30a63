import FlowCore
import FlowTime

/// Where a walk came upon a run that does not keep a claim, or measured its worst: what the run did there.
struct Doubt {
  var happening: Happening
  /// The step that the run was at.
  var step: NodeIndex?

  init(_ happening: Happening, _ run: AbstractRun) {
    self.happening = happening
    let node = run.control.cursor >= 0 ? run.control.cursor : run.control.node
    step = node >= 0 ? node : nil
  }
}

/// Why a claim is neither proved nor broken, and what would decide it, in the words of the file.
struct Doubts {
  let ground: Ground
  let watch: Watch

  private var graph: Graph { ground.graph }

  /// - Parameter reckoned: how long runs last at most, as the calendar falls.
  func verdict(on claim: Claim, reckoned: Int64? = nil) -> Verdict {
    switch claim {
    case .ends(let limit?):
      let what = "time held left out, a run may last"
      if let reckoned, watch.lengths.worst.map({ reckoned < $0 }) ?? true {
        return late(reckoned, limit, what)
      }
      return late(watch.lengths, limit, what)
    case .firstTouch(let limit): return late(watch.measured, limit, "the first touch may come")
    case .follows(_, let limit, _): return late(watch.measured, limit, "it may take", isHeld: true)
    case .apart(let least), .gap(let least): return close(least, "the touch before it")
    case .touches(let most, _, let span?): return close(span, "the first of \(most + 1) touches")
    default:
      var place = watch.doubt.flatMap(place).map { ", at \($0)," } ?? ""
      if case .overseen(let step) = claim { place = named(step).map { " past \($0)" } ?? "" }
      return .undecided(
        because: "a way through the file\(place) may break it, but no run was found that goes it: answers, data and "
          + "instants count as free there",
        decidedBy: "a scenario that goes this way, or a condition that closes it")
    }
  }

  // MARK: How late, how close

  private func late(_ measured: Watch.Measured, _ limit: FlowTime.Duration, _ what: String, isHeld: Bool = false)
    -> Verdict
  {
    let until = measured.at.flatMap(place).map { ", up to \($0)" } ?? ""
    let known = measured.worst.flatMap { worst in
      Self.rounded(up: worst).first { one in measured.distances.allSatisfy { ground.isWithin($0, one) } }
    }
    guard let known else {
      return .undecided(
        because: "how late that is could not be reckoned\(until)\(rough("longest", isHeld))",
        decidedBy: "a scenario that takes longer than \(limit), or a limit to what is waited for")
    }
    return .undecided(
      because: "\(what) \(known) by what could be reckoned\(until)\(rough("longest", isHeld))"
        + shorter(limit, measured),
      decidedBy: "\(known) are proved; a scenario that takes longer than \(limit) would break it")
  }

  /// Why what seems to be within a limit is not.
  private func shorter(_ limit: FlowTime.Duration, _ measured: Watch.Measured) -> String {
    let least = -ground.stretches.span(of: limit).least.milliseconds
    let isUneven =
      switch limit.kind {
      case .calendar(let months, _, _): months > 0
      case .businessDays: true
      case .businessHours: false
      }
    if isUneven { return "; \(limit) may be no more than \(FlowTime.Duration.days(Int(least / Distance.day)))" }
    guard case .calendar(0, let days, 0) = limit.kind, let worst = measured.worst,
      worst <= Int64(days) * Distance.day
    else { return "" }
    return "; \(limit) \(days == 1 ? "is" : "are") less where clocks are changed, and counted so"
  }

  /// By the calendar as it falls: nowhere is more than that.
  private func late(_ reckoned: Int64, _ limit: FlowTime.Duration, _ what: String) -> Verdict {
    let known =
      Self.rounded(up: reckoned).first { ground.isWithin(Distance(reckoned), $0) }
      ?? .days(Int(reckoned / Distance.day) + 2)
    return .undecided(
      because: "\(what) \(known) by what could be reckoned over the calendar as it falls",
      decidedBy: "\(known) are proved; a scenario that takes longer than \(limit) would break it")
  }

  private func close(_ least: FlowTime.Duration, _ before: String) -> Verdict {
    let at = watch.measured.at.flatMap(place) ?? "a touch"
    // None was measured where not one touch is allowed.
    let known = watch.measured.worst.flatMap { $0 > .min ? $0 : nil }.flatMap { worst in
      Self.rounded(down: -worst).first { one in watch.measured.distances.allSatisfy { ground.isApart($0, one) } }
    }
    let distance = known.map { "\($0) may lie" } ?? "no time may lie"
    return .undecided(
      because:
        "as little as \(distance) between \(at) and \(before), by what could be reckoned\(rough("shortest", true))",
      decidedBy: (known.map { "\($0) are proved; " } ?? "")
        + "a scenario in which they lie less than \(least) apart would break it")
  }

  /// What is taken at its worst at each step, as though it could be so at all of them.
  private func rough(_ worst: String, _ withHolds: Bool) -> String {
    var causes: [String] = []
    if withHolds, !graph.holds.isEmpty { causes.append("holds") }
    if graph.policy.window != nil || !graph.policy.holidays.isEmpty { causes.append("closed hours") }
    let durations = graph.moments.compactMap(\.shift?.duration)
    if durations.contains(where: \.isBusiness) { causes.append("business days") }
    guard let last = causes.popLast() else { return "" }
    let all = causes.isEmpty ? last : causes.joined(separator: ", ") + " and " + last
    return "; \(all) count at their \(worst) at every step"
  }

  private static func rounded(up time: Int64) -> [FlowTime.Duration] {
    let hour: Int64 = 3_600_000
    let hours = max(1, (time + hour - 1) / hour)
    if hours < 48 { return [.hours(Int(hours)), .hours(Int(hours) + 1), .days(2)] }
    let days = Int((hours + 23) / 24)
    return [.days(days), .days(days + 1)]
  }

  private static func rounded(down time: Int64) -> [FlowTime.Duration] {
    let hours = Int(max(0, time) / 3_600_000)
    if hours < 48 { return (max(1, hours - 2)..<max(1, hours + 1)).reversed().map { .hours($0) } }
    return [.days(hours / 24), .days(hours / 24 - 1)]
  }

  // MARK: Where

  private func place(_ doubt: Doubt) -> String? {
    switch doubt.happening {
    case .started: return nil
    case .handedOver(let node), .failed(let node), .told(let node), .done(let node), .timedOut(let node):
      return named(node)
    case .received(let event, let own, _): return "the event \"\(own ?? event)\"" + at(doubt)
    case .heard(let event): return "the event \"\(event)\", which the run emits," + at(doubt)
    case .ended(let outcome):
      guard let step = doubt.step, graph.nodes.indices.contains(step) else { return "the end \"\(outcome)\"" }
      if case .end = graph.nodes[step].action {
        return "the end \"\(outcome)\" (line \(graph.nodes[step].span.start.line))"
      }
      return "the end \"\(outcome)\"" + (named(step).map { " after \($0)" } ?? "")
    }
  }

  private func at(_ doubt: Doubt) -> String { doubt.step.flatMap(named).map { " at \($0)" } ?? "" }

  private func named(_ node: NodeIndex) -> String? {
    guard graph.nodes.indices.contains(node) else { return nil }
    return "\"\(graph.nodes[node].name)\" (line \(graph.nodes[node].span.start.line))"
  }
}
