import FlowCore

/// What a manifest says must fit together.
enum ManifestRules {
  static let engineWords: Set<String> = [
    "if", "at", "after", "then", "within", "until", "window", "gap", "note", "name", "purpose", "ask",
  ]
  static let engineVerbs: Set<String> = [
    "wait", "await", "choose", "split", "repeat", "escalate", "set", "emit", "enroll", "suppress", "hold",
    "go", "end",
  ]

  static func problem(_ manifest: Manifest) -> String? {
    if !isWord(manifest.verb) {
      return "verb: \"\(manifest.verb)\" is no word of lower-case letters, digits and -"
    }
    if engineVerbs.contains(manifest.verb) { return "verb: \"\(manifest.verb)\" is the engine's own" }
    if manifest.maxBytes < 1 { return "max-bytes: at least 1" }
    for word in manifest.outcomes + manifest.events where !isWord(word) { return "\"\(word)\" is no word" }
    if manifest.outcomes.contains("timeout") { return "outcomes: \"timeout\" is the engine's own" }
    if Set(manifest.outcomes).count < manifest.outcomes.count { return "outcomes: one stands twice" }
    var seen: Set<String> = []
    for field in manifest.fields {
      if let problem = problem(field, manifest) { return "fields: \"\(field.name)\" \(problem)" }
      if !seen.insert(field.name).inserted { return "fields: \"\(field.name)\" stands twice" }
    }
    if let main = manifest.main {
      guard case .template? = manifest.field(main)?.kind else { return "main: \"\(main)\" is no template" }
    }
    if manifest.touch, manifest.address == .none { return "address: a touch reaches somebody by something" }
    return nil
  }

  private static func problem(_ field: Manifest.Field, _ manifest: Manifest) -> String? {
    if !isWord(field.name) { return "is no word of lower-case letters, digits and -" }
    if engineWords.contains(field.name) || engineVerbs.contains(field.name) {
      return "is the engine's own word"
    }
    if field.name == manifest.verb { return "is called as the verb" }
    if field.required, field.fallback != nil { return "is required, and has a default" }
    if field.file { guard case .template = field.kind else { return "may be a file, and is no template" } }
    if let unless = field.unless {
      guard field.required else { return "has \"unless\", and is not required" }
      guard case .word(let words)? = manifest.field(unless.field)?.kind, words.contains(unless.word) else {
        return "has \"unless\", but there is no \(unless.field): \(unless.word)"
      }
    }
    if case .word(let words) = field.kind {
      if words.isEmpty { return "has no words to choose from" }
      if let fallback = field.fallback, !words.contains(fallback) {
        return "has a default that is none of its words"
      }
    }
    return nil
  }

  /// Lower-case letters, digits and hyphens, a letter first.
  static func isWord(_ text: String) -> Bool {
    guard let first = text.utf8.first, (0x61...0x7A).contains(first), text.utf8.count <= 64 else {
      return false
    }
    return text.utf8.allSatisfy {
      (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-")
    }
  }
}

/// What a rendering must hold, so that timelines and folders can hold it.
public enum RenderingRules {
  /// Keys of a timeline's entry (cli.md, "The event stream"), which nothing shown may be called.
  static let entryKeys: Set<String> = [
    "at", "type", "step", "verb", "touch", "to", "by", "until", "because", "purpose", "round", "event",
    "class",
    "outcome", "took", "for", "case", "fields",
  ]

  /// Nil, or what is wrong with it.
  public static func problem(_ rendering: Rendering, _ manifest: Manifest) -> String? {
    if rendering.payload.isEmpty { return "the payload is empty" }
    if rendering.payload.count > manifest.maxBytes {
      return "the payload has \(rendering.payload.count) bytes; max-bytes is \(manifest.maxBytes)"
    }
    let ending = rendering.fileExtension
    if !(1...16).contains(ending.utf8.count) || !ending.utf8.allSatisfy(isLetterOrDigit) {
      return "the ending \"\(HeaderText(ending))\" is not of letters and digits"
    }
    if HeaderText(rendering.to).text != rendering.to { return "the address is not one plain line" }
    return problem(shown: rendering.shown)
  }

  static func problem(shown: [Entry.NamedText]) -> String? {
    var seen: Set<String> = []
    for part in shown {
      if !ManifestRules.isWord(part.name) {
        return "\"\(HeaderText(part.name))\" is no name for what is shown"
      }
      if entryKeys.contains(part.name) { return "\"\(part.name)\" is shown, and is the engine's own word" }
      if !seen.insert(part.name).inserted { return "\"\(part.name)\" is shown twice" }
      if PlainText.clean(part.text) != part.text { return "\"\(part.name)\" shows control characters" }
    }
    return nil
  }
}
