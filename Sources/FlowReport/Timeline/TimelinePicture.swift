import FlowCore
import FlowTime

extension TimelineReport {
  /// A picture of the run: the days from top to bottom, weekends and holidays shaded, what happens as marks
  /// on a rail, waits as bars along it, and what was put off with an arrow to when it came. One file, for
  /// light and dark pages.
  public static func svg(_ timeline: Timeline, calendar: BusinessCalendar = BusinessCalendar()) -> String {
    var picture = TimelinePicture(timeline: timeline, calendar: calendar)
    return picture.draw()
  }
}

private struct TimelinePicture {
  var timeline: Timeline
  var calendar: BusinessCalendar

  private let happenings: [Happening]
  private var canvas = Canvas()
  /// Where each happening's mark stands.
  private var places: [Int] = []

  private let width = 860
  private let timeEnd = 178
  private let rail = 216
  private let names = 240
  private let details = 400
  private var end: Int { width - 28 }

  init(timeline: Timeline, calendar: BusinessCalendar) {
    self.timeline = timeline
    self.calendar = calendar
    happenings = timeline.entries.map { Happening($0, in: timeline.zone) }
  }

  private func date(_ happening: Happening) -> CivilDate { timeline.zone.civil(at: happening.at).date }

  mutating func draw() -> String {
    var front = Canvas()
    var y = 96
    var last: CivilDate?
    var index = 0
    while index < happenings.count {
      let date = date(happenings[index])
      if let last { y = gap(from: last, to: date, at: y, &front) }
      last = date
      let top = y
      y += 10
      var rows: [(Int, Int)] = []
      while index < happenings.count, self.date(happenings[index]) == date {
        places.append(y + 12)
        rows.append((index, y))
        y += row(index, at: y, isFirst: rows.count == 1, &front)
        index += 1
      }
      y = max(y + 6, top + 52)
      band(date, top, y - top, &front)
    }
    let bottom = places.last ?? y
    header()
    canvas.line(rail, places.first ?? bottom, rail, bottom, "rail")
    waits()
    let marks = self.marks()
    var whole = Canvas()
    whole.add(bands.body.isEmpty ? "<g/>" : "<g>\n\(bands.body)  </g>")
    whole.add("<g>\n\(canvas.body)  </g>")
    whole.add("<g>\n\(front.body)  </g>")
    whole.add("<g>\n\(marks.body)  </g>")
    let about = "\(Words.count(timeline.touches, "touch", "touches")), \(timeline.outcome ?? "still running")"
    return whole.document(
      width: width, height: y + 18, title: "\(timeline.workflow): timeline", about: about,
      light: PictureStyle.timelineLight, dark: PictureStyle.timelineDark)
  }

  private var bands = Canvas()

  private mutating func header() {
    let zone = timeline.zone
    let start = zone.civil(at: timeline.start)
    let ended = timeline.ended.map { zone.civil(at: $0) }
    canvas.text(28, 42, TypeWidth.truncated(timeline.workflow, to: 480, size: 20, bold: true), "title")
    let touches = Words.count(timeline.touches, "touch", "touches")
    let length = ended.map { touches + " in " + Words.span(from: start, to: $0) } ?? touches
    canvas.text(28, 66, "\(Words.longDay(start.date)) \(Words.time(start.time)), \(zone.name)", "faint")
    let outcome = TypeWidth.truncated(timeline.outcome ?? "still running", to: 260, size: 14, bold: true)
    canvas.text(end, 42, outcome, "outcome", anchor: "end")
    canvas.text(end, 66, length, "faint", anchor: "end")
  }

  private mutating func band(_ date: CivilDate, _ y: Int, _ height: Int, _ front: inout Canvas) {
    bands.rect(12, y, width - 24, height, calendar.isBusinessDay(date) ? "day" : "off", radius: 6)
    let isOtherYear = date.year != timeline.zone.civil(at: timeline.start).date.year
    let number = date.days(since: timeline.zone.civil(at: timeline.start).date)
    front.text(28, y + 27, Words.day(date), "date")
    front.text(28, y + 43, (isOtherYear ? "\(date.year), " : "") + "day \(number)", "small")
  }

  /// The days on which nothing happens, as thin stripes; of many only a few.
  private mutating func gap(from last: CivilDate, to next: CivilDate, at y: Int, _ front: inout Canvas) -> Int {
    let days = next.days(since: last)
    guard days > 1 else { return y + 4 }
    let shown = min(days - 1, 21)
    var top = y + 4
    for offset in 1...shown {
      let date = last.adding(days: offset)
      bands.rect(12, top, width - 24, 9, calendar.isBusinessDay(date) ? "between" : "off")
      top += 9
    }
    let middle = (y + 4 + top) / 2
    if shown > 1 { front.text(details, middle + 3, "\(days) days later", "small") }
    return top + 3
  }

  /// Draws the words of one happening and gives its height.
  private func row(_ index: Int, at y: Int, isFirst: Bool, _ front: inout Canvas) -> Int {
    let happening = happenings[index]
    if isFirst || happenings[index - 1].at != happening.at {
      let time = Words.time(timeline.zone.civil(at: happening.at).time)
      front.text(timeEnd, y + 17, time, "time", anchor: "end")
    }
    let isQuiet = happening.kind == .wait || happening.kind == .timeout
    let name = TypeWidth.truncated(happening.title, to: details - names - 12, size: 13, bold: !isQuiet)
    front.text(names, y + 17, name, isQuiet ? "quiet" : "name")
    let lines = TypeWidth.filled(happening.parts, to: end - details, size: 13)
    for (number, line) in lines.enumerated() {
      front.text(details, y + 17 + 18 * number, line, word(happening.kind))
    }
    var height = 26 + 18 * max(0, lines.count - 1)
    if let quote = happening.quote {
      let text = "“" + TypeWidth.truncated(quote, to: end - details - 20, size: 12) + "”"
      front.text(details, y + height + 8, text, "quote")
      height += 18
    }
    return height
  }

  private func word(_ kind: Happening.Kind) -> String {
    switch kind {
    case .deferral: "later"
    case .loss, .alarm: "bad"
    case .wait, .timeout: "quiet"
    case .end: "outcome"
    default: "word"
    }
  }

  /// Where what began at `index` is over: its timeout, what answers it, or the instant it waited for.
  private func over(_ index: Int) -> Int? {
    let happening = happenings[index]
    guard let until = happening.until else { return nil }
    return happenings.indices.first { other in
      guard other > index else { return false }
      if happenings[other].at >= until { return true }
      switch happenings[other].kind {
      case .timeout, .end: return true
      case .answer: return happening.kind != .deferral && happenings[other].parts != ["nothing takes it"]
      default: return false
      }
    }
  }

  private mutating func waits() {
    for (index, happening) in happenings.enumerated() where happening.kind != .deferral {
      guard let other = over(index), places[other] > places[index] else { continue }
      canvas.rect(rail - 3, places[index], 6, places[other] - places[index], "wait", radius: 3)
    }
    for (index, happening) in happenings.enumerated() where happening.kind == .deferral {
      guard let other = over(index), places[other] > places[index] else { continue }
      let (from, to) = (places[index], places[other])
      let bow = rail - 30
      canvas.path(
        "M\(rail - 9) \(from) H\(bow + 8) Q\(bow) \(from) \(bow) \(from + 8)"
          + " V\(to - 8) Q\(bow) \(to) \(bow + 8) \(to) H\(rail - 14)", "defer")
      canvas.path("M\(rail - 9) \(to) l-7 -4 v8 z", "head")
    }
  }

  private func marks() -> Canvas {
    var marks = Canvas()
    for (index, happening) in happenings.enumerated() {
      let y = places[index]
      switch happening.kind {
      case .touch: marks.circle(rail, y, 7, "touch")
      case .task, .action: marks.circle(rail, y, 6, "task")
      case .end: marks.path("M\(rail) \(y - 9) l9 9 -9 9 -9 -9 z", "end")
      case .start: marks.path("M\(rail) \(y - 7) l7 7 -7 7 -7 -7 z", "start")
      case .alarm: marks.path("M\(rail) \(y - 8) l8 14 h-16 z", "alarm")
      case .answer: marks.path("M\(rail - 8) \(y) l10 -7 v4 h6 v6 h-6 v4 z", "answer")
      case .deferral: marks.circle(rail, y, 6, "put")
      case .loss: marks.path("M\(rail - 5) \(y - 5) l10 10 M\(rail + 5) \(y - 5) l-10 10", "cross")
      case .wait, .timeout, .choice, .note: marks.circle(rail, y, 3, "dot")
      }
    }
    return marks
  }
}
