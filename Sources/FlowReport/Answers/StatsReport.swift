import FlowCore
import FlowTime

/// `flow stats`: what came of the runs.
public enum StatsReport {
  // MARK: For a terminal

  /// - Parameter width: of the table of steps; nil, for a pipe, as wide as need be.
  public static func text(_ all: [Figures], width: Int? = nil, color: Bool = false) -> String {
    guard !all.isEmpty else { return "no runs\n" }
    let paint = Paint(color: color)
    return all.map { figures in
      let lines = [paint(Printable.line(figures.workflow), .bold) + ": " + summary(figures)] + facts(figures)
      let steps = shown(figures)
      return (lines.map { $0 + "\n" } + ["\n" + TableReport.text(steps, width: width, color: color, empty: "no steps")])
        .joined()
    }.joined(separator: "\n")
  }

  private static func summary(_ figures: Figures) -> String {
    "\(Words.count(figures.runs, "run")), \(figures.live) live, \(figures.ended) ended"
  }

  private static func facts(_ figures: Figures) -> [String] {
    var lines: [String] = []
    if !figures.outcomes.isEmpty { lines.append("  outcomes: \(counts(figures.outcomes))") }
    if let rate = figures.goalRate {
      let goal = Words.list(figures.goal, "or")
      lines.append("  goal \(goal): \(figures.reached) of \(figures.ended) that ended, \(Words.percent(rate))")
    }
    if !figures.replies.isEmpty { lines.append("  replies: \(counts(figures.replies))") }
    if let median = figures.toReply.median, let p90 = figures.toReply.p90 {
      lines.append("  time to reply: median \(Words.length(median)), nine of ten within \(Words.length(p90))")
    }
    return lines
      + figures.arms.map { arm in
        let rate = figures.goalRate(of: arm).map { ", goal \(arm.reached), \(Words.percent($0))" } ?? ""
        let outcomes = arm.outcomes.isEmpty ? "" : ": \(counts(arm.outcomes))"
        return "  \(Printable.line(arm.split)), \(Printable.line(arm.name)): \(Words.count(arm.runs, "run")), "
          + "\(arm.ended) ended, \(arm.answered) answered\(rate)\(outcomes)"
      }
  }

  /// The most frequent first.
  private static func counts(_ counts: [String: Int]) -> String {
    sorted(counts).map { "\(Printable.line($0.0)) \($0.1)" }.joined(separator: ", ")
  }

  private static func sorted(_ counts: [String: Int]) -> [(String, Int)] {
    counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
  }

  // MARK: As tables

  private static let numbers = [
    "sent", "delivered", "bounced", "opened", "clicked", "replied", "withheld", "skipped", "failed", "first", "last",
    "linear",
  ]

  /// Only the columns that say something, and times in words.
  private static func shown(_ figures: Figures) -> Table {
    let table = Table(
      columns: columns(["step", "verb"], after: ["replies", "outcomes", "median", "p90"]),
      rows: figures.steps.map { row($0, words: true) })
    let kept = table.columns.indices.filter { index in
      index < 3 || table.rows.contains { !["", "0"].contains(table.cell($0, index) ?? "") }
    }
    return Table(
      columns: kept.map { table.columns[$0] }, rows: table.rows.map { row in kept.map { table.cell(row, $0) } })
  }

  private static func columns(_ before: [String], after: [String]) -> [Table.Column] {
    before.map { Table.Column($0) } + numbers.map { Table.Column($0, isNumber: true) }
      + after.map { Table.Column($0, isNumber: $0.hasPrefix("median") || $0.hasPrefix("p90")) }
  }

  private static func row(_ step: Figures.Step, words: Bool) -> [String?] {
    func time(_ milliseconds: Int64?) -> String? {
      milliseconds.map { words ? Words.length($0) : String($0 / 1000) }
    }
    let numbers: [Int?] = [
      step.sent, step.delivered, step.bounced, step.opened, step.clicked, step.replied, step.withheld, step.skipped,
      step.failed,
    ]
    let credit = [step.credit.first, step.credit.last, step.credit.linear].map { Words.thousandths($0) }
    return [step.name, step.verb] + numbers.map { $0.map { String($0) } } + credit
      + [counts(step.replies), counts(step.outcomes), time(step.toReply.median), time(step.toReply.p90)]
  }

  /// A row a step; times in seconds.
  public static func csv(_ all: [Figures]) -> String {
    let rows = all.flatMap { figures in figures.steps.map { [figures.workflow] + row($0, words: false) } }
    return TableReport.csv(
      Table(
        columns: columns(
          ["workflow", "step", "verb"], after: ["replies", "outcomes", "median_seconds", "p90_seconds"]),
        rows: rows))
  }

  // MARK: JSON

  /// Times in seconds; rates and shares as numbers.
  /// - Parameter damaged: runs that are not counted.
  public static func json(_ all: [Figures], damaged: [DamagedRun] = []) -> String {
    let workflows = all.map { figures -> JSONValue in
      .members([
        ("workflow", .string(figures.workflow)), ("runs", .int(figures.runs)), ("live", .int(figures.live)),
        ("ended", .int(figures.ended)), ("outcomes", object(figures.outcomes)),
        (
          "goal",
          .members([
            ("outcomes", .array(figures.goal.map { .string($0) })), ("reached", .int(figures.reached)),
            ("rate", figures.goalRate.map { .number(Words.thousandths($0)) } ?? .null),
          ])
        ),
        ("replies", object(figures.replies)), ("time_to_reply", times(figures.toReply)),
        ("steps", .array(figures.steps.map(step))),
        ("arms", .array(figures.arms.map { arm($0, figures) })),
      ])
    }
    return JSONText.write(
      .members([("workflows", .array(workflows)), ("damaged", DamagedRun.json(damaged))]), open: 5)
  }

  private static func step(_ step: Figures.Step) -> JSONValue {
    .members([
      ("step", .string(step.name)), ("verb", .string(step.verb)), ("touch", .bool(step.touch)),
      ("sent", .int(step.sent)), ("delivered", .int(step.delivered)), ("bounced", .int(step.bounced)),
      ("opened", step.opened.map { .int($0) } ?? .null), ("clicked", step.clicked.map { .int($0) } ?? .null),
      ("replies", object(step.replies)), ("outcomes", object(step.outcomes)), ("withheld", .int(step.withheld)),
      ("skipped", .int(step.skipped)), ("failed", .int(step.failed)),
      (
        "attribution",
        .members([
          ("first", .number(Words.thousandths(step.credit.first))),
          ("last", .number(Words.thousandths(step.credit.last))),
          ("linear", .number(Words.thousandths(step.credit.linear))),
        ])
      ),
      ("time_to_reply", times(step.toReply)),
    ])
  }

  private static func arm(_ arm: Figures.Arm, _ figures: Figures) -> JSONValue {
    .members([
      ("step", .string(arm.split)), ("arm", .string(arm.name)), ("runs", .int(arm.runs)), ("ended", .int(arm.ended)),
      ("answered", .int(arm.answered)), ("outcomes", object(arm.outcomes)), ("reached", .int(arm.reached)),
      ("rate", figures.goalRate(of: arm).map { .number(Words.thousandths($0)) } ?? .null),
    ])
  }

  private static func times(_ times: Figures.Times) -> JSONValue {
    func seconds(_ milliseconds: Int64?) -> JSONValue { milliseconds.map { .int(Int($0 / 1000)) } ?? .null }
    return .members([
      ("count", .int(times.count)), ("median_seconds", seconds(times.median)), ("p90_seconds", seconds(times.p90)),
    ])
  }

  private static func object(_ counts: [String: Int]) -> JSONValue {
    .object(counts.sorted { $0.key < $1.key }.map { JSONMember($0.key, .int($0.value)) })
  }

  // MARK: HTML

  /// One page with plots.
  public static func html(_ all: [Figures], since: String? = nil) -> String {
    var body = "<h1>What came of it</h1>\n"
    body += "<p class=\"faint\">\(Page.escaped(since.map { "runs started since \($0)" } ?? "all runs"))</p>\n"
    if all.isEmpty { body += "<p>No runs.</p>\n" }
    for figures in all { body += section(figures) }
    return Page.html(title: "flow stats", body: body)
  }

  private static func section(_ figures: Figures) -> String {
    var cards = [("runs", String(figures.runs)), ("live", String(figures.live)), ("ended", String(figures.ended))]
    if let rate = figures.goalRate { cards.append((Words.list(figures.goal, "or"), Words.percent(rate))) }
    if let median = figures.toReply.median { cards.append(("median time to reply", Words.length(median))) }
    let touches = figures.steps.filter(\.touch)
    let plots = [
      BarPlot(title: "Outcomes", names: [], rows: sorted(figures.outcomes).map { bars($0.0, [$0.1]) }),
      BarPlot(
        title: "Arms", names: ["ended", "answered", "goal"],
        rows: figures.arms.map { bars("\($0.split), \($0.name)", [$0.ended, $0.answered, $0.reached]) }),
      BarPlot(
        title: "Touches", names: ["sent", "delivered", "replied"],
        rows: touches.map { bars($0.name, [$0.sent, $0.delivered, $0.replied]) }),
      BarPlot(title: "Replies", names: [], rows: sorted(figures.replies).map { bars($0.0, [$0.1]) }),
      BarPlot(
        title: "Goals by touch", names: ["first", "last", "linear"],
        rows: touches.filter { $0.credit != Figures.Credit() }.map { step in
          BarPlot.Row(
            label: step.name,
            bars: [step.credit.first, step.credit.last, step.credit.linear].map { ($0, Words.thousandths($0)) })
        }),
      BarPlot(
        title: "Time to reply", names: ["median", "nine of ten within"],
        rows: touches.compactMap { step in
          guard let median = step.toReply.median, let p90 = step.toReply.p90 else { return nil }
          return BarPlot.Row(
            label: step.name, bars: [median, p90].map { (Int($0 / 1000), Words.length($0)) })
        }),
    ]
    return "<h2>\(Page.escaped(figures.workflow))</h2>\n<ul class=\"cards\">"
      + cards.map { "<li><b>\(Page.escaped($0.1))</b>\(Page.escaped($0.0))</li>" }.joined() + "</ul>\n"
      + plots.map(\.html).joined() + Page.table(shown(figures), caption: "Steps in the order of the file")
  }

  private static func bars(_ label: String, _ values: [Int]) -> BarPlot.Row {
    BarPlot.Row(label: label, bars: values.map { ($0, String($0)) })
  }
}
