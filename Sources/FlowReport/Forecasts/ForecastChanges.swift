import FlowCore
import FlowTime

/// What two versions of a workflow come to, beside each other: for as many contacts, from the same instant on.
public struct ForecastChanges: Sendable, Hashable {
  public var old: CohortFigures
  public var new: CohortFigures
  /// What is expected of people is another, too.
  public var assumesOtherwise: Bool

  public init(old: CohortFigures, new: CohortFigures, assumesOtherwise: Bool) {
    self.old = old
    self.new = new
    self.assumesOtherwise = assumesOtherwise
  }

  /// Nothing that is shown is another.
  public var isEmpty: Bool { rows.isEmpty }

  // MARK: For people

  private struct Row {
    var name: String
    var old: String
    var new: String
    var change: String
  }

  func lines(_ paint: Paint) -> [String] {
    if isEmpty { return [] }
    let words = CohortWords(new, ascii: true)
    let start = new.zone.civil(at: new.start)
    let table = Table(
      columns: [
        .init("forecast"), .init("before", isNumber: true), .init("after", isNumber: true),
        .init("change", isNumber: true),
      ], rows: rows.map { [$0.name, $0.old, $0.new, $0.change] })
    let head =
      "of \(Words.count(new.contacts, "contact")) who come from \(Words.longDay(start.date)) "
      + "\(Words.time(start.time)) over \(words.time(new.overMinutes)), as `assume:` expects"
    let text = TableReport.text(table, color: paint.color)
    return [""] + Width.wrapped(head + (assumesOtherwise ? " of each version:" : ":"), to: 80)
      + text.split(separator: "\n").map { "  " + $0 }
  }

  /// What is shown and another: shares of outcomes, touches, how long it takes, and what goes out.
  private var rows: [Row] {
    let (before, after) = (CohortWords(old, ascii: true), CohortWords(new, ascii: true))
    var rows: [Row] = []
    func add(_ name: String, _ was: Double, _ now: Double, places: Int, _ unit: String = "") {
      func shown(_ value: Double) -> String { CohortWords.decimal(value, places: places, kept: true) }
      guard shown(was) != shown(now) else { return }
      // Of what is shown: a reader subtracts.
      let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
      let change = (now * scale).rounded() - (was * scale).rounded()
      rows.append(
        Row(
          name: name, old: shown(was) + unit, new: shown(now) + unit,
          change: (change > 0 ? "+" : "") + shown(change / scale)))
    }
    for outcome in Self.names(new.outcomes, old.outcomes) {
      let was = before.share(Self.count(outcome, old.outcomes))
      let now = after.share(Self.count(outcome, new.outcomes))
      add("end \(Printable.line(CohortWords.outcome(outcome)))", was * 100, now * 100, places: 1, " %")
    }
    add("touches a contact", old.meanTouches, new.meanTouches, places: 2)
    add("days from start to end", old.times.mean / 1440, new.times.mean / 1440, places: 1)
    for verb in Self.verbs(old, new) {
      let (was, now) = (Self.load(verb, old), Self.load(verb, new))
      let name = (was ?? now)?.isTask == true ? "\(verb) (people)" : verb
      add(name, was?.total ?? 0, now?.total ?? 0, places: 1)
      add("\(name), on the busiest day", was?.most?.count ?? 0, now?.most?.count ?? 0, places: 1)
    }
    return rows
  }

  /// The most frequent first, those of the new version before those that are gone.
  private static func names(_ new: [CohortFigures.Share], _ old: [CohortFigures.Share]) -> [String] {
    func sorted(_ shares: [CohortFigures.Share]) -> [String] {
      shares.sorted { ($1.count, $0.name) < ($0.count, $1.name) }.map(\.name)
    }
    return sorted(new) + sorted(old.filter { one in !new.contains { $0.name == one.name } })
  }

  private static func count(_ name: String, _ shares: [CohortFigures.Share]) -> Double {
    shares.first { $0.name == name }?.count ?? 0
  }

  private static func verbs(_ old: CohortFigures, _ new: CohortFigures) -> [String] {
    Set(old.load.map(\.verb)).union(new.load.map(\.verb)).sorted()
  }

  private static func load(_ verb: String, _ figures: CohortFigures) -> CohortFigures.Load? {
    figures.load.first { $0.verb == verb }
  }

  // MARK: JSON

  var json: JSONValue {
    .members([
      ("assumes_otherwise", .bool(assumesOtherwise)), ("old", CohortReport.value(old)),
      ("new", CohortReport.value(new)),
    ])
  }
}
