import FaultKit

/// A workflow made by chance from its seed: every verb of the language and every option that time hangs on, small
/// enough for all that may come of it to be tried.
package struct Generated: Sendable {
  package let seed: UInt64
  package let text: String
  /// Fields of the trigger's data that the file asks for: only these are varied.
  package let fields: Set<String>
  /// The zone is the contact's, where it has one.
  package let hasContactZone: Bool

  package static let file = "generated.yaml"
  /// What `enroll` starts.
  package static let companion = (
    file: "other.yaml",
    text: """
      workflow: other
      trigger: { event: other.asked, key: id }
      input: { contact: contact, owner: person, id: text }
      owner: owner
      category: service
      steps:
        - task: look
          by: owner
          say: "Look after {{ contact.name }}"
        - end: looked

      """
  )

  package static let zones = [
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Vancouver",
  ]

  package init(seed: UInt64) {
    var maker = GeneratedSteps(chance: Chance(seed &* 0x9E37_79B9 &+ 41))
    let count = 2 + maker.chance.below(4)
    let steps = maker.story(count)
    let anytime = maker.anytime()
    let paths = maker.paths()
    var head = GeneratedHead(chance: maker.chance, needsWindow: maker.needsWindow)
    self.seed = seed
    text = """
      workflow: generated
      trigger:
        event: item.sent
        key: item.id\(head.when(&maker.fields))
      category: service
      input:
        contact: contact
        owner: person
        boss: optional person
        item: { id: text, size: integer, due: date, meet: instant, vip: optional boolean, kind: one of small | large }
      events:
        item.closed: {}
        item.sized: { size: integer }
        item.moved: { due: date }
        item.settled: {}
      timezone: \(head.timezone())
      owner: owner
      policy:
        business: \(head.business())\(head.policy())
      replies:
        no: ["no thanks", "stop"]
        yes: ["yes", "sounds good"]
      \(anytime)
      steps:
      \(steps)
      \(paths)

      """
    hasContactZone = head.hasContactZone
    fields = maker.fields
  }
}

/// What stands above the steps.
struct GeneratedHead {
  var chance: Chance
  let needsWindow: Bool
  var hasContactZone = false

  init(chance: Chance, needsWindow: Bool) {
    self.chance = chance
    self.needsWindow = needsWindow
  }

  private static let windows = [
    "mon-fri 09:00-17:00", "daily 08:00-20:00", "mon-thu 09:00-17:00, fri 09:00-13:00", "daily 01:00-04:00",
    "sun 00:00-24:00, wed 12:00-13:00", "mon-sat 22:00-24:00",
  ]

  mutating func when(_ fields: inout Set<String>) -> String {
    guard chance.happens(10) else { return "" }
    fields.insert("size")
    return "\n  when: item.size > 0"
  }

  mutating func timezone() -> String {
    let zone = chance.pick(Generated.zones) ?? "UTC"
    hasContactZone = chance.happens(25)
    return hasContactZone ? "contact.timezone ?? \"\(zone)\"" : "\"\(zone)\""
  }

  mutating func business() -> String { chance.pick(["mon-fri", "mon-fri", "mon-sat", "sun-thu"]) ?? "mon-fri" }

  mutating func policy() -> String {
    var lines: [String] = []
    if needsWindow || chance.happens(65) { lines.append("window: \(chance.pick(Self.windows) ?? "")") }
    if chance.happens(60) { lines.append("gap: \(chance.pick(["1 day", "12 hours", "3 days", "2 business days"]) ?? "")") }
    if chance.happens(40) { lines.append("max-touches: \(1 + chance.below(4))") }
    if chance.happens(50) {
      lines.append("holidays: [2026-03-30, 2026-04-03, 2026-04-06, 2026-10-26, 2026-11-02, 2026-12-25]")
    }
    return lines.map { "\n  " + $0 }.joined()
  }
}
