import FlowCore

/// The engine's own verbs: the first key of each is the verb.
extension Grammar {
  static let wait = Place(
    name: "wait", phrase: "a wait", about: "Waits, from when the step before was done.",
    keys: [
      Key("wait", .either([.duration, .instant]), "a duration, or `until` and an instant", required: true)
    ])

  static let `await` = Place(
    name: "await", phrase: "an await", about: "Waits for the first of some events, or the timeout.",
    keys: [
      Key("await", .text, "EVENT [or EVENT…] within DURATION, or until INSTANT", required: true),
      Key("then", .either([.target, .named(.target)]), "where each event and `timeout` lead"),
    ])

  static let choose = Place(
    name: "choose", phrase: "a choose", about: "Takes the first branch that holds.",
    keys: [
      Key(
        "choose", .list(.either([.place("branch"), .place("otherwise")])), "the branches in order",
        required: true)
    ])

  static let split = Place(
    name: "split", phrase: "a split",
    about: "An experiment or a holdout; a run always falls into the same arm.",
    keys: [
      Key("split", .name, "the step's name"),
      Key("arms", .named(.percent), "the arms, with shares that are 100 % together", required: true),
      Key("salt", .text, "another text gives another division; empty by default"),
      Key("then", .named(.target), "where each arm leads"),
    ])

  static let `repeat` = Place(
    name: "repeat", phrase: "a repeat", about: "A bounded loop.",
    keys: [
      Key("repeat", .name, "the step's name"),
      Key("times", .integer, "the most rounds", required: true),
      Key("every", .duration, "from the first thing the round before sent or assigned", required: true),
      Key("stop-if", .condition, "ends the loop; tested before the pause and after it"),
      Key("steps", .steps, "one round", required: true),
    ])

  static let escalate = Place(
    name: "escalate", phrase: "an escalate", about: "Calls people in.",
    keys: [
      Key("escalate", .name, "the step's name"),
      Key("to", .either([.expression, .list(.expression)]), "one person or several", required: true),
      Key("via", .name, "the verb of the channel that tells them"),
      Key("say", .either([.template, .file]), "what they are told", required: true),
      Key("each", .duration, "one after the other, so long each, until one acknowledges"),
      Key(
        "then", .either([.target, .named(.target)]),
        "where `acknowledged` and `timeout` lead; only with `each`"),
    ])

  static let set = Place(
    name: "set", phrase: "a set",
    about: "Changes fields of the input; dues computed from them are computed anew.",
    keys: [Key("set", .named(.expression), "field: expression", required: true)])

  static let emit = Place(
    name: "emit", phrase: "an emit", about: "Publishes an event.",
    keys: [
      Key("emit", .text, "the event's name", required: true),
      Key("data", .named(.expression), "what it brings"),
    ])

  static let enroll = Place(
    name: "enroll", phrase: "an enroll", about: "Starts another workflow.",
    keys: [
      Key("enroll", .name, "the workflow's name", required: true),
      Key("input", .named(.expression), "its input"),
    ])

  static let suppress = Place(
    name: "suppress", phrase: "a suppress", about: "Never again to this contact, on that channel or any.",
    keys: [Key("suppress", .name, "a channel's verb, or `all`", required: true)])

  static let hold = Place(
    name: "hold", phrase: "a hold",
    about: "Moves what the run waits for; the last step of a list in anytime.",
    keys: [Key("hold", .text, "DURATION, or until INSTANT or EVENT, or DURATION", required: true)])

  static let go = Place(
    name: "go", phrase: "a go", about: "Goes on at a step or path.",
    keys: [Key("go", .name, "the step or path", required: true)])

  static let end = Place(
    name: "end", phrase: "an end", about: "Ends the run.",
    keys: [Key("end", .name, "the outcome", required: true)])
}
