import FlowCore
import FlowRuntime
import FlowTime

extension StoreConformance {
  static let time: [Check] = [
    Check("the longest due come first, then the first started; what has ended or is stuck is not due") { store in
      var stuck = Sample.run("r-0", subject: "P-0", due: 1)
      stuck.stuck = "its version cannot be read any more"
      try store.store.commit([
        .start(stuck), .start(Sample.run("r-4", subject: "P-4", due: 3)),
        .start(Sample.run("r-3", subject: "P-3", due: 2)), .start(Sample.run("r-1", subject: "P-1", due: 3)),
        .start(Sample.run("r-2", subject: "P-2", due: 4)),
        .start(Sample.run("r-5", subject: "P-5", due: nil)),
      ])
      store.expect(
        try store.store.due(until: Sample.at(3), limit: 9), is: ["r-3", "r-4", "r-1"], "who is due")
      store.expect(try store.store.due(until: Sample.at(3), limit: 2), is: ["r-3", "r-4"], "the first two")
      store.expect(try store.store.due(until: Sample.at(1), limit: 9), is: [], "who is due before")
      store.expect(try store.store.nextDue(), is: Sample.at(2), "the next due")
    },
    Check("a due that has moved counts where it is now") { store in
      try store.store.commit([.start(Sample.run("r-1", due: 3))])
      try store.store.commit([.advance(Sample.run("r-1", due: 8, sequence: 2), from: 1)])
      store.expect(
        try store.store.due(until: Sample.at(5), limit: 9), is: [], "who is due at the old instant")
      store.expect(try store.store.nextDue(), is: Sample.at(8), "the next due")
      try store.store.commit([.advance(Sample.run("r-1", due: 3, sequence: 3), from: 2)])
      store.expect(try store.store.due(until: Sample.at(5), limit: 9), is: ["r-1"], "who is due")
      try store.store.commit([.advance(Sample.run("r-1", due: nil, sequence: 4), from: 3)])
      store.expect(try store.store.nextDue(), is: nil, "the next due of nobody")
    },
    Check("instants come back to the millisecond, far ones too") { store in
      for (index, instant) in [Instant.distantPast, Instant(milliseconds: -1), .distantFuture].enumerated() {
        try store.store.commit([.touch(contact: "c-\(index)", run: "r-1", at: instant)])
        store.expect(try store.store.touches(contact: "c-\(index)").map(\.at), is: [instant], "the instant")
      }
    },
  ]

  static let outbox: [Check] = [
    Check("a delivery keeps its very bytes, and its key is there once") { store in
      try store.store.commit([.plan(Sample.outgoing("k-1"))])
      store.expect(try store.store.outgoing("k-1"), is: Sample.outgoing("k-1"), "the delivery")
      store.expectRefused(.known, "a known key", [.plan(Sample.outgoing("k-1"))])
    },
    Check("the first planned is tried first, once its time has come") { store in
      for (key, next) in [("k-3", 5), ("k-1", 9), ("k-2", 4)] as [(String, Int64)] {
        try store.store.commit([.plan(Sample.outgoing(key, next: next))])
      }
      store.expect(try store.store.nextDue(), is: Sample.at(4), "the next due")
      store.expect(try store.store.nextOutgoing(until: Sample.at(3))?.key.text, is: nil, "nothing yet")
      store.expect(try store.store.nextOutgoing(until: Sample.at(5))?.key.text, is: "k-3", "the first")
      var line = Sample.outgoing("k-3")
      line.state = .accepted
      line.receipt = "250 ok"
      line.settled = Sample.at(6)
      line.attempts = 2
      try store.store.commit([.change(line, from: .planned)])
      store.expect(try store.store.outgoing("k-3"), is: line, "the accepted delivery")
      store.expect(try store.store.nextOutgoing(until: Sample.at(9))?.key.text, is: "k-1", "the next")
      store.expect(try store.store.outbox(.planned).map(\.key.text), is: ["k-1", "k-2"], "what is planned")
      store.expect(try store.store.outbox(.accepted).map(\.key.text), is: ["k-3"], "what is accepted")
    },
    Check("the next of some verbs is found, whatever waits by others") { store in
      try store.store.commit([
        .plan(Sample.outgoing("k-1", next: 4)), .plan(Sample.outgoing("k-2", next: 5, verb: "call")),
      ])
      func next(_ verbs: Verbs) throws -> String? {
        try store.store.nextOutgoing(until: Sample.at(9), verbs)?.key.text
      }
      store.expect(try next(.all), is: "k-1", "the next of all")
      store.expect(try next(.only("call")), is: "k-2", "the next call")
      store.expect(try next(.but(["letter"])), is: "k-2", "the next of all but letters")
      store.expect(try next(.but(["letter", "call"])), is: nil, "the next of no verb")
      store.expect(try next(.only("post")), is: nil, "the next of another verb")
      store.expect(try store.store.nextDue(.but(["letter"])), is: Sample.at(5), "the next due but for letters")
      store.expect(try store.store.nextDue(.but(["letter", "call"])), is: nil, "the next due of neither")
    },
    Check("a run knows the steps of its touches, settled or not") { store in
      func line(_ key: String, _ node: NodeIndex, touch: Bool = true, run: String = "r-1") -> Outgoing {
        let like = Sample.outgoing(key, run: run)
        return Outgoing(
          key: like.key, run: run, sequence: 4, node: node, step: like.step, round: nil, verb: like.verb,
          touch: touch, contact: like.contact, owner: like.owner, rendering: like.rendering, planned: like.planned,
          next: like.next)
      }
      var settled = line("k-2", 5)
      try store.store.commit([.plan(line("k-1", 2)), .plan(settled)])
      settled.state = .accepted
      try store.store.commit([.change(settled, from: .planned)])
      try store.store.commit([.plan(line("k-3", 6, touch: false)), .plan(line("k-4", 7, run: "r-2"))])
      store.expect(try store.store.touchSteps(run: "r-1"), is: [2, 5], "the steps of the run's touches")
      store.expect(try store.store.touchSteps(run: "r-3"), is: [], "those of a run without any")
    },
    Check("a delivery changes only from the state that was read") { store in
      try store.store.commit([.plan(Sample.outgoing("k-1")), .plan(Sample.outgoing("k-2", run: "r-2"))])
      var line = Sample.outgoing("k-1")
      line.state = .claimed
      line.because = "try"
      try store.store.commit([.change(line, from: .planned)])
      store.expectRefused(.conflict, "a second claim", [.change(line, from: .planned)])
      store.expect(try store.store.hasOpen(run: "r-1"), "a claimed delivery counts as settled")
      store.expect(try store.store.hasOpen(run: "r-2"), "a planned delivery counts as settled")
      store.expect(try !store.store.hasOpen(run: "r-3"), "a run without deliveries has an open one")
      line.state = .planned
      line.next = Sample.at(30)
      try store.store.commit([.change(line, from: .claimed)])
      store.expect(try store.store.hasOpen(run: "r-1"), "a delivery to be tried again counts as settled")
      store.expect(try store.store.nextOutgoing(until: Sample.at(29))?.key.text, is: "k-2", "the next")
      store.expect(try store.store.outbox(run: "r-1"), is: [line], "the run's deliveries")
      line.state = .accepted
      try store.store.commit([.change(line, from: .planned)])
      store.expect(try !store.store.hasOpen(run: "r-1"), "a delivery that arrived counts as open")
    },
  ]

  static let people: [Check] = [
    Check("tasks come by when they were given, then id, and change") { store in
      try store.store.commit([
        .task(Sample.task("t-2", assigned: 4)), .task(Sample.task("t-1", assigned: 4)),
        .task(Sample.task("t-3", run: "r-2", assigned: 1)),
      ])
      store.expect(try store.store.tasks(TaskFilter()).map(\.id), is: ["t-3", "t-1", "t-2"], "all tasks")
      store.expect(try store.store.task("t-1"), is: Sample.task("t-1", assigned: 4), "the task")
      var done = Sample.task("t-1", assigned: 4)
      done.state = .done(outcome: "done", note: "well", at: Sample.at(9))
      done.settledBy = "e-1"
      try store.store.commit([.task(done)])
      store.expect(try store.store.task("t-1"), is: done, "the task that is done")
      store.expect(
        try store.store.tasks(TaskFilter(isOpen: true)).map(\.id), is: ["t-3", "t-2"], "open tasks")
      store.expect(
        try store.store.tasks(TaskFilter(run: "r-1", isOpen: false)).map(\.id), is: ["t-1"], "done tasks")
    },
    Check("what is suppressed stays so, for everything a contact is known by") { store in
      try store.store.commit([
        .suppress(
          contact: ["c-1", "ann@example.test"], channel: "letter", at: Sample.at(1), because: "asked")
      ])
      try store.store.commit([
        .suppress(contact: ["c-1"], channel: "letter", at: Sample.at(2), because: "again"),
        .suppress(contact: ["+49170"], channel: "all", at: Sample.at(3), because: "complained"),
      ])
      store.expect(try store.store.suppressed(["ann@example.test"]), is: ["letter"], "what is suppressed")
      store.expect(
        try store.store.suppressed(["c-1", "+49170"]), is: ["letter", "all"], "what is suppressed")
      store.expect(try store.store.suppressed(["c-2"]), is: [], "what is suppressed for another")
      store.expect(
        try store.store.suppressions().map { [$0.contact, $0.channel, $0.because] },
        is: [
          ["+49170", "all", "complained"], ["ann@example.test", "letter", "asked"],
          ["c-1", "letter", "asked"],
        ],
        "the list")
    },
    Check("a contact's touches come by time, whichever run they are of") { store in
      try store.store.commit([
        .touch(contact: "c-1", run: "r-1", at: Sample.at(5)),
        .touch(contact: "c-1", run: "r-2", at: Sample.at(2)),
        .touch(contact: "c-2", run: "r-1", at: Sample.at(1)),
      ])
      store.expect(
        try store.store.touches(contact: "c-1"),
        is: [ContactTouch(run: "r-2", at: Sample.at(2)), ContactTouch(run: "r-1", at: Sample.at(5))],
        "the touches")
    },
  ]
}
