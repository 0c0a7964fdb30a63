extension Explanation {
  /// Where steps lead.
  static let leads: [Explanation] = [
    Explanation(
      "unknown-target", title: "A step or path is named that does not exist.",
      why: "The run would not know where to go on.",
      example: file("steps:\n  - go: bok\npaths:\n  book:\n    - end: booked\nanytime:\n  reply: book\n"),
      correction: file(
        "steps:\n  - go: book\npaths:\n  book:\n    - end: booked\nanytime:\n  reply: "
          + "book\n")),
    Explanation(
      "target-out-of-reach", title: "A step is named that stands inside another.",
      why:
        "A target lies in the same list, in a list around it, or at the top of `steps` or `paths`: "
        + "into the inside of "
        + "another step nobody would come at a defined place.",
      example: file(
        "steps:\n  - choose:\n      - when: deal.title == \"x\"\n        then:\n          - wait: 1 "
          + "day\n            name: inside\n"
          + "  - await: reply within 3 days\n    then: { reply: inside }\n  - end: done\n"),
      correction: file(
        "steps:\n  - choose:\n      - when: deal.title == \"x\"\n        then:\n          - wait: 1 "
          + "day\n            name: inside\n"
          + "  - await: reply within 3 days\n    then: { reply: last }\n  - wait: 1 day\n"
          + "    name: last\n  - end: done\n")),
    Explanation(
      "case-not-awaited", title: "A case stands for something that the step does not wait for.",
      why:
        "It would never be taken. An await takes what it names, and the classes of reply where it "
        + "names reply.",
      example: file("steps:\n  - await: reply within 3 days\n    then: { bounce: end gone }\n  - end: done\n"),
      correction: file(
        "steps:\n  - await: reply or bounce within 3 days\n    then: { bounce: end gone }\n  - end: done\n")),
    Explanation(
      "not-passed", title: "A step's name is used where not every path has passed the step.",
      why: "A step's name is the instant it went out. On a path that has not come by it there is none.",
      example: file("steps:\n  - wait: until pause + 3 days\n  - wait: 1 day\n    name: pause\n  - end: done\n"),
      correction: file("steps:\n  - wait: 1 day\n    name: pause\n  - wait: until pause + 3 days\n  - end: done\n")),
    Explanation(
      "arms", title: "The arms of a split are not 100 % together, or are named wrong.",
      why: "Some runs would fall into no arm, or into two.",
      example: file("steps:\n  - split: offer\n    arms: { a: 50%, b: 40% }\n  - end: done\n"),
      correction: file("steps:\n  - split: offer\n    arms: { a: 50%, b: 50% }\n  - end: done\n")),
    Explanation(
      "anytime-step", title: "A list of anytime waits or reaches the contact, or a hold stands elsewhere.",
      why:
        "Such a list is done in the instant of the event, while a step waits: it takes no time and "
        + "sends the contact "
        + "nothing. To do more, lead to a path.",
      example: file(
        "anytime:\n  reply:\n    - wait: 2 days\n    - end: answered\nsteps:\n  - wait: 2 days\n  - end: done\n"),
      correction: file(
        "anytime:\n  reply: later\npaths:\n  later:\n    - wait: 2 days\n    - end: "
          + "answered\nsteps:\n  - wait: 2 days\n  - end: done\n"
      )),
  ]

  /// The graph, scenarios, comments.
  static let whole: [Explanation] = [
    Explanation(
      "cycle", title: "Steps go round in a circle.",
      why: "Every run ends. What is done again has a number of rounds: a repeat.",
      example: file("steps:\n  - wait: 1 day\n    name: pause\n  - go: pause\n"),
      correction: file(
        "steps:\n  - repeat: pauses\n    times: 3\n    every: 1 day\n    steps:\n      - wait: 1 hour\n  - end: done\n")
    ),
    Explanation(
      "unreachable", title: "No way leads to a step or a path.",
      why: "It would never be done: most likely a case that should lead there is missing.",
      example: file("steps:\n  - wait: 2 days\n  - end: done\npaths:\n  book:\n    - end: booked\n"),
      correction: file(
        "anytime:\n  reply: book\nsteps:\n  - wait: 2 days\n  - end: done\npaths:\n  book:\n    - end: booked\n")
    ),
    Explanation(
      "path-runs-out", title: "A path does not end.",
      why:
        "A path ends by `end` or `go`: what follows it would otherwise depend on where it stands in "
        + "the file.",
      example: file(
        "anytime:\n  reply: book\nsteps:\n  - wait: 2 days\n  - end: done\npaths:\n  book:\n    - wait: 1 day\n"),
      correction: file(
        "anytime:\n  reply: book\nsteps:\n  - wait: 2 days\n  - end: done\npaths:\n  book:\n    - wait: 1 day\n    - "
          + "end: booked\n"
      )),
    Explanation(
      "class-unhandled", .warning, title: "Nothing handles a class of reply.",
      why: "Such an answer would end the run as any other does, which is hardly why the class was made.",
      example: file("replies:\n  agreed: [ \"sounds good\" ]\nsteps:\n  - wait: 2 days\n  - end: done\n"),
      correction: file(
        "replies:\n  agreed: [ \"sounds good\" ]\nanytime:\n  agreed: end won\n"
          + "steps:\n  - wait: 2 days\n  - end: done\n")),
    Explanation(
      "wait-before-reply", .warning, title: "A plain wait stands between a touch and an await for its reply.",
      why:
        "An answer that comes while the run only waits would end it by default, and never come to the await.",
      example: file(
        "steps:\n  - sms: hello\n    purpose: request\n    body: Hello {{ contact.name }}, about {{ "
          + "deal.title }}.\n"
          + "    ask: Shall we start?\n  - wait: 1 day\n  - await: reply within 2 days\n  - end: done\n"),
      correction: file(
        "steps:\n  - sms: hello\n    purpose: request\n    body: Hello {{ contact.name }}, about {{ "
          + "deal.title }}.\n"
          + "    ask: Shall we start?\n  - await: reply within 3 days\n  - end: done\n")),
    Explanation(
      "event-circle", title: "Events follow from one another for ever, with no time between.",
      why:
        "What a run emits comes back to it at once where `anytime` names it, and what it emits to start its own "
        + "workflow starts another run. The engine stops such a row after 100 events, sooner where one leads to "
        + "several; nobody wants the first two. Where a condition may end the row, and where it goes through several "
        + "files, this is a warning.",
      example: file(
        "events:\n  deal.touched: {}\nanytime:\n  deal.touched:\n    - emit: deal.touched\nsteps:\n  - end: done\n"),
      correction: file(
        "events:\n  deal.touched: {}\n  deal.noted: {}\nanytime:\n  deal.touched:\n    - emit: deal.noted\nsteps:\n"
          + "  - end: done\n")),
    Explanation(
      "suppressed-at-once", .warning, title: "A touch is followed by `suppress`, with no wait between.",
      why:
        "What a run does without waiting is one turn, and a touch is handed over when its turn is done. The contact is "
        + "suppressed by then, so the message is withheld: it never leaves.",
      example: file(
        "steps:\n  - sms: farewell\n    purpose: inform\n    body: Goodbye {{ contact.name }}, {{ deal.title }} is "
          + "closed.\n    ask: Is that right?\n  - suppress: all\n  - await: reply within 3 days\n  - end: closed\n"),
      correction: file(
        "steps:\n  - sms: farewell\n    purpose: inform\n    body: Goodbye {{ contact.name }}, {{ deal.title }} is "
          + "closed.\n    ask: Is that right?\n  - await: reply within 3 days\n  - suppress: all\n  - end: closed\n")),
    Explanation(
      "clinical-pattern",
      title: "Where patients answer, a pattern matches inside longer answers and no person reads them.",
      why:
        "\"good, but I have a fever\" must not count as good: such a class has patterns that are all "
        + "of the answer.",
      example: file(
        "category: clinical\nreplies:\n  fine: [ \"good\" ]\nanytime:\n  fine: end fine\nsteps:\n  - "
          + "wait: 2 days\n  - end: done\n"
      ),
      correction: file(
        "category: clinical\nreplies:\n  fine: [ \"= good\" ]\nanytime:\n  fine: end fine\nsteps:\n  "
          + "- wait: 2 days\n  - end: done\n"
      )),
    Explanation(
      "bad-scenario", title: "A scenario cannot be told, or says nothing that can be compared.",
      why: "It would pass whatever the workflow does.",
      example: file(
        "steps:\n  - end: done\nscenarios:\n  - name: it ends\n    start: 2026-03-25 16:40\n    input: "
          + "{ contact: { name: Ann }, owner: { name: Oliver }, deal: { id: d-1, title: Roof, due: "
          + "2026-04-01 } }\n"
          + "    expect: [ end done ]\n"),
      correction: file(
        "steps:\n  - end: done\nscenarios:\n  - name: it ends\n    start: 2026-03-25 16:40 "
          + "Europe/Berlin\n    input: "
          + "{ contact: { name: Ann }, owner: { name: Oliver }, deal: { id: d-1, title: Roof, due: "
          + "2026-04-01 } }\n"
          + "    expect: [ end done ]\n")),
    Explanation(
      "bad-input", title: "The data of a scenario do not fit the types.",
      why: "A run with such data would be refused.",
      example: file(
        "steps:\n  - end: done\nscenarios:\n  - name: it ends\n    start: 2026-03-25 16:40 "
          + "Europe/Berlin\n    input: "
          + "{ contact: { name: Ann }, owner: { name: Oliver }, deal: { id: d-1, title: Roof, due: soon } }\n"
          + "    expect: [ end done ]\n"),
      correction: file(
        "steps:\n  - end: done\nscenarios:\n  - name: it ends\n    start: 2026-03-25 16:40 "
          + "Europe/Berlin\n    input: "
          + "{ contact: { name: Ann }, owner: { name: Oliver }, deal: { id: d-1, title: Roof, due: "
          + "2026-04-01 } }\n"
          + "    expect: [ end done ]\n")),
    Explanation(
      "unused-ignore", .warning, title: "A comment silences a finding that is not there.",
      why: "What it once silenced has gone, and the next one of its kind would be silenced unseen.",
      example: file("# flow:ignore cycle -- it is bounded\nsteps:\n  - end: done\n"),
      correction: file("steps:\n  - end: done\n")),
    Explanation(
      "bad-ignore", .warning, title: "A comment that should silence a finding does not say which, or why.",
      why: "Whoever reads it later must know whether it still holds: write flow:ignore CODE -- reason.",
      example: file("# flow:ignore cycle\nsteps:\n  - end: done\n"),
      correction: file("steps:\n  - end: done\n")),
  ]
}
