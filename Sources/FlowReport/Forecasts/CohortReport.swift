import FlowCore
import FlowTime

/// `flow simulate --contacts N` and `--exact`: what is expected of many contacts.
public enum CohortReport {
  // MARK: For a terminal

  /// - Parameter width: of tables; nil, for a pipe, as wide as need be.
  public static func text(
    _ figures: CohortFigures, width: Int? = nil, color: Bool = false, ascii: Bool = false
  ) -> String {
    let paint = Paint(color: color)
    let words = CohortWords(figures, ascii: ascii)
    func table(_ table: Table) -> String { TableReport.text(table, width: width, color: color, ascii: ascii) }
    var text = paint(Printable.line(figures.workflow), .bold) + ": " + words.heading + "\n"
    if figures.refused > 0 {
      text += "  \(words.number(figures.refused)) start no run: \(Printable.line(figures.refusedBecause ?? ""))\n"
    }
    text += "\n" + table(words.outcomes) + "\n" + words.durations.map { "  \($0)\n" }.joined()
    text += "\n" + table(words.touches)
    if !figures.replies.isEmpty { text += "\n" + table(words.answers) }
    text += "\n" + table(words.steps) + "\n" + table(words.load)
    if words.waits { text += "\n" + table(words.waiting) }
    if !words.leftOut.isEmpty { text += "\n" + words.leftOut.map { "  \($0)\n" }.joined() }
    return text + "\n" + table(words.days) + "\n" + table(words.hours)
  }

  // MARK: CSV

  /// A row for each verb and day, and for each verb and hour of the day. Where figures are computed, nobody knows how
  /// many wait for a capacity, and that is empty.
  public static func csv(_ figures: CohortFigures) -> String {
    let columns = ["verb", "date", "hour", "count", "waiting"].map { Table.Column($0) }
    var rows: [[String?]] = []
    for load in figures.load {
      for day in load.days {
        let isUnknown = figures.seed == nil && load.capacity != nil
        let waiting = isUnknown ? nil : CohortWords.plain(day.waiting)
        rows.append([load.verb, day.date.description, nil, CohortWords.plain(day.count), waiting])
      }
      for (hour, count) in load.hours.enumerated() {
        rows.append([load.verb, nil, String(hour), CohortWords.plain(count), nil])
      }
    }
    return TableReport.csv(Table(columns: columns, rows: rows))
  }

  // MARK: JSON

  /// Counts as numbers, shares of 1, times in minutes. `error` is one standard error of a share.
  public static func json(_ figures: CohortFigures) -> String { JSONText.tidy(value(figures)) }

  static func value(_ figures: CohortFigures) -> JSONValue {
    let words = CohortWords(figures, ascii: true)
    let times = figures.times
    let members: [(String, JSONValue)] = [
      ("workflow", .string(figures.workflow)), ("contacts", .int(figures.contacts)),
      ("exact", .bool(figures.seed == nil)), ("rounded_contacts", number(figures.rounded)),
      ("not_heard", .array(figures.unheard.map { .string($0) })),
      ("seed", figures.seed.map { .number(String($0)) } ?? .null),
      ("start", .string(figures.start.rfc3339(in: figures.zone))), ("zone", .string(figures.zone.name)),
      ("over_minutes", .int(figures.overMinutes)), ("refused", number(figures.refused)),
      (
        "outcomes",
        .array(
          figures.outcomes.map { one in
            .members([
              ("outcome", .string(one.name)), ("contacts", number(one.count)), ("share", share(words.share(one.count))),
              ("error", figures.seed == nil ? .null : share(words.error(one.count))),
            ])
          })
      ),
      (
        "touches",
        .members([
          ("mean", number(figures.meanTouches)), ("contacts", .array(figures.touches.map(number))),
        ])
      ),
      (
        "duration",
        .members([
          ("mean_minutes", number(times.mean)), ("tenth_minutes", .int(times.tenth)),
          ("median_minutes", .int(times.median)), ("ninetieth_minutes", .int(times.ninetieth)),
          ("longest_minutes", .int(times.longest)), ("days", .array(times.days.map(number))),
        ])
      ),
      ("replies", .array(figures.replies.map { named($0, "class") })),
      (
        "steps",
        .array(
          figures.steps.map { step in
            .members([
              ("step", .string(step.name)), ("verb", .string(step.verb)), ("count", number(step.count)),
              ("outcomes", .array(step.outcomes.map { named($0, "outcome") })),
            ])
          })
      ),
      ("load", .array(figures.load.map { load($0, isComputed: figures.seed == nil) })),
    ]
    return .members(members)
  }

  /// - Parameter isComputed: capacity is left out then: how many wait for it is not known.
  private static func load(_ load: CohortFigures.Load, isComputed: Bool) -> JSONValue {
    .members([
      ("verb", .string(load.verb)), ("task", .bool(load.isTask)),
      ("capacity", load.capacity.map { .int($0) } ?? .null),
      ("capacity_left_out", .bool(isComputed && load.capacity != nil)), ("total", number(load.total)),
      ("waited", number(load.waited)), ("mean_wait_minutes", number(load.meanWait)),
      ("longest_wait_minutes", .int(load.longestWait)), ("lost", number(load.lost)),
      (
        "days",
        .array(
          load.days.map { day in
            .members([
              ("date", .string(day.date.description)), ("count", number(day.count)), ("waiting", number(day.waiting)),
            ])
          })
      ),
      ("hours", .array(load.hours.map(number))),
    ])
  }

  private static func named(_ share: CohortFigures.Share, _ key: String) -> JSONValue {
    .members([(key, .string(share.name)), ("count", number(share.count))])
  }

  private static func number(_ value: Double) -> JSONValue { .number(CohortWords.plain(value)) }

  /// To a hundredth of a percentage point.
  private static func share(_ value: Double) -> JSONValue { .number(CohortWords.decimal(value, places: 4)) }

  // MARK: HTML

  /// One page with plots.
  public static func html(_ figures: CohortFigures) -> String {
    let words = CohortWords(figures, ascii: false)
    var body = "<h1>\(Page.escaped(figures.workflow))</h1>\n<p class=\"faint\">\(Page.escaped(words.heading))</p>\n"
    let cards =
      [("touches a contact", words.meanTouches), ("median time to the end", words.time(figures.times.median))]
      + figures.outcomes.sorted { ($1.count, $0.name) < ($0.count, $1.name) }.prefix(4).map {
        (CohortWords.outcome($0.name), words.percent($0.count))
      }
    body += "<ul class=\"cards\">" + cards.map { "<li><b>\(Page.escaped($0.1))</b>\(Page.escaped($0.0))</li>" }.joined()
    body += "</ul>\n" + words.plots.map(\.html).joined()
    body += Page.table(words.steps, caption: "Steps in the order of the file")
    body += Page.table(words.load, caption: "What goes out, by verb")
    body += words.leftOut.map { "<p>\(Page.escaped($0))</p>\n" }.joined()
    if words.waits {
      body += Page.table(words.waiting, caption: "What waits for capacity")
    }
    return Page.html(title: "flow simulate \(figures.workflow)", body: body)
  }
}
