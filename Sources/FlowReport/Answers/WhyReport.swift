import FlowCore
import FlowTime

/// `flow why`: each send and each non-send with its reasons.
public enum WhyReport {
  public static func json(_ reasons: Reasons, damaged: [DamagedRun] = []) -> String {
    let words = WhyWords(reasons)
    let zone = reasons.zone
    let answers = reasons.answers.map { answer -> JSONValue in
      .members([
        ("step", answer.step.map { .string($0) } ?? .null), ("round", answer.round.map { .int($0) }),
        ("what", .string(answer.what.rawValue)), ("at", answer.at.map { EntryJSON.time($0, zone) }),
        ("until", answer.until.map { EntryJSON.time($0, zone) }), ("verb", .optional(answer.verb)),
        ("to", .optional(answer.whom)),
        ("because", .array(words.sentences(answer).map { .string($0) })),
        ("file", .optional(answer.span?.file)), ("line", answer.span.map { .int($0.start.line) }),
        ("delivery", answer.delivery.map { delivery($0, zone) }),
      ])
    }
    return JSONText.write(
      .members([
        ("run", .string(reasons.run)), ("workflow", .string(reasons.workflow)),
        ("version", .string(reasons.version)), ("key", .string(reasons.subject)),
        ("zone", .string(zone.name)), ("start", EntryJSON.time(reasons.started, zone)),
        ("outcome", reasons.outcome.map { .string($0) } ?? .null), ("answers", .array(answers)),
        ("damaged", DamagedRun.json(damaged)),
      ]), open: 3)
  }

  private static func delivery(_ delivery: RunHistory.Delivery, _ zone: Zone) -> JSONValue {
    .members([
      ("key", .string(delivery.key)), ("digest", .string(delivery.digest)), ("state", .string(delivery.state)),
      ("attempts", .int(delivery.attempts)), ("planned", EntryJSON.time(delivery.planned, zone)),
      ("next", ["planned", "deferred"].contains(delivery.state) ? EntryJSON.time(delivery.next, zone) : nil),
      ("settled", delivery.settled.map { EntryJSON.time($0, zone) }),
      ("receipt", .optional(delivery.receipt)), ("because", .optional(delivery.because)),
    ])
  }

  /// For a terminal: a paragraph an answer.
  public static func text(_ reasons: Reasons, width: Int = 80, color: Bool = false) -> String {
    let words = WhyWords(reasons)
    let paint = Paint(color: color)
    let state = reasons.outcome ?? "still running"
    var out = paint("\(Printable.line(reasons.workflow)) \(Printable.line(reasons.subject))", .bold)
    out += ", run \(reasons.run): \(Printable.line(state))\n"
    for answer in reasons.answers {
      let place = answer.span.map { "  \($0.file):\($0.start.line)" } ?? ""
      let round = answer.round.map { " (round \($0))" } ?? ""
      out += "\n" + paint(Printable.line(answer.step ?? (answer.what == .ended ? "end" : "run")) + round, .bold)
      out += paint(Printable.line(place).isEmpty ? "" : "  " + Printable.line(place), .dim) + "\n"
      for line in [words.headline(answer)] + words.sentences(answer) + words.delivery(answer) {
        for (index, part) in Width.wrapped(Printable.line(line), to: max(40, width) - 4).enumerated() {
          out += (index == 0 ? "  " : "    ") + part + "\n"
        }
      }
    }
    return out
  }
}

/// Facts as sentences, in the words of the file.
struct WhyWords {
  let zone: Zone
  private let started: Instant

  init(_ reasons: Reasons) {
    zone = reasons.zone
    started = reasons.started
  }

  /// `Fri 27 Mar 2026 16:40`.
  func when(_ instant: Instant) -> String {
    let civil = zone.civil(at: instant)
    return "\(Words.longDay(civil.date)) \(Words.time(civil.time))"
  }

  func headline(_ answer: Reasons.Answer) -> String {
    let at = answer.at.map { " " + when($0) } ?? ""
    let by = answer.verb.map { " by \($0)" } ?? ""
    let to = answer.whom.map { " to \($0)" } ?? ""
    let until = answer.until.map { ", waits until \(when($0))" } ?? ""
    switch answer.what {
    case .sent, .planned: return sent(answer) + at + by + to + until
    case .assigned: return "given\(to) as a \(answer.verb ?? "task")\(at)\(until)"
    case .told:
      let state = sent(answer)
      return state == "sent" ? "told\(to)\(at)" : "\(state)\(at)\(to)"
    case .withheld: return "withheld\(at): it did not go out"
    case .skipped: return "left out\(at)"
    case .failed: return "failed\(at)"
    case .waiting: return answer.until.map { "waits until \(when($0))" } ?? "waits"
    case .interrupted where answer.at == nil: return "the run came to it, and something else led on before it was done"
    case .interrupted:
      return "interrupted\(at)" + (["await", "wait"].contains(answer.verb) ? "" : ": it did not go out")
    case .passed: return "the run came through it\(at)"
    case .ahead: return "not reached"
    case .ended: return "ended\(at)"
    }
  }

  /// What the journal calls sent is planned until its channel has taken it.
  private func sent(_ answer: Reasons.Answer) -> String {
    switch answer.delivery?.state {
    case "planned": "planned, and not handed over yet,"
    case "deferred", "claimed", "marked": "on its way since"
    case "held": "held; planned"
    case "failed": "failed; planned"
    case "cancelled": "stopped before it left; planned"
    case "unknown": "perhaps sent"
    default: "sent"
    }
  }

  func sentences(_ answer: Reasons.Answer) -> [String] { answer.facts.map { fact($0, answer) } }

  func delivery(_ answer: Reasons.Answer) -> [String] {
    guard let delivery = answer.delivery else { return [] }
    var lines = ["text: sha256 \(delivery.digest.prefix(16))…, key \(delivery.key)"]
    let count = Words.count(delivery.attempts, "attempt", "attempts")
    let tries = delivery.attempts == 1 ? "at the first attempt" : "after \(count)"
    let isSaid = answer.facts.contains { $0 == delivery.because.map(Reasons.Fact.because) }
    let because = isSaid ? nil : delivery.because.map { ": \($0.hasPrefix("held: ") ? String($0.dropFirst(6)) : $0)" }
    let isSuppressed = answer.facts.contains { if case .suppressed = $0 { true } else { false } }
    switch delivery.state {
    case "accepted":
      let receipt = delivery.receipt.flatMap { $0.isEmpty ? nil : ", receipt \($0)" } ?? ""
      let isLate = delivery.settled.map { $0.milliseconds(since: delivery.planned) >= 60_000 } ?? false
      let planned = isLate ? ", planned \(when(delivery.planned))" : ""
      lines.append("accepted \(tries)\(delivery.settled.map { " " + when($0) } ?? "")\(planned)\(receipt)")
    case "deferred":
      let word = isSuppressed ? "was to be" : "is"
      lines.append("\(word) tried again \(when(delivery.next)), after \(count)\(because ?? "")")
    case "claimed": lines.append("in its channel's hands, at attempt \(delivery.attempts)")
    case "marked": lines.append("handed over whole, and not answered yet, at attempt \(delivery.attempts)")
    case "planned":
      let isPutOff = answer.facts.contains { fact in
        if case .deferred(_, _, let said) = fact { said == delivery.because } else { false }
      }
      let word = isSuppressed ? "was to" : "may"
      lines.append("\(word) leave from \(when(delivery.next)) on\(isPutOff ? "" : because ?? "")")
    default: lines.append("\(delivery.state) \(delivery.attempts == 0 ? "before any attempt" : tries)\(because ?? "")")
    }
    return lines
  }

  private func fact(_ fact: Reasons.Fact, _ answer: Reasons.Answer) -> String {
    switch fact {
    case .started(let event): return "because \(event) started the run"
    case .came(let event, let name, let took): return came(event, name, took)
    case .timedOut(let step) where step == answer.step: return "nothing came in time"
    case .timedOut(let step): return "because \(step) timed out"
    case .chose(_, let which) where which == "none": return "because no condition held"
    case .chose(let step, let which): return "because \(step) chose \(which)"
    case .turned(let step, let key): return "because \(step) got \(key)"
    case .after(let step): return "because it follows \(step)"
    case .due(let text):
      return "\(answer.what == .waiting ? "because it is" : "because it was") due: \(text)"
    case .notYet(let text): return "its time had not come: \(text)"
    case .clock: return "because its time had come"
    case .deferred(let at, let until, let because) where until <= at:
      return answer.what == .waiting
        ? "stands still since \(when(at)): \(because)" : "stood still from \(when(at)) on: \(because)"
    case .deferred(let at, let until, let because):
      return "put off on \(when(at)) to \(when(until)): \(because)"
    case .stood(let from, let until, let because):
      return "stood still from \(when(from)) until \(when(until)): \(because)"
    case .late(let since): return "its time had come on \(when(since)): nothing was running then"
    case .held(let at, let until, let because): return "held on \(when(at)) until \(when(until)): \(because)"
    case .inTime(let leeway): return inTime(leeway)
    case .because(let text): return "because \(text)"
    case .got(let outcome?, let at): return "what came of it: \(outcome), \(when(at))"
    case .got(nil, let at): return "nothing came of it until \(when(at))"
    case .waitsFor(let events): return "for \(Words.list(events, "or"))"
    case .heldFor(let event): return "or until \(event) comes"
    case .suppressed(let verb):
      let isPlanned = answer.what == .planned
      return "\(verb) is suppressed for this contact: it \(isPlanned ? "does not leave any more" : "will be withheld")"
    case .noCopy(let whom, let verb): return "no copy goes to \(whom): \(verb) is suppressed for them"
    case .counts(let touch): return "\(touch) has not left yet: this waits for it, and counts from then"
    case .notLeft(let touch): return "\(touch) has not left yet: this waits for it"
    case .needs(let hops): return needs(hops)
    case .behind: return "no way leads to it from where the run is"
    case .over(let outcome, let at):
      return answer.what == .ended ? "the outcome is \(outcome)" : "because the run ended \(when(at)): \(outcome)"
    case .standsStill(let because): return "nothing goes out for now: \(because)"
    case .stuck(let because): return "set aside for a person: \(because)"
    }
  }

  private func came(_ event: String, _ name: String?, _ took: String) -> String {
    let what = name.map { $0 == event ? event : "\(event) (\($0))" } ?? event
    switch took {
    case "nothing": return "after \(what) came, which nothing takes"
    case "default": return "because \(what) came, and the default took it"
    case "hold": return "because \(what) came, which a hold waited for"
    default: return took == name || took == event ? "because \(what) came" : "because \(what) came, taken by \(took)"
    }
  }

  private func inTime(_ leeway: Reasons.Leeway) -> String {
    var parts = [leeway.window ? "inside the window" : "no window holds for it"]
    switch (leeway.gap, leeway.last) {
    case (_, nil): parts.append("it was the first touch")
    case (nil, _?): parts.append("no gap is asked for")
    case (let gap?, let last?):
      parts.append(
        "the touch before (\(when(last))) \(leeway.answered ? "has been answered" : "was at least \(gap) before")")
    }
    if leeway.caps { parts.append("the caps allow it") }
    return "not put off: " + Words.list(parts)
  }

  private func needs(_ hops: [Reasons.Hop]) -> String {
    guard !hops.isEmpty else { return "it comes next" }
    let parts = hops.map { hop -> String in
      let at = hop.at.map { " (\(when($0)))" } ?? ""
      let step = hop.step ?? ""
      switch hop.kind {
      case .next: return "\(step) is done\(at)"
      case .timeout: return "\(step) times out\(at)"
      case .case: return "\(step) gets \(hop.label)"
      case .anytime: return "\(hop.label) comes"
      case .branch, .arm: return "\(step) chooses \(hop.label)"
      case .past: return "the instant of \(step) has passed when the run comes to it"
      case .closed: return "\(step) finds its window closed"
      case .start, .round: return step
      }
    }
    return "once " + Words.list(parts, "and then")
  }
}
