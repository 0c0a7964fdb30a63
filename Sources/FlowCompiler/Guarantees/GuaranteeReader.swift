import FlowCore
import FlowTime

/// Reads the lines of `guarantees:`: which sentence it is, its numbers and durations. What its names stand for is
/// told file by file.
struct GuaranteeReader {
  let bench: Bench

  /// The lines of a list; each that is wrong has its finding.
  func lines(_ node: YAMLNode) -> [Guarantee] {
    (bench.items(node, wanted: "a list of guarantees") ?? []).compactMap { item in
      bench.text(item, wanted: "a guarantee").flatMap { line($0) }
    }
  }

  func line(_ text: Located) -> Guarantee? {
    for form in GuaranteeForm.all {
      if let match = form.match(text, leniently: false) { return guarantee(form, match.slots, text) }
    }
    let guesses = GuaranteeForm.all.compactMap { form in form.match(text, leniently: true).map { (form, $0) } }
    if let (_, guess) = guesses.min(by: { $0.1.misspelt.count < $1.1.misspelt.count }),
      let (word, meant) = guess.misspelt.first
    {
      bench.report(.misspeltGuarantee(word, meant: meant))
    } else {
      let begun = GuaranteeForm.all.compactMap { form in form.progress(text).map { (form, $0) } }
      bench.report(.badGuarantee(text, begun: begun.max { $0.1.words < $1.1.words }.map { ($0.0.shape, $0.1.missing) }))
    }
    return nil
  }

  private func guarantee(_ form: GuaranteeForm, _ slots: [Located], _ text: Located) -> Guarantee? {
    guard let read = read(form.kind, slots) else { return nil }
    let guarantee = Guarantee(text: text.text, span: text.whole, form: read)
    if let nothing = guarantee.saysNothing {
      bench.report(.emptyGuarantee(text, because: nothing))
      return nil
    }
    return guarantee
  }

  private func read(_ kind: GuaranteeForm.Kind, _ slots: [Located]) -> Guarantee.Form? {
    switch kind {
    case .firstTouch: fromStart(slots[0]).map { .firstTouch(within: $0) }
    case .ends: fromStart(slots[0]).map { .ends(within: $0) }
    case .apart: duration(slots[0]).map { .apart($0) }
    case .touches: touches(slots[0], slots[1], nil)
    case .touchesInSpan: touches(slots[0], slots[1], slots[2])
    case .silence: silence(slots[0])
    case .never: pair(slots[0], slots[1]).map { .never($0, after: $1) }
    case .always: pair(slots[0], slots[1]).map { .always($0, before: $1) }
    case .follows: follows(slots)
    }
  }

  // MARK: Slots

  /// All slots are read, so that each has its finding.
  private func follows(_ slots: [Located]) -> Guarantee.Form? {
    let (first, span, last) = (subject(slots[0]), duration(slots[1]), subject(slots[2]))
    guard let first, let span, let last else { return nil }
    return .follows(first, within: span, of: last)
  }

  private func pair(_ one: Located, _ other: Located) -> (Guarantee.Subject, Guarantee.Subject)? {
    let (one, other) = (subject(one), subject(other))
    guard let one, let other else { return nil }
    return (one, other)
  }

  private func duration(_ text: Located) -> Duration? { bench.duration(text) }

  /// Of the first touch and the end: both are counted from the start, and from nothing else.
  private func fromStart(_ text: Located) -> Duration? {
    guard let range = text.wordRanges.first(where: { text.part($0).text == "of" }) else { return duration(text) }
    bench.report(.countedFromStart(text.part(range.lowerBound..<text.text.utf8.count)))
    return nil
  }

  private func touches(_ number: Located, _ what: Located, _ span: Located?) -> Guarantee.Form? {
    let count = Bench.number(number.text).flatMap { (0...1000).contains($0) ? $0 : nil }
    if count == nil { bench.report(.badNumber(number, wanted: "a number of touches", range: 0...1000)) }
    let length = span.flatMap { duration($0) }
    let words = what.words
    guard words.count == 1, let word = words.first else {
      bench.report(.badSpan(what))
      return nil
    }
    guard let count, (span == nil) == (length == nil) else { return nil }
    let isTouch = word.text == "touches" || word.text == "touch"
    return .touches(
      atMost: count, of: isTouch ? nil : Guarantee.Word(word.text, at: word.whole), span: length)
  }

  /// `A`, `A or B`, `A, B or C`.
  private func silence(_ text: Located) -> Guarantee.Form? {
    if let last = text.words.last, last.text == "or" {
      bench.report(.badSubject(last))
      return nil
    }
    let parts = text.parts(between: ["or"])
    let subjects = parts.compactMap { subject($0) }
    return subjects.count == parts.count && !subjects.isEmpty ? .silence(reaches: subjects) : nil
  }

  private func subject(_ text: Located) -> Guarantee.Subject? {
    let words = text.words
    guard let first = words.first else { return nil }
    if words.count == 1 {
      switch first.text {
      case "start": return .start
      case "touch": return .touch
      case "escalation": return .escalation
      case "end": return .end(nil)
      default: return .named(Guarantee.Word(first.text, at: first.whole))
      }
    }
    let word = Guarantee.Word(words[1].text, at: words[1].whole)
    if words.count == 2 {
      switch first.text {
      case "end": return .end(word)
      case "step": return .step(word)
      case "reply": return .reply(word)
      case "event": return .event(word)
      case "verb": return .verb(word)
      default: break
      }
    }
    bench.report(.badSubject(text))
    return nil
  }
}

extension Guarantee {
  /// Why a sentence holds, or fails, whatever the workflow does; nil where it says something.
  fileprivate var saysNothing: String? {
    switch form {
    case .never(.start, _): "a run starts once, and nothing comes before that"
    case .never(_, after: .end): "nothing comes after a run's end, in any file"
    case .always(.start, _): "a run's start comes before everything else"
    case .always(_, before: .start): "nothing comes before a run's start"
    case .always(let one, let other) where one.words == other.words: "it speaks of the same thing twice"
    case .follows(.start, _, _): "a run starts once, and nothing comes before that"
    case .silence(let subjects) where subjects.contains(.start): "a run's start comes before everything else"
    case .silence(let subjects) where subjects.allSatisfy(\.isFromContact):
      "silence is that nothing comes from the contact"
    case .follows(_, _, of: .end): "nothing comes after a run's end, in any file"
    default: nil
    }
  }
}

extension Guarantee.Subject {
  /// Only what the contact does, or the contact's address, brings it.
  fileprivate var isFromContact: Bool {
    switch self {
    case .reply: true
    case .named(let word), .event(let word): (["reply"] + Event.builtIn).contains(word.text) && word.text != "ack"
    default: false
    }
  }
}

extension Located {
  /// What stands between commas and joining words; an empty part is none.
  fileprivate func parts(between joints: Set<String>) -> [Located] {
    let bytes = Array(text.utf8)
    var cuts: [Range<Int>] = bytes.indices.filter { bytes[$0] == 0x2C }.map { $0..<$0 + 1 }
    cuts += wordRanges.filter { joints.contains(part($0).text) }
    var out: [Located] = []
    var from = 0
    for cut in cuts.sorted(by: { $0.lowerBound < $1.lowerBound }) + [bytes.count..<bytes.count] {
      let piece = part(from..<max(from, cut.lowerBound)).trimmed
      if !piece.isEmpty { out.append(piece) }
      from = cut.upperBound
    }
    return out
  }
}
