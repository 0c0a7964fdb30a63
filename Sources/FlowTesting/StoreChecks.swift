import FlowCore
import FlowRuntime
import FlowTime

extension StoreConformance {
  static let commits: [Check] = [
    Check("a commit is all or nothing") { store in
      try store.store.commit([.start(Sample.run("r-1"))])
      store.expectRefused(
        .conflict, "a commit whose last change is stale",
        [
          .receive(Sample.incoming("e-9")), .hear(run: "r-1", event: "e-9"), .append(Sample.step("r-1", 1)),
          .plan(Sample.outgoing("k-9")), .task(Sample.task("t-9")),
          .suppress(contact: ["c-1"], channel: "all", at: Sample.at(0), because: "x"),
          .touch(contact: "c-1", run: "r-1", at: Sample.at(0)),
          .advance(Sample.run("r-1", sequence: 3), from: 2),
        ])
      store.expect(
        try store.store.inbox(InboxKey(source: "", id: "e-9")) == nil, "an event stays of a refused commit")
      store.expect(try !store.store.knows(run: "r-1", event: "e-9"), "the run heard of a refused commit")
      store.expect(try store.store.journal("r-1").isEmpty, "the journal holds a refused commit")
      store.expect(try store.store.outgoing("k-9") == nil, "the outbox holds a refused commit")
      store.expect(try store.store.task("t-9") == nil, "a task stays of a refused commit")
      store.expect(try store.store.suppressed(["c-1"]).isEmpty, "a suppression stays of a refused commit")
      store.expect(try store.store.touches(contact: "c-1").isEmpty, "a touch stays of a refused commit")
    },
    Check("changes are applied in their order") { store in
      try store.store.commit([
        .start(Sample.run("r-1", sequence: 1)), .append(Sample.step("r-1", 1)),
        .advance(Sample.run("r-1", due: 20, sequence: 2), from: 1), .append(Sample.step("r-1", 2)),
      ])
      store.expect(try store.store.run("r-1")?.sequence, is: 2, "the sequence")
      store.expect(try store.store.journal("r-1").map(\.sequence), is: [1, 2], "the journal")
    },
    Check("what was added is seen at once, and a refused addition takes away none before it") { store in
      try store.store.add([.start(Sample.run("r-1"))])
      do throws(StoreError) {
        try store.store.add([
          .receive(Sample.incoming("e-9")), .advance(Sample.run("r-1", sequence: 3), from: 2),
        ])
        store.expect(false, "a stale addition is taken")
      } catch {
        store.expect("\(error)", is: "\(StoreError.conflict("run r-1"))", "the refusal")
      }
      try store.store.add([.advance(Sample.run("r-1", due: 20, sequence: 2), from: 1)])
      store.expect(try store.store.run("r-1")?.sequence, is: 2, "the sequence before the flush")
      try store.store.tidy()
      store.expect(try store.store.run("r-1")?.sequence, is: 2, "the sequence after what was put off")
      try store.store.flush()
      store.expect(try store.store.run("r-1")?.sequence, is: 2, "the sequence after the flush")
      store.expect(
        try store.store.inbox(InboxKey(source: "", id: "e-9")) == nil, "an event stays of a refused addition")
      store.expect(try store.store.nextDue(), is: Sample.at(20), "the next due")
      try store.store.flush()
    },
    Check("an empty commit does nothing") { store in try store.store.commit([]) },
  ]

  static let inbox: [Check] = [
    Check("an id comes once from each source") { store in
      try store.store.commit([
        .receive(Sample.incoming("e-1")), .receive(Sample.incoming("e-1", source: "shop")),
      ])
      store.expectRefused(.known, "a known id", [.receive(Sample.incoming("e-1", at: 7))])
      store.expectRefused(
        .known, "an id twice in one commit",
        [.receive(Sample.incoming("e-2")), .receive(Sample.incoming("e-2"))])
      store.expect(
        try store.store.inbox(InboxKey(source: "", id: "e-1")), is: Sample.incoming("e-1"),
        "what was received")
    },
    Check("what is pending comes in the order in which it came, until it is answered") { store in
      for id in ["e-3", "e-1", "e-2"] { try store.store.commit([.receive(Sample.incoming(id))]) }
      store.expect(
        try store.store.pending(limit: 9).map(\.incoming.id), is: ["e-3", "e-1", "e-2"], "what is pending")
      store.expect(
        try store.store.pending(limit: 1).map(\.incoming.id), is: ["e-3"], "the first that is pending")
      let result = Received(
        started: [.init(workflow: "proposal", run: "r-1", item: 2)], reached: ["r-2"])
      try store.store.commit([.answer(InboxKey(source: "", id: "e-1"), result)])
      store.expect(try store.store.pending(limit: 9).map(\.incoming.id), is: ["e-3", "e-2"], "what is left")
      store.expect(try store.store.inbox(InboxKey(source: "", id: "e-1"))?.result, is: result, "the answer")
    },
    Check("what fits no run, or is refused, is kept where people see it") { store in
      for id in ["e-1", "e-2", "e-3"] { try store.store.commit([.receive(Sample.incoming(id))]) }
      try store.store.commit([.answer(InboxKey(source: "", id: "e-1"), .unmatched("no run"))])
      try store.store.commit([.answer(InboxKey(source: "", id: "e-2"), Received(reached: ["r-1"]))])
      let refused = Received(refused: [.init(workflow: "proposal", because: ["a", "b"])])
      try store.store.commit([.answer(InboxKey(source: "", id: "e-3"), refused)])
      let rows = try store.store.inboxNeedingEyes()
      store.expect(rows.map(\.incoming.id), is: ["e-1", "e-3"], "what people see")
      store.expect(rows.last?.result, is: refused, "the refusal")
    },
  ]

  static let runs: [Check] = [
    Check("a run is read as it was written") { store in
      let record = Sample.run("r-1", subject: "P-1/é 'x'", exclusive: "sales")
      try store.store.commit([.start(record), .append(Sample.step("r-1", 1))])
      store.expect(try store.store.run("r-1"), is: record, "the run")
      store.expect(try store.store.journal("r-1"), is: [Sample.step("r-1", 1)], "the journal")
      store.expect(try store.store.run("r-2"), is: nil, "a run that never was")
    },
    Check("an event starts one run for workflow and key, also after that has ended") { store in
      try store.store.commit([.start(Sample.run("r-1", due: nil))])
      store.expectRefused(.known, "a second run of one event", [.start(Sample.run("r-2"))])
      try store.store.commit([.start(Sample.run("r-3", event: "e-2"))])
      try store.store.commit([.start(Sample.run("r-4", workflow: "survey"))])
      try store.store.commit([.start(Sample.run("r-5", subject: "P-2"))])
      store.expect(
        try store.store.run(workflow: "proposal", subject: "P-1", startedBy: "e-2")?.id, is: "r-3",
        "who was started")
    },
    Check("one run lives for workflow and key") { store in
      try store.store.commit([.start(Sample.run("r-1"))])
      store.expectRefused(.known, "a second live run", [.start(Sample.run("r-2", event: "e-2"))])
      try store.store.commit([.advance(Sample.run("r-1", due: nil, sequence: 2), from: 1)])
      try store.store.commit([.start(Sample.run("r-2", event: "e-2", started: 5))])
      store.expect(
        try store.store.lastRun(workflow: "proposal", subject: "P-1")?.id, is: "r-2", "the last run")
      store.expect(
        try store.store.lastRun(workflow: "proposal", contact: "c-1")?.id, is: "r-2", "the contact's last")
    },
    Check("one run lives for a contact within an exclusive group") { store in
      try store.store.commit([.start(Sample.run("r-1", exclusive: "sales"))])
      let second = Sample.run("r-2", workflow: "offer", subject: "O-1", exclusive: "sales", event: "e-2")
      store.expectRefused(.known, "a second run in the group", [.start(second)])
      store.expect(
        try store.store.liveRun(exclusive: "sales", contact: "c-1")?.id, is: "r-1", "who is in the group")
      store.expect(
        try store.store.liveRun(exclusive: "care", contact: "c-1"), is: nil, "who is in another group")
      try store.store.commit([
        .start(Sample.run("r-3", subject: "P-3", contact: "c-2", exclusive: "sales", event: "e-3")),
        .start(Sample.run("r-4", subject: "P-4", exclusive: "care", event: "e-4")),
        .start(Sample.run("r-5", subject: "P-5", event: "e-5")),
      ])
      try store.store.commit([.advance(Sample.run("r-1", exclusive: "sales", due: nil, sequence: 2), from: 1)]
      )
      try store.store.commit([.start(second)])
    },
    Check("a run is advanced only from the state that was read") { store in
      try store.store.commit([.start(Sample.run("r-1"))])
      try store.store.commit([.advance(Sample.run("r-1", due: 20, sequence: 2), from: 1)])
      store.expectRefused(
        .conflict, "a stale advance", [.advance(Sample.run("r-1", due: 30, sequence: 2), from: 1)])
      store.expectRefused(
        .conflict, "an advance of nothing", [.advance(Sample.run("r-9", sequence: 2), from: 1)])
      store.expect(try store.store.run("r-1")?.due, is: Sample.at(20), "the due")
    },
    Check("a run hears an event once") { store in
      try store.store.commit([.start(Sample.run("r-1")), .hear(run: "r-1", event: "e-1")])
      store.expectRefused(.known, "an event heard twice", [.hear(run: "r-1", event: "e-1")])
      try store.store.commit([.hear(run: "r-2", event: "e-1"), .hear(run: "r-1", event: "e-2")])
      store.expect(try store.store.knows(run: "r-1", event: "e-2"), "the run does not know what it heard")
      store.expect(try !store.store.knows(run: "r-2", event: "e-2"), "a run knows what another heard")
    },
    Check("the journal has no gap") { store in
      try store.store.commit([.append(Sample.step("r-1", 1))])
      store.expectRefused(.conflict, "a step that leaves one out", [.append(Sample.step("r-1", 3))])
      store.expectRefused(.conflict, "a step that is there", [.append(Sample.step("r-1", 1))])
      try store.store.commit([.append(Sample.step("r-1", 2)), .append(Sample.step("r-1", 3))])
      store.expect(try store.store.journal("r-1").map(\.sequence), is: [1, 2, 3], "the journal")
    },
    Check("the step that was added last says how far the store has come") { store in
      store.expect(try store.store.lastStep(), is: nil, "the last step of an empty store")
      try store.store.commit([.start(Sample.run("r-1")), .append(Sample.step("r-1", 1))])
      try store.store.commit([
        .start(Sample.run("r-2", subject: "P-2", event: "e-2", started: 3)), .append(Sample.step("r-2", 1)),
        .append(Sample.step("r-2", 2)),
      ])
      store.expect(try store.store.lastStep(), is: Sample.step("r-2", 2).at, "the last step")
      // Not the latest instant: a clock may have been set back.
      try store.store.add([.append(Sample.step("r-3", 1))])
      store.expect(try store.store.lastStep(), is: Sample.step("r-3", 1).at, "the last step before a flush")
      try store.store.flush()
    },
    Check("what was written is not damaged, before a flush and after it, nor is what is not there") { store in
      try store.store.add([
        .start(Sample.run("r-1")), .append(Sample.step("r-1", 1)), .plan(Sample.outgoing("k-1")),
        .task(Sample.task("t-1")),
      ])
      for when in ["before", "after"] {
        store.expect(try store.store.damage(run: "r-1"), is: nil, "the damage of a run \(when) the flush")
        store.expect(try store.store.damaged(), is: [], "runs whose messages are damaged \(when) the flush")
        try store.store.flush()
      }
      var held = Sample.outgoing("k-1")
      held.state = .held
      held.because = "a hold"
      try store.store.commit([
        .change(held, from: .planned), .advance(Sample.run("r-1", due: 20, sequence: 2), from: 1),
        .append(Sample.step("r-1", 2)),
      ])
      store.expect(try store.store.damage(run: "r-1"), is: nil, "the damage of a run that was changed")
      store.expect(try store.store.damage(run: "r-9"), is: nil, "the damage of a run that never was")
    },
    Check("runs are listed by start, then id, as asked for") { store in
      try store.store.commit([
        .start(Sample.run("r-2", subject: "P-2", event: "e-2", started: 3)),
        .start(Sample.run("r-1", subject: "P-1", event: "e-1", started: 3)),
        .start(Sample.run("r-3", workflow: "survey", event: "e-3", started: 1)),
        .start(Sample.run("r-4", subject: "P-4", contact: "c-2", event: "e-4", started: 2, due: nil)),
      ])
      func ids(_ filter: RunFilter) throws -> [String] { try store.store.runs(filter).map(\.id) }
      store.expect(try ids(RunFilter()), is: ["r-3", "r-4", "r-1", "r-2"], "all runs")
      store.expect(try ids(RunFilter(workflow: "proposal")), is: ["r-4", "r-1", "r-2"], "runs of a workflow")
      store.expect(try ids(RunFilter(isLive: true)), is: ["r-3", "r-1", "r-2"], "live runs")
      store.expect(try ids(RunFilter(isLive: false)), is: ["r-4"], "ended runs")
      store.expect(try store.store.liveVersions(), is: [try store.store.run("r-1")?.version ?? ""], "live versions")
      store.expect(try ids(RunFilter(subject: "P-1")), is: ["r-3", "r-1"], "runs of a key")
      store.expect(try ids(RunFilter(contact: "c-2")), is: ["r-4"], "runs of a contact")
      func begun(_ prefix: String, _ limit: Int) throws -> [String] {
        try store.store.runIDs(prefix: prefix, limit: limit)
      }
      store.expect(try begun("r-", 3), is: ["r-1", "r-2", "r-3"], "the first ids")
      store.expect(try begun("r-4", 3), is: ["r-4"], "one id")
      store.expect(try begun("q", 3), is: [], "ids of no run")
    },
    Check("a version stays as it was saved") { store in
      let version = Version(
        fingerprint: "9f", workflow: "proposal", main: "proposal.yaml",
        files: [.init(path: "proposal.yaml", bytes: [0, 255]), .init(path: "a.md", bytes: [])])
      try store.store.commit([.version(version)])
      try store.store.commit([.version(Version(fingerprint: "9f", workflow: "x", main: "y", files: []))])
      store.expect(try store.store.version("9f"), is: version, "the version")
      store.expect(try store.store.version("00"), is: nil, "a version that never was")
    },
    Check("what is suppressed is allowed again, before a flush and after it") { store in
      func suppress() -> Write { .suppress(contact: ["a", "b"], channel: "email", at: Sample.at(1), because: "x") }
      try store.store.add([
        suppress(), .allow(contact: ["a"], channel: "sms"), .allow(contact: ["a"], channel: "email"),
      ])
      store.expect(try store.store.suppressed(["a"]), is: [], "what was allowed before the flush")
      store.expect(try store.store.suppressed(["b"]), is: ["email"], "what was not allowed")
      try store.store.flush()
      store.expect(try store.store.suppressions().map(\.contact), is: ["b"], "suppressions after the flush")
      try store.store.commit([suppress()])
      store.expect(try store.store.suppressed(["a"]), is: ["email"], "what was suppressed anew")
      try store.store.commit([.allow(contact: ["a", "b"], channel: "email")])
      store.expect(try store.store.suppressions(), is: [], "suppressions at last")
    },
    Check("facts of which there are many are found by their names, before a flush and after it") { store in
      try store.store.add([.remember("contact/a", "1"), .remember("reference/<b>", "2"), .remember("contact0", "3")])
      for when in ["before", "after"] {
        store.expect(try store.store.remembered("contact/a"), is: "1", "a contact \(when) the flush")
        store.expect(try store.store.remembered("reference/<b>"), is: "2", "a reference \(when) the flush")
        store.expect(try store.store.remembered("contact0"), is: "3", "another fact \(when) the flush")
        store.expect(
          try store.store.remembered(prefix: "contact/"), is: [Fact(name: "contact/a", value: "1")],
          "contacts \(when) the flush")
        try store.store.flush()
      }
      try store.store.commit([.remember("contact/a", nil), .remember("reference/<b>", "4")])
      store.expect(try store.store.remembered("contact/a"), is: nil, "a contact that was forgotten")
      store.expect(try store.store.remembered("reference/<b>"), is: "4", "a reference that was changed")
    },
    Check("a fact is kept until it is changed or forgotten") { store in
      try store.store.commit([.remember("cursor.b", "1"), .remember("cursor.a", "7"), .remember("paused", "x")])
      try store.store.commit([.remember("cursor.b", "2"), .remember("paused", nil), .remember("other", nil)])
      store.expect(try store.store.remembered("cursor.b"), is: "2", "a fact that was changed")
      store.expect(try store.store.remembered("paused"), is: nil, "a fact that was forgotten")
      store.expect(
        try store.store.remembered(prefix: "cursor."),
        is: [Fact(name: "cursor.a", value: "7"), Fact(name: "cursor.b", value: "2")], "facts of one kind")
    },
  ]
}
