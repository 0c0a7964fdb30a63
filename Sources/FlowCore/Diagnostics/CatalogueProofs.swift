/// A short follow-up of which everything is proved, with some of its parts changed.
private func workflow(
  policy: String = "{ window: mon-fri 09:00-17:00, gap: 1 day, max-touches: 2 }", top: String = "",
  steps: String = first + second + "  - end: no-answer\n"
) -> String {
  """
  workflow: offer
  about: After an offer, ask whether it arrived, then let go.
  trigger: { event: offer.sent, key: offer.id }
  input:
    contact: contact
    owner: person
    offer: { id: text, title: text, price: number, until: date }
  timezone: Europe/Berlin
  policy: \(policy)
  \(top)steps:

  """ + steps
}

private let first = """
    - email: receipt
      at: day 1
      purpose: confirm
      subject: "{{ offer.title }}: did it reach you?"
      body: "Dear {{ contact.name }}, our offer went out to you yesterday."
      ask: Did it reach you?
    - await: reply within 3 days

  """

private let second = """
    - email: price
      purpose: inform
      subject: "{{ offer.title }}: the price"
      body: "{{ contact.name }}, the price of {{ offer.price | money }} stands."
      ask: Shall we go ahead?
    - await: reply within 3 days

  """

/// The second touch goes to whoever has answered the first.
private let answered =
  first + "    then: { reply: more }\n  - end: no-answer\npaths:\n  more:\n"
  + second.split(separator: "\n").map { "  \($0)\n" }.joined() + "    - end: told\n"

extension Explanation {
  /// What proofs find: of what the language claims of every file, and of the lines of `guarantees:`.
  public static let proofs: [Explanation] = [
    Explanation(
      "guarantee", title: "a run breaks a line of guarantees:",
      why:
        "What the file, or flow.yaml, promises does not hold for everybody: the finding shows one run, as short as "
        + "can be, that breaks it, with what the contact does in it and when. `flow check --write-scenarios` keeps "
        + "that run as a scenario.",
      example: workflow(top: "guarantees:\n  - at most 1 touch in any 7 days\n"),
      correction: workflow(top: "guarantees:\n  - at most 2 touches in any 7 days\n")),
    Explanation(
      "unproved", .hint, title: "what is claimed is neither proved nor broken",
      why:
        "The proof covers all runs, and some question in it stayed open; nothing is guessed. The finding says which, "
        + "and what would decide it.",
      example: "", correction: ""),
    Explanation(
      "max-touches", .warning, title: "a run wants more touches than max-touches allows",
      why:
        "It ends `exhausted` where the touch too many is due: the story stops in its middle, and the owner is told. "
        + "Either the limit is too low, or a touch too many stands in the file.",
      example: workflow(policy: "{ window: mon-fri 09:00-17:00, gap: 1 day, max-touches: 1 }", steps: answered),
      correction: workflow(steps: answered)),
    Explanation(
      "silent-end", .warning, title: "a contact who never answers is let go, and nobody decides it",
      why:
        "Silence is what happens most. It should come to somebody, by an escalate, or to an end that the file writes: "
        + "a list that runs out ends `completed`, which says nothing.",
      example: workflow(steps: first + second), correction: workflow()),
    Explanation(
      "impossible-outcome", .warning, title: "no run can end with an outcome that the file writes",
      why: "It stands in the figures as a way out, and nobody will ever take it: some condition before it never holds.",
      example: workflow(
        steps: first
          + "  - choose:\n      - when: offer.price > 10\n        then:\n          - choose:\n"
          + "              - when: offer.price > 10\n                then: end no-answer\n"
          + "              - otherwise: end too-small\n      - otherwise: end too-small-too\n"),
      correction: workflow(
        steps: first
          + "  - choose:\n      - when: offer.price > 10\n        then: end no-answer\n"
          + "      - otherwise: end too-small\n")),
    Explanation(
      "unseen-task", .warning, title: "nobody learns that a person's task was not done",
      why:
        "A task with a time limit that passes without a word looks like one that was done. Its timeout leads to an "
        + "escalate, a message to somebody, or a task of somebody else. Where the task is a touch, such as a call, it "
        + "is a hint: the file goes on to the next.",
      example: workflow(
        steps: first
          + "  - task: visit\n    by: owner\n    say: Please visit {{ contact.name }}.\n    within: 2 days\n"
          + "  - end: no-answer\n"),
      correction: workflow(
        steps: first
          + "  - task: visit\n    by: owner\n    say: Please visit {{ contact.name }}.\n    within: 2 days\n"
          + "    then:\n      timeout:\n        - escalate: not-visited\n          to: owner.manager ?? owner\n"
          + "          say: Nobody has visited {{ contact.name }}.\n  - end: no-answer\n")),
    // The engine itself keeps these; a finding would show a defect of flow.
    Explanation(
      "endless", title: "a run could go on for ever",
      why: "Every run ends. The engine and the language see to it; such a finding shows a defect: please report it.",
      example: "", correction: ""),
    Explanation(
      "gap", title: "two touches could go out less than policy.gap apart",
      why: "The engine defers a touch that is too close. Such a finding shows a defect: please report it.",
      example: "", correction: ""),
    Explanation(
      "outside-window", title: "a touch could go out outside its window or on a holiday",
      why: "The engine defers or leaves out such a touch. Such a finding shows a defect: please report it.",
      example: "", correction: ""),
    Explanation(
      "unstopped", title: "a touch could go out after an unsubscribe, a complaint, a bounce or an unhandled answer",
      why:
        "The engine ends the run, or never uses the channel again. Such a finding shows a defect: please report it.",
      example: "", correction: ""),
  ]
}
