extension Explanation {
  /// What two workflows of a project do to each other at one contact. They show in a folder, not in one file, so no
  /// page has an example of its own.
  public static let crossings: [Explanation] = [
    Explanation(
      "rivals", .warning, title: "Two workflows of one `exclusive` group start on one event.",
      why:
        "Only one of a group may follow up a contact at a time, so one of the two is refused whenever the event comes, "
        + "and nothing in the files says which. Where each is meant for other data, `when:` says so and this is not "
        + "raised.",
      example: "", correction: ""),
    Explanation(
      "crowded", .warning,
      title: "Two workflows that hold one contact together want more than the project allows.",
      why:
        "The caps of flow.yaml and the gap count a contact's touches over all workflows. Beside the other, a touch is "
        + "left out, the run ends, or what the workflow promises does not hold, although each file keeps it alone. "
        + "Where touches only go out later it is a hint.",
      example: "", correction: ""),
    Explanation(
      "project-gap", .warning,
      title: "A workflow writes sooner after another's touch than the project's gap.",
      why:
        "flow.yaml asks for a least distance between two touches, but this file has a smaller gap of its own or lifts "
        + "it, and to the contact both are the same sender.",
      example: "", correction: ""),
  ]
}
