import FlowCore

/// Scenarios, flow.yaml and manifests.
extension Grammar {
  public static let scenarioFile = Place(
    name: "scenario-file", phrase: "a file of scenarios", about: "NAME.scenarios.yaml beside NAME.yaml.",
    keys: [Key("scenarios", .list(.place("scenario")), "stories that the workflow must tell", required: true)]
  )

  public static let scenario = Place(
    name: "scenario", phrase: "a scenario", about: "What happens, and what is expected to come of it.",
    keys: [
      Key("name", .text, "what it shows", required: true),
      Key(
        "start", .text, "the instant of the trigger: 2026-03-25 16:40 Europe/Berlin, or RFC 3339",
        required: true),
      Key(
        "input", .either([.file, .named(.text)]), "the event's data, or the path of a JSON file",
        required: true),
      Key("item", .integer, "with `each`: which item of the list, from 1"),
      Key("events", .list(.place("scenario-event")), "what happens, in any order"),
      Key("expect", .list(.text), "every touch and the end, in order, each with its instant or without"),
    ])

  /// The forms of a scenario's event, told apart by their second key.
  static let eventForms = [
    Place(
      name: "scenario-event", phrase: "an event of a scenario", about: "Something that happens.",
      keys: [
        Key(
          "at", .text,
          "an instant, `day N [at HH:MM]`, or STEP [+ DURATION] from when it went out or was assigned",
          required: true),
        Key("reply", .text, "the contact answers this"),
        Key("task", .name, "what came of a task: one of its outcomes"),
        Key("note", .text, "with `task`: what the person notes"),
        Key("event", .text, "one of the user's events, or a built-in one"),
        Key("data", .named(.text), "with `event`: what it brings"),
        Key("return", .date, "with `event: out-of-office`: the date of return"),
      ])
  ]

  public static let project = Place(
    name: "project", phrase: "flow.yaml", about: "The project: what holds in every file.",
    keys: [
      Key("language", .word(["1"]), "the version of the language"),
      Key("timezone", .zone, "the zone of files that name none; UTC by default"),
      Key("policy", .place("policy"), "defaults for the policy of every file"),
      Key("calendars", .named(.file), "calendars of holidays, iCalendar files"),
      Key("caps", .place("caps"), "limits per contact over all workflows"),
      Key("capacity", .named(.text), "what people and mailboxes can do, by verb: `40 a day`"),
      Key("store", .file, "the store's file; flow.db by default"),
      Key("severity", .named(.word(severities)), "the severity of a finding, by its code"),
      Key("guarantees", .list(.text), "what holds in every file"),
      Key("channels", .named(.place("project-channel")), "the channels, and how they are set up"),
    ])

  static let severities = Severity.allCases.map(\.rawValue)

  public static let caps = Place(
    name: "caps", phrase: "caps", about: "Limits per contact over all workflows.",
    keys: [
      Key("touches", .text, "`N in DURATION`"),
      Key("gap", .duration, "least distance between two touches"),
      Key("then", .either([.word(["delay", "skip"]), .target]), "delay (default), skip or end OUTCOME"),
    ])

  /// Other keys are the channel's own settings.
  public static let projectChannel = Place(
    name: "project-channel", phrase: "a channel",
    about: "How a channel is set up; other keys are its own settings.",
    keys: [
      Key("plugin", .name, "the channel that ships under this name; by default the key"),
      Key("exec", .file, "a program that speaks frames"),
    ])

  public static let manifest = Place(
    name: "manifest", phrase: "a manifest", about: "What a channel can do, as data.",
    keys: [
      Key("verb", .name, "the step's verb in a workflow file", required: true),
      Key("about", .text, "what a step of it does"),
      Key("touch", booleans, "it reaches the contact", required: true),
      Key("task", booleans, "it gives a person something to do: its field `by` is that person"),
      Key("fields", .named(.either([.type, .place("manifest-field")])), "what a step of it carries"),
      Key("outcomes", .list(.name), "what a waiting run can be told"),
      Key("events", .list(.text), "what may come later"),
      Key("keyed", booleans, "the far side takes an idempotency key"),
      Key("retry-unknown", booleans, "the far side knows identical bytes again: an unknown fate is tried once more"),
      Key("inbound", .word(Manifest.Inbound.allCases.map(\.rawValue)), "how answers come back"),
      Key("max-bytes", .integer, "most bytes of one delivery"),
      Key("address", .word(Manifest.Address.allCases.map(\.rawValue)), "by which field it reaches somebody"),
      Key("main", .name, "the template that `ask` closes"),
      Key("purpose-optional", booleans, "`purpose` may be left out although it reaches the contact"),
      Key("escalates", booleans, "`escalate` without `via` tells its people by this channel"),
      Key("law", .word(Manifest.Law.allCases.map(\.rawValue)), "the rules of law it falls under"),
    ])

  public static let manifestField = Place(
    name: "manifest-field", phrase: "a field", about: "One field of a channel's step.",
    keys: [
      Key("type", .type, "its type in the language's words; text by default"),
      Key("template", booleans, "message text with {{ }}"),
      Key("markdown", booleans, "the template is Markdown"),
      Key("file", booleans, "the value may be the path of a .md or .txt file"),
      Key("required", booleans, "every step has it"),
      Key("unless", .named(.name), "it may be left out where another field has this word"),
      Key("default", .text, "what stands for it where it is left out"),
      Key("about", .text, "what it is"),
    ])

  static let booleans = Form.word(["true", "false"])
}
