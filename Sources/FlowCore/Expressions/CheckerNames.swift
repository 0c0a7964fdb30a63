/// What names stand for.
extension Checker {
  mutating func path(_ segments: [Syntax.Segment], _ range: Range<Int>) -> Checked {
    let root = segments[0]
    for level in items.indices.reversed() {
      guard let field = items[level].field(root.text) else { continue }
      return walk(field.type, segments, used: 1, range, prefix: "\u{1}\(level).") { path in
        .item(level: level, [root.text] + path, range)
      }
    }
    if let field = naming.inputs.first(where: { $0.name == root.text }) {
      return read(.input(field.name), field.type, segments, used: 1, range)
    }
    if let reserved = reserved(segments, range) { return reserved }
    if let step = naming.steps[root.text] { return read(.step(step), .instant, segments, used: 1, range) }
    return unknown(segments, range)
  }

  private mutating func read(
    _ name: Name, _ type: ValueType, _ segments: [Syntax.Segment], used: Int, _ range: Range<Int>
  ) -> Checked {
    uses.append(Use(name, path: segments.dropFirst(used).map(\.text), range: range))
    return walk(type, segments, used: used, range, prefix: "") { .read(name, $0, range) }
  }

  /// Follows the fields after the first `used` segments.
  private mutating func walk(
    _ start: ValueType, _ segments: [Syntax.Segment], used: Int, _ range: Range<Int>, prefix: String,
    _ make: ([String]) -> Term
  ) -> Checked {
    var dotted = prefix + segments[..<used].map(\.text).joined(separator: ".")
    var type = start
    var mayBeAbsent = false
    for segment in segments[used...] {
      if type.isOptional {
        mayBeAbsent = mayBeAbsent || !present.contains(dotted)
        type = type.present
      }
      if type == .none { return broken(range) }
      guard let field = type.field(segment.text) else {
        unknownField(segment, of: dotted.dropFirst(prefix.count), type)
        return broken(range)
      }
      dotted += "." + segment.text
      type = field.type
    }
    if type.isOptional, present.contains(dotted) { type = type.present }
    if mayBeAbsent { type = type.orAbsent }
    return Checked(node: make(segments[used...].map(\.text)), type: type, range: range)
  }

  private mutating func unknownField(_ segment: Syntax.Segment, of owner: Substring, _ type: ValueType) {
    guard let fields = type.fields, !fields.isEmpty else {
      problem(
        "unknown-field", segment.range, "unknown field \"\(Excerpt.of(segment.text))\"",
        help: "\"\(Excerpt.of(String(owner)))\" is \(type.phrase) and has no fields")
      return
    }
    let names = fields.map(\.name)
    if let spaced = spaced(segment.text, names) {
      problem(
        "unknown-field", segment.range, "unknown field \"\(Excerpt.of(segment.text))\"",
        help: "a minus stands between blanks: write \(spaced)", fix: spaced)
      return
    }
    unknownField(segment, of: String(owner), names)
  }

  mutating func unknownField(_ segment: Syntax.Segment, of owner: String, _ names: [String]) {
    let nearest = Spelling.nearest(to: segment.text, in: names)
    problem(
      "unknown-field", segment.range, "unknown field \"\(Excerpt.of(segment.text))\"",
      help: (nearest.map { "did you mean \"\($0)\"? " } ?? "")
        + "the fields of \"\(Excerpt.of(owner))\" are "
        + names.joined(separator: ", "), fix: nearest)
  }

  /// `amount-discount` as a subtraction, where its first part is a name.
  private func spaced(_ word: String, _ names: [String]) -> String? {
    var parts = word.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    var head = parts.removeFirst()
    while !parts.isEmpty {
      if names.contains(head) { return head + " - " + parts.joined(separator: "-") }
      head += "-" + parts.removeFirst()
    }
    return nil
  }

  private static let fieldsOf = [
    "reply": ["text", "class", "date"], "task": ["note"], "run": ["touches", "started", "day"],
  ]

  /// `reply`, `event`, `task`, `run`, `owner`, `ask`; nil for any other name.
  private mutating func reserved(_ segments: [Syntax.Segment], _ range: Range<Int>) -> Checked? {
    let root = segments[0].text
    switch root {
    case "owner":
      guard let type = naming.ownerType else { return nil }
      return read(.owner, type, segments, used: 1, range)
    case "ask":
      guard naming.steps[root] == nil else { return nil }
      problem(
        "not-in-scope", range, "\"ask\" is not in scope",
        help: naming.explainAbsent(root) ?? "{{ ask }} stands alone, in the body of a touch that has an ask")
      return broken(range)
    case "event": return event(segments, range)
    case "reply", "task", "run":
      guard root == "reply" ? naming.allowsReply : root == "task" ? naming.allowsTask : naming.allowsRun
      else {
        return notInScope(segments, range, "a \(root == "task" ? "task's answer" : root)")
      }
      let names = Checker.fieldsOf[root] ?? []
      guard segments.count > 1 else {
        problem(
          "unknown-field", range, "\"\(root)\" is no value",
          help: "write " + names.map { "\(root).\($0)" }.joined(separator: ", "))
        return broken(range)
      }
      guard let (name, type) = Checker.known[root + "." + segments[1].text] else {
        unknownField(segments[1], of: root, names)
        return broken(range)
      }
      let classes = name == .replyClass ? naming.replyClasses.map(ValueType.oneOf) : nil
      return read(name, classes ?? type, segments, used: 2, range)
    default: return nil
    }
  }

  private static let known: [String: (Name, ValueType)] = [
    "reply.text": (.replyText, .text), "reply.class": (.replyClass, .text),
    "reply.date": (.replyDate, .optional(.date)), "task.note": (.taskNote, .text),
    "run.touches": (.runTouches, .integer), "run.started": (.runStarted, .instant),
    "run.day": (.runDay, .integer),
  ]

  private mutating func notInScope(_ segments: [Syntax.Segment], _ range: Range<Int>, _ what: String)
    -> Checked
  {
    let name = segments.map(\.text).joined(separator: ".")
    problem(
      "not-in-scope", range, "\"\(Excerpt.of(name))\" is not in scope here",
      help: naming.explainAbsent(name) ?? "it stands only where every path has brought \(what)")
    return broken(range)
  }

  private mutating func event(_ segments: [Syntax.Segment], _ range: Range<Int>) -> Checked {
    guard let event = naming.event else { return notInScope(segments, range, "an event") }
    let names = event.fields.map(\.name) + ["time"]
    guard segments.count > 1 else {
      problem(
        "unknown-field", range, "\"event\" is no value",
        help: "write " + names.map { "event.\($0)" }.joined(separator: ", "))
      return broken(range)
    }
    if segments[1].text == "time" {
      return read(.eventTime(slot: event.slot), .instant, segments, used: 2, range)
    }
    guard let field = event.fields.first(where: { $0.name == segments[1].text }) else {
      unknownField(segments[1], of: "event", names)
      return broken(range)
    }
    return read(.eventField(slot: event.slot, field.name), field.type, segments, used: 2, range)
  }

  /// The roots that may be named here.
  var roots: [String] {
    var names = items.reversed().flatMap { $0.fields?.map(\.name) ?? [] } + naming.inputs.map(\.name)
    if naming.ownerType != nil { names.append("owner") }
    if naming.allowsReply { names.append("reply") }
    if naming.event != nil { names.append("event") }
    if naming.allowsTask { names.append("task") }
    if naming.allowsRun { names.append("run") }
    var seen: Set<String> = []
    return (names + naming.steps.keys.sorted()).filter { seen.insert($0).inserted }
  }

  private mutating func unknown(_ segments: [Syntax.Segment], _ range: Range<Int>) -> Checked {
    let root = segments[0]
    let dotted = segments.map(\.text).joined(separator: ".")
    if let reason = naming.explainAbsent(dotted) ?? naming.explainAbsent(root.text) {
      problem("not-in-scope", range, "\"\(Excerpt.of(dotted))\" is not in scope here", help: reason)
      return broken(range)
    }
    let roots = roots
    if segments.count == 1, let spaced = spaced(root.text, roots) {
      problem(
        "unknown-name", root.range, "unknown name \"\(Excerpt.of(root.text))\"",
        help: "a minus stands between blanks: write \(spaced)", fix: spaced)
      return broken(range)
    }
    let nearest = Spelling.nearest(to: root.text, in: roots)
    let known =
      roots.isEmpty ? "no name is in scope here" : "the names here are " + roots.joined(separator: ", ")
    problem(
      "unknown-name", root.range, "unknown name \"\(Excerpt.of(root.text))\"",
      help: (nearest.map { "did you mean \"\($0)\"? " } ?? "") + known, fix: nearest)
    return broken(range)
  }
}
