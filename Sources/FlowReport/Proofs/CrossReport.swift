import FlowCore
import FlowTime

/// What two workflows do to each other at one contact, as findings with the timeline of both.
public enum CrossReport {
  /// - Parameter caps: the project's.
  public static func findings(_ crossings: [Crossing], caps: Caps? = nil) -> [Diagnostic] {
    crossings.map { crossing in
      Diagnostic(
        code(crossing.kind), severity(crossing.kind), at: crossing.span.onFirstLine,
        sentence(crossing),
        notes: [reason(crossing, caps), lines(crossing).joined(separator: "\n")].map { Diagnostic.Note($0) },
        help: help(crossing.kind))
    }
  }

  private static func code(_ kind: Crossing.Kind) -> Code {
    switch kind {
    case .refused: "rivals"
    case .leftOut, .ended, .putOff, .broken: "crowded"
    case .tooClose: "project-gap"
    }
  }

  private static func severity(_ kind: Crossing.Kind) -> Severity { kind.isLoss ? .warning : .hint }

  /// What happens to which step or run, short enough for a line: what it is about stands in it, the other workflow
  /// below.
  private static func sentence(_ crossing: Crossing) -> String {
    let (own, other) = ("\"\(crossing.workflow)\"", "\"\(crossing.beside)\"")
    return switch crossing.kind {
    case .refused: "\(own) or \(other) is refused"
    case .leftOut(let step): "\"\(step)\" is left out beside another"
    case .ended(let outcome): "\(own) ends \"\(outcome)\" beside another"
    case .putOff(let step, let time): "\"\(step)\" goes out \(length(time)) later"
    case .broken: "\(own) breaks a promise beside another"
    case .tooClose(let step, _): "\"\(step)\" comes too soon after another's"
    }
  }

  /// Why it happens.
  private static func reason(_ crossing: Crossing, _ caps: Caps?) -> String {
    let limit = caps.flatMap { caps in
      caps.touches.flatMap { most in caps.span.map { "\(Words.count(most, "touch", "touches")) in \($0)" } }
    }
    let both = "\"\(crossing.workflow)\" and \"\(crossing.beside)\"\(others(crossing))"
    return switch crossing.kind {
    case .refused(let group, let event): "both start on \"\(event)\", and \"\(group)\" is exclusive"
    case .leftOut, .ended, .putOff:
      if isTooSoon(crossing), let gap = caps?.gap {
        "\(both): less than the caps' gap of \(gap) lies between their touches"
      } else {
        "\(both) together want more than the caps\(limit.map { "' \($0)" } ?? " allow")"
      }
    case .broken(let promise):
      "together with \"\(crossing.beside)\"\(others(crossing)) it does not keep "
        + (promise.text.isEmpty ? "what is promised" : "\"\(promise.text)\"")
    case .tooClose(_, let gap): "\(both): less than the project's gap of \(gap) lies between their touches"
    }
  }

  /// Not how many there are but how close they come is against the first of them. An end by the caps says no reason.
  private static func isTooSoon(_ crossing: Crossing) -> Bool {
    let reason = crossing.breach.lazy.filter(crossing.timeline.indices.contains).compactMap { at -> String? in
      switch crossing.timeline[at].entry.kind {
      case .skipped(let because), .deferred(_, let because): because
      default: nil
      }
    }.first
    return reason.map(Caps.isGap) ?? false
  }

  private static func others(_ crossing: Crossing) -> String {
    switch crossing.others {
    case 0: ""
    case 1: " (or 1 other workflow)"
    default: " (or \(crossing.others) other workflows)"
    }
  }

  private static func help(_ kind: Crossing.Kind) -> String {
    switch kind {
    case .refused: "let `when:` tell them apart, give one another event, or put both into one workflow"
    case .leftOut, .ended, .broken, .putOff:
      "let one start after the other has ended, put both into one `exclusive` group, or let the caps allow more"
    case .tooClose:
      "leave the gap to flow.yaml, or set `caps: { gap: … }` there, which holds over all workflows"
    }
  }

  private static func length(_ time: Int64) -> String {
    let minutes = max(1, time / 60_000)
    let parts = [("day", minutes / 1440), ("hour", minutes / 60 % 24), ("minute", minutes % 60)]
    return parts.filter { $0.1 > 0 }.prefix(2).map { "\($0.1) \($0.0)\($0.1 == 1 ? "" : "s")" }
      .joined(separator: " ")
  }

  // MARK: The timeline of both

  private static let mostLines = 16

  /// What it is about is marked; at most sixteen things that happen, below a line that says what this is.
  static func lines(_ crossing: Crossing) -> [String] {
    let last = crossing.breach.last ?? crossing.timeline.count - 1
    let told = crossing.timeline.indices.filter { $0 <= last && words(crossing.timeline[$0].entry) != nil }
    guard let first = told.first else { return [] }
    func civil(_ at: Int) -> CivilDateTime { crossing.zone.civil(at: crossing.timeline[at].entry.at) }
    func when(_ at: Int) -> String { "\(Words.day(civil(at).date)) \(Words.time(civil(at).time))" }
    let column = told.map { Width.of(when($0)) }.max() ?? 0
    let width = min(24, max(Width.of(crossing.workflow), Width.of(crossing.beside)))
    var before = ""
    var lines = told.suffix(mostLines).map { at -> [String] in
      let line = crossing.timeline[at]
      let time = when(at) == before ? "" : when(at)
      before = when(at)
      let head = "\(crossing.breach.contains(at) ? ">" : " ") \(Width.padded(time, to: column))  "
      let name = Width.padded(Width.truncated(line.workflow, to: width), to: width) + "  "
      let margin = Width.of(head) + width + 2
      let rows = Width.wrapped(words(line.entry) ?? "", to: FindingText.room(crossing.span) - margin)
      return rows.enumerated().map { $0 == 0 ? head + name + $1 : String(repeating: " ", count: margin) + $1 }
    }
    if told.count > mostLines { lines[0] = ["  …"] }
    return ["both at one contact, in \(civil(first).date.year) (times of \(crossing.zone.name)):"]
      + lines.flatMap { $0 }
  }

  private static func words(_ entry: Entry) -> String? {
    let step = entry.step ?? ""
    return switch entry.kind {
    case .started: "begins"
    case .sent(let handover): "\(handover.verb) \(step)"
    case .task(let handover): "\(handover.verb) \(step), by \(handover.by ?? "a person")"
    case .deferred(_, let because): "\(step) waits: \(short(because))"
    case .skipped(let because):
      step.isEmpty ? "does not begin: \(because)" : "\(step) is left out: \(short(because))"
    case .withheld(let because): "\(step) is withheld: \(because)"
    case .escalated(let to): "\(step) tells \(to)"
    case .ended(let outcome): "ends \(outcome)"
    default: nil
    }
  }
}

extension CrossReport {
  /// That it is this contact's is plain here.
  private static func short(_ reason: String) -> String {
    reason.hasSuffix(" of this contact") ? String(reason.dropLast(16)) : reason
  }
}
