import FlowCore
import FlowTime

/// One run that breaks a promise, told in the words of the process: what goes out, what the contact does, when.
struct ProofStory {
  let witness: Witness
  let graph: Graph
  let zone: Zone
  /// What it breaks.
  let claim: Claim

  /// Columns of a line.
  let width: Int
  private static let most = 11

  init(_ witness: Witness, of claim: Claim, _ graph: Graph, zones: any ZoneSource, width: Int = 69) {
    self.width = width
    self.claim = claim
    self.witness = witness
    self.graph = graph
    zone = zones.zone(named: witness.zone) ?? .utc
  }

  var lines: [String] {
    let rows = shortened
    guard !rows.isEmpty else { return [] }
    var last = ""
    var out = ["it can come about like this, in \(year) (times of \(zone.name)):"]
    // Wider where there are seconds.
    let column = rows.compactMap(\.at).map { Width.of(when($0)) }.reduce(17, max)
    for row in rows {
      guard let at = row.at else {
        out.append(row.words)
        continue
      }
      let when = when(at)
      out += told(row, when: Width.padded(when == last ? "" : when, to: column))
      last = when
    }
    return out + changedClocks + needs + dates + elsewhere
  }

  // MARK: Rows

  private struct Row {
    /// Nil for what is left out.
    var at: Instant?
    var words: String
    var line: Int?
    var isBreach = false
    /// What is left out first where there are too many: 0 never.
    var weight = 0
    /// By it the times below are later than the file alone says.
    var isHold = false
  }

  private var rows: [Row] {
    var touches = 0
    var answers = witness.events.compactMap { event -> String? in
      if case .reply(let text) = event.kind { text } else { nil }
    }[...]
    return witness.timeline.enumerated().compactMap { index, entry in
      if entry.handover?.touch == true { touches += 1 }
      var answer: String?
      if case .received("reply", _, _, _) = entry.kind { answer = answers.popFirst() }
      guard var row = row(entry, touch: touches, answer) else { return nil }
      if row.weight < 3 { row.line = node(of: entry)?.span.start.line }
      if case .held = entry.kind, !isOverheld(index) { (row.isHold, row.weight) = (true, 0) }
      row.isBreach = witness.breach.contains(index)
      if row.isBreach { row.weight = 0 }
      return row
    }
  }

  /// Another hold moves the same wait once more, before it is over.
  private func isOverheld(_ index: Int) -> Bool {
    let held = witness.timeline[index]
    for later in witness.timeline.dropFirst(index + 1) {
      guard later.step == held.step, later.round == held.round else { continue }
      if case .held = later.kind { return true }
      if case .received = later.kind { continue }
      return false
    }
    return false
  }

  /// What says least goes first, of that the last, as what comes before the breach leads to it; then what lies in the
  /// middle.
  private var shortened: [Row] {
    var rows = rows
    for weight in [3, 2] {
      while rows.count > Self.most, let last = rows.lastIndex(where: { $0.weight == weight }) { rows.remove(at: last) }
    }
    while rows.count > Self.most {
      guard let index = rows.indices.dropFirst(2).dropLast().first(where: { rows[$0].weight > 0 }) else { break }
      rows.remove(at: index)
    }
    return rows.count > Self.most ? Self.abridged(rows) : rows
  }

  /// What breaks the promise stays as long as there is anything else to leave out, and next to it what holds the run.
  private static func abridged(_ rows: [Row]) -> [Row] {
    let inner = rows.indices.dropFirst(4).dropLast()
    func weight(_ row: Row) -> Int { row.isBreach ? 2 : row.isHold ? 1 : 0 }
    var gone: Set<Int> = []
    for index in (0...2).flatMap({ one in inner.filter { weight(rows[$0]) == one } }) {
      // Each gap between what stays takes a line of its own.
      let gaps = gone.count { !gone.contains($0 + 1) }
      if rows.count - gone.count + gaps <= most { break }
      gone.insert(index)
    }
    var out: [Row] = []
    var left = 0
    for index in rows.indices {
      if gone.contains(index) {
        left += 1
        continue
      }
      if left > 0 { out.append(Row(words: "… and \(left) \(left == 1 ? "thing" : "things") more")) }
      left = 0
      out.append(rows[index])
    }
    return out
  }

  /// What is too long for a line goes on below.
  private func told(_ row: Row, when: String) -> [String] {
    let head = (row.isBreach ? "> " : "  ") + when + " "
    let tail = row.line.map { "  line \($0)" } ?? ""
    let room = max(10, width - Width.of(head) - Width.of(tail))
    let words = Width.wrapped(row.words, to: room)
    let below = String(repeating: " ", count: Width.of(head) + 2)
    return words.enumerated().map { index, line in
      if index > 0 { return below + line }
      return head + (tail.isEmpty ? line : Width.padded(line, to: room)) + tail
    }
  }

  /// `Fri 27 Mar 16:40`; the year where it is another than the one that stands above.
  private func when(_ instant: Instant) -> String {
    let civil = zone.civil(at: instant)
    let year = civil.date.year == self.year ? "" : " \(civil.date.year)"
    return "\(Words.day(civil.date))\(year) \(Words.time(civil.time.wholeSeconds))"
  }

  private var year: Int { zone.civil(at: witness.start).date.year }

  // MARK: Words

  private func node(of entry: Entry) -> Node? { entry.step.flatMap(graph.node(named:)).map { graph.nodes[$0] } }

  /// - Parameter answer: what the contact has written.
  private func row(_ entry: Entry, touch: Int, _ answer: String?) -> Row? {
    let name = entry.step.map { "\"\($0)\"" } ?? ""
    let round = entry.round.map { " (round \($0))" } ?? ""
    func row(_ words: String, weight: Int = 0) -> Row {
      Row(at: entry.at, words: Printable.line(words), weight: weight)
    }
    switch entry.kind {
    case .started(let event): return row("\(event) starts it")
    case .sent(let handover):
      return row(
        handover.touch ? "touch \(touch): \(name)\(round), \(handover.verb)" : "\(name)\(round), \(handover.verb)")
    case .task(let handover):
      return row(handover.touch ? "touch \(touch): \(name)\(round), \(handover.verb)" : "\(name)\(round) is to be done")
    case .received(let event, let kind, let outcome, let took):
      return row(
        ProofWords.received(event, kind, outcome, took, answer, step: name, person: ProofWords.person(witness)))
    case .timeout:
      guard case .await(let awaited)? = node(of: entry)?.action else {
        if case .escalate? = node(of: entry)?.action { return row("nobody has seen to \(name) in time", weight: 1) }
        return row("\(name) is not done in time", weight: 1)
      }
      let isAnswer = awaited.events.contains { one in one == "reply" || graph.replies.contains { $0.name == one } }
      return row(isAnswer ? "no answer" : "nothing comes", weight: 3)
    case .escalated(let to): return row("\(name) tells \(to)", weight: 1)
    case .deferred(_, let because): return row("\(name) waits: \(because)", weight: 2)
    case .held(let until, _): return row("everything waits until \(when(until))", weight: 1)
    case .suppressed(let channel): return row(channel == "all" ? "never written to again" : "no \(channel) any more")
    case .skipped(let because): return row("\(name) is left out: \(because)", weight: 2)
    case .withheld(let because): return row("\(name) does not go out: \(because)", weight: 1)
    case .failed(let because): return row("\(name) fails: \(because)", weight: 1)
    case .ended(let outcome): return row("the end: \(outcome)")
    case .emitted(let event): return row("\(event) is told to others", weight: 3)
    case .enrolled(let workflow): return row("\(workflow) begins", weight: 3)
    case .chose(let arm):
      // Conditions stand below.
      guard case .split? = node(of: entry)?.action else { return nil }
      return row("\(ProofWords.person(witness)) is in the arm \"\(arm)\" of \(name)", weight: 1)
    case .waiting, .set, .migrated, .cancelled: return nil
    }
  }

  /// A window is read by the contact's clock, the times of a run are its own: where the two differ, nine in the
  /// morning stands there as half past midnight.
  private var elsewhere: [String] {
    let hasOwn = graph.nodes.contains { if case .own = $0.window { true } else { false } }
    guard hasOwn || graph.policy.window != nil,
      let home = witness.input["contact"]?[path: ["timezone"]].text, home != zone.name
    else { return [] }
    return Width.wrapped("\(ProofWords.person(witness)) is in \(Printable.line(home)): windows count there", to: width)
  }

  /// Where the clocks change between what breaks a promise of hours, or on the way to it, the times alone do not
  /// tell how long that is.
  private var changedClocks: [String] {
    guard case .calendar(months: 0, days: 0, _)? = claim.duration?.kind else { return [] }
    let breach = witness.breach.filter(witness.timeline.indices.contains).map { witness.timeline[$0].at }
    let from = breach.count > 1 ? breach[0] : witness.start
    guard let to = breach.last ?? witness.timeline.last?.at else { return [] }
    let (before, after) = (zone.offset(at: from), zone.offset(at: to))
    guard before != after else { return [] }
    let way = before < after ? "forward" : "back"
    let hours = Words.hours(to.milliseconds(since: from))
    let what = breach.count > 1 ? "lie between the two" : "have passed since the start"
    return Width.wrapped("the clocks go \(way) in between: \(hours) \(what)", to: width)
  }

  /// Instants of the data by which the run goes: from others it goes at other times, or another way.
  private var dates: [String] {
    var told: [String] = []
    var changed: Set<String> = []
    for entry in witness.timeline {
      if case .set(let changes) = entry.kind { changed.formUnion(changes.map(\.name)) }
      for use in node(of: entry)?.dataInstants ?? [] {
        guard case .input(let root) = use.name, let value = witness.input[root]?[path: use.path] else { continue }
        let civil: CivilDate
        switch value {
        case .instant(let instant): civil = zone.civil(at: instant).date
        case .date(let date): civil = date
        default: continue
        }
        let name = ([root] + use.path).joined(separator: ".")
        let words = "\(name) is \(Words.day(civil)) \(civil.year)"
        if !changed.contains(name), !told.contains(words) { told.append(words) }
      }
    }
    guard !told.isEmpty else { return [] }
    return Width.wrapped("it needs that " + Words.list(told.map(Printable.line)), to: width)
  }

  /// The conditions on data, as the file writes them.
  private var needs: [String] {
    let all = witness.conditions.map { condition -> String in
      let text = Printable.line(condition.text)
      if condition.holds { return text }
      let isPlain = text.hasPrefix("not ") && !["(", " and ", " or "].contains { text.contains($0) }
      return isPlain ? String(text.dropFirst(4)) : "not (\(text))"
    }
    guard !all.isEmpty else { return [] }
    let lines = Width.filled(all.enumerated().map { $0 == all.count - 1 ? $1 : $1 + "," }, to: width - 13)
    var out = lines.prefix(2).enumerated().map { $0 == 0 ? "it needs that " + $1 : "              " + $1 }
    if lines.count > 2 { out[1] = Width.truncated(out[1] + " …", to: width) }
    return out
  }
}

extension Node {
  /// What of the data its instants are counted from.
  fileprivate var dataInstants: [Use] {
    var all = [due].compactMap { $0 }
    switch action {
    case .wait(let moment): all.append(moment)
    case .await(let awaited): all.append(awaited.until)
    case .channel(let action): if let until = action.until { all.append(until) }
    default: break
    }
    return all.filter(\.isData).flatMap { moment -> [Use] in
      if case .expression(let expression) = moment.base { expression.uses } else { [] }
    }
  }
}

extension CivilTime {
  fileprivate var wholeSeconds: CivilTime { CivilTime(milliseconds: milliseconds / 1000 * 1000) }
}

extension Claim {
  fileprivate var duration: Duration? {
    switch self {
    case .ends(let within): within
    case .touches(_, _, let span): span
    case .apart(let distance), .gap(let distance): distance
    case .firstTouch(let within): within
    case .follows(_, let within, _): within
    default: nil
    }
  }
}
