import FlowCore
import FlowTime

extension Compiler {
  /// Reads a channel's `manifest.yaml`; nil where it has an error.
  public static func manifest(_ source: SourceText) -> (Manifest?, [Diagnostic]) {
    let around = Environment(
      project: Project(), manifests: [], zones: FixedZones([], version: ""), files: MemoryFiles())
    let bench = Bench(file: source.file, around: around)
    let (document, findings) = YAMLReader.read(source)
    bench.report(findings)
    guard let root = document.root, let fields = bench.fields(root, of: Grammar.manifest) else {
      return (nil, bench.findings.sorted())
    }
    let manifest = ManifestBinder(bench: bench, fields: fields).bind()
    return (bench.hasErrors ? nil : manifest, bench.findings.sorted())
  }
}

/// What a channel can do, as data.
private struct ManifestBinder {
  let bench: Bench
  let fields: Fields

  func bind() -> Manifest? {
    let verb = fields["verb"].flatMap { bench.name($0, wanted: "a verb") }
    if let verb, Grammar.engineVerbNames.contains(verb.text) { bench.report(.verbTaken(verb)) }
    let list = fields["fields"].map { fieldList($0) } ?? []
    var manifest = Manifest(
      verb: verb?.text ?? "", about: text("about") ?? "", touch: boolean("touch"), fields: list,
      outcomes: words("outcomes"), events: words("events"), keyed: boolean("keyed"),
      retriesUnknown: boolean("retry-unknown"))
    if let word = word("inbound", Manifest.Inbound.allCases) { manifest.inbound = word }
    if let word = word("address", Manifest.Address.allCases) { manifest.address = word }
    manifest.law = word("law", Manifest.Law.allCases)
    manifest.purposeOptional = boolean("purpose-optional")
    manifest.escalates = boolean("escalates")
    if let node = fields["max-bytes"] {
      manifest.maxBytes =
        bench.integer(node, in: 1...(1 << 30), wanted: "a number of bytes") ?? manifest.maxBytes
    }
    manifest.main = main(list)
    if boolean("task"), manifest.field("by") == nil, let key = fields.entry("task")?.key {
      bench.report(.taskWithoutBy(key))
    }
    return manifest
  }

  private func text(_ key: String) -> String? {
    fields[key].flatMap { bench.text($0, wanted: "a text") }?.text
  }

  private func boolean(_ key: String) -> Bool {
    fields[key].flatMap { bench.boolean($0, wanted: "true or false") } ?? false
  }

  private func words(_ key: String) -> [String] {
    guard let node = fields[key] else { return [] }
    return bench.oneOrMore(node, wanted: "a word").compactMap { node in
      guard let text = bench.text(node, wanted: "a word") else { return nil }
      if !Bench.isName(text.text), !Bench.isEventName(text.text) {
        bench.report(.badName(text, wanted: "a word"))
      }
      return text.text
    }
  }

  private func word<Word: RawRepresentable<String>>(_ key: String, _ all: [Word]) -> Word? {
    fields[key].flatMap { bench.word($0, of: all.map(\.rawValue), wanted: "a value of \(key)") }
      .flatMap { Word(rawValue: $0) }
  }

  /// The template that `ask` closes.
  private func main(_ list: [Manifest.Field]) -> String? {
    guard let text = fields["main"].flatMap({ bench.name($0, wanted: "the name of a field") }) else {
      return nil
    }
    guard let field = list.first(where: { $0.name == text.text }), case .template = field.kind else {
      bench.report(.unknownWord(text, wanted: "a template of this channel", known: list.map(\.name)))
      return nil
    }
    return text.text
  }

  // MARK: Fields

  private func fieldList(_ node: YAMLNode) -> [Manifest.Field] {
    (bench.entries(node, wanted: "a mapping from fields to types") ?? []).compactMap { entry in
      let name = Located(entry.key)
      if Grammar.reservedFields.contains(name.text) || Grammar.engineVerbNames.contains(name.text)
        || name.text == fields["verb"]?.text || name.text == "purpose" || name.text == "ask"
      {
        bench.report(.manifestFieldTaken(name))
      } else if !Bench.isName(name.text) {
        bench.report(.badName(name, wanted: "the name of a field"))
      }
      guard entry.value.entries != nil else { return word(name.text, entry.value) }
      return bench.fields(entry.value, of: Grammar.manifestField).flatMap { field(name.text, $0) }
    }
  }

  /// `name: type`
  private func word(_ name: String, _ node: YAMLNode) -> Manifest.Field? {
    guard let text = bench.text(node, wanted: "a type"), let kind = kind(text) else { return nil }
    return Manifest.Field(name: name, kind: kind)
  }

  private func field(_ name: String, _ field: Fields) -> Manifest.Field? {
    func flag(_ key: String) -> Bool {
      field[key].flatMap { bench.boolean($0, wanted: "true or false") } ?? false
    }
    let type = field["type"].flatMap { bench.text($0, wanted: "a type") }
    var kind = Manifest.Field.Kind.literal
    if let type {
      guard let known = self.kind(type) else { return nil }
      kind = known
    }
    if flag("template") { kind = .template(markdown: flag("markdown")) }
    var unless: Manifest.Field.Condition?
    if let node = field["unless"], let entry = bench.entries(node, wanted: "FIELD: WORD")?.first,
      let word = bench.text(entry.value, wanted: "a word")
    {
      unless = Manifest.Field.Condition(field: entry.keyText, word: word.text)
    }
    return Manifest.Field(
      name: name, kind: kind, file: flag("file"), required: flag("required"), unless: unless,
      fallback: field["default"].flatMap { bench.text($0, wanted: "a text") }?.text,
      about: field["about"].flatMap { bench.text($0, wanted: "a sentence") }?.text ?? "")
  }

  /// Text as written, a word of a set, a mapping (`record`), files, or an expression of the type.
  private func kind(_ type: Located) -> Manifest.Field.Kind? {
    switch type.text {
    case "text": return .literal
    case "record": return .mapping
    case "file", "list of file": return .files
    default:
      guard let type = bench.type(type) else { return nil }
      if case .oneOf(let words) = type { return .word(words) }
      return .expression(type)
    }
  }
}
