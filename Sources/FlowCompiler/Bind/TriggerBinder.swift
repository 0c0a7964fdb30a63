import FlowCore
import FlowTime

/// Reads a trigger.
struct TriggerBinder {
  let bench: Bench
  let fields: Fields
  var naming: Naming
  /// The item of `each`.
  private(set) var item: Field?

  init(bench: Bench, fields: Fields, naming: Naming) {
    self.bench = bench
    self.fields = fields
    self.naming = naming
  }

  mutating func bind(at span: Span) -> Trigger? {
    let event = fields["event"].flatMap { bench.text($0, wanted: "the type of an event") }
    var each: Trigger.Each?
    if let text = fields["each"].flatMap({ bench.text($0, wanted: "NAME in LIST") }) { each = item(text) }
    if let item { naming.inputs.append(item) }
    let contact = fields["contact"].flatMap { bench.expression($0, as: .contact, naming) }
    if fields["contact"] != nil {
      naming.inputs.removeAll { $0.name == "contact" }
      naming.inputs.append(Field("contact", .contact))
    }
    let key = fields["key"].map { self.keys($0) } ?? []
    let when = fields["when"].flatMap { bench.expression($0, as: .boolean, naming) }
    let again = fields["again"].flatMap { self.again($0) } ?? .never
    let exclusive = fields["exclusive"].flatMap { bench.name($0, wanted: "the name of a group") }?.text
    guard let event else { return nil }
    return Trigger(
      event: event.text, key: key, when: when, again: again, exclusive: exclusive, each: each,
      contact: contact,
      span: fields.entry("event")?.value.span ?? span)
  }

  /// One expression or several, of a type that makes a text: the values are joined to the key of the run.
  private func keys(_ node: YAMLNode) -> [Expression] {
    bench.oneOrMore(node, wanted: "an expression").compactMap { node in
      guard let text = bench.text(node, wanted: "an expression"),
        let expression = bench.expression(text, as: nil, naming)
      else { return nil }
      switch expression.type {
      case .text, .email, .phone, .url, .timezone, .locale, .oneOf, .integer, .number, .date, .instant,
        .boolean, .none:
        return expression
      default:
        bench.report(.keyType(text, expression.type))
        return nil
      }
    }
  }

  private func again(_ node: YAMLNode) -> Trigger.Again? {
    if node.entries != nil {
      guard let fields = bench.fields(node, of: Grammar.again) else { return nil }
      let per = fields["per"].flatMap {
        bench.word($0, of: ["key", "contact"], wanted: "what is counted by")
      }
      return fields["after"].flatMap { bench.duration($0) }.map { .after($0, perContact: per == "contact") }
    }
    guard let text = bench.text(node, wanted: "never, after end, or after DURATION") else { return nil }
    if text.text == "never" { return .never }
    if text.text == "after end" { return .afterEnd }
    if let duration = text.after("after") {
      return bench.duration(duration).map { .after($0, perContact: false) }
    }
    bench.report(
      .unknownWord(
        text, wanted: "a rule for starting again", known: ["never", "after end", "after DURATION"]))
    return nil
  }

  /// `item in sprint.items`
  private mutating func item(_ text: Located) -> Trigger.Each? {
    guard let (name, list) = text.split(at: " in "), Bench.isFieldName(name.text) else {
      bench.report(.badEach(text))
      return nil
    }
    if naming.inputs.contains(where: { $0.name == name.text }) || Events.reservedRoots.contains(name.text) {
      bench.report(.itemNameTaken(name))
    }
    guard let expression = bench.unread({ bench.expression(list, as: nil, naming) }) else {
      item = Field(name.text, .none)
      return nil
    }
    guard case .list(let element) = expression.type else {
      if expression.type != .none { bench.report(.notAList(list, expression.type)) }
      item = Field(name.text, .none)
      return nil
    }
    item = Field(name.text, element)
    return Trigger.Each(name: name.text, list: expression)
  }
}
