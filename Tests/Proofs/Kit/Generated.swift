import FaultKit

/// A workflow made by chance from its seed: every verb of the language and every option that time hangs on, small
/// enough for all that may come of it to be tried.
package struct Generated: Sendable {
  package let seed: UInt64
  package let text: String
  /// Fields of the trigger's data that the file asks for: only these are varied.
  package let fields: Set<String>
  /// In which its runs reckon days, where their contacts name none.
  package let zone: String
  /// flow.yaml with caps on a contact's touches; nil: there is none.
  package let project: String?
  /// One run for each item of a list: the item in place of the input of that name.
  package let isEach: Bool
  /// The item says whom its run follows.
  package let hasOwnContact: Bool

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

  /// Seeds beyond 10,000 write more of the language; those before keep their files.
  static func isWide(_ seed: UInt64) -> Bool { seed > 10_000 }

  package init(seed: UInt64) {
    var maker = GeneratedSteps(
      chance: Chance(seed &* 0x9E37_79B9 &+ 41), extra: Chance(seed &* 0x9E37_79B9 &+ 173),
      more: Self.isWide(seed) ? Chance(seed &* 0x9E37_79B9 &+ 311) : nil)
    let count = 2 + maker.chance.below(4)
    var head = GeneratedHead(chance: Chance(seed &* 0x9E37_79B9 &+ 97), isWide: Self.isWide(seed))
    let trigger = head.trigger(&maker.fields)
    let steps = maker.story(count)
    let anytime = maker.anytime()
    let paths = maker.paths()
    self.seed = seed
    text = """
      workflow: generated
      trigger:
        event: item.sent
        key: item.id\(trigger)
      category: service
      input:\(head.hasOwnContact ? "" : "\n  contact: contact")
        owner: person
        boss: optional person
        \(head.item)
      events:
        item.closed: {}
        item.sized: { size: integer }
        item.moved: { due: date }
        item.settled: {\(head.ofContact())}
      timezone: \(head.timezone())
      owner: owner
      policy:
        business: \(head.business())\(head.policy(needsWindow: maker.needsWindow))
      replies:
        no: ["no thanks", "stop"]
        yes: ["yes", "sounds good"]\(maker.later)
      \(anytime)
      steps:
      \(steps)
      \(paths)

      """
    project = head.project()
    zone = head.zone
    isEach = head.isEach
    hasOwnContact = head.hasOwnContact
    fields = maker.fields
  }
}

/// What stands above the steps.
struct GeneratedHead {
  var chance: Chance
  private(set) var isEach = false
  private(set) var hasOwnContact = false
  private(set) var zone = "UTC"
  private let isWide: Bool

  init(chance: Chance, isWide: Bool) {
    self.chance = chance
    self.isWide = isWide
  }

  private var windows: [String] {
    Self.windows + (isWide ? ["fri 15:00-16:00", "daily 00:00-24:00", "mon-fri 01:30-03:30"] : [])
  }

  private var gaps: [String] {
    let all = ["1 day", "12 hours", "3 days", "2 business days"]
    return isWide ? all + ["36 hours", "1 month", "24 hours", "1 business day", "1 day 4 hours"] : all
  }

  private var caps: [String] {
    let all = ["touches: 2 in 7 days", "touches: 1 in 2 days, gap: 12 hours", "gap: 2 days"]
    return isWide
      ? all + [
        "touches: 1 in 3 business days", "touches: 2 in 48 hours, gap: 1 business day", "gap: 26 hours",
        "touches: 3 in 1 month, gap: 1 day",
      ] : all
  }

  private static let windows = [
    "mon-fri 09:00-17:00", "daily 08:00-20:00", "mon-thu 09:00-17:00, fri 09:00-13:00", "daily 01:00-04:00",
    "sun 00:00-24:00, wed 12:00-13:00", "mon-sat 22:00-24:00", "sun 02:00-03:00, tue 10:00-11:00",
  ]

  /// What the trigger has but its event and its key.
  mutating func trigger(_ fields: inout Set<String>) -> String {
    var lines: [String] = []
    if chance.happens(10) {
      fields.insert("size")
      lines.append("when: item.size > 0")
    }
    if chance.happens(20) {
      isEach = true
      lines.append("each: item in parts")
      hasOwnContact = chance.happens(50)
      if hasOwnContact { lines.append("contact: item.who") }
    }
    if chance.happens(20) {
      lines.append("again: \(chance.pick(["after end", "after 30 days", "{ per: contact, after: 30 days }"]) ?? "")")
    }
    if chance.happens(10) { lines.append("exclusive: sales") }
    return lines.map { "\n  " + $0 }.joined()
  }

  var item: String {
    let fields = "id: text, size: integer, due: date, meet: instant, vip: optional boolean, kind: one of small | large"
    return isEach ? "parts: [ { \(fields)\(hasOwnContact ? ", who: contact" : "") } ]" : "item: { \(fields) }"
  }

  mutating func ofContact() -> String { chance.happens(20) ? " of: contact " : "" }

  mutating func timezone() -> String {
    zone = chance.pick(Generated.zones) ?? "UTC"
    return chance.happens(25) ? "contact.timezone ?? \"\(zone)\"" : "\"\(zone)\""
  }

  mutating func project() -> String? {
    guard chance.happens(20) else { return nil }
    let caps = chance.pick(caps) ?? ""
    let then = chance.pick(["delay", "delay", "skip", "end capped"]) ?? ""
    return "language: 1\ncaps: { \(caps), then: \(then) }\n"
  }

  mutating func business() -> String { chance.pick(["mon-fri", "mon-fri", "mon-sat", "sun-thu"]) ?? "mon-fri" }

  mutating func policy(needsWindow: Bool) -> String {
    var lines: [String] = []
    if needsWindow || chance.happens(65) { lines.append("window: \(chance.pick(windows) ?? "")") }
    if chance.happens(60) {
      lines.append("gap: \(chance.pick(gaps) ?? "")")
    }
    if chance.happens(40) { lines.append("max-touches: \(1 + chance.below(4))") }
    if chance.happens(50) {
      lines.append("holidays: [2026-03-30, 2026-04-03, 2026-04-06, 2026-10-26, 2026-11-02, 2026-12-25]")
    }
    return lines.map { "\n  " + $0 }.joined()
  }
}
