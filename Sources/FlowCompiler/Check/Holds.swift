import FlowCore
import FlowTime

/// `hold …`, the text after the word.
extension Bench {
  /// - Parameter events: what a hold may wait for.
  func hold(_ text: Located, _ scope: MomentScope, events: [String]) -> Hold? {
    guard let until = text.after("until") else {
      if text.text == "until" {
        report(.badHold(text, help: "write until INSTANT, or DURATION"))
        return nil
      }
      guard let duration = duration(text) else { return nil }
      return Hold(until: nil, fallback: duration, text: text.text, span: text.whole)
    }
    guard
      let (instant, fallback) = until.split(at: ", or ", last: true) ?? until.split(at: " or ", last: true)
    else {
      report(.holdWithoutFallback(text))
      return nil
    }
    let duration = duration(fallback)
    let target = holdUntil(instant, scope, events: events)
    guard let duration, let target else { return nil }
    return Hold(until: target, fallback: duration, text: text.text, span: text.whole)
  }

  private func holdUntil(_ text: Located, _ scope: MomentScope, events: [String]) -> Hold.Until? {
    let event = text.split(at: " + ")?.0 ?? text
    if Events.reserved.contains(event.text) {
      report(.reservedEvent(event))
      return nil
    }
    if events.contains(event.text) {
      guard let (_, after) = text.split(at: " + ") else { return .event(event.text, nil) }
      return duration(after).map { .event(event.text, $0) }
    }
    if isMeantForEvent(event.text, scope, events) {
      report(.unknownEvent(event, known: events))
      return nil
    }
    var scope = scope
    scope.allowsOptional = true
    return instant(text, scope).map { .moment($0) }
  }

  /// A dotted word that is no field of anything, or looks more like an event than like one.
  private func isMeantForEvent(_ text: String, _ scope: MomentScope, _ events: [String]) -> Bool {
    guard Bench.isEventName(text) else { return false }
    let root = text.split(separator: ".").first.map(String.init) ?? ""
    let roots = scope.naming.inputs.map(\.name) + Events.reservedRoots
    if !roots.contains(root) { return true }
    return Expression.compile(text, as: nil, in: scope.naming).0 == nil
      && Spelling.nearest(to: text, in: events.filter { $0.contains(".") }) != nil
  }
}
