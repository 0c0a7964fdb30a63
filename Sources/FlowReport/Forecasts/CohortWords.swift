import FlowCore
import FlowTime

/// Figures of a cohort as words, tables and plots.
struct CohortWords {
  let figures: CohortFigures
  let ascii: Bool
  private let started: Double

  init(_ figures: CohortFigures, ascii: Bool) {
    self.figures = figures
    self.ascii = ascii
    started = max(1, Double(figures.contacts) - figures.refused)
  }

  // MARK: Numbers

  func share(_ count: Double) -> Double { count / started }

  /// One standard error of a share, as sampling has it.
  func error(_ count: Double) -> Double {
    let share = share(count)
    return (max(0, share * (1 - share)) / started).squareRoot()
  }

  func percent(_ count: Double) -> String { Self.decimal(share(count) * 100, places: 1, kept: true) + " %" }

  /// Whole numbers of what was counted, one place of what was computed.
  func number(_ count: Double) -> String {
    figures.seed == nil ? Self.decimal(count, places: 1, kept: true) : Self.plain(count)
  }

  /// With at most three places.
  static func plain(_ value: Double) -> String { decimal(value, places: 3) }

  /// - Parameter kept: zeros at the end stay.
  static func decimal(_ value: Double, places: Int, kept: Bool = false) -> String {
    guard value.isFinite, abs(value) < 1e14 else { return "0" }
    let scale = (0..<places).reduce(1) { scale, _ in scale * 10 }
    let whole = Int((abs(value) * Double(scale)).rounded())
    var digits = String(whole % scale)
    while digits.utf8.count < places { digits = "0" + digits }
    if !kept { while digits.utf8.last == UInt8(ascii: "0") { digits.removeLast() } }
    if places == 0 { digits = "" }
    return (value < 0 && whole > 0 ? "-" : "") + String(whole / scale) + (digits.isEmpty ? "" : "." + digits)
  }

  func time(_ minutes: Int) -> String { Words.length(Int64(minutes) * 60_000) }

  static func outcome(_ name: String) -> String { name.isEmpty ? "still running" : name }

  /// Up to `room` columns, by eighths.
  private func bar(_ value: Double, of most: Double, room: Int = 24) -> String {
    guard most > 0, value > 0 else { return "" }
    let eighths = max(1, Int((value / most * Double(room * 8)).rounded()))
    if ascii { return String(repeating: "#", count: max(1, (eighths + 4) / 8)) }
    let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    return String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
  }

  // MARK: Sentences

  var heading: String {
    let start = figures.zone.civil(at: figures.start)
    let how = figures.seed.map { "counted with seed \($0)" } ?? "computed, not sampled"
    return "\(Words.count(figures.contacts, "contact")) from \(Words.longDay(start.date)) \(Words.time(start.time)) "
      + "over \(time(figures.overMinutes)) (\(figures.zone.name)), \(how)"
  }

  var durations: [String] {
    let times = figures.times
    return [
      "from start to end: \(time(Int(times.mean.rounded()))) on average, at most \(time(times.longest))",
      "one of ten within \(time(times.tenth)), half within \(time(times.median)), "
        + "nine of ten within \(time(times.ninetieth))",
    ]
  }

  var meanTouches: String { Self.decimal(figures.meanTouches, places: 2, kept: true) }

  /// Something may have waited for what people can do in a day.
  var waits: Bool { figures.seed != nil && figures.load.contains { $0.capacity != nil } }

  /// What is computed says what is asked of people, not what they get done.
  var leftOut: [String] {
    let unheard = figures.unheard.map(Printable.line)
    let emitted =
      unheard.isEmpty
      ? [] : ["\(Words.list(unheard)): what the file emits does not come back to it here, as it does in a run"]
    guard figures.seed == nil else { return emitted }
    let most = Self.decimal(share(figures.rounded) * 100, places: 2)
    let rounded =
      share(figures.rounded) > 2e-4
      ? ["not exact: too much can come of it to follow all; up to \(most) % of the contacts are placed roughly"] : []
    return rounded + emitted
      + figures.load.compactMap { load in
        guard let capacity = load.capacity else { return nil }
        let over = load.days.filter { $0.count > Double(capacity) }
        let more =
          over.isEmpty
          ? "no more is asked on any day"
          : "more is asked on \(over.count) of \(Words.count(load.days.count, "day")), "
            + "the first \(Words.longDay(over[0].date))"
        return "\(load.verb): the capacity of \(capacity) a day is left out here; \(more)"
      }
  }

  // MARK: Tables

  private func table(_ names: [String], _ rows: [[String?]]) -> Table {
    Table(
      columns: names.map { name in
        // Headings of numbers; words and bars stand at the left.
        let words = ["outcome", "answer", "step", "verb", "outcomes", "date", "week from", "on", "hour", ""]
        return Table.Column(name, isNumber: !words.contains(name))
      }, rows: rows)
  }

  /// The most frequent first.
  private func sorted(_ shares: [CohortFigures.Share]) -> [CohortFigures.Share] {
    shares.sorted { ($1.count, $0.name) < ($0.count, $1.name) }
  }

  var outcomes: Table {
    let most = figures.outcomes.map(\.count).max() ?? 0
    let names = ["outcome", "contacts", "share"] + (figures.seed == nil ? [""] : ["±", ""])
    return table(
      names,
      sorted(figures.outcomes).map { one in
        let error = figures.seed == nil ? [] : [Self.decimal(error(one.count) * 100, places: 1, kept: true)]
        return [Self.outcome(one.name), number(one.count), percent(one.count)] + error + [bar(one.count, of: most)]
      })
  }

  var touches: Table {
    let most = figures.touches.max() ?? 0
    let rows = figures.touches.enumerated().filter { $1 > 0 }.map { touches, count -> [String?] in
      [String(touches), number(count), percent(count), bar(count, of: most)]
    }
    return table(
      ["touches", "contacts", "share", ""],
      rows + [["mean", meanTouches, nil, nil]])
  }

  var answers: Table {
    let most = figures.replies.map(\.count).max() ?? 0
    return table(
      ["answer", "number", "share", ""],
      sorted(figures.replies).map { [$0.name, number($0.count), percent($0.count), bar($0.count, of: most)] })
  }

  var steps: Table {
    let most = figures.steps.map(\.count).max() ?? 0
    return table(
      ["step", "verb", "number", "", "outcomes"],
      figures.steps.map { step in
        let outcomes = sorted(step.outcomes).filter { $0.count > 0 }.map { "\($0.name) \(number($0.count))" }
        return [
          step.name, step.verb, number(step.count), bar(step.count, of: most, room: 12),
          outcomes.joined(separator: ", "),
        ]
      })
  }

  var load: Table {
    table(
      ["verb", "total", "a day", "most", "on"],
      figures.load.map { load in
        let perDay = load.days.isEmpty ? 0 : load.total / Double(load.days.count)
        return [
          load.isTask ? "\(load.verb) (people)" : load.verb, number(load.total),
          Self.decimal(perDay, places: 1, kept: true),
          load.most.map { number($0.count) }, load.most.map { Words.longDay($0.date) },
        ]
      })
  }

  var waiting: Table {
    table(
      ["verb", "capacity", "had to wait", "on average", "at most", "most at once", "in vain"],
      figures.load.filter { $0.capacity != nil }.map { load in
        [
          load.verb, load.capacity.map { "\($0) a day" }, number(load.waited),
          load.waited > 0 ? time(Int(load.meanWait.rounded())) : nil, load.waited > 0 ? time(load.longestWait) : nil,
          load.days.map(\.waiting).max().flatMap { $0 > 0 ? number($0) : nil }, number(load.lost),
        ]
      })
  }

  /// A row a day, or a week where there are more than five of them.
  private var periods: (name: String, rows: [(date: CivilDate, counts: [Double])]) {
    // Of what is computed, the last days have next to nothing.
    let dates = figures.load.flatMap { load in
      load.days.filter { number($0.count) != "0.0" || $0.waiting > 0 }.map(\.date)
    }
    guard let first = dates.min(), let last = dates.max() else { return ("date", []) }
    let length = last.days(since: first) >= 35 ? 7 : 1
    let begin = first.adding(days: length == 7 ? -first.weekday.index : 0)
    var rows = (0...last.days(since: begin) / length).map { number in
      (date: begin.adding(days: number * length), counts: [Double](repeating: 0, count: figures.load.count))
    }
    for (index, load) in figures.load.enumerated() {
      for day in load.days where first <= day.date && day.date <= last {
        rows[day.date.days(since: begin) / length].counts[index] += day.count
      }
    }
    return (length == 7 ? "week from" : "date", rows)
  }

  var days: Table {
    let (name, rows) = periods
    let most = rows.map { $0.counts.reduce(0, +) }.max() ?? 0
    return table(
      [name] + figures.load.map(\.verb) + [""],
      rows.map { row in
        [Words.longDay(row.date)] + row.counts.map { $0 > 0 ? number($0) : nil } + [
          bar(row.counts.reduce(0, +), of: most)
        ]
      }
    ).counting(figures.load.map(\.verb))
  }

  var hours: Table {
    let sums = (0..<24).map { hour in figures.load.reduce(0) { $0 + $1.hours[hour] } }
    let most = sums.max() ?? 0
    return table(
      ["hour"] + figures.load.map(\.verb) + [""],
      (0..<24).filter { sums[$0] > 0 }.map { hour in
        ["\(Words.two(hour)):00"] + figures.load.map { $0.hours[hour] > 0 ? number($0.hours[hour]) : nil }
          + [bar(sums[hour], of: most)]
      }
    ).counting(figures.load.map(\.verb))
  }

  // MARK: Plots

  private func row(_ label: String, _ counts: [Double]) -> BarPlot.Row {
    BarPlot.Row(label: label, bars: counts.map { (Int(($0 * 1000).rounded()), number($0)) })
  }

  var plots: [BarPlot] {
    let tasks = figures.load.filter(\.isTask)
    let (name, rows) = periods
    func shown(_ loads: [CohortFigures.Load], _ title: String) -> [BarPlot] {
      // Three to a plot, so that each has a colour of its own.
      stride(from: 0, to: loads.count, by: 3).map { from in
        let some = Array(loads[from..<min(from + 3, loads.count)])
        let indices = some.compactMap { load in figures.load.firstIndex { $0.verb == load.verb } }
        return BarPlot(
          title: "\(title): \(Words.list(some.map(\.verb)))", names: some.map(\.verb),
          rows: rows.map { row in self.row(Words.longDay(row.date), indices.map { row.counts[$0] }) })
      }
    }
    let period = name == "date" ? "day" : "week"
    return [
      BarPlot(
        title: "Contacts by outcome", names: [],
        rows: sorted(figures.outcomes).map { row(Self.outcome($0.name), [$0.count]) }),
      BarPlot(
        title: "Contacts by number of touches", names: [],
        rows: figures.touches.enumerated().filter { $1 > 0 }.map { row(Words.count($0, "touch", "touches"), [$1]) }),
      BarPlot(title: "Contacts by days from start to end", names: [], rows: endings),
      BarPlot(title: "Answers by class", names: [], rows: sorted(figures.replies).map { row($0.name, [$0.count]) }),
      BarPlot(
        title: "Sent and given, by the hour of the day", names: [],
        rows: hours.rows.compactMap { cells in
          guard let label = cells.first.flatMap({ $0 }), let hour = Int(label.prefix(2)) else { return nil }
          return row(label, [figures.load.reduce(0) { $0 + $1.hours[hour] }])
        }),
    ] + shown(figures.load.filter { !$0.isTask }, "Sent a \(period)") + shown(tasks, "People's work a \(period)")
      + tasks.filter { $0.days.contains { $0.waiting > 0 } }.map { load in
        BarPlot(
          title: "\(load.verb): waiting for capacity at the day's end", names: [],
          rows: load.days.map { row(Words.longDay($0.date), [$0.waiting]) })
      }
  }

  /// In at most thirty rows.
  private var endings: [BarPlot.Row] {
    // Of what is computed, the last days are next to nobody's.
    let last = figures.times.days.lastIndex { number($0) != "0.0" } ?? -1
    let days = figures.times.days.prefix(last + 1)
    let length = max(1, (days.count + 29) / 30)
    return stride(from: 0, to: days.count, by: length).map { from in
      let to = min(from + length, days.count)
      return row(length == 1 ? String(from + 1) : "\(from + 1) to \(to)", [days[from..<to].reduce(0, +)])
    }
  }
}

extension Table {
  /// The same with columns of numbers, which bear the names of verbs.
  fileprivate func counting(_ names: [String]) -> Table {
    var table = self
    for index in columns.indices where index > 0 && index <= names.count { table.columns[index].isNumber = true }
    return table
  }
}
