extension Explanation {
  /// The sentences of `guarantees:`.
  static let guarantees: [Explanation] = [
    Explanation(
      "bad-guarantee", title: "A line of `guarantees:` is no sentence that can be proved.",
      why:
        "There is a closed set of sentences, so that each says one thing: first touch within D; ends within D; at most "
        + "N touches, or of a verb, in any D or in the whole run; touches at least D apart; silence reaches A or B; "
        + "never A after B; always A before B; A within D of B. One that nobody can prove would only look like a "
        + "promise.",
      example: file("guarantees:\n  - at most 4 touches in 30 days\nsteps:\n  - end: done\n"),
      correction: file("guarantees:\n  - at most 4 touches in any 30 days\nsteps:\n  - end: done\n")),
    Explanation(
      "empty-guarantee", title: "A line of `guarantees:` holds or fails whatever the workflow does.",
      why: "Nothing comes before a run's start, nothing after its end: a promise of that promises nothing.",
      example: file("guarantees:\n  - never touch after end\nsteps:\n  - end: done\n"),
      correction: file("guarantees:\n  - at most 1 touch\nsteps:\n  - end: done\n")),
    Explanation(
      "guarantee-name", title: "A line of `guarantees:` names what the file does not have.",
      why:
        "What never comes about breaks no promise: a misspelt name would leave nothing promised. A name that can be "
        + "more than one thing is written with the word that says which: step, reply, event or verb.",
      example: file("guarantees:\n  - never touch after refused\nsteps:\n  - end: done\n"),
      correction: file(
        "replies:\n  refused: [ \"no thanks\" ]\nanytime:\n  refused: end lost\nguarantees:\n  - never touch after "
          + "refused\nsteps:\n  - wait: 2 days\n  - end: done\n")),
    // It shows in flow.yaml, not in a workflow.
    Explanation(
      "unused-guarantee", .warning, title: "A line of flow.yaml's `guarantees:` names what no workflow has.",
      why:
        "Such a line holds in every file that has what it names, and in none that was checked is it there: most likely "
        + "it is misspelt, and nothing is promised.",
      example: "", correction: ""),
  ]
}
