import FaultKit

/// What only later seeds write: any option on any verb, and more kinds of durations, instants, conditions and holds.
extension GeneratedSteps {
  private mutating func isMore(_ percent: Int) -> Bool { more?.happens(percent) ?? false }

  private mutating func other(_ all: String...) -> String { more?.pick(all) ?? "" }

  mutating func otherDuration() -> String? {
    guard isMore(25) else { return nil }
    let text = other(
      "24 hours", "48 hours", "26 hours", "23 hours", "1 month 2 days", "2 months", "30 seconds", "1 week 1 day",
      "2 business days", "10 days", "30 business hours", "1 day 2 hours 30 minutes", "5 business days")
    if text.hasSuffix("business hours") { needsWindow = true }
    return text
  }

  mutating func otherCondition() -> String? {
    guard isMore(30) else { return nil }
    let text = other(
      "run.day >= 2", "run.day > 20", "run.touches == 1", "run.touches >= 1", "not (item.size > 4)",
      "not (contact.phone is present)", "item.size > 4 or item.kind == \"small\"", "run.day == 1")
    for field in ["size", "kind"] where text.contains("item.\(field)") { fields.insert(field) }
    return text
  }

  mutating func otherMoment(_ place: Place) -> (text: String, isData: Bool)? {
    guard isMore(30) else { return nil }
    if place.hasEvent, isMore(30) { return ("event.time" + other(" at 09:30", " + 1 day at 02:30"), false) }
    if place.number > 1, isMore(30) {
      return ("s1" + other(" at 16:59", " + 1 day at 02:30", " + 1 month", " + 26 hours"), false)
    }
    if isMore(40) {
      fields.insert("due")
      let text = other(
        "item.due at 02:30", "item.due + 1 month", "item.due - 2 business days at 16:59", "item.due + 36 hours")
      return (text, true)
    }
    if isMore(30) {
      fields.insert("meet")
      return ("item.meet" + other(" at 09:00", " + 2 business days", " - 1 week", " + 24 hours"), true)
    }
    let text = other(
      "day 3 + 4 hours", "day 2 + 2 business days at 09:30", "run.started + 26 hours at 02:30", "day 0 + 1 month",
      "tue 00:00", "run.started at 23:30", "day 4 + 1 day")
    return (text, false)
  }

  mutating func otherHold() -> String? {
    guard isMore(60) else { return nil }
    let text = other(
      "hold 3 hours", "hold until mon 09:00, or 1 day", "hold until item.due, or 2 days", "hold 1 month",
      "hold until item.settled + 1 business day, or 3 days", "hold until item.closed, or 36 hours",
      "hold until 02:30, or 1 day", "hold until day 12 at 09:30, or 2 business days")
    if text.contains("item.due") { fields.insert("due") }
    return text
  }

  /// The default holds every wait for weeks: what lasts longer than it should is seen where nothing does.
  mutating func otherAbsence() -> String? { isMore(50) ? "end away" : nil }

  mutating func otherAnswer() -> String? {
    guard isMore(60) else { return nil }
    return other(
      "\n    - set: { contact.timezone: '\"Asia/Tokyo\"' }",
      "\n    - webhook: told\n      url: \"https://example.test/1\"",
      "\n    - set: { item.size: item.size + 3 }\n    - hold: until mon 09:00, or 1 day",
      "\n    - choose:\n        - when: run.touches > 1\n          then: end closed",
      "\n    - suppress: email\n    - notify: told\n      to: owner\n      say: It is closed.")
  }

  /// What any step may carry besides.
  mutating func options(of step: String, _ place: Place) -> String {
    guard more != nil else { return "" }
    let margin = "\n\(place.indent)  "
    var text = ""
    func has(_ key: String) -> Bool { step.contains("\(margin)\(key):") || text.contains("\(margin)\(key):") }
    if !has("if"), isMore(12) { text += "\(margin)if: \(condition())" }
    if !has("at"), !has("after"), isMore(12) {
      let moment = moment(place)
      if !moment.isData {
        text += "\(margin)at: \(moment.text)"
      } else if !has("if-past") {
        text += "\(margin)at: \(moment.text)\(margin)if-past: \(other("skip", "now"))"
      }
    }
    if !has("window"), isMore(12) {
      text += "\(margin)window: \(other("policy", "tue 02:00-03:00", "mon-fri 09:00-17:00", "daily 23:00-24:00"))"
      if !has("closed"), isMore(40) { text += "\(margin)closed: \(other("skip", "end shut"))" }
    }
    return text
  }
}
