import Testing

/// Commands that are used wrongly, in a project that is in order: each says what is wrong, in words that a person
/// who does not program can act on, and leaves with its code.
@Suite struct WrongUseTests {
  private static let file = "Workflows/nudge.yaml"

  private static let wrong: [(words: [String], code: Int32, says: String)] = [
    (["chekc"], 2, "error: there is no command \"chekc\"; did you mean \"check\"?\n"),
    (["zzz"], 2, "error: there is no command \"zzz\"; `flow --help` lists them\n"),
    (["simulate", "Workflows/none"], 2, "error: there is no \"Workflows/none\"\n"),
    (["simulate", "empty"], 2, "error: no workflow found: name a workflow file\n"),
    (["simulate", file, "--input", "empty"], 2, "error: \"empty\" is a folder, and a file is wanted\n"),
    (
      ["simulate", file, "--start", "soon"], 2,
      "error: --start: \"soon\" is no start: write it like \"2026-03-25 16:40 Europe/Berlin\" or "
        + "\"2026-03-25T16:40:00+01:00\"\n"
    ),
    (["event", "offer.sent", "--data", "empty"], 2, "error: \"empty\" is a folder, and a file is wanted\n"),
    (
      ["init", file], 2,
      "error: \"Workflows/nudge.yaml\" is a file, and a folder is wanted; nothing was written\n"
    ),
    (
      ["run", file, "--event", "data.json"], 1,
      "error: data.json: \"type\" is missing; a CloudEvents object is wanted, and `flow simulate --input` takes data "
        + "alone\n"
    ),
    (["diff", file, file, "--input", "none.json"], 2, "error: there is no \"none.json\"\n"),
    (["diff", file, file, "--input", "data.json"], 1, "offer is missing\n"),
    (["store", "backup", ""], 2, "error: no file is named: say where the copy goes\n"),
    (["done", "zzz", "done"], 1, "error: there is no task \"zzz\"; `flow tasks` lists them\n"),
    (
      ["check", "flow.yaml"], 2,
      "error: flow.yaml is the project, no workflow: it is read with each; name workflow files, or a folder of them\n"
    ),
    (["release", "zzz"], 1, "error: there is no workflow \"zzz\"; there are: nudge\n"),
    (["runs", "--workflow", "zzz"], 1, "error: there is no workflow \"zzz\"; there are: nudge\n"),
  ]

  @Test(arguments: wrong.indices) func isToldInASentence(row: Int) throws {
    let (words, code, says) = Self.wrong[row]
    let folder = try Folder()
    try folder.write(Nudge.workflow, to: Self.file)
    try folder.write("{}", to: "data.json")
    try folder.write("language: 1\n", to: "flow.yaml")
    try folder.write("", to: "empty/nothing.txt")
    #expect(try folder.flow("event", "no.such", "--id", "1").code == 1)
    let ran = try folder.flow(words)
    #expect(ran.code == code && ran.errors.hasSuffix(says), "\(ran.errors)")
    #expect(ran.errors.split(separator: "\n").count == 1, "\(ran.errors)")
  }

  @Test func anEventThatIsMisspeltOrEmptySaysWhatIsMeant() throws {
    let folder = try Folder()
    try folder.write(Nudge.workflow, to: Self.file)
    let misspelt = try folder.flow("event", "offer.snt")
    #expect(
      misspelt.errors
        == "kept, and nothing done: no workflow knows the event \"offer.snt\"; did you mean \"offer.sent\"?\n"
    )
    // A call by cron with a slip in it would be well for ever.
    #expect(misspelt.code == 1)
    let empty = try folder.flow("event", "offer.sent")
    #expect(
      empty.code == 1 && empty.errors.hasSuffix("\nan event's data are given with --data FILE\n"),
      "\(empty.errors)")
  }

  @Test func everyChannelIsNamedOnce() throws {
    let folder = try Folder()
    try folder.write(Nudge.workflow, to: Self.file)
    try folder.write("channels: { email: { from: Acme <a@acme.test> } }\n", to: "flow.yaml")
    let ran = try folder.flow("plugin", "check", "fax")
    #expect(ran.code == 2)
    #expect(
      ran.errors.contains("\nThe channels are call, email, message, notify, sms, task, webhook; another "),
      "\(ran.errors)")
  }
}
