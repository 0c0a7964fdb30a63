import FaultKit
import FlowAnalysis
import FlowCore
import FlowTime

/// What is claimed of a generated workflow: every form of claim, some that hold and some that do not.
enum Claims {
  static func about(_ graph: Graph, seed: UInt64) -> [Claimed] {
    var chance = Chance(seed &+ 31)
    var claims: [Claim] = [.ends(within: nil), .stops, .insideWindow, .silence(reaches: [])]
    claims.append(.ends(within: .days([10, 40, 100, 400][chance.below(4)])))
    claims.append(.touches(atMost: graph.policy.maxTouches ?? 1 + chance.below(5), verb: nil, span: nil))
    claims.append(.touches(atMost: 1 + chance.below(3), verb: nil, span: .days(7)))
    claims.append(.touches(atMost: 1 + chance.below(2), verb: "email", span: .days(30)))
    claims += [.gap(graph.policy.gap ?? .days(1)), .apart(graph.policy.gap ?? .days(1))]
    claims.append(.firstTouch(within: [.businessDays(3), .days(2), .days(14), .hours(50)][chance.below(4)]))
    claims.append(.silence(reaches: [.end("quiet"), .escalation]))
    claims += graph.writtenOutcomes.map { .possible(outcome: $0.outcome) }
    for (index, node) in graph.nodes.enumerated() {
      if case .channel(let action) = node.action, action.isTask, action.until != nil {
        claims.append(.overseen(step: index))
      }
    }
    claims += orders(of: graph, &chance)
    if Generated.isWide(seed) { claims += more(of: graph, Chance(seed &+ 77)) }
    // Whether a run may come to the policy's limit is what the language asks; no guarantee does.
    let limit = Claim.touches(atMost: graph.policy.maxTouches ?? .max, verb: nil, span: nil)
    return claims.map { Claimed($0, source: $0 == limit ? .language : .file, span: .file(graph.file)) }
  }

  /// The same forms with the language's other units.
  private static func more(of graph: Graph, _ chance: Chance) -> [Claim] {
    var chance = chance
    func one<Element>(_ all: Element...) -> Element { all[chance.below(all.count)] }
    var claims: [Claim] = [
      .ends(within: one(.businessDays(20), .months(1), .hours(100), .months(3), .businessDays(60), .hours(2000))),
      .firstTouch(within: one(.hours(26), .days(1), .months(1), .businessDays(1), .weeks(1))),
      .touches(
        atMost: 1 + chance.below(3), verb: one(nil, "sms", "call"),
        span: one(.hours(40), .months(1), .businessDays(3), .days(1))),
      .apart(one(.hours(20), .businessDays(1), .hours(36), .days(2), .hours(24), .months(1))),
      .follows(.end(nil), within: one(.hours(200), .businessDays(15), .months(2)), of: .started),
      .follows(.escalation, within: one(.hours(30), .businessDays(2), .days(9)), of: .touch),
      .never(.escalation, after: .reply("reply")), .never(.end("won"), after: .event("item.settled")),
      .always(.event("item.settled"), before: .end("done")), .silence(reaches: [.touch]),
      .never(.touch, after: .event("bounce")),
    ]
    if graph.policy.window != nil {
      claims += [.firstTouch(within: .businessHours(10)), .follows(.touch, within: .businessHours(30), of: .started)]
    }
    return claims
  }

  private static func orders(of graph: Graph, _ chance: inout Chance) -> [Claim] {
    let shown = graph.nodes.indices.filter { index in
      switch graph.nodes[index].action {
      case .channel, .set, .emit, .enroll, .suppress, .escalate: true
      default: false
      }
    }
    var claims: [Claim] = [
      .never(.touch, after: .reply("no")), .never(.verb("sms"), after: .verb("email")),
      .never(.touch, after: .event("item.closed")), .always(.touch, before: .end(nil)),
      .always(.touch, before: .escalation),
      .follows(.touch, within: .days(1 + chance.below(20)), of: .started),
      .follows(.touch, within: .days(2), of: .reply("yes")),
      .follows(.end(nil), within: .days(1 + chance.below(30)), of: .touch),
    ]
    if let one = chance.pick(shown), let other = chance.pick(shown), one != other {
      claims.append(.always(.step(min(one, other)), before: .step(max(one, other))))
      claims.append(.never(.step(min(one, other)), after: .step(max(one, other))))
      claims.append(.follows(.step(max(one, other)), within: .days(10), of: .step(min(one, other))))
    }
    return claims
  }
}
