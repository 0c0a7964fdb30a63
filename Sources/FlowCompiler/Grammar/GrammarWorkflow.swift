import FlowCore

extension Grammar {
  public static let workflow = Place(
    name: "workflow", phrase: "a workflow", about: "One file says how one process follows up.",
    keys: [
      Key("workflow", .name, "the name of the process", required: true),
      Key("about", .text, "what it is for, in a sentence"),
      Key(
        "category", .word(Graph.Category.allCases.map(\.rawValue)),
        "selects the legal checks; service by default"),
      Key("trigger", .place("trigger"), "what starts a run", required: true),
      Key("input", .named(.type), "the event's data, typed"),
      Key("events", .named(.named(.type)), "the user's own events, and what they bring"),
      Key(
        "timezone", .either([.zone, .expression]),
        "the zone in which days are reckoned; the project's by default"),
      Key("owner", .expression, "the person the run belongs to; the input called owner by default"),
      Key("policy", .place("policy"), "when and how often a touch may go out"),
      Key(
        "replies", .named(.list(.text)),
        "classes of reply, each with its patterns; the first that matches wins"),
      Key("anytime", .named(.target), "where an event leads, whatever step the run is in"),
      Key("goal", .either([.name, .list(.name)]), "the outcomes that count as success"),
      Key("guarantees", .list(.text), "what is proved before anything runs"),
      Key("assume", .place("assume"), "what is expected to happen, for forecasts"),
      Key("steps", .steps, "the story of the contact who never answers", required: true),
      Key("paths", .named(.steps), "lists of steps that answers lead to"),
      Key("scenarios", .list(.place("scenario")), "stories that the workflow must tell"),
    ])

  public static let trigger = Place(
    name: "trigger", phrase: "a trigger", about: "What starts a run.",
    keys: [
      Key("event", .text, "the CloudEvents type that starts a run", required: true),
      Key(
        "key", .either([.expression, .list(.expression)]), "one live run per key", required: true),
      Key("when", .condition, "only where this holds"),
      Key(
        "again", .either([.word(["never", "after end"]), .text, .place("again")]),
        "when a key may start another run: never (default), after end, after DURATION, or a mapping "
          + "with per and after"
      ),
      Key("exclusive", .name, "one live run per contact within this group"),
      Key("each", .text, "NAME in LIST: one run per item of a list"),
      Key("contact", .expression, "whom the run follows up; the input called contact by default"),
    ])

  public static let again = Place(
    name: "again", phrase: "a rule for starting again",
    about: "When a key or a contact may start another run.",
    keys: [
      Key("per", .word(["key", "contact"]), "counted by key (default) or by contact"),
      Key("after", .duration, "so long after the last start", required: true),
    ])

  public static let policy = Place(
    name: "policy", phrase: "a policy", about: "When and how often a touch may go out.",
    keys: [
      Key("window", .window, "when a touch may go out; none by default"),
      Key("business", .weekdays, "which days are business days; mon-fri by default"),
      Key(
        "holidays", .either([.text, .list(.date)]),
        "a calendar of flow.yaml, or a list of dates; none by default"),
      Key("gap", .duration, "least distance between two touches; none by default"),
      Key("max-touches", .integer, "most touches in one run; no limit by default"),
    ])

  public static let assume = Place(
    name: "assume", phrase: "what is assumed",
    about: "What is expected to happen, for forecasts: shares of 100 %.",
    keys: [
      Key(
        "reply", .named(.percent),
        "how many answer after a touch, by class; `after` is how long it takes them"),
      Key("bounce", .percent, "how many touches come back undeliverable"),
      Key("out-of-office", .percent, "how many touches are answered by a note that somebody is away"),
      Key("unsubscribe", .percent, "how many unsubscribe after a touch"),
      Key("complaint", .percent, "how many complain about a touch"),
    ])

  // MARK: Steps

  /// What any step may carry.
  public static let step = Place(
    name: "step", phrase: "a step", about: "What any step may carry.",
    keys: [
      Key("name", .name, "the step's name, where the verb's value is something else"),
      Key("if", .condition, "tested when the step is due, and again before it is sent"),
      Key("at", .instant, "waits for this instant before the step"),
      Key("after", .duration, "waits so long before the step"),
      Key(
        "if-past", .either([.word(["skip", "now"]), .target]),
        "what to do where an instant from data has passed"),
      Key("window", .either([.word(["any", "policy"]), .window]), "when the step may be done"),
      Key(
        "closed", .either([.word(["skip"]), .target]),
        "`skip` or `end OUTCOME` in place of waiting for the window"),
      Key("note", .text, "a remark"),
    ])

  /// What a channel's step may carry that reaches the contact.
  public static let touch = Place(
    name: "touch", phrase: "a touch", about: "What a step may carry that reaches the contact.",
    keys: [
      Key("gap", .word(["none"]), "`none`: the least distance to the touch before does not hold"),
      Key("purpose", .word(purposes), "what the touch is for"),
      Key(
        "ask", .either([.template, .file]),
        "the one thing asked for: the last paragraph, or where {{ ask }} stands"),
    ])

  public static let purposes = ["confirm", "request", "inform", "escalate", "remind"]

  /// What a channel's step may carry that has outcomes.
  public static let channelWaits = Place(
    name: "channel", phrase: "a step with outcomes", about: "What a step may carry that has outcomes.",
    keys: [
      Key("within", .duration, "waits so long for an outcome"),
      Key("until", .instant, "waits until then for an outcome"),
      Key("then", .either([.target, .named(.target)]), "where each outcome and `timeout` lead"),
    ])

  public static let branch = Place(
    name: "branch", phrase: "a branch", about: "One way of a choose.",
    keys: [
      Key("when", .condition, "the first that holds is taken", required: true),
      Key("then", .target, "where it leads", required: true),
    ])

  public static let otherwise = Place(
    name: "otherwise", phrase: "the last branch", about: "The way of a choose where nothing else holds.",
    keys: [Key("otherwise", .target, "where it leads", required: true)])
}
