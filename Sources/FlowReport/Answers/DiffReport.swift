import FlowCore
import FlowTime

/// `flow diff` and the plan of `flow migrate`.
public enum DiffReport {
  /// A live run, and what the new version means for it.
  public struct Affected: Sendable, Hashable {
    public var run: String
    public var subject: String
    /// The version that it is on.
    public var version: String
    public var effect: Changes.Effect
    /// Why the program cannot go on by its version, where it cannot, but knows from where to move it.
    public var doubt: String?
    public init(run: String, subject: String, version: String, effect: Changes.Effect, doubt: String? = nil) {
      self.doubt = doubt
      self.run = run
      self.subject = subject
      self.version = version
      self.effect = effect
    }
  }

  /// One workflow.
  public struct Part: Sendable, Hashable {
    public var changes: Changes
    /// The silent contact in the old version and in the new one; nil where it could not be told.
    public var before: Timeline?
    public var after: Timeline?
    /// Nil: no store was looked at.
    public var runs: [Affected]?
    /// What is proved of the one version and not of the other; nil where nothing was proved.
    public var proofs: ProofChanges?
    /// What both come to for many contacts; nil where nothing is expected of them.
    public var forecast: ForecastChanges?

    /// Nothing that `flow diff` tells is another.
    public var isSame: Bool { changes.isSame && proofs?.isEmpty ?? true && forecast?.isEmpty ?? true }

    public init(
      changes: Changes, before: Timeline? = nil, after: Timeline? = nil, runs: [Affected]? = nil,
      proofs: ProofChanges? = nil, forecast: ForecastChanges? = nil
    ) {
      self.forecast = forecast
      self.proofs = proofs
      self.changes = changes
      self.before = before
      self.after = after
      self.runs = runs
    }
  }

  // MARK: For people

  public static func text(_ parts: [Part], color: Bool = false) -> String {
    let paint = Paint(color: color)
    let different = parts.filter { !$0.isSame || hasAffected($0) }
    if different.isEmpty { return "nothing changes\n" }
    return different.map { part in
      ([head(part, paint)] + part.changes.changes.flatMap { change($0, paint) } + timelines(part, paint)
        + (part.proofs?.lines(paint) ?? []) + (part.forecast?.lines(paint) ?? [])
        + (part.runs.map { $0.isEmpty ? [] : [""] + plan($0) } ?? [])).map { $0 + "\n" }.joined()
    }.joined(separator: "\n")
  }

  private static func hasAffected(_ part: Part) -> Bool {
    part.runs?.contains { $0.effect != .unaffected } ?? false
  }

  private static func head(_ part: Part, _ paint: Paint) -> String {
    let changes = part.changes
    let name = paint(Printable.line(changes.workflow), .bold)
    switch (changes.old, changes.new) {
    case (nil, _): return "\(name): a new workflow"
    case (_, nil): return "\(name): gone"
    case (_?, _?) where part.isSame: return "\(name): nothing changes"
    // Only what is promised or expected, or the order in which things are written.
    case (let old?, let new?) where changes.changes.isEmpty:
      return "\(name): what it does is the same" + (old == new ? "" : ", \(old) -> \(new)")
    case (let old?, let new?) where old == new: return "\(name): \(Words.count(changes.changes.count, "change"))"
    case (let old?, let new?): return "\(name): \(Words.count(changes.changes.count, "change")), \(old) -> \(new)"
    }
  }

  private static func change(_ change: Changes.Change, _ paint: Paint) -> [String] {
    let (mark, style): (String, Style) =
      switch change.kind {
      case .added: ("+", .greenText)
      case .removed: ("-", .redText)
      case .changed: ("~", .yellowText)
      }
    let place = (change.new ?? change.old).map { "  \($0.file):\($0.start.line)" } ?? ""
    let verb = change.verb.map { " (\($0))" } ?? ""
    let head = paint("\(mark) \(Printable.line(change.step ?? "the workflow"))\(verb)", style) + paint(place, .dim)
    guard change.kind == .changed else { return [head] }
    return [head] + change.fields.flatMap { field($0, paint) }
  }

  private static func field(_ field: Changes.Field, _ paint: Paint) -> [String] {
    let texts = [field.old, field.new].compactMap(\.self)
    guard texts.contains(where: { $0.utf8.contains(0x0A) || Width.of($0) > 60 }) else {
      let old = field.old.map(Printable.line) ?? "nothing"
      return ["    \(field.name): \(old) -> \(field.new.map(Printable.line) ?? "nothing")"]
    }
    let (old, new) = (lines(field.old), lines(field.new))
    return ["    \(field.name):"]
      + merged(old, new).map { mark, line in
        paint("      \(mark) \(line)", mark == "-" ? .redText : mark == "+" ? .greenText : .dim)
      }
  }

  private static func lines(_ text: String?) -> [String] {
    text.map { Printable.lines($0).filter { !$0.isEmpty } } ?? []
  }

  private static func timelines(_ part: Part, _ paint: Paint) -> [String] {
    guard let before = part.before, let after = part.after else { return [] }
    let (old, new) = (happenings(before), happenings(after))
    let start = before.zone.civil(at: before.start)
    let head = "the silent contact, from \(Words.longDay(start.date)) \(Words.time(start.time)), \(before.zone.name)"
    if old == new { return ["", head + ": the same"] }
    return ["", head + ":"]
      + merged(old, new).map { mark, line in
        paint("  \(mark) \(line)", mark == "-" ? .redText : mark == "+" ? .greenText : .plain)
      }
  }

  /// What goes out, and the end.
  private static func happenings(_ timeline: Timeline) -> [String] {
    timeline.entries.compactMap { entry -> String? in
      let civil = timeline.zone.civil(at: entry.at)
      let at = "\(Words.longDay(civil.date)) \(Words.time(civil.time))"
      let step = Printable.line(entry.step ?? "")
      switch entry.kind {
      case .sent(let handover), .task(let handover): return "\(at)  \(step) (\(handover.verb))"
      case .escalated(let to): return "\(at)  \(step) (escalated to \(Printable.line(to)))"
      case .ended(let outcome): return "\(at)  end \(Printable.line(outcome))"
      default: return nil
      }
    }
  }

  /// Both lists as one, by their longest common part: ` ` in both, `-` only in the old, `+` only in the new.
  static func merged(_ old: [String], _ new: [String]) -> [(String, String)] {
    var length = Array(repeating: Array(repeating: 0, count: new.count + 1), count: old.count + 1)
    for i in old.indices.reversed() {
      for j in new.indices.reversed() {
        length[i][j] = old[i] == new[j] ? length[i + 1][j + 1] + 1 : max(length[i + 1][j], length[i][j + 1])
      }
    }
    var out: [(String, String)] = []
    var (i, j) = (0, 0)
    while i < old.count || j < new.count {
      if i < old.count, j < new.count, old[i] == new[j] {
        out.append((" ", old[i]))
        (i, j) = (i + 1, j + 1)
      } else if j == new.count || (i < old.count && length[i + 1][j] >= length[i][j + 1]) {
        out.append(("-", old[i]))
        i += 1
      } else {
        out.append(("+", new[j]))
        j += 1
      }
    }
    return out
  }

  // MARK: Runs

  /// A line a run, after how many there are of each.
  public static func plan(_ runs: [Affected]) -> [String] {
    let different = runs.filter { if case .differs = $0.effect { true } else { false } }.count
    let counts = [
      (runs.filter { $0.effect == .unaffected }.count, "unaffected"),
      (different, different == 1 ? "differs" : "differ"),
      (runs.filter { if case .stranded = $0.effect { true } else { false } }.count, "stranded"),
    ]
    let summary = counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    return ["\(Words.count(runs.count, "live run")): \(summary.isEmpty ? "none" : summary)"]
      + runs.flatMap { run in
        ["  \(run.run)  \(Printable.line(run.subject))  \(words(run.effect))"]
          + (run.doubt.map { ["    stands still: \(Printable.line($0))"] } ?? [])
      }
  }

  private static func words(_ effect: Changes.Effect) -> String {
    switch effect {
    case .unaffected: "unaffected"
    case .differs(let step): "differs from \(Printable.line(step)) on"
    case .stranded(let because): "stranded: \(Printable.line(because))"
    }
  }

  /// The plan alone, as `flow migrate` prints it.
  public static func planJSON(_ runs: [Affected], applied: Bool) -> String {
    JSONText.write(.members([("applied", .bool(applied)), ("runs", .array(runs.map(value)))]), open: 2)
  }

  private static func value(_ run: Affected) -> JSONValue {
    var members: [(String, JSONValue?)] = [
      ("run", .string(run.run)), ("key", .string(run.subject)), ("version", .string(run.version)),
    ]
    switch run.effect {
    case .unaffected: members.append(("effect", .string("unaffected")))
    case .differs(let step): members += [("effect", .string("differs")), ("from", .string(step))]
    case .stranded(let because): members += [("effect", .string("stranded")), ("because", .string(because))]
    }
    if let doubt = run.doubt { members.append(("stands-still", .string(doubt))) }
    return .members(members)
  }

  // MARK: JSON

  public static func json(_ parts: [Part]) -> String {
    let workflows = parts.map { part -> JSONValue in
      .members([
        ("workflow", .string(part.changes.workflow)), ("old", part.changes.old.map { .string($0) } ?? .null),
        ("new", part.changes.new.map { .string($0) } ?? .null),
        ("changes", .array(part.changes.changes.map(value))),
        ("before", part.before.map { TimelineReport.value($0) } ?? .null),
        ("after", part.after.map { TimelineReport.value($0) } ?? .null),
        ("proofs", part.proofs?.json), ("forecast", part.forecast?.json),
        ("runs", part.runs.map { .array($0.map(value)) } ?? .null),
      ])
    }
    let isSame = parts.allSatisfy(\.isSame)
    return JSONText.write(.members([("same", .bool(isSame)), ("workflows", .array(workflows))]), open: 6)
  }

  private static func value(_ change: Changes.Change) -> JSONValue {
    let place = change.new ?? change.old
    return .members([
      ("kind", .string(change.kind.rawValue)), ("step", change.step.map { .string($0) } ?? .null),
      ("verb", .optional(change.verb)), ("file", .optional(place?.file)),
      ("line", place.map { .int($0.start.line) }),
      (
        "fields",
        .array(
          change.fields.map { field in
            .members([
              ("name", .string(field.name)), ("old", field.old.map { .string($0) } ?? .null),
              ("new", field.new.map { .string($0) } ?? .null),
            ])
          })
      ),
    ])
  }
}
