import FlowCore
import FlowTime

/// Reads what stands above the steps.
struct HeaderBinder {
  let bench: Bench
  let root: Fields
  var header = Header()

  static func bind(_ root: Fields, _ bench: Bench) -> Header {
    var binder = HeaderBinder(bench: bench, root: root)
    binder.names()
    binder.types()
    binder.policy()
    binder.expressions()
    binder.replies()
    binder.rest()
    binder.checkContact()
    return binder.header
  }

  // MARK: Words

  private mutating func names() {
    if let node = root["workflow"] { header.name = bench.name(node, wanted: "the name of the workflow") }
    if let node = root["about"] { header.about = bench.text(node, wanted: "a sentence")?.text ?? "" }
    if let node = root["category"],
      let word = bench.word(node, of: Graph.Category.allCases.map(\.rawValue), wanted: "a category")
    {
      header.category = Graph.Category(rawValue: word) ?? .service
    }
  }

  private mutating func types() {
    if let node = root["input"] { header.input = bench.fieldList(node) }
    header.declared = header.input
    guard let node = root["events"],
      let entries = bench.entries(node, wanted: "a mapping from events to fields")
    else {
      return
    }
    for entry in entries {
      let name = Located(entry.key)
      if !Bench.isEventName(name.text) { bench.report(.badEventName(name)) }
      header.eventSpans[name.text] = entry.keySpan
      header.events.append(event(name.text, entry.value))
    }
  }

  /// `{ of: contact, by: text }`; nothing at all is no fields.
  private func event(_ name: String, _ node: YAMLNode) -> EventDeclaration {
    var declaration = EventDeclaration(name: name, fields: [])
    if node.isPlainEmpty { return declaration }
    guard let entries = bench.entries(node, wanted: "a mapping from fields to types") else {
      return declaration
    }
    if let of = entries.first(where: { $0.keyText == "of" }) {
      declaration.ofContact =
        bench.word(of.value, of: ["contact"], wanted: "whom the event belongs to") != nil
    }
    let fields = entries.filter { $0.keyText != "of" }
    if let reserved = fields.first(where: { $0.keyText == "time" }) {
      bench.report(.reservedField(reserved.key))
    }
    declaration.fields = bench.fieldList(YAMLNode(kind: .mapping(fields), span: node.span))
    return declaration
  }

  // MARK: Policy

  private mutating func policy() {
    let defaults = bench.around.project.policy
    var policy = Policy(
      window: defaults.window, business: defaults.business ?? .workweek, holidays: defaults.holidays ?? .none,
      gap: defaults.gap, maxTouches: defaults.maxTouches)
    if let node = root["policy"], let fields = bench.fields(node, of: Grammar.policy) {
      let own = PolicyBinder(bench: bench, fields: fields, calendars: bench.around.project.calendars).bind()
      policy.window = own.window ?? policy.window
      policy.business = own.business ?? policy.business
      policy.holidays = own.holidays ?? policy.holidays
      policy.gap = own.gap ?? policy.gap
      policy.maxTouches = own.maxTouches ?? policy.maxTouches
      // A window that could not be read is a window all the same: business hours have their hours.
      if fields["window"] != nil, policy.window == nil { policy.window = .always }
      PolicyBinder.checkDays(policy, at: fields, bench)
    }
    header.policy = policy
    bench.policy = policy
  }

  // MARK: Expressions

  private mutating func expressions() {
    let naming = Naming(inputs: header.input, allowsRun: false, zones: bench.around.zones)
    if let node = root["trigger"], let fields = bench.fields(node, of: Grammar.trigger) {
      var binder = TriggerBinder(bench: bench, fields: fields, naming: naming)
      header.trigger = binder.bind(at: node.span)
      if let item = binder.item { add(item) }
      if header.trigger?.contact != nil || fields["contact"] != nil { add(Field("contact", .contact)) }
    }
    contactType()
    var after = naming
    after.inputs = header.input
    header.owner = owner(after)
    header.timezone = timezone(after)
  }

  private mutating func add(_ field: Field) {
    if let index = header.input.firstIndex(where: { $0.name == field.name }) {
      header.input[index] = field
    } else {
      header.input.append(field)
    }
  }

  private func contactType() {
    guard let field = header.input.first(where: { $0.name == "contact" }), field.type != .none,
      !ValueType.contact.accepts(field.type),
      let entry = root["input"]?.entries?.first(where: { $0.keyText == "contact" })
    else { return }
    bench.report(.contactType(entry.value.span.firstLine, field.type))
  }

  private func owner(_ naming: Naming) -> Expression? {
    if let node = root["owner"] { return bench.expression(node, as: .person, naming) }
    if let field = header.input.first(where: { $0.name == "owner" }), ValueType.person.accepts(field.type) {
      return bench.expression(Located("owner", at: .file(bench.file)), as: .person, naming)
    }
    bench.report(.noOwner(root.entry("workflow")?.keySpan ?? .file(bench.file)))
    return nil
  }

  /// A zone's bare name, or an expression; else the project's.
  private func timezone(_ naming: Naming) -> Expression? {
    let fallback = bench.around.project.timezone ?? "UTC"
    guard let node = root["timezone"] else {
      return bench.expression(Located("\"\(fallback)\"", at: .file(bench.file)), as: .timezone, naming)
    }
    guard let text = bench.text(node, wanted: "a time zone") else { return nil }
    if isBareZone(text.text, naming) {
      guard bench.zone(text) != nil else { return nil }
      return bench.expression(Located("\"\(text.text)\"", at: text.whole), as: .timezone, naming)
    }
    return bench.expression(text, as: .timezone, naming)
  }

  /// `Europe/Berlin`, `UTC`: words with slashes that begin with a capital, and are no input.
  private func isBareZone(_ text: String, _ naming: Naming) -> Bool {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, (0x41...0x5A).contains(first) else { return false }
    let isZone = bytes.allSatisfy {
      Bench.isLetter($0) || Bench.isDigit($0) || $0 == 0x2F || $0 == 0x2D || $0 == 0x2B
    }
    return isZone && !naming.inputs.contains { $0.name == text.split(separator: "/").first.map(String.init) }
  }

  /// Where a run follows up nobody, nothing is counted by whom it follows up.
  private func checkContact() {
    if header.hasContact { return }
    func find(_ key: String, in node: YAMLNode?, _ value: String? = nil) {
      guard let entry = node?.entries?.first(where: { $0.keyText == key }) else { return }
      let text = entry.value.text ?? ""
      if let value, text != value { return }
      bench.report(.nothingToNobody("\(key): \(text)", at: entry.value.span))
    }
    let trigger = root["trigger"]
    find("exclusive", in: trigger)
    find("per", in: trigger?.entries?.first { $0.keyText == "again" }?.value, "contact")
    for event in root["events"]?.entries ?? [] { find("of", in: event.value, "contact") }
  }

  // MARK: Replies

  private mutating func replies() {
    guard let node = root["replies"],
      let entries = bench.entries(node, wanted: "a mapping from classes to patterns")
    else { return }
    for entry in entries {
      let name = Located(entry.key)
      if !Bench.isName(name.text) {
        bench.report(.badName(name, wanted: "the name of a class of reply"))
      } else if Events.isTaken(name.text) || header.events.contains(where: { $0.name == name.text }) {
        bench.report(.classNameTaken(name))
      }
      let texts = bench.oneOrMore(entry.value, wanted: "a pattern").compactMap {
        bench.text($0, wanted: "a pattern")
      }
      header.patterns[name.text] = texts
      header.replies.append(
        ReplyClass(name: name.text, patterns: texts.compactMap { bench.pattern($0) }, span: entry.keySpan))
    }
  }

  private mutating func rest() {
    if let node = root["goal"] {
      header.goal = bench.oneOrMore(node, wanted: "an outcome").compactMap {
        bench.name($0, wanted: "an outcome")
      }
    }
    if let node = root["guarantees"] { header.guarantees = GuaranteeReader(bench: bench).lines(node) }
  }
}
