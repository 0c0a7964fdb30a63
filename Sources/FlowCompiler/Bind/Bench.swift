import FlowCore
import FlowTime

/// What surrounds every file of a project.
struct Environment {
  var project: Project
  var manifests: [Manifest]
  var zones: any ZoneSource
  var files: any ProjectFiles
  var withScenarios = true
  var isKept = false

  func manifest(_ verb: String) -> Manifest? { manifests.first { $0.verb == verb } }

  /// All verbs of a step: the engine's, then the channels'.
  var verbs: [String] { Grammar.engineVerbNames + manifests.map(\.verb) }
}

/// The place where one file is taken apart: what is found wrong with it, and the texts that it names.
///
/// It is a reference because every stage adds to the same findings; it never leaves ``Compiler``.
final class Bench {
  let file: String
  let around: Environment
  private(set) var findings: [Diagnostic] = []
  private(set) var sources: [String: SourceText] = [:]
  /// Once it is known: business hours need its window.
  var policy: Policy?
  /// Where the expressions that are compiled now are evaluated.
  var site: UseSite.Place?
  /// What expressions read that stands only where every path has brought or passed it: held against the paths
  /// later.
  private(set) var uses: [UseSite] = []
  /// Everything that expressions and templates of the file read, but the list of `each`.
  private(set) var reads: [Use] = []
  /// Data of scenarios by the path of their file: many scenarios begin with the same.
  var inputs: [String: [String: Value]] = [:]

  init(file: String, around: Environment) {
    self.file = file
    self.around = around
  }

  var folder: String { FilePath.folder(of: file) }

  func note(_ use: UseSite) { uses.append(use) }
  func note(_ more: [Use]) { reads += more }

  /// What `body` makes read counts for nothing.
  func unread<Value>(_ body: () -> Value) -> Value {
    let before = reads
    defer { reads = before }
    return body()
  }

  /// Whether something reads this list, a part of it, or what it stands in; true where that cannot be said.
  func reads(_ list: Expression) -> Bool {
    guard let (field, path) = list.place else { return true }
    return reads.contains { use in
      use.name == .input(field) && (use.path.starts(with: path) || path.starts(with: use.path))
    }
  }

  func report(_ finding: Diagnostic) { findings.append(finding) }
  func report(_ more: [Diagnostic]) { findings += more }

  /// What was found and read in a file that belongs to this one.
  func adopt(_ other: Bench) {
    findings += other.findings
    sources.merge(other.sources) { first, _ in first }
  }

  var hasErrors: Bool { findings.contains { $0.severity == .error } }
  var errorCount: Int { findings.reduce(0) { $0 + ($1.severity == .error ? 1 : 0) } }

  // MARK: Shapes

  /// The text of a scalar that has one.
  func text(_ node: YAMLNode, wanted: String) -> Located? {
    guard let scalar = node.scalar else {
      report(.wrongShape(node, wanted: wanted, as: .text))
      return nil
    }
    if node.isPlainEmpty || scalar.text.isEmpty {
      report(.missingValue(node.span, wanted: wanted, as: .text))
      return nil
    }
    return Located(scalar).trimmed
  }

  func items(_ node: YAMLNode, wanted: String) -> [YAMLNode]? {
    guard let items = node.items else {
      if node.isPlainEmpty {
        report(.missingValue(node.span, wanted: wanted, as: .list))
      } else {
        report(.wrongShape(node, wanted: wanted, as: .list))
      }
      return nil
    }
    return items
  }

  /// One or several: a sequence's items, or the node itself.
  func oneOrMore(_ node: YAMLNode, wanted: String) -> [YAMLNode] {
    guard let items = node.items else { return [node] }
    if items.isEmpty { report(.emptyList(node.span, wanted: wanted)) }
    return items
  }

  func entries(_ node: YAMLNode, wanted: String) -> [YAMLEntry]? {
    guard let entries = node.entries else {
      if node.isPlainEmpty {
        report(.missingValue(node.span, wanted: wanted, as: .mapping))
      } else {
        report(.wrongShape(node, wanted: wanted, as: .mapping))
      }
      return nil
    }
    return entries
  }

  /// A mapping with the keys of a place; unknown ones and missing ones are found.
  func fields(_ node: YAMLNode, of place: Grammar.Place, isComplete: Bool = true) -> Fields? {
    guard let entries = entries(node, wanted: place.phrase) else { return nil }
    let fields = respelled(entries, of: place.phrase, known: place.keys.map(\.name), at: node.span)
    if isComplete {
      for key in place.keys where key.isRequired && fields[key.name] == nil {
        report(.missingKey(key, of: place.phrase, at: entries.first?.keySpan ?? node.span))
      }
    }
    return fields
  }

  /// Finds unknown keys. A misspelt one is taken for what it was meant to be, so that nothing follows from
  /// it.
  func respelled(
    _ entries: [YAMLEntry], of phrase: String, known: [String], silent: [String] = [], at span: Span
  ) -> Fields {
    var taken = Set(entries.map(\.keyText))
    let respelled = entries.map { entry in
      if known.contains(entry.keyText) || silent.contains(entry.keyText) { return entry }
      report(.unknownKey(entry.key, of: phrase, known: known))
      guard let meant = Spelling.nearest(to: entry.keyText, in: known), taken.insert(meant).inserted else {
        return entry
      }
      return YAMLEntry(key: entry.key.respelled(meant), value: entry.value)
    }
    return Fields(entries: respelled, span: span)
  }

  // MARK: Words

  func name(_ node: YAMLNode, wanted: String) -> Located? {
    guard let text = text(node, wanted: wanted) else { return nil }
    guard Bench.isName(text.text) else {
      report(.badName(text, wanted: wanted))
      return nil
    }
    return text
  }

  /// Kebab-case: letters and digits, with single hyphens between.
  static func isName(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, let last = bytes.last, isLower(first), last != 0x2D, bytes.count <= 64
    else {
      return false
    }
    for (index, byte) in bytes.enumerated() {
      guard isLower(byte) || isDigit(byte) || (byte == 0x2D && bytes[index - 1] != 0x2D) else { return false }
    }
    return true
  }

  static func isLower(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
  static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  func word(_ node: YAMLNode, of words: [String], wanted: String) -> String? {
    guard let text = text(node, wanted: wanted) else { return nil }
    if words.contains(text.text) { return text.text }
    report(.unknownWord(text, wanted: wanted, known: words))
    return nil
  }

  func boolean(_ node: YAMLNode, wanted: String) -> Bool? {
    word(node, of: ["true", "false"], wanted: wanted).map { $0 == "true" }
  }

  func integer(_ node: YAMLNode, in range: ClosedRange<Int>, wanted: String) -> Int? {
    guard let text = text(node, wanted: wanted) else { return nil }
    let bytes = Array(text.text.utf8)
    guard bytes.allSatisfy(Bench.isDigit), let value = Int(text.text), range.contains(value) else {
      report(.badNumber(text, wanted: wanted, range: range))
      return nil
    }
    return value
  }

  /// `8%` or `12.5%`, as hundredths of a percent.
  func percent(_ node: YAMLNode) -> Int? {
    guard let text = text(node, wanted: "a percentage") else { return nil }
    guard let value = Bench.percent(text.text) else {
      report(.badPercent(text))
      return nil
    }
    return value
  }

  static func percent(_ text: String) -> Int? {
    let bytes = Array(text.utf8)
    guard bytes.last == 0x25 else { return nil }
    let parts = bytes.dropLast().split(separator: 0x2E, omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let whole = parts.first, (1...3).contains(whole.count),
      parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isDigit) })
    else { return nil }
    var hundredths = whole.reduce(0) { $0 * 10 + Int($1 - 0x30) } * 100
    if parts.count == 2 {
      guard parts[1].count <= 2 else { return nil }
      let digits = parts[1].reduce(0) { $0 * 10 + Int($1 - 0x30) }
      hundredths += parts[1].count == 1 ? digits * 10 : digits
    }
    return hundredths <= 10_000 ? hundredths : nil
  }

  // MARK: Files

  /// A text file that a value names, UTF-8; what is wrong with it is found at the value.
  func textFile(_ path: Located) -> SourceText? {
    guard let bytes = bytes(of: path) else { return nil }
    if bytes.count > 1 << 20 {
      report(.fileProblem(path, .tooLarge(limit: 1 << 20)))
      return nil
    }
    let source = SourceText(file: bytes.path, utf8: bytes.bytes)
    guard String(validating: bytes.bytes, as: UTF8.self) != nil, !bytes.bytes.contains(0) else {
      report(.fileNotText(path))
      return nil
    }
    sources[bytes.path] = source
    return source
  }

  func bytes(of path: Located) -> (path: String, bytes: [UInt8], count: Int)? {
    guard let resolved = resolve(path) else { return nil }
    switch around.files.read(resolved) {
    case .success(let bytes): return (resolved, bytes, bytes.count)
    case .failure(let problem):
      report(.fileProblem(path, problem))
      return nil
    }
  }

  func resolve(_ path: Located) -> String? {
    guard let resolved = FilePath.resolve(path.text, in: folder) else {
      report(.fileProblem(path, .outside))
      return nil
    }
    return resolved
  }
}

extension YAMLScalar {
  /// Another text at the same place.
  fileprivate func respelled(_ text: String) -> YAMLScalar {
    YAMLScalar(text: text, style: style, span: span, origin: .whole, places: places)
  }
}

/// The keys of one mapping.
struct Fields {
  let entries: [YAMLEntry]
  let span: Span

  subscript(key: String) -> YAMLNode? { entry(key)?.value }
  func entry(_ key: String) -> YAMLEntry? { entries.first { $0.keyText == key } }
}
