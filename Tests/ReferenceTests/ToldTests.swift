import FlowCore
import FlowRuntime
import FlowSimulation
import FlowTime
import Testing

/// What people are told, and what a timeline does not show.
struct ToldTests {
  struct Missing: Error { var workflow: String }

  /// Tells events to the first scenario's run of a workflow under Sentences.
  func told(
    _ workflow: String, in folder: String = "Sentences", _ events: [(Int, Event.Kind)]
  ) async throws -> Simulated {
    let corpus = try Corpus(folder)
    guard let scenario = corpus.workflow(workflow)?.scenarios.first else { throw Missing(workflow: workflow) }
    let scheduled = events.map { minutes, kind in
      ScheduledEvent(
        at: .instant(scenario.start.adding(milliseconds: Int64(minutes) * 60_000)),
        atText: "\(minutes) minutes", kind: kind, span: scenario.span)
    }
    return try await corpus.simulator.run(
      Story(workflow: workflow, start: scenario.start, beginning: .input(scenario.input), events: scheduled))
  }

  @Test("6.9 every reply is passed on, with what was done about it")
  func passedOn() async throws {
    let simulated = try await told("goes", [(60, .reply(text: "Hello"))])
    let notice = try #require(simulated.tasks.first { $0.name == "reply" })
    #expect(notice.person[path: ["name"]] == .text("Oliver Brandt"))
    #expect(notice.text == "Hello\n\ntaken by reply")
  }

  @Test("6.10, 6.12 the default gives the owner a task, and the timeline no entry")
  func readReply() async throws {
    let simulated = try await told("defaults", [(60, .reply(text: "Perhaps."))])
    #expect(simulated.tasks.map(\.name) == ["read-reply"])
    #expect(simulated.tasks.map(\.text) == ["Perhaps."])
    #expect(simulated.tasks.first?.isOpen == true)
    #expect(simulated.timeline?.entries.map(\.type) == ["started", "sent", "waiting", "received", "ended"])
  }

  @Test("6.11 a bounce, a run that is exhausted and a step that fails tell the owner")
  func troubles() async throws {
    #expect(try await told("defaults", [(60, .bounce(hard: true))]).tasks.map(\.name) == ["undeliverable"])
    #expect(try await told("max-touches", []).tasks.map(\.name) == ["exhausted"])
    #expect(try await told("cannot-be-done", []).tasks.map(\.name) == ["failed"])
  }

  @Test("6.24 a person's open task is withdrawn when something else comes first, and says so")
  func withdrawn() async throws {
    let simulated = try await told("outcomes", [(60, .reply(text: "Never mind."))])
    let waited = try #require(simulated.tasks.first { $0.name == "waited" })
    guard case .withdrawn(let because, let at) = waited.state else {
      Issue.record("\(waited.state)")
      return
    }
    #expect(because == "the run has ended: replied")
    #expect(at == simulated.timeline?.start.adding(milliseconds: 3_600_000))
  }

  @Test("6.27 a soft bounce is recorded, whatever the file says about a bounce")
  func softBounce() async throws {
    let simulated = try await told("built-in-events", [(60, .bounce(hard: false))])
    #expect(simulated.timeline?.outcome == "silent")
    #expect(
      simulated.timeline?.entries.contains {
        $0.kind == .received(event: "bounce", class: nil, outcome: nil, took: "nothing")
      } == true)
  }

  @Test("5.79, 5.80 Markdown in an email, and where the ask stands")
  func texts() async throws {
    let simulated = try await told("texts", in: "Projects/signed", [])
    let bodies = simulated.timeline?.entries.compactMap { entry in
      entry.handover?.rendered.first { $0.name == "body" }?.text
    }
    #expect(
      bodies?[0]
        == "Good day Ann Meyer,\n\nthis stands in a *file*.\n\nWill you answer?\n\n-- \nOliver Brandt, Acme")
    #expect(bodies?[1] == "Before.\n\nShall we, Ann Meyer?\n\nAfter.\n\n-- \nOliver Brandt, Acme")
    #expect(bodies?[2] == "This is *not* bold, letter.md\n\nIs it?")
  }
}
