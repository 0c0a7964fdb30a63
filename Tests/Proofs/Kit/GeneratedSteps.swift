import FaultKit

/// The steps of a generated workflow. Top steps are `s1`, `s2` …, so that one may lead to a later one; what is
/// nested is `n1`, `n2` ….
struct GeneratedSteps {
  var chance: Chance
  /// What came to be generated later, so that the seeds before keep their files.
  private var extra: Chance
  /// Of what only later seeds write; nil for the ones before.
  var more: Chance?
  var fields: Set<String> = []
  /// Business hours are counted in the policy's window.
  var needsWindow = false
  private var nested = 0
  private var usesPath = false
  private var last = 0

  /// A class of answers that names a date, where one is asked for.
  private(set) var later = ""

  init(chance: Chance, extra: Chance, more: Chance?) {
    self.chance = chance
    self.extra = extra
    self.more = more
  }

  /// Through which of its services a message goes: it changes no run.
  private mutating func via(_ service: String, _ place: Place) -> String {
    extra.happens(20) ? "\n\(place.indent)  via: \(service)" : ""
  }

  /// What surrounds a step while it is made.
  struct Place {
    var indent: String
    /// The number of the top step, or of the one around it; 0 in a path.
    var number: Int
    var depth: Int
    var inRepeat = false
    /// In a list that an event has led to.
    var hasEvent = false

    func deeper(_ more: String, inRepeat isRound: Bool = false, hasEvent: Bool = false) -> Place {
      Place(
        indent: indent + more, number: number, depth: depth + 1, inRepeat: inRepeat || isRound,
        hasEvent: self.hasEvent || hasEvent)
    }
  }

  mutating func story(_ count: Int) -> String {
    last = count
    var lines = (1...count).map { step(Place(indent: "  ", number: $0, depth: 0), name: "s\($0)") }
    if chance.happens(70) { lines.append("  - end: quiet") }
    return lines.joined(separator: "\n")
  }

  mutating func paths() -> String {
    guard usesPath else { return "" }
    let place = Place(indent: "    ", number: 0, depth: 1)
    let inner = chance.happens(60) ? "\n" + leaf(place) : ""
    return """
      paths:
        talk:
          - \(touchHead(place, name: "thanks"))\(inner)
          - end: talked
      """
  }

  private mutating func name() -> String {
    nested += 1
    return "n\(nested)"
  }

  // MARK: Words

  private mutating func one(_ all: String...) -> String { chance.pick(all) ?? "" }

  mutating func duration() -> String {
    let text =
      otherDuration()
      ?? one(
        "1 day", "2 days", "36 hours", "3 business days", "90 minutes", "1 week", "20 minutes", "5 days",
        "1 day 4 hours",
        "1 business day", "4 business hours", "1 month", "12 business hours")
    if text.hasSuffix("business hours") { needsWindow = true }
    return text
  }

  private mutating func time() -> String { one("09:00", "02:30", "00:00", "16:59", "09:30", "23:30") }

  mutating func condition() -> String {
    if let other = otherCondition() { return other }
    let (text, field) =
      chance.pick([
        ("item.size > 4", "size"), ("item.size < 5", "size"), ("item.kind == \"small\"", "kind"),
        ("item.vip ?? false", "vip"), ("item.vip is present", "vip"), ("run.touches < 2", ""), ("run.day < 5", ""),
        ("contact.phone is present", "phone"), ("item.size >= 5 and item.kind == \"large\"", "size"),
      ]) ?? ("true", "")
    if !field.isEmpty { fields.insert(field) }
    if text.contains("kind") { fields.insert("kind") }
    return text
  }

  private mutating func dataMoment() -> String {
    if chance.happens(60) {
      fields.insert("due")
      return one(
        "item.due", "item.due - 2 days", "item.due + 1 business day", "item.due - 1 day at 09:30", "item.due + 1 week")
    }
    fields.insert("meet")
    return one("item.meet", "item.meet - 1 day", "item.meet - 2 hours", "item.meet + 3 hours")
  }

  /// An instant, and whether it is from data.
  mutating func moment(_ place: Place) -> (text: String, isData: Bool) {
    if let other = otherMoment(place) { return other }
    if place.hasEvent, chance.happens(40) { return ("event.time + \(duration())", false) }
    // Whatever comes later comes after the first step.
    if place.number > 1, chance.happens(15) { return ("s1 + \(duration())", false) }
    switch chance.below(6) {
    case 0, 1: return ("day \(chance.below(12))" + (chance.happens(50) ? " at \(time())" : ""), false)
    case 2: return (one("09:00", "mon 09:00", "02:30", "fri 16:59", "sun 02:30"), false)
    case 3: return ("run.started + \(duration())", false)
    default: return (dataMoment(), true)
    }
  }

  private mutating func past(_ place: Place) -> String {
    switch chance.below(4) {
    case 0, 1: "skip"
    case 2: "now"
    default: leaves(place)
    }
  }

  /// A target that leads away from here.
  private mutating func leaves(_ place: Place) -> String {
    let later = place.number > 0 && place.number < last && !place.inRepeat
    switch chance.below(6) {
    case 0, 1: return "end \(one("won", "lost", "done"))"
    case 2 where later: return "s\(place.number + 1 + chance.below(last - place.number))"
    case 3 where place.number > 0:
      usesPath = true
      return "talk"
    default: return "end \(one("won", "lost"))"
    }
  }

  /// Lines of `at` or `after`, with `if-past` where the instant is from data.
  private mutating func due(_ place: Place) -> String {
    switch chance.below(5) {
    case 0, 1: return "\n\(place.indent)  after: \(duration())"
    case 2,
      3 where !place.inRepeat || chance.happens(30):
      let (text, isData) = moment(place)
      return "\n\(place.indent)  at: \(text)" + (isData ? "\n\(place.indent)  if-past: \(past(place))" : "")
    default: return ""
    }
  }

  private mutating func limit(_ place: Place) -> String {
    if chance.happens(70) { return "\n\(place.indent)  within: \(duration())" }
    let (text, isData) = moment(place)
    return "\n\(place.indent)  until: \(text)" + (isData ? "\n\(place.indent)  if-past: \(past(place))" : "")
  }

  /// The rest of an `await`: `within 3 days` or `until INSTANT` and the line of `if-past`.
  private mutating func listening(_ place: Place) -> (text: String, past: String) {
    if chance.happens(70) { return ("within \(duration())", "") }
    let (text, isData) = moment(place)
    return ("until \(text)", isData ? "\n\(place.indent)  if-past: \(past(place))" : "")
  }

  // MARK: Steps

  private mutating func step(_ place: Place, name: String) -> String {
    let plain = plain(place, name: name)
    return plain + options(of: plain, place)
  }

  private mutating func plain(_ place: Place, name: String) -> String {
    switch chance.below(17) {
    case 0, 1, 2, 3: place.indent + "- " + touchHead(place, name: name)
    case 4: place.indent + "- " + waitHead(place, name: name)
    case 5, 6, 7: listen(place, name: name)
    case 8: person("call", place, name: name)
    case 9: person("task", place, name: name)
    case 10: choose(place, name: name)
    case 11: split(place, name: name)
    case 12, 13: rounds(place, name: name)
    case 14: escalate(place, name: name)
    default: instant(place, name: name)
    }
  }

  /// A step inside another.
  private mutating func leaf(_ place: Place) -> String {
    let plain = plainLeaf(place)
    return plain + options(of: plain, place)
  }

  private mutating func plainLeaf(_ place: Place) -> String {
    let name = name()
    switch chance.below(place.depth > 1 ? 6 : 8) {
    case 0, 1: return place.indent + "- " + touchHead(place, name: name)
    case 2: return place.indent + "- " + waitHead(place, name: name)
    case 3: return listen(place, name: name)
    case 4, 5: return instant(place, name: name)
    case 6: return person("task", place, name: name)
    default: return escalate(place, name: name)
    }
  }

  /// Without the dash.
  private mutating func touchHead(_ place: Place, name: String) -> String {
    let isMail = chance.happens(70)
    if !isMail { fields.insert("phone") }
    var text = isMail ? "email: \(name)" : one("sms: \(name)", "message: \(name)")
    if text.hasPrefix("message") { text += via("whatsapp", place) }
    text += due(place)
    if chance.happens(15) { text += "\n\(place.indent)  gap: none" }
    let opening = one(
      "window: any", "window: mon 10:00-12:00", "closed: skip", "closed: end shut", "window: daily 10:00-12:00",
      "window: sat 02:00-03:00", "", "", "",
      "")
    if !opening.isEmpty { text += "\n\(place.indent)  \(opening)" }
    if chance.happens(20) { text += "\n\(place.indent)  if: \(condition())" }
    text += "\n\(place.indent)  purpose: inform"
    if isMail { text += "\n\(place.indent)  subject: \"About {{ item.id }}\"" }
    return text + "\n\(place.indent)  body: \"Dear {{ contact.name }}, about {{ item.id }}.\""
  }

  private mutating func waitHead(_ place: Place, name: String) -> String {
    if chance.happens(60) { return "wait: \(duration())\n\(place.indent)  name: \(name)" }
    let (text, isData) = moment(place)
    return "wait: until \(text)\n\(place.indent)  name: \(name)"
      + (isData ? "\n\(place.indent)  if-past: \(past(place))" : "")
  }

  private mutating func listen(_ place: Place, name: String) -> String {
    let events = one(
      "reply", "reply", "reply", "yes", "item.settled", "reply or item.settled", "yes or no", "opened", "clicked",
      "bounce", "out-of-office")
    let (until, past) = listening(place)
    var text = "\(place.indent)- await: \(events) \(until)\n\(place.indent)  name: \(name)\(past)"
    // Where nothing but the end comes after it.
    if place.depth > 0, !place.inRepeat, chance.happens(20) {
      return text + "\n\(place.indent)  then: end \(one("won", "lost"))"
    }
    var cases: [String] = []
    for key in events.split(separator: " ").map(String.init) where key != "or" {
      if key == "reply", chance.happens(40) { cases.append("yes: \(target(place, hasEvent: true))") }
      if key == "reply" ? chance.happens(40) : chance.happens(60) {
        cases.append("\(key): \(target(place, hasEvent: true))")
      }
    }
    if chance.happens(25) { cases.append("timeout: \(target(place))") }
    if !cases.isEmpty {
      text += "\n\(place.indent)  then:" + cases.map { "\n\(place.indent)    \($0)" }.joined()
    }
    return text
  }

  /// Where a case leads; a list goes on after its step.
  private mutating func target(_ place: Place, hasEvent: Bool = false) -> String {
    switch chance.below(7) {
    case 0: return "next"
    case 1: return otherHold() ?? one("hold 2 days", "hold 1 business day", "hold until day 9, or 1 day")
    case 2,
      3 where place.depth < 1:
      return "\n" + leaf(place.deeper("      ", hasEvent: hasEvent))
    default: return leaves(place)
    }
  }

  private mutating func person(_ verb: String, _ place: Place, name: String) -> String {
    if verb == "call" { fields.insert("phone") }
    var text = "\(place.indent)- \(verb): \(name)\n\(place.indent)  by: owner"
    if verb == "task" { text += "\n\(place.indent)  say: \"Ask {{ contact.name }}\"" }
    text += due(place)
    guard chance.happens(75) else { return text }
    text += limit(place)
    var cases: [String] = []
    if chance.happens(40) { cases.append("\(verb == "call" ? "connected" : "done"): \(target(place))") }
    if chance.happens(30) { cases.append("\(verb == "call" ? "no-answer" : "declined"): \(target(place))") }
    if chance.happens(40) { cases.append("timeout: \(target(place))") }
    if !cases.isEmpty {
      text += "\n\(place.indent)  then:" + cases.map { "\n\(place.indent)    \($0)" }.joined()
    }
    return text
  }

  private mutating func choose(_ place: Place, name: String) -> String {
    var text = "\(place.indent)- choose:\n\(place.indent)    - when: \(condition())\n"
    let ahead = place.number > 0 && place.number < last && !place.inRepeat
    if ahead, chance.happens(15) {
      text += "\(place.indent)      then:\n\(place.indent)        - go: s\(place.number + 1)"
    } else {
      text +=
        chance.happens(40)
        ? "\(place.indent)      then: \(leaves(place))"
        : "\(place.indent)      then:\n" + leaf(place.deeper("        "))
    }
    if chance.happens(20) {
      text += "\n\(place.indent)    - when: \(condition())\n\(place.indent)      then: \(leaves(place))"
    }
    if chance.happens(50) {
      text += "\n\(place.indent)    - otherwise:\n" + leaf(place.deeper("        "))
    }
    return text + "\n\(place.indent)  name: \(name)"
  }

  private mutating func split(_ place: Place, name: String) -> String {
    let first = chance.happens(50) ? leaves(place) : "\n" + leaf(place.deeper("      "))
    let arms = one(
      "{ a: 30%, b: 70% }", "{ a: 30%, b: 70% }\n\(place.indent)  salt: pepper", "{ a: 50%, b: 50%, c: 0% }")
    let third = arms.contains("c:") ? "\n\(place.indent)    c: \(leaves(place))" : ""
    return """
      \(place.indent)- split: \(name)
      \(place.indent)  arms: \(arms)
      \(place.indent)  then:
      \(place.indent)    a: \(first)
      \(place.indent)    b: next\(third)
      """
  }

  private mutating func rounds(_ place: Place, name: String) -> String {
    let stop = chance.happens(40) ? "\n\(place.indent)  stop-if: \(condition())" : ""
    let inside = place.deeper("    ", inRepeat: true)
    var inner = (0...chance.below(2)).map { _ in leaf(inside) }
    if place.depth == 0, extra.happens(25) { inner.append(rounds(inside, name: self.name())) }
    let steps = inner.joined(separator: "\n")
    return """
      \(place.indent)- repeat: \(name)
      \(place.indent)  times: \(2 + chance.below(2))
      \(place.indent)  every: \(duration())\(stop)
      \(place.indent)  steps:
      \(steps)
      """
  }

  private mutating func escalate(_ place: Place, name: String) -> String {
    let to = one("owner", "boss ?? owner", "[ owner, boss ?? owner ]")
    if to.contains("boss") { fields.insert("boss") }
    var text = """
      \(place.indent)- escalate: \(name)
      \(place.indent)  to: \(to)
      \(place.indent)  say: "{{ contact.name }} has been waiting"\(via("notify", place))\(due(place))
      """
    guard chance.happens(40) else { return text }
    text += "\n\(place.indent)  each: \(one("4 hours", "1 day", "1 business day"))"
    if chance.happens(50) {
      text += "\n\(place.indent)  then:\n\(place.indent)    acknowledged: \(leaves(place))"
    }
    return text
  }

  /// What takes no time.
  private mutating func instant(_ place: Place, name: String) -> String {
    fields.insert("size")
    switch chance.below(8) {
    case 0:
      let change = one(
        "item.size: item.size + 1", "item.size: item.size + 1",
        "contact.timezone: '\"\(one("America/New_York", "Asia/Tokyo"))\"'")
      return "\(place.indent)- set: { \(change) }\n\(place.indent)  name: \(name)"
    case 1:
      // Of those that the run may hear itself; no chance of its own, so that the rest of a seed stays what it is.
      let event = ["item.closed", "item.sized", "item.settled"][(nested + place.number) % 3]
      let data = event == "item.sized" ? "\n\(place.indent)  data: { size: item.size }" : ""
      return "\(place.indent)- emit: \(event)\(data)\n\(place.indent)  name: \(name)"
    case 2:
      return "\(place.indent)- enroll: other\n\(place.indent)  name: \(name)\n\(place.indent)  input: "
        + "{ contact: contact, owner: owner, id: item.id }"
    case 3: return "\(place.indent)- suppress: \(one("sms", "email", "all"))\n\(place.indent)  name: \(name)"
    case 4:
      return "\(place.indent)- webhook: \(name)\n\(place.indent)  url: \"https://example.test/{{ item.id }}\""
        + outcome("ok", "failed", place)
    case 5:
      return
        "\(place.indent)- notify: \(name)\n\(place.indent)  to: owner\n\(place.indent)  say: \"Look at {{ item.id }}\""
        + outcome("ack", "timeout", place)
    default:
      return
        "\(place.indent)- notify: \(name)\n\(place.indent)  to: owner\n\(place.indent)  say: \"Look at {{ item.id }}\""
        + due(place)
    }
  }

  /// Some wait for what comes of it.
  private mutating func outcome(_ one: String, _ other: String, _ place: Place) -> String {
    guard chance.happens(60) else { return "" }
    let limit = limit(place)
    return limit + "\n\(place.indent)  then:\n\(place.indent)    \(one): \(target(place))"
      + (chance.happens(50) ? "\n\(place.indent)    \(other): \(leaves(place))" : "")
  }

  // MARK: Anytime

  mutating func anytime() -> String {
    var cases: [String] = []
    if chance.happens(50) {
      cases.append("item.closed: " + (otherAnswer() ?? one("end closed", "end closed", "hold 3 days")))
    }
    if chance.happens(30) {
      fields.insert("size")
      cases.append("item.sized:\n    - set: { item.size: event.size }" + tail())
    }
    if chance.happens(fields.contains("due") ? 60 : 10) {
      cases.append("item.moved:\n    - set: { item.due: event.due }" + tail())
    }
    if chance.happens(40) { cases.append("no: end lost") }
    if chance.happens(25) {
      usesPath = true
      cases.append("yes: talk")
    } else if last > 1, chance.happens(25) {
      cases.append("yes: s\(2 + chance.below(last - 1))")
    }
    if chance.happens(35) {
      let read = "\n    - task: read\n      by: owner\n      say: Read it.\n    - hold: 2 days"
      cases.append("reply: " + one("end answered", "hold 2 days", "hold 1 business day", read))
    }
    if let absence = otherAbsence() {
      cases.append("out-of-office: \(absence)")
    } else if chance.happens(30) {
      cases.append("out-of-office: hold until return + 1 business day, or 5 business days")
    }
    if chance.happens(20) {
      cases.append("bounce:\n    - notify: wrong\n      to: owner\n      say: It came back.\n    - end: bounced")
    }
    if chance.happens(15) { cases.append("auto-reply: hold until item.settled + 1 day, or 10 days") }
    if chance.happens(15) { cases.append("item.settled: " + settled()) }
    if chance.happens(8) { cases.append("clicked: end \(one("won", "lost"))") }
    if extra.happens(25) {
      later = "\n  later: [\"later\"]"
      cases.append(
        "later: hold until "
          + (extra.pick([
            "reply.date, or 2 business days", "reply.date at 12:00, or 1 day", "reply.date + 1 day, or 3 days",
          ])
            ?? ""))
    }
    return cases.isEmpty ? "" : "anytime:\n" + cases.map { "  \($0)" }.joined(separator: "\n")
  }

  private mutating func settled() -> String {
    one(
      "end won", "\n    - suppress: sms", "\n    - escalate: settled\n      to: owner\n      say: It is settled.",
      "\n    - emit: item.sized\n      data: { size: item.size }\n    - hold: until day 6, or 2 days",
      "\n    - enroll: other\n      input: { contact: contact, owner: owner, id: item.id }")
  }

  /// What may close a list of `anytime`.
  private mutating func tail() -> String {
    switch chance.below(5) {
    case 0: return "\n    - " + (otherHold().map { "hold:" + $0.dropFirst(4) } ?? "hold: 2 days")
    case 1: return "\n    - choose:\n        - when: item.size > 8\n          then: end large"
    case 2 where last > 1: return "\n    - go: s\(2 + chance.below(last - 1))"
    default: return ""
    }
  }
}
