import FlowCore
import FlowTime
import Testing

/// Builds a graph as the compiler would, without its text.
struct GraphBuilder {
  var nodes: [Node] = []
  var line = 40

  static let naming = Naming(inputs: [
    Field("contact", .contact), Field("owner", .person),
    Field("proposal", .record([Field("amount", .number), Field("expires", .optional(.date))])),
  ])

  static func expression(_ text: String) throws -> Expression {
    let (expression, problems) = Expression.compile(text, as: nil, in: naming)
    return try #require(expression, "\(problems)")
  }

  static func span(_ line: Int) -> Span {
    Span(
      file: "Workflows/proposal.yaml", start: Position(line: line, column: 5, offset: line * 20),
      end: Position(line: line, column: 15, offset: line * 20 + 10))
  }

  func span(_ line: Int) -> Span { Self.span(line) }

  mutating func add(
    _ name: String, _ verb: String, _ action: Action, next: Target, list: Int = 0, due: Moment? = nil,
    condition: Expression? = nil, repeats: [Int] = [], closed: Node.ClosedRule = .defer
  ) {
    line += 3
    nodes.append(
      Node(
        name: name, verb: verb, isNamed: !name.hasPrefix(verb), span: span(line), condition: condition,
        due: due,
        closed: closed, action: action, next: next, place: .init(list: list, position: nodes.count),
        repeats: repeats))
  }

  func touch(_ verb: String, until: Moment? = nil, cases: [Case] = []) -> Action {
    .channel(
      ChannelAction(
        verb: verb, touch: true, isTask: verb == "call", address: .email, fields: [], until: until,
        cases: cases))
  }

  func task(_ verb: String) -> Action {
    .channel(ChannelAction(verb: verb, touch: false, isTask: verb == "task", address: .name, fields: []))
  }

  func one(_ key: String, _ target: Target, written: Bool = true) -> Case {
    Case(key: key, target: target, isWritten: written, span: span(line + 4))
  }

  func escalate(_ to: String) throws -> Action {
    .escalate(Escalation(to: [try Self.expression(to)], via: "notify", address: .email))
  }
}

extension Samples {
  /// The proposal process of language.md, section 1.
  static func proposalGraph() throws -> Graph {
    var build = GraphBuilder()
    let day2 = Moment(base: .day(2), text: "day 2")
    let day5 = Moment(base: .day(5), text: "day 5")
    let within = Moment.after(.businessDays(3), text: "3 business days")
    let oneDay = Moment.after(.businessDays(1), text: "1 business day")
    let hours = Moment.after(.businessHours(4), text: "4 business hours")
    build.add("receipt", "email", build.touch("email"), next: .node(1), due: day2)
    build.add(
      "await-1", "await",
      .await(Await(events: ["reply"], until: day5, cases: [build.one("timeout", .node(2), written: false)])),
      next: .node(2))
    let outcomes = ["connected", "no-answer", "voicemail", "wrong-number"].map {
      build.one($0, .node(4), written: false)
    }
    build.add(
      "objections", "call",
      build.touch("call", until: oneDay, cases: [build.one("timeout", .node(3))] + outcomes),
      next: .node(4))
    build.add(
      "call-overdue", "escalate", try build.escalate("owner.manager ?? owner"), next: .node(4), list: 2)
    build.add(
      "last-offer", "email", build.touch("email"), next: .node(5), due: Moment(base: .day(10), text: "day 10")
    )
    build.add(
      "await-2", "await",
      .await(
        Await(events: ["reply"], until: within, cases: [build.one("timeout", .node(6), written: false)])),
      next: .node(6))
    build.add("end-1", "end", .end("no-response"), next: .end("no-response"))
    let rest = ["no-answer", "voicemail", "wrong-number"].map { build.one($0, .node(9), written: false) }
    build.add(
      "book", "call",
      build.touch(
        "call", until: hours,
        cases: [build.one("connected", .end("engaged")), build.one("timeout", .node(8))] + rest),
      next: .node(9), list: 1)
    build.add(
      "book-overdue", "escalate", try build.escalate("owner.manager ?? owner"), next: .node(9), list: 3)
    build.add("end-2", "end", .end("unreached"), next: .end("unreached"), list: 1)
    let hold = Hold(
      until: .moment(Moment(base: .returnDate, text: "return + 1 business day")), fallback: .businessDays(5),
      text: "hold until return + 1 business day, or 5 business days", span: build.span(30))
    return try graph(
      build, workflow: "proposal",
      about: "After a commercial proposal, stay in touch until the client decides.",
      anytime: [
        build.one("proposal.accepted", .end("won")), build.one("proposal.withdrawn", .end("withdrawn")),
        build.one("declined", .end("lost")), build.one("interested", .node(7)),
        build.one("objection", .node(2)), build.one("out-of-office", .hold(hold)),
      ],
      paths: [.init(name: "book", entry: 7, span: build.span(61))])
  }

  /// A split, a choice, a repeat, a list in `anytime`, names that need escapes.
  static func forkedGraph() throws -> Graph {
    var build = GraphBuilder()
    let twoDays = Moment.after(.days(2), text: "2 days")
    build.add(
      "arms", "split",
      .split(
        Split(
          arms: [
            .init(name: "short", share: 5000, target: .node(1), span: build.span(41)),
            .init(name: "long", share: 4500, target: .node(2), span: build.span(42)),
            .init(name: "nothing", share: 500, target: .end("control"), span: build.span(43)),
          ], salt: "")), next: .node(3))
    build.add("mail-short", "email", build.touch("email"), next: .node(3), list: 2)
    build.add("mail-long", "email", build.touch("email"), next: .node(3), list: 3, due: twoDays)
    build.add(
      "listen", "await",
      .await(
        Await(
          events: ["reply", "meeting.booked"], until: twoDays,
          cases: [
            build.one("interested", .end("engaged")), build.one("meeting.booked", .end("engaged")),
            build.one(
              "later", .hold(Hold(until: nil, fallback: .days(3), text: "3 days", span: build.span(50)))),
            build.one("timeout", .node(4), written: false),
          ])), next: .node(4))
    build.add(
      "by-amount", "choose",
      .choose(
        [
          Branch(
            when: try GraphBuilder.expression("proposal.amount > 10000 and contact.company is present"),
            target: .node(5), span: build.span(55)),
          Branch(
            when: try GraphBuilder.expression("proposal.amount < 100"), target: .end("too-small"),
            span: build.span(57)),
        ], otherwise: .node(7)), next: .node(9))
    build.add(
      "rounds", "repeat", .loop(Loop(times: 3, every: .days(2), everyText: "2 days", body: 6)),
      next: .node(9),
      list: 4)
    build.add(
      "ring", "call", build.touch("call"), next: .node(5), list: 5,
      condition: try GraphBuilder.expression("contact.phone is present"), repeats: [5])
    build.add("hand-over", "task", build.task("task"), next: .node(8), list: 6)
    build.add(
      "mark \"done\" & <tell>", "webhook", build.task("webhook"), next: .node(9), list: 6)
    build.add(
      "wait-1", "wait",
      .wait(Moment(base: .clock(.mon, CivilTime(milliseconds: 32_400_000)), text: "mon 09:00")),
      next: .node(10))
    build.add("closing", "email", build.touch("email"), next: .node(11), closed: .end("closed-shop"))
    build.add("end-1", "end", .end("quiet"), next: .end("quiet"))
    build.add("read-answer", "task", build.task("task"), next: .node(13), list: 7)
    build.add(
      "hold-1", "hold",
      .hold(Hold(until: nil, fallback: .businessDays(2), text: "2 business days", span: build.span(90))),
      next: .resume, list: 7)
    return try graph(
      build, workflow: "forks", about: "Every kind of fork",
      anytime: [
        build.one("reply", .node(12)), build.one("bounce", .end("bounced")),
      ], paths: [])
  }

  private static func graph(
    _ build: GraphBuilder, workflow: String, about: String, anytime: [Case], paths: [Graph.Path]
  ) throws -> Graph {
    let timezone = try GraphBuilder.expression("\"Europe/Berlin\"")
    return Graph(
      workflow: workflow, about: about, category: .marketing,
      trigger: Trigger(event: "\(workflow).sent", key: [], span: build.span(6)), input: [], events: [],
      timezone: timezone, owner: nil, policy: Policy(business: .workweek, holidays: .none), replies: [],
      anytime: anytime, goal: ["won"], nodes: build.nodes, entry: .node(0), paths: paths, lists: [.steps],
      fingerprint: "9f2c41d0a7b3", file: "Workflows/\(workflow).yaml")
  }
}
