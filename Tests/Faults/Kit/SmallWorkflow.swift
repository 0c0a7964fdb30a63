import FlowCore

/// Small workflows, made by chance from the number that they bear: every verb of the engine, windows around the hours
/// at which clocks change, gaps, limits, answers that go on and answers that end.
enum SmallWorkflow {
  static let manifests = [
    Manifest(
      verb: "letter", touch: true,
      fields: [Manifest.Field(name: "body", kind: .template(markdown: false), required: true)],
      address: .name,
      main: "body"),
    Manifest(
      verb: "card", touch: true,
      fields: [Manifest.Field(name: "body", kind: .template(markdown: false), required: true)],
      address: .name,
      main: "body"),
    Manifest(
      verb: "errand", touch: false,
      fields: [
        Manifest.Field(name: "by", kind: .expression(.person), required: true),
        Manifest.Field(name: "say", kind: .template(markdown: false), required: true),
      ], outcomes: ["done", "declined"], main: "say"),
    Manifest(
      verb: "tell", touch: false,
      fields: [
        Manifest.Field(name: "to", kind: .expression(.person), required: true),
        Manifest.Field(name: "say", kind: .template(markdown: false), required: true),
      ], outcomes: ["ack"], address: .name, main: "say", escalates: true),
  ]

  private static let windows = [
    "mon-fri 09:00-17:00", "daily 08:00-20:00", "mon-thu 09:00-17:00, fri 09:00-13:00", "daily 01:00-04:00",
    "sun 00:00-24:00, wed 12:00-13:00", "mon-sat 22:00-24:00",
  ]
  private static let durations = [
    "1 day", "2 days", "36 hours", "3 business days", "90 minutes", "1 week", "1 month", "20 minutes",
  ]

  /// - Parameter isEdited: the same name with other texts and one step more.
  static func text(_ number: Int, isEdited: Bool) -> String {
    var chance = Chance(UInt64(number) &* 7919 &+ 17)
    var maker = Maker(chance: chance, isEdited: isEdited)
    let steps = maker.steps(count: 2 + chance.below(4), indent: "  ", depth: 0)
    chance = maker.chance
    let window = chance.happens(70) ? "\n  window: \(chance.pick(windows) ?? "")" : ""
    let gap = chance.happens(60) ? "\n  gap: \(chance.pick(["1 day", "12 hours", "3 days"]) ?? "")" : ""
    let most = chance.happens(40) ? "\n  max-touches: \(2 + chance.below(3))" : ""
    let holidays = chance.happens(50) ? "\n  holidays: [2026-03-30, 2026-10-26, 2026-11-02, 2026-04-03]" : ""
    let again = chance.pick(["never", "after end", "after 5 days"]) ?? "never"
    let exclusive = chance.happens(30) ? "\n  exclusive: small" : ""
    let answer =
      chance.pick(["", "\n  reply: end answered", "\n  reply: hold 2 days", "\n  yes: talk"]) ?? ""
    let talk =
      answer.contains("talk")
      ? """

      paths:
        talk:
          - letter: thanks
            purpose: inform
            body: "Thank you, {{ contact.name }}, for {{ item.id }}\(isEdited ? " again" : "")"
          - errand: talk-to
            by: owner
            say: "Talk to {{ contact.name }}"
            within: 1 day
          - end: talked
      """ : ""
    let numeral = number < 10 ? "0\(number)" : "\(number)"
    return """
      workflow: small-\(numeral)
      trigger:
        event: small.\(numeral)
        key: item.id
        again: \(again)\(exclusive)
      input:
        contact: contact
        owner: person
        item: { id: text, size: integer }
      events:
        item.closed: {}
        item.sized: { size: integer }
      timezone: contact.timezone ?? "UTC"
      owner: owner
      policy:
        business: mon-fri\(window)\(gap)\(most)\(holidays)
      replies:
        yes: ["yes", "sounds good"]
      anytime:
        item.closed: end closed
        item.sized:
          - set: { item.size: event.size }
        out-of-office: hold until return + 1 business day, or 5 business days\(answer)
      steps:
      \(steps)
        - end: quiet\(talk)
      """
  }

  private struct Maker {
    var chance: Chance
    let isEdited: Bool
    var count = 0

    mutating func name(_ word: String) -> String {
      count += 1
      return "\(word)-\(count)"
    }

    mutating func duration() -> String { chance.pick(SmallWorkflow.durations) ?? "1 day" }

    mutating func steps(count: Int, indent: String, depth: Int) -> String {
      var lines = (0..<count).map { _ in step(indent, depth) }
      if depth == 0, isEdited { lines.append("\(indent)- wait: 1 day") }
      return lines.joined(separator: "\n")
    }

    private mutating func touch(_ indent: String) -> String {
      let verb = chance.happens(70) ? "letter" : "card"
      let due =
        chance.pick([
          "", "\n\(indent)  at: day \(1 + chance.below(12))", "\n\(indent)  after: \(duration())",
          "\n\(indent)  after: \(duration())",
        ]) ?? ""
      let gap = chance.happens(15) ? "\n\(indent)  gap: none" : ""
      let window =
        chance.happens(15)
        ? "\n\(indent)  window: any" : chance.happens(15) ? "\n\(indent)  closed: skip" : ""
      let condition = chance.happens(20) ? "\n\(indent)  if: item.size < 5" : ""
      return """
        \(indent)- \(verb): \(name(verb))\(due)\(gap)\(window)\(condition)
        \(indent)  purpose: inform
        \(indent)  body: "Dear {{ contact.name }}, about {{ item.id }}\(isEdited ? " again" : "")"
        """
    }

    private mutating func step(_ indent: String, _ depth: Int) -> String {
      switch chance.below(depth == 0 ? 12 : 6) {
      case 0, 1, 2, 3: return touch(indent)
      case 4: return "\(indent)- wait: \(duration())"
      case 5:
        let say = "\(indent)  say: \"Ask {{ contact.name }}\""
        let until = chance.happens(60) ? "\n\(indent)  within: \(duration())" : ""
        return "\(indent)- errand: \(name("errand"))\n\(indent)  by: owner\n\(say)\(until)"
      case 6, 7: return "\(indent)- await: reply within \(duration())"
      case 8:
        return """
          \(indent)- repeat: \(name("round"))
          \(indent)  times: \(2 + chance.below(2))
          \(indent)  every: \(duration())
          \(indent)  stop-if: item.size > 8
          \(indent)  steps:
          \(steps(count: 1 + chance.below(2), indent: indent + "    ", depth: depth + 1))
          """
      case 9:
        return """
          \(indent)- choose:
          \(indent)    - when: item.size > 4
          \(indent)      then:
          \(steps(count: 1, indent: indent + "        ", depth: depth + 1))
          \(indent)    - otherwise:
          \(steps(count: 1, indent: indent + "        ", depth: depth + 1))
          """
      case 10:
        return """
          \(indent)- escalate: \(name("alarm"))
          \(indent)  to: owner
          \(indent)  via: tell
          \(indent)  say: "{{ contact.name }} has been waiting"
          """
      default: return "\(indent)- emit: item.sized\n\(indent)  data: { size: item.size + 1 }"
      }
    }
  }
}
