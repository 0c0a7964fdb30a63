import FlowCore
import FlowTime

/// A timeline for a terminal: on the left the days, then the rail with what happens on it, then the words.
struct TimelineText {
  var timeline: Timeline
  var width: Int
  var paint: Paint
  var ascii: Bool

  /// ` Fri 27 Mar  16:40  ● `, with the year where there are several.
  private var dayColumn: Int { years ? 15 : 10 }
  private var timeColumn: Int { dayColumn + 3 }
  private var rail: Int { timeColumn + (seconds ? 10 : 7) }
  private var words: Int { rail + 3 }

  private let happenings: [Happening]
  private let years: Bool
  private let seconds: Bool
  private let nameWidth: Int
  private let detailWidth: Int

  init(timeline: Timeline, width: Int, paint: Paint, ascii: Bool) {
    self.timeline = timeline
    self.width = width
    self.paint = paint
    self.ascii = ascii
    let zone = timeline.zone
    happenings = timeline.entries.map { Happening($0, in: zone) }
    years = Set(timeline.entries.map { zone.civil(at: $0.at).date.year }).count > 1
    seconds = timeline.entries.contains { zone.civil(at: $0.at).time.second != 0 }
    nameWidth = min(22, max(8, happenings.map { Width.of($0.title) }.max() ?? 0))
    let details = happenings.filter { $0.quote != nil }.map { Width.of($0.detail) }
    detailWidth = min(44, max(12, details.max() ?? 0))
  }

  private var room: Int { width - words }
  /// Name, detail and quote on one line each; name and detail on one; all under each other.
  private var columns: Int { room >= nameWidth + detailWidth + 44 ? 3 : room >= nameWidth + 28 ? 2 : 1 }
  private var ellipsis: String { ascii ? "..." : "…" }

  var text: String {
    var lines = header + [StyledLine()]
    var last: CivilDate?
    for (date, group) in days {
      if let last { lines += gap(date.days(since: last)) }
      lines += day(date, group, isLast: date == days.last?.0)
      last = date
    }
    return lines.map { $0.fitted(width, ellipsis: ellipsis).rendered(paint) + "\n" }.joined()
  }

  private var days: [(CivilDate, [Happening])] {
    var out: [(CivilDate, [Happening])] = []
    for happening in happenings {
      let date = timeline.zone.civil(at: happening.at).date
      if out.last?.0 == date {
        out[out.count - 1].1.append(happening)
      } else {
        out.append((date, [happening]))
      }
    }
    return out
  }

  private var header: [StyledLine] {
    let zone = timeline.zone
    let start = zone.civil(at: timeline.start)
    let end = timeline.ended.map { zone.civil(at: $0) }
    var title = StyledLine(" " + Printable.line(timeline.workflow), .bold)
    let outcome = timeline.outcome.map { "\(symbol(.end)) \(Printable.line($0))" } ?? "still running"
    title.pad(to: max(title.width + 3, width - Width.of(outcome) - 1))
    title.add(outcome, .bold)
    let touches = Words.count(timeline.touches, "touch", "touches")
    let length = end.map { touches + " in " + Words.span(from: start, to: $0) } ?? touches
    let from = "\(Words.longDay(start.date)) \(Words.time(start.time)), \(zone.name)"
    var facts = StyledLine(" " + from, .dim)
    if facts.width + Width.of(length) + 4 <= width {
      facts.pad(to: width - Width.of(length) - 1)
      facts.add(length, .dim)
      return [title, facts]
    }
    return [title, facts, StyledLine(" " + length, .dim)]
  }

  /// The days between two that have something to show.
  private func gap(_ days: Int) -> [StyledLine] {
    var line = StyledLine()
    line.pad(to: rail)
    line.add(ascii ? ":" : "┆", .dim)
    if days > 1 {
      line.pad(to: words)
      line.add("\(days) days later", .dim)
    }
    return [line]
  }

  private func day(_ date: CivilDate, _ group: [Happening], isLast: Bool) -> [StyledLine] {
    var rows: [(left: String, rail: String, style: Style, words: StyledLine)] = []
    for (index, happening) in group.enumerated() {
      let time = Words.time(timeline.zone.civil(at: happening.at).time)
      // The time is said once for what happens at the same moment.
      let isSame = index > 0 && group[index - 1].at == happening.at
      for (number, words) in card(happening).enumerated() {
        let isFirst = number == 0
        let mark = isFirst ? symbol(happening.kind) : happening.kind == .end ? " " : ascii ? "|" : "│"
        rows.append((isFirst && !isSame ? time : "", mark, isFirst ? style(happening.kind) : .dim, words))
      }
    }
    if rows.count == 1 {
      rows.append(("", group.last?.kind == .end ? " " : ascii ? "|" : "│", .dim, StyledLine()))
    }
    let start = timeline.zone.civil(at: timeline.start).date
    let labels = [years ? Words.longDay(date) : Words.day(date), "day \(date.days(since: start))"]
    return rows.enumerated().map { index, row in
      var line = StyledLine(" ")
      if index < labels.count { line.add(labels[index], index == 0 ? .bold : .dim) }
      line.pad(to: timeColumn)
      line.add(row.left)
      line.pad(to: rail)
      line.add(row.rail, row.style)
      line.pad(to: words)
      line.parts += row.words.parts
      return line
    }
  }

  /// The words of one entry in as many lines as the width takes.
  private func card(_ happening: Happening) -> [StyledLine] {
    let isQuiet = happening.kind == .wait || happening.kind == .timeout || happening.kind == .choice
    let title = StyledLine(
      Width.truncated(happening.title, to: room, ellipsis: ellipsis), isQuiet ? .plain : .bold)
    let style: Style =
      switch happening.kind {
      case .deferral: .yellowText
      case .loss, .alarm: .redText
      case .answer: .cyanText
      case .end: .bold
      default: .plain
      }
    let quote = happening.quote
    guard columns > 1 else {
      let rest = Width.filled(happening.parts, to: room)
      // A short answer stands beside its name.
      if rest.count == 1, title.width + 2 + Width.of(rest[0]) <= room {
        var line = title
        line.add("  " + rest[0], style)
        return [line] + quoted(quote, at: 0)
      }
      return [title] + rest.map { StyledLine($0, style) } + quoted(quote, at: 0)
    }
    let column = nameWidth + 2
    var first = title
    if first.width > nameWidth { first.add("  ") } else { first.pad(to: column) }
    let start = first.width
    guard columns == 3, let quote else {
      let parts = Width.filled(happening.parts, to: room - start)
      first.add(parts.first ?? "", style)
      return [first] + parts.dropFirst().map { indented($0, start, style) } + quoted(quote, at: column)
    }
    let parts = Width.filled(happening.parts, to: detailWidth)
    first.add(parts.first ?? "", style)
    first.pad(to: max(column + detailWidth, first.width) + 2)
    first.add(marked(quote, room - first.width), .dim)
    return [first] + parts.dropFirst().map { indented($0, start, style) }
  }

  private func indented(_ text: String, _ column: Int, _ style: Style) -> StyledLine {
    var line = StyledLine()
    line.pad(to: column)
    line.add(text, style)
    return line
  }

  private func quoted(_ quote: String?, at column: Int) -> [StyledLine] {
    quote.map { [indented(marked($0, room - column), column, .dim)] } ?? []
  }

  private func marked(_ quote: String, _ width: Int) -> String {
    let text = Width.truncated(quote, to: width - 2, ellipsis: ellipsis)
    return ascii ? "\"\(text)\"" : "“\(text)”"
  }

  private func symbol(_ kind: Happening.Kind) -> String {
    switch kind {
    case .start: ascii ? "+" : "◇"
    case .touch: ascii ? "*" : "●"
    case .task, .action: ascii ? "o" : "○"
    case .wait: ascii ? ":" : "┆"
    case .deferral: ascii ? ">" : "↷"
    case .answer: ascii ? "<" : "←"
    case .timeout: ascii ? "." : "·"
    case .alarm: ascii ? "!" : "▲"
    case .choice: ascii ? "?" : "├"
    case .note: ascii ? "-" : "├"
    case .loss: ascii ? "x" : "×"
    case .end: ascii ? "#" : "◆"
    }
  }

  private func style(_ kind: Happening.Kind) -> Style {
    switch kind {
    case .touch: .blue
    case .task, .action: .blue
    case .deferral: .yellow
    case .answer: .cyan
    case .alarm, .loss: .red
    case .end: timeline.outcome == nil ? .bold : .green
    default: .dim
    }
  }
}
