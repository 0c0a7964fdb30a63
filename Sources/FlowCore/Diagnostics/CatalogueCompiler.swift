extension Explanation {
  /// The findings of the compiler.
  public static let compiler: [Explanation] = shape + names + times + leads + guarantees + whole

  /// Keys, verbs, values.
  private static let shape: [Explanation] = [
    // No text shows it: there is none.
    Explanation(
      "no-workflow", title: "There is nothing to check.",
      why:
        "The files and folders that were named hold no workflow file. A CI that checks nothing should not "
        + "be green. A workflow file ends in .yaml; `flow init` writes a first one.",
      example: "", correction: ""),
    // They show in flow.yaml, not in a workflow.
    Explanation(
      "plain-secret", title: "A secret stands in flow.yaml as plain text.",
      why:
        "The file is kept in a repository, and whoever reads that reads the secret. Write "
        + "`password: ${SMTP_PASSWORD}`: it is taken from the environment of whoever runs it.",
      example: "", correction: ""),
    Explanation(
      "channel-setting", title: "A channel cannot be set up as flow.yaml says.",
      why:
        "A dry run and a real one would both fail at its first message: a signature that is not there, an "
        + "address that is none.",
      example: "", correction: ""),
    Explanation(
      "no-channel", .warning, title: "A step goes by a channel that flow.yaml does not name, while others send.",
      why:
        "A channel without an entry under `channels:` sends nothing: what goes by it is written into outbox/, and "
        + "nobody is told. Where others have `send: true` that is easily overlooked, most of all for whom an escalate "
        + "is to reach. An entry without `send: true` says that it is meant so.",
      example: "", correction: ""),
    Explanation(
      "unknown-key", title: "A mapping has a key that does not exist there.",
      why:
        "Every place has a closed set of keys. A misspelt one would be ignored in silence, and what "
        + "was meant would "
        + "not happen.",
      example: file("steps:\n  - wait: 2 days\n    nmae: pause\n  - end: done\n"),
      correction: file("steps:\n  - wait: 2 days\n    name: pause\n  - end: done\n")),
    Explanation(
      "missing-key", title: "A mapping lacks a key that it needs.",
      why: "Without it nobody could say what happens: how many rounds, to whom, with which arms.",
      example: file("steps:\n  - repeat: asking\n    every: 1 day\n    steps:\n      - wait: 1 hour\n  - end: done\n"),
      correction: file(
        "steps:\n  - repeat: asking\n    times: 3\n    every: 1 day\n    steps:\n      - wait: 1 hour\n  - end: done\n")
    ),
    Explanation(
      "wrong-shape", title: "A text, a list or a mapping stands where another of these should.",
      why: "What it would mean is nowhere defined.",
      example: file("steps:\n  - wait 2 days\n  - end: done\n"),
      correction: file("steps:\n  - wait: 2 days\n  - end: done\n")),
    Explanation(
      "unknown-verb", title: "A step has a verb that does not exist.",
      why: "The verbs are the engine's own and those of the channels that the project has.",
      example: file("steps:\n  - wiat: 2 days\n  - end: done\n"),
      correction: file("steps:\n  - wait: 2 days\n  - end: done\n")),
    Explanation(
      "missing-verb", title: "A step has no verb.",
      why: "It says nothing to do.",
      example: file("steps:\n  - name: pause\n    note: two days\n  - end: done\n"),
      correction: file("steps:\n  - wait: 2 days\n    name: pause\n  - end: done\n")),
    Explanation(
      "two-verbs", title: "A step has two verbs.",
      why: "In which order they were meant cannot be known: each has a step of its own.",
      example: file("steps:\n  - wait: 2 days\n    end: done\n"),
      correction: file("steps:\n  - wait: 2 days\n  - end: done\n")),
    Explanation(
      "bad-name", title: "A name is not in kebab-case.",
      why: "Names stand in timelines, figures and expressions: small letters, digits and single hyphens.",
      example: file("steps:\n  - end: No Response\n"),
      correction: file("steps:\n  - end: no-response\n")),
    Explanation(
      "unknown-word", title: "A word is not one of those that its place takes.",
      why: "The set is closed, so that a misspelt word cannot mean something by accident.",
      example: file("category: marketting\nsteps:\n  - end: done\n"),
      correction: file("category: internal\nsteps:\n  - end: done\n")),
    Explanation(
      "bad-number", title: "A number is not written as its place wants it.",
      why: "Whole numbers are digits, shares have a percent sign.",
      example: file("steps:\n  - split: offer\n    arms: { a: 50%, b: half }\n  - end: done\n"),
      correction: file("steps:\n  - split: offer\n    arms: { a: 50%, b: 50% }\n  - end: done\n")),
    Explanation(
      "keys-clash", title: "Two keys stand together that say different things.",
      why: "Which of them holds could only be guessed.",
      example: file("steps:\n  - end: done\n    at: day 2\n    after: 3 days\n"),
      correction: file("steps:\n  - end: done\n    at: day 2\n")),
    Explanation(
      "empty-list", title: "A list is empty where something must be.",
      why: "Most likely it is not finished.",
      example: file("steps: []\n"),
      correction: file("steps:\n  - end: done\n")),
    Explanation(
      "missing-field", title: "A step, an event or a workflow lacks a field that it needs.",
      why:
        "A channel says in its manifest what it cannot do without; an event and a workflow in their types.",
      example: file("steps:\n  - task: look\n    by: owner\n  - end: done\n"),
      correction: file(
        "steps:\n  - task: look\n    by: owner\n    say: Please look at {{ deal.title }}.\n  - end: done\n")),
    Explanation(
      "file-problem", title: "A file that is named is not there, or cannot be read.",
      why:
        "What it holds would be missing when the message is due. A path is relative to the file that "
        + "names it.",
      example: file("steps:\n  - task: look\n    by: owner\n    say: messages/lok.md\n  - end: done\n"),
      correction: file(
        "steps:\n  - task: look\n    by: owner\n    say: Please look at {{ deal.title }}.\n  - end: done\n")),
    Explanation(
      "file-outside", title: "A path leads out of the project's folder.",
      why: "A workflow must not read other files of the machine, by .., by / or through a link.",
      example: file("steps:\n  - task: look\n    by: owner\n    say: ../../secrets.txt\n  - end: done\n"),
      correction: file(
        "steps:\n  - task: look\n    by: owner\n    say: Please look at {{ deal.title }}.\n  - end: done\n")),
  ]

  /// Types, events, steps, outcomes.
  private static let names: [Explanation] = [
    Explanation(
      "name-taken", title: "A name stands for two things.",
      why:
        "Names of steps are unique in a file and are the steps' identity across versions; in an "
        + "expression a step "
        + "could not be told from a field of the input or a weekday of the same name.",
      example: file("steps:\n  - wait: 2 days\n    name: pause\n  - wait: 3 days\n    name: pause\n  - end: done\n"),
      correction: file(
        "steps:\n  - wait: 2 days\n    name: pause\n  - wait: 3 days\n    name: second-pause\n  - end: done\n")),
    Explanation(
      "unknown-type", title: "A type does not exist.",
      why: "The types are a closed list; without one the data cannot be checked.",
      example: file("events:\n  deal.moved: { to: dat }\nsteps:\n  - end: done\n"),
      correction: file("events:\n  deal.moved: { to: date }\nsteps:\n  - end: done\n")),
    Explanation(
      "event-name", title: "An event of one's own has no dot in its name.",
      why: "The dot tells it from the built-in events, the classes of reply and the outcomes of tasks.",
      example: file("events:\n  moved: {}\nsteps:\n  - end: done\n"),
      correction: file("events:\n  deal.moved: {}\nsteps:\n  - end: done\n")),
    Explanation(
      "unknown-event", title: "An event is named that does not exist.",
      why:
        "It would never come. Events of one's own are declared under `events`, classes of reply "
        + "under `replies`.",
      example: file(
        "events:\n  deal.moved: {}\nanytime:\n  deal.mvoed: end moved\nsteps:\n  - wait: 2 days\n  - end: done\n"),
      correction: file(
        "events:\n  deal.moved: {}\nanytime:\n  deal.moved: end moved\nsteps:\n  - wait: 2 days\n  - end: done\n")),
    Explanation(
      "reserved-event", title: "A workflow handles an unsubscribe or a complaint.",
      why:
        "They come first, always: the run ends opted-out, and the contact is suppressed on that "
        + "channel in every "
        + "workflow. No file may say otherwise.",
      example: file("anytime:\n  unsubscribe: end gone\nsteps:\n  - end: done\n"),
      correction: file("steps:\n  - end: done\n")),
    Explanation(
      "bad-pattern", title: "A pattern of a class of reply cannot be read.",
      why: "A pattern is words; * is the rest of a word, (a|b) either, = at the beginning all of the answer.",
      example: file(
        "replies:\n  yes-please: [ \"(yes|of course\" ]\nanytime:\n  yes-please: end "
          + "agreed\nsteps:\n  - wait: 2 days\n  - end: done\n"
      ),
      correction: file(
        "replies:\n  yes-please: [ \"(yes|of course)\" ]\nanytime:\n  yes-please: end "
          + "agreed\nsteps:\n  - wait: 2 days\n  - end: done\n"
      )),
    Explanation(
      "unknown-outcome", title: "An outcome is named that no run has.",
      why:
        "A goal that is never reached counts nothing; a task is never done in a way that it does not know.",
      example: file("goal: wno\nsteps:\n  - end: won\n"),
      correction: file("goal: won\nsteps:\n  - end: won\n")),
    Explanation(
      "unknown-workflow", title: "A workflow is enrolled that does not exist.",
      why: "The workflows are those that are checked together.",
      example: file("steps:\n  - enroll: after-care\n"),
      correction: file("steps:\n  - end: done\n")),
    Explanation(
      "duplicate-workflow", title: "Two files have the same workflow's name.",
      why: "The name is a workflow's identity: runs, figures and stores could not tell them apart.",
      example: "", correction: ""),
    Explanation(
      "key-type", title: "The key of a trigger is of a type that makes no key.",
      why:
        "The key is a text by which two runs are told apart: a record or something that may be "
        + "absent is none.",
      example: file("steps:\n  - end: done\n", key: "deal"),
      correction: file("steps:\n  - end: done\n")),
    Explanation(
      "no-contact", title: "A step reaches the contact, and the workflow has none.",
      why: "Nobody would get the message. The contact is the input called contact, or what the trigger says.",
      example: file(
        "steps:\n  - sms: hello\n    purpose: inform\n    body: Hello\n  - end: done\n", input: "owner: person"),
      correction: file(
        "steps:\n  - task: look\n    by: owner\n    say: Please look at {{ deal.title }}.\n  - end: done\n",
        input: "owner: person")),
    Explanation(
      "nothing-to-nobody", .warning, title: "Something is said about the contact, and the workflow has none.",
      why:
        "A group with one live run per contact, a rule that counts by contact, an event of the contact and suppress do "
        + "nothing where a run follows up nobody. The contact is the input called contact, or what the trigger says.",
      example: file("steps:\n  - suppress: all\n  - end: done\n", input: "owner: person"),
      correction: file("steps:\n  - suppress: all\n  - end: done\n")),
    Explanation(
      "not-the-contact", title: "A message of the run goes to somebody else than its contact.",
      why:
        "Gap, caps, answers and opt-outs are the contact's: a message to somebody else would leave although they have "
        + "asked not to be written to. A run of a workflow of their own follows them up; a colleague is told by "
        + "notify or escalate.",
      example: file(
        "steps:\n  - sms: hello\n    to: owner\n    purpose: inform\n    body: Hello {{ owner.name }}\n"
          + "  - end: done\n"),
      correction: file(
        "steps:\n  - notify: hello\n    to: owner\n    say: Hello {{ owner.name }}\n  - end: done\n")),
    Explanation(
      "no-owner", .warning, title: "A workflow has no owner.",
      why: "Every reply is passed on to the owner, and every failure; without one they reach nobody.",
      example: file("steps:\n  - end: done\n", input: "contact: contact"),
      correction: file("steps:\n  - end: done\n")),
    Explanation(
      "bad-manifest", title: "A channel's manifest says something that cannot be.",
      why:
        "A workflow is checked against the manifest: its verb and its fields must not mean something "
        + "else already.",
      example: "verb: fax\ntouch: true\nfields:\n  window: text\n",
      correction: "verb: fax\ntouch: true\nfields:\n  paper: text\n"),
  ]
}

extension Explanation {
  /// The smallest file around an example.
  static func file(
    _ body: String, key: String = "deal.id", input: String = "contact: contact\n  owner: person"
  ) -> String {
    """
    workflow: hello
    trigger: { event: deal.won, key: \(key) }
    input:
      \(input)
      deal:
        id: text
        title: text
        due: date
    \(body)
    """
  }
}
