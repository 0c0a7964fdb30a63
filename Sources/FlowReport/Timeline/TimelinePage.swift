import FlowCore
import FlowTime

extension TimelineReport {
  /// One HTML file: the picture, and everything that happens as a table with what was said.
  public static func html(_ timeline: Timeline, calendar: BusinessCalendar = BusinessCalendar()) -> String {
    let zone = timeline.zone
    let start = zone.civil(at: timeline.start)
    let outcome = timeline.outcome ?? "still running"
    var body = "<h1>\(Page.escaped(timeline.workflow)): \(Page.escaped(outcome))</h1>\n"
    body += "<p class=\"faint\">\(Words.longDay(start.date)) \(Words.time(start.time)), \(Page.escaped(zone.name)); "
    body += "\(Words.count(timeline.touches, "touch", "touches"))"
    if let ended = timeline.ended { body += " in \(Words.span(from: start, to: zone.civil(at: ended)))" }
    body += "</p>\n<figure>\n\(svg(timeline, calendar: calendar))</figure>\n"
    body += Page.table(happenings(timeline), caption: "Everything that happens, in its order")
    for entry in timeline.entries {
      guard let handover = entry.handover, !handover.rendered.isEmpty else { continue }
      let civil = zone.civil(at: entry.at)
      body += "<h2>\(Page.escaped(entry.step ?? handover.verb))</h2>\n"
      body +=
        "<p class=\"faint\">\(Words.longDay(civil.date)) \(Words.time(civil.time)), \(Page.escaped(handover.verb))"
      if let whom = handover.to ?? handover.by {
        body += (handover.to == nil ? " by " : " to ") + Page.escaped(whom)
      }
      body += "</p>\n"
      for text in handover.rendered {
        body += "<h3>\(Page.escaped(text.name))</h3>\n<pre>"
        body += Printable.lines(text.text).map { XML.escaped($0) }.joined(separator: "\n") + "</pre>\n"
      }
    }
    return Page.html(title: "\(timeline.workflow): \(outcome)", body: body)
  }

  private static func happenings(_ timeline: Timeline) -> Table {
    let zone = timeline.zone
    let first = zone.civil(at: timeline.start).date
    return Table(
      columns: [.init("day", isNumber: true), .init("when"), .init("what"), .init("how"), .init("says")],
      rows: timeline.entries.map { entry in
        let (happening, civil) = (Happening(entry, in: zone), zone.civil(at: entry.at))
        return [
          String(civil.date.days(since: first)),
          "\(Words.day(civil.date)) \(Words.time(civil.time))".replacingEach(" ", with: "\u{A0}"),
          happening.title, happening.detail, happening.quote,
        ]
      })
  }

  /// The event stream as rows: a column for each key that some entry has, in the order of cli.md.
  public static func csv(_ timeline: Timeline) -> String {
    let entries = timeline.entries.map { entry -> [JSONMember] in
      if case .object(let members) = EntryJSON.value(entry, in: timeline.zone) { members } else { [] }
    }
    let numbers: Set<String> = ["round", "segments"]
    var columns: [String] = []
    for known in ["at", "type", "step", "round", "verb", "touch", "to", "by", "event", "class", "outcome", "took"] {
      if entries.contains(where: { $0.contains { $0.key == known } }) { columns.append(known) }
    }
    for member in entries.flatMap(\.self) where !columns.contains(member.key) { columns.append(member.key) }
    return TableReport.csv(
      Table(
        columns: columns.map { Table.Column($0, isNumber: numbers.contains($0)) },
        rows: entries.map { members in
          columns.map { name in members.first { $0.key == name }.map { cell($0.value) } }
        }))
  }

  private static func cell(_ value: JSONValue) -> String {
    switch value {
    case .string(let text): text
    case .array(let items): items.map(cell).joined(separator: " ")
    case .null: ""
    default: value.write()
    }
  }
}
