import FlowCompiler
import FlowCore
import FlowTesting
import FlowTime
import Testing

/// What becomes of a file: nodes, targets, cases, places.
@Suite struct LoweringTests {
  private func edges(_ graph: Graph, _ step: String) -> [String] {
    guard let index = graph.node(named: step) else { return [] }
    return graph.edges(from: index).map { edge in
      let to: String =
        switch edge.to {
        case .node(let node): graph.nodes[node].name
        case .end(let outcome): "end \(outcome)"
        case .hold: "hold"
        case .resume: "resume"
        }
      return "\(edge.label)\(edge.isWritten ? "" : "*") → \(to)"
    }
  }

  @Test func namesAndOrder() throws {
    let graph = try expectGraph(
      """
      anytime:
        reply:
          - task: read
            by: owner
            say: "{{ reply.text }}"
          - task:
            by: owner
            say: x
          - hold: 1 day
      steps:
        - await: reply within 1 day
          name: listen
        - await: bounce within 1 day
        - choose:
            - when: deal.amount > 1
              then:
                - wait: 1 day
            - otherwise: last
        - wait: 2 days
        - end: done
          name: last
      """)
    #expect(
      graph.nodes.map(\.name) == [
        "read", "task-2", "hold-1", "listen", "await-2", "choose-1", "wait-1", "wait-2", "last",
      ])
    #expect(graph.nodes.map(\.isNamed) == [true, false, false, true, false, false, false, false, true])
    #expect(graph.entry == .node(3))
    #expect(graph.lists == [.steps, .anytime(key: "reply"), .nested(in: 5)])
    #expect(graph.nodes.map(\.place.list) == [1, 1, 1, 0, 0, 0, 2, 0, 0])
    #expect(graph.nodes.map(\.place.position) == [0, 1, 2, 0, 1, 2, 0, 3, 4])
    #expect(graph.nodes[2].next == .resume)
    #expect(edges(graph, "choose-1") == ["deal.amount > 1 → wait-1", "otherwise → last"])
    #expect(edges(graph, "wait-1") == ["* → wait-2"])
  }

  @Test func casesOfAnAwait() throws {
    let graph = try expectGraph(
      """
      events: { deal.signed: {}, deal.lost: {} }
      replies: { yes-please: ["yes"] }
      steps:
        - await: reply or deal.signed within 3 days
          name: filled
        - await: reply or deal.signed within 3 days
          name: one-target
          then: written
        - await: reply or yes-please or deal.lost within 3 days
          name: written
          then: { yes-please: end won, deal.lost: hold 2 days }
        - end: done
      """)
    #expect(edges(graph, "filled") == ["deal.signed* → one-target", "timeout* → one-target"])
    #expect(edges(graph, "one-target") == ["reply → written", "deal.signed → written", "timeout → written"])
    #expect(edges(graph, "written") == ["yes-please → end won", "deal.lost → hold", "timeout* → end-1"])
  }

  @Test func casesOfAChannel() throws {
    let graph = try expectGraph(
      """
      steps:
        - task: look
          by: owner
          say: x
          within: 1 day
          then:
            done: end seen
            timeout:
              - escalate: late
                to: owner
                say: x
                each: 2 hours
        - task: plain
          by: owner
          say: x
      """)
    #expect(edges(graph, "look") == ["done → end seen", "timeout → late", "declined* → plain"])
    #expect(edges(graph, "late") == ["acknowledged* → plain", "timeout* → plain"])
    #expect(edges(graph, "plain") == ["* → end completed"])
  }

  @Test func rounds() throws {
    let graph = try expectGraph(
      """
      steps:
        - repeat: asking
          times: 3
          every: 2 days
          steps:
            - sms: ask
              body: x
            - await: reply within 1 day
        - end: done
      """)
    #expect(graph.nodes.map(\.repeats) == [[], [0], [0], []])
    #expect(edges(graph, "await-1") == ["timeout* → asking"])
    #expect(graph.nodes[0].next == .node(3))
    guard case .loop(let loop) = graph.nodes[0].action else { return #expect(Bool(false)) }
    #expect(loop.times == 3 && loop.every == .days(2) && loop.body == 1)
  }

  @Test func windowsAndDefaults() throws {
    let graph = try expectGraph(
      """
      policy: { window: mon-fri 09:00-17:00 }
      steps:
        - sms: a
          body: x
        - sms: b
          window: any
          gap: none
          closed: end late
          body: x
        - task: c
          window: daily 08:00-20:00
          closed: skip
          by: owner
          say: x
        - task: d
          by: owner
          say: x
      """)
    #expect(graph.nodes.map(\.window) == [.policy, .any, .own(try Window.parse("daily 08:00-20:00")), .any])
    #expect(graph.nodes.map(\.closed) == [.defer, .end("late"), .skip, .defer])
    #expect(graph.nodes.map(\.liftsGap) == [false, true, false, false])
  }

  @Test func moments() throws {
    let graph = try expectGraph(
      """
      steps:
        - wait: until day 3 at 09:30
        - wait: until mon 09:00
        - wait: until deal.due - 3 business days at 10:00
          if-past: skip
        - wait: until run.started + 1 month
        - wait: 1 day 4 hours
      """)
    let moments = graph.nodes.map { node in
      if case .wait(let moment) = node.action { moment } else { Moment(base: .arrival, text: "") }
    }
    #expect(moments[0].base == .day(3) && moments[0].time == CivilTime(hour: 9, minute: 30))
    #expect(moments[1].base == .clock(.mon, try #require(CivilTime(hour: 9, minute: 0))))
    #expect(moments[2].shift == Moment.Shift(sign: -1, duration: .businessDays(3)))
    #expect(moments.map(\.isData) == [false, false, true, false, false])
    #expect(graph.nodes[2].ifPast == .skip)
    #expect(moments[3].shift == Moment.Shift(sign: 1, duration: .months(1)))
    #expect(moments[4] == .after(try Duration.parse("1 day 4 hours"), text: "1 day 4 hours"))
  }

  @Test func eventSlots() throws {
    let graph = try expectGraph(
      """
      events: { deal.moved: { to: date } }
      anytime:
        deal.moved:
          - set: { deal.due: event.to }
      """)
    guard case .set(let assignments) = graph.nodes[0].action else { return #expect(Bool(false)) }
    #expect(assignments[0].path == ["deal", "due"])
    #expect(assignments[0].value.uses.map(\.name) == [.eventField(slot: graph.nodes[0].place.list, "to")])
  }

  @Test func slotOfAHold() throws {
    let graph = try expectGraph(
      "events: { deal.moved: { to: date } }\nanytime: { deal.moved: \"hold until event.to, or 2 days\" }\n")
    guard case .hold(let hold) = graph.anytime[0].target, case .moment(let moment)? = hold.until,
      case .expression(let expression) = moment.base
    else { return #expect(Bool(false)) }
    #expect(hold.slot == 1 && expression.uses.map(\.name) == [.eventField(slot: 1, "to")])
    #expect(hold.fallback == .days(2))
  }

  @Test func triggers() throws {
    let graph = try expectGraph(
      """
      trigger:
        event: sprint.ended
        key: [ sprint, item.id ]
        each: item in items
        contact: item.owner
        again: { per: contact, after: 30 days }
        exclusive: sprints
      input:
        sprint: text
        boss: person
        items: [ { id: text, due: date, owner: person } ]
      owner: boss
      """)
    #expect(graph.input.map(\.name) == ["sprint", "boss", "items", "item", "contact"])
    #expect(graph.triggerFields.map(\.name) == ["sprint", "boss", "items"])
    #expect(graph.trigger.key.map(\.text) == ["sprint", "item.id"])
    #expect(graph.trigger.again == .after(.days(30), perContact: true))
  }

  @Test func fingerprints() throws {
    let text = "steps:\n  - wait: 2 days\n  - end: done\n"
    let first = try expectGraph(text).fingerprint
    #expect(first.utf8.count == 12 && first.allSatisfy { $0.isHexDigit })
    #expect(
      try expectGraph(
        "# a comment\nsteps:\n\n  - wait: 2 days   # and one more\n    note: why\n  - end: done\n"
      ).fingerprint == first)
    #expect(try expectGraph("about: something else\n" + text).fingerprint == first)
    #expect(try expectGraph("steps:\n  - wait: 3 days\n  - end: done\n").fingerprint != first)
    #expect(try expectGraph("steps:\n  - wait: 2 days\n  - end: over\n").fingerprint != first)
    #expect(try expectGraph("policy: { gap: 1 day }\n" + text).fingerprint != first)
    let a = try expectGraph("steps:\n  - end: done\n    if: deal.amount > 1 and deal.amount < 5\n")
      .fingerprint
    #expect(
      try expectGraph("steps:\n  - end: done\n    if: (deal.amount > 1)  and (deal.amount < 5)\n").fingerprint
        == a)
  }
}
