import FlowCore
import FlowTime

/// Durations, days, windows: read by the language's own parsers, with what they find put at its place.
extension Bench {
  func duration(_ node: YAMLNode, wanted: String = "a duration") -> Duration? {
    text(node, wanted: wanted).flatMap { duration($0) }
  }

  func duration(_ text: Located) -> Duration? {
    do throws(DurationError) {
      let duration = try Duration.parse(text.text)
      if case .businessHours = duration.kind, let policy { checkHours(policy, text) }
      return duration
    } catch {
      report(.badDuration(text, error))
      return nil
    }
  }

  /// Business hours are the window's, on business days: there must be some.
  private func checkHours(_ policy: Policy, _ text: Located) {
    guard let window = policy.window else { return report(.noWindow(text)) }
    if window.days.isDisjoint(with: policy.business) { report(.noBusinessHour(text)) }
  }

  func window(_ node: YAMLNode) -> Window? {
    guard let text = text(node, wanted: "a window") else { return nil }
    do throws(WindowError) {
      return try Window.parse(text.text)
    } catch {
      report(.badWindow(text, error))
      return nil
    }
  }

  func weekdays(_ node: YAMLNode) -> WeekdaySet? {
    guard let text = text(node, wanted: "days of the week") else { return nil }
    do throws(WindowError) {
      return try WeekdaySet.parse(text.text)
    } catch {
      report(.badWindow(text, error))
      return nil
    }
  }

  func date(_ node: YAMLNode) -> CivilDate? {
    guard let text = text(node, wanted: "a date") else { return nil }
    guard let date = CivilDate(iso: text.text) else {
      report(.badDate(text))
      return nil
    }
    return date
  }

  func time(_ text: Located) -> CivilTime? {
    guard let time = CivilTime.parse(text.text) else {
      report(.badTime(text))
      return nil
    }
    return time
  }

  func zone(_ text: Located) -> Zone? {
    guard let zone = around.zones.zone(named: text.text) else {
      report(.unknownZone(text, known: around.zones.names))
      return nil
    }
    return zone
  }

  /// A calendar of flow.yaml, or a list of dates.
  func holidays(_ node: YAMLNode, calendars: [String: HolidayCalendar]) -> HolidayCalendar? {
    if let items = node.items { return HolidayCalendar(items.compactMap { date($0) }) }
    guard let text = text(node, wanted: "a calendar of flow.yaml, or a list of dates") else { return nil }
    guard let calendar = calendars[text.text] else {
      report(.unknownCalendar(text, known: calendars.keys.sorted()))
      return nil
    }
    return calendar
  }
}
