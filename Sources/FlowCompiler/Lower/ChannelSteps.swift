import FlowCore
import FlowTime

/// Steps of channels: their fields held against the manifest as strictly as the engine's own.
extension Lowering {
  mutating func channel(_ index: NodeIndex, _ manifest: Manifest, _ options: inout Options) -> Action? {
    let step = outline.steps[index]
    if manifest.touch, !header.hasContact, !bench.findings.contains(where: { $0.code == .noContact }) {
      bench.report(.noContact(step))
    }
    let purpose = step.fields["purpose"].flatMap {
      manifest.touch ? bench.word($0, of: Grammar.purposes, wanted: "a purpose") : nil
    }
    let ask = manifest.touch ? step.fields["ask"].flatMap { text($0, isFile: true, options.naming) } : nil
    let fields = fields(step, manifest, options)
    if manifest.touch, !manifest.isTask { checkReader(step, fields, options.naming) }
    let (until, cases) = waiting(index, manifest, &options)
    return .channel(
      ChannelAction(
        verb: manifest.verb, touch: manifest.touch, isTask: manifest.isTask, address: manifest.address,
        purpose: purpose, ask: ask, main: manifest.main, fields: fields, until: until, cases: cases,
        outcomes: manifest.outcomes))
  }

  /// What a run may send is counted, answered and stopped by its contact. People who call may call anybody.
  private func checkReader(_ step: StepDraft, _ fields: [ChannelAction.Field], _ naming: Naming) {
    guard let to = step.fields["to"], case .expression(let reader)? = fields.first(where: { $0.name == "to" })?.content,
      let contact = Expression.compile("contact", as: .contact, in: naming).0
    else { return }
    let names = [contact.canonical, header.trigger?.contact?.canonical]
    if !names.contains(reader.canonical) { bench.report(.notTheContact(to, step)) }
  }

  // MARK: Fields

  private func fields(_ step: StepDraft, _ manifest: Manifest, _ options: Options) -> [ChannelAction.Field] {
    var out: [ChannelAction.Field] = []
    for entry in step.fields.entries where entry.keyText != manifest.verb {
      guard let field = manifest.field(entry.keyText) else { continue }
      let hasAsk = field.name == manifest.main && step.fields["ask"] != nil
      if let content = content(entry.value, field, options, hasAsk: hasAsk) {
        out.append(ChannelAction.Field(name: field.name, content: content, span: entry.value.span))
      }
    }
    for field in manifest.fields where step.fields[field.name] == nil {
      if let fallback = field.fallback {
        let text = Located(fallback, at: step.span)
        if let content = content(text, field, options, hasAsk: false) {
          out.append(ChannelAction.Field(name: field.name, content: content, span: step.span))
        }
      } else if field.required, !isExcused(field, step, manifest) {
        bench.report(.missingField(field, step))
      }
    }
    return out
  }

  /// `subject` may be left out where `thread` is `same`.
  private func isExcused(_ field: Manifest.Field, _ step: StepDraft, _ manifest: Manifest) -> Bool {
    guard let unless = field.unless, let word = step.fields[unless.field]?.text else { return false }
    // A word that does not exist has its finding, and may have been meant for this one.
    if case .word(let words)? = manifest.field(unless.field)?.kind, !words.contains(word) { return true }
    return word == unless.word
  }

  private func content(
    _ node: YAMLNode, _ field: Manifest.Field, _ options: Options, hasAsk: Bool
  ) -> ChannelAction.Content? {
    switch field.kind {
    case .template:
      return text(node, isFile: field.file, naming(options, hasAsk)).map { .template($0) }
    case .mapping: return mapping(node, options).map { .mapping($0) }
    case .files: return files(node).map { .files($0) }
    case .expression(let type) where node.items != nil:
      return expressions(node, type, options).map { .expressions($0) }
    default:
      guard let text = bench.text(node, wanted: wanted(field)) else { return nil }
      return content(text, field, options, hasAsk: hasAsk)
    }
  }

  private func wanted(_ field: Manifest.Field) -> String {
    switch field.kind {
    case .expression(let type): "\(type.phrase)"
    case .word(let words): "one of \(words.joined(separator: ", "))"
    case .template, .literal: "a text"
    case .mapping: "a mapping"
    case .files: "a file"
    }
  }

  /// A field of one text.
  private func content(
    _ text: Located, _ field: Manifest.Field, _ options: Options, hasAsk: Bool
  ) -> ChannelAction.Content? {
    switch field.kind {
    case .template: return template(text, isFile: field.file, naming(options, hasAsk)).map { .template($0) }
    case .literal:
      if text.text.contains("{{") { bench.report(.noTemplate(text, field: field.name)) }
      return .word(text.text)
    case .files: return bench.bytes(of: text).map { .files([$0.path]) }
    case .mapping: return nil
    case .word(let words):
      if words.contains(text.text) { return .word(text.text) }
      bench.report(.unknownWord(text, wanted: "a value of \(field.name)", known: words))
      return nil
    case .expression(let type):
      return expression(text, type, options.naming).map { .expression($0) }
    }
  }

  /// Of the type, or, where it is no list, of a list of it.
  private func expression(_ text: Located, _ type: ValueType, _ naming: Naming) -> Expression? {
    if case .list(let element) = type {
      // One stands for a list of one.
      let (single, _) = Expression.compile(text.text, as: element, in: naming)
      if single != nil { return bench.expression(text, as: element, naming) }
    }
    return bench.expression(text, as: type, naming)
  }

  private func expressions(_ node: YAMLNode, _ type: ValueType, _ options: Options) -> [Expression]? {
    let element: ValueType = if case .list(let inner) = type { inner } else { type }
    let items = bench.oneOrMore(node, wanted: element.phrase)
    let compiled = items.compactMap { bench.expression($0, as: element, options.naming) }
    return compiled.count == items.count ? compiled : nil
  }

  private func mapping(_ node: YAMLNode, _ options: Options) -> [NamedExpression]? {
    guard let entries = bench.entries(node, wanted: "a mapping from names to expressions") else { return nil }
    let compiled = entries.compactMap { entry in
      bench.expression(entry.value, as: nil, options.naming).map {
        NamedExpression(name: entry.keyText, value: $0)
      }
    }
    return compiled.count == entries.count ? compiled : nil
  }

  private func files(_ node: YAMLNode) -> [String]? {
    let items = bench.oneOrMore(node, wanted: "a file")
    let paths = items.compactMap {
      bench.text($0, wanted: "the path of a file").flatMap { bench.bytes(of: $0)?.path }
    }
    return paths.count == items.count ? paths : nil
  }

  // MARK: Texts

  private func naming(_ options: Options, _ hasAsk: Bool) -> Naming {
    var naming = options.naming
    naming.allowsAsk = hasAsk
    return naming
  }

  /// Message text, or the file that holds it.
  func text(_ node: YAMLNode, isFile: Bool, _ naming: Naming) -> Template? {
    guard let scalar = node.scalar else {
      bench.report(.wrongShape(node, wanted: "a text", as: .text))
      return nil
    }
    if node.isPlainEmpty || scalar.text.isEmpty {
      bench.report(.missingValue(node.span, wanted: "a text", as: .text))
      return nil
    }
    return template(Located(scalar), isFile: isFile, naming)
  }

  private func template(_ text: Located, isFile: Bool, _ naming: Naming) -> Template? {
    let path = text.trimmed
    if isFile, FilePath.isTextFile(path.text) {
      return bench.textFile(path).flatMap { bench.template(Located($0), naming) }
    }
    return bench.template(text, naming)
  }

  // MARK: Waiting

  private mutating func waiting(
    _ index: NodeIndex, _ manifest: Manifest, _ options: inout Options
  ) -> (Moment?, [Case]) {
    let step = outline.steps[index]
    let within = step.fields.entry("within")
    let until = step.fields.entry("until")
    if let within, let until {
      bench.report(.keysClash(until.key, within.key, because: "write within: DURATION or until: INSTANT"))
    }
    guard !manifest.outcomes.isEmpty else { return (nil, []) }
    guard within != nil || until != nil else {
      if let then = step.fields.entry("then") {
        bench.report(
          .thenWithoutWait(then.key, verb: manifest.verb, help: "add within: DURATION or until: INSTANT"))
      }
      return (nil, [])
    }
    let keys = manifest.outcomes + ["timeout"]
    let cases = cases(index, allowed: keys, filled: keys, all: keys, what: "this \(manifest.verb)")
    if let within {
      let text = bench.text(within.value, wanted: "a duration")
      return (text.flatMap { text in bench.duration(text).map { .after($0, text: text.text) } }, cases)
    }
    return (until.flatMap { moment($0.value, step, &options, wanted: "an instant") }, cases)
  }
}
