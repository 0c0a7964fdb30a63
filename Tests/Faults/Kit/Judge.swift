import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTime

/// What arrives at the far side, in the instant in which it does: guarantees 6, 8, 9, 12, 17 and 21.
extension World {
  /// - Parameter marked: how many batches were written when the channel asked whether it may send.
  func effect(_ rendering: Rendering, _ key: String, _ verb: String, marked: Int) {
    let digest = sha256(rendering.payload).map { byte in
      String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }.joined()
    guard let line = shadow.lines[key] else {
      return violate(6, "\(verb) leaves with a key that nobody committed")
    }
    if line.digest != digest {
      violate(6, "\(line.step) of run \(line.run) leaves with other bytes than were committed")
    }
    if ![.claimed, .marked].contains(line.state) {
      violate(6, "\(line.step) of run \(line.run) leaves, and is \(line.state.rawValue)")
    }
    let known = effects[key] ?? []
    if areKeyed[verb] == true, let first = known.first {
      if first.digest != digest { violate(8, "\(line.step) arrives twice with one key and two texts") }
      return
    }
    if known.count > shadow.unknowns(key) {
      violate(
        8,
        "\(line.step) of run \(line.run) arrives \(known.count + 1) times with \(shadow.unknowns(key)) unknown"
      )
    }
    if areKeyed[verb] != true, line.state != .marked {
      violate(8, "\(line.step) of run \(line.run) arrives without its marker")
    }
    let batch = max(marked, shadow.changed[key] ?? 0)
    let at = line.state == .marked ? markedAt[key] ?? machineNow : machineNow
    let effect = Effect(line: line, digest: digest, at: at, real: now, batch: batch)
    note("  arrives: \(line.step) of \(line.run.prefix(4))")
    judgeStops(effect)
    if line.touch { judgeTouch(effect) }
    // One message of a channel may be in its hands already when the clock leaps.
    let isInHand = batch <= beforeJump.batches && beforeJump.verbs.insert(verb).inserted
    if at == machineNow, !isInHand, reckoned.isAhead || shadow.facts["hold/clock"] != nil {
      violate(13, "\(line.step) of run \(line.run) leaves, and nobody has confirmed the clock")
    }
    if store.isDrained { violate(19, "\(line.step) of run \(line.run) leaves after the engine was drained") }
    for whose in ["all", line.run] {
      if let since = shadow.paused[whose], since <= marked {
        violate(9, "\(line.step) of run \(line.run) leaves, and \(whose) is paused")
      }
    }
    // What is handed over in the instant in which it was planned was looked at when its run was.
    if let since = damaged[line.run], line.planned != since {
      violate(21, "\(line.step) of run \(line.run) leaves, and its history is damaged")
    }
    countEntries(line)
    ledger.append(effect)
    arrived[line.run, default: []].append(line)
    if line.touch { for one in line.contact { touches[one, default: []].append(effect) } }
    effects[key, default: []].append(effect)
  }

  /// A cancellation stops all that its run planned, everything else its touches.
  private func judgeStops(_ effect: Effect) {
    let line = effect.line
    for stop in shadow.stops[line.run] ?? []
    where stop.sequence > line.sequence && stop.batch <= effect.batch && (line.touch || stop.what == "cancel") {
      violate(9, "\(line.step) of run \(line.run) leaves after \(stop.what)")
    }
  }

  private func judgeTouch(_ effect: Effect) {
    let line = effect.line
    judgeReading(line, at: effect.at)
    for one in line.contact {
      for verb in [line.verb, "all"] {
        if let since = shadow.suppressed[one]?[verb], since <= effect.batch {
          violate(17, "\(line.step) of run \(line.run) leaves, and \(verb) is suppressed for \(one)")
        }
      }
    }
    guard let record = shadow.runs[line.run], let graph = graphs[record.version],
      graph.nodes.indices.contains(line.node)
    else { return violate(2, "\(line.step) leaves without a run") }
    judgeWindow(effect, record, graph)
    judgeSpacing(effect, record, graph)
  }

  private func judgeWindow(_ effect: Effect, _ record: RunRecord, _ graph: Graph) {
    let node = graph.nodes[effect.line.node]
    let window: Window?
    switch node.window {
    case .any: return
    case .policy: window = graph.policy.window
    case .own(let own): window = own
    }
    let named = record.run.data["contact"]?[path: ["timezone"]].text ?? record.run.zone
    guard let zone = material.zones.zone(named: named) else { return }
    if !Rules.isOpen(effect.at, zone, window, graph.policy.holidays) {
      violate(
        12, "\(node.name) of run \(record.id) leaves at \(effect.at.rfc3339(in: zone)), outside its hours")
    }
  }

  /// Touches of one contact in any run; answering is not pressing.
  private func judgeSpacing(_ effect: Effect, _ record: RunRecord, _ graph: Graph) {
    let line = effect.line
    let same = line.contact.map { touches[$0] ?? [] }.max { $0.count < $1.count } ?? []
    // What may have arrived already is tried once more, and is no other touch; what was planned at the same instant
    // was looked at together.
    let before = same.suffix(40).filter { $0.line.key != line.key && $0.line.planned != line.planned }
    guard let touch = before.max(by: { $0.at < $1.at }), let zone = material.zones.zone(named: record.run.zone) else {
      return
    }
    let last = touch.at
    let hasAnswered = line.contact.contains { one in (shadow.answers[one] ?? []).contains { !isBefore($0, last) } }
    if let gap = graph.policy.gap, !graph.nodes[line.node].liftsGap, !hasAnswered,
      let free = Rules.after(gap, last, zone), isTooSoon(effect, after: touch, free)
    {
      violate(12, "\(line.step) of run \(record.id) leaves less than \(gap) after \(last.rfc3339(in: zone))")
    }
    guard let caps else { return }
    if let gap = caps.gap, let free = Rules.after(gap, last, zone), isTooSoon(effect, after: touch, free) {
      violate(
        12, "\(line.step) of run \(record.id) leaves within the caps' gap after \(last.rfc3339(in: zone))")
    }
    if let limit = caps.touches, let span = caps.span {
      let recent = before.filter { other in
        Rules.after(span, other.at, zone).map { isTooSoon(effect, after: other, $0) } ?? false
      }
      if Set(recent.map(\.line.key)).count >= limit {
        violate(12, "\(line.step) of run \(record.id) is touch \(recent.count + 1) of \(limit) in \(span)")
      }
    }
  }

  /// Where the clock was set back between the two, it is in truth that they keep their distance.
  private func isTooSoon(_ effect: Effect, after other: Effect, _ free: Instant) -> Bool {
    if effect.at >= other.at { return isBefore(effect.at, free) }
    return free.milliseconds(since: other.at) - effect.real.milliseconds(since: other.real) > 60_000
  }

  /// A touch may leave up to a minute after it was planned without others keeping their distance from that.
  private func isBefore(_ instant: Instant, _ free: Instant) -> Bool {
    free.milliseconds(since: instant) > 60_000
  }

  /// No more different messages for a step than the journal says.
  private func countEntries(_ line: Outgoing) {
    let said = (shadow.journal[line.run] ?? []).flatMap(\.entries).filter { $0.step == line.step }.filter {
      entry in
      if case .escalated = entry.kind { return true }
      return entry.handover != nil
    }.count
    let keys = Set(lines(line.run, line.step).map(\.key))
    if keys.union([line.key]).count > said {
      violate(
        8, "\(line.step) of run \(line.run) arrives with \(keys.count + 1) keys, and the journal says \(said)"
      )
    }
  }

  private func lines(_ run: String, _ step: String) -> [Outgoing] {
    (arrived[run] ?? []).filter { $0.step == step }
  }
}
