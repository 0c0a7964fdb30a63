import FlowCore

/// What a text wants of its reader: its sentences, each with the links in it and whether it asks.
struct Asking {
  struct Sentence {
    var isQuestion = false
    var links: [String] = []
  }

  private(set) var sentences: [Sentence] = []
  private var current = Sentence()
  private let data: RunData
  /// A link that a value may still go on.
  private var open: String?

  init(_ data: RunData) { self.data = data }

  /// Questions, and the links outside them that no question or sentence before has named.
  static func count(_ texts: [Template], _ data: RunData) -> (questions: Int, links: Int) {
    let sentences = texts.flatMap { text -> [Sentence] in
      var asking = Asking(data)
      asking.read(text)
      return asking.sentences
    }
    var seen = Set(sentences.filter(\.isQuestion).flatMap(\.links))
    let loose = sentences.filter { !$0.isQuestion }.flatMap(\.links).filter { !leaves($0) }
    return (sentences.count(where: \.isQuestion), loose.count { seen.insert($0).inserted })
  }

  /// A link by which one leaves: the law wants it there, so it is nothing that is asked for.
  static func leaves(_ link: String) -> Bool {
    let link = link.lowercased()
    return ["unsubscribe", "opt-out", "opt_out", "optout"].contains { link.contains($0) }
  }

  /// Every link of a text.
  static func links(_ text: Template, _ data: RunData) -> [String] {
    var asking = Asking(data)
    asking.read(text)
    return asking.sentences.flatMap(\.links)
  }

  private mutating func read(_ template: Template) {
    for piece in template.pieces {
      switch piece {
      case .text(let text): read(Array(text))
      case .value(let expression, _): read(expression)
      case .ask: closeSentence()
      }
    }
    closeSentence()
  }

  private mutating func read(_ value: Expression) {
    if open != nil {
      open?.append("{\(value.canonical)}")
    } else if value.yields([.url], in: data) {
      current.links.append("{\(value.canonical)}")
    }
  }

  private mutating func read(_ text: [Character]) {
    var at = 0
    while at < text.count {
      if open == nil, let scheme = Asking.scheme(text, at) {
        open = scheme
        at += scheme.count
      } else if open != nil {
        if Asking.endsLink(text[at]) { closeLink() } else { open?.append(text[at]) }
        if open != nil { at += 1 }
      } else {
        mark(text, at)
        at += 1
      }
    }
  }

  /// A sign that ends a sentence, outside links.
  private mutating func mark(_ text: [Character], _ at: Int) {
    switch text[at] {
    case "?", "？", "؟": if Asking.isAtEnd(text, at + 1) { closeSentence(asking: true) }
    case ".", "!", "…": if Asking.isAtEnd(text, at + 1) { closeSentence() }
    case let sign where sign.isNewline:
      let next = text[(at + 1)...].first { !$0.isWhitespace || $0.isNewline }
      if next?.isNewline == true { closeSentence() }
    default: break
    }
  }

  private mutating func closeLink() {
    guard var link = open else { return }
    open = nil
    var asks = false
    while let last = link.last, ".,;:!?".contains(last) {
      asks = last == "?"
      link.removeLast()
    }
    current.links.append(link)
    if asks { closeSentence(asking: true) }
  }

  private mutating func closeSentence(asking: Bool = false) {
    closeLink()
    current.isQuestion = current.isQuestion || asking
    if current.isQuestion || !current.links.isEmpty { sentences.append(current) }
    current = Sentence()
  }

  private static func scheme(_ text: [Character], _ at: Int) -> String? {
    // Asked at every sign of every message: most are none of these.
    guard text[at] == "h" || text[at] == "m" else { return nil }
    return ["https://", "http://", "mailto:"].first { text[at...].starts(with: $0) }
  }

  private static func endsLink(_ sign: Character) -> Bool {
    sign.isWhitespace || "<>()[]\"'“”«»|".contains(sign)
  }

  /// Only signs that close something stand between here and a blank or the end.
  private static func isAtEnd(_ text: [Character], _ at: Int) -> Bool {
    guard at < text.count else { return true }
    let next = text[at...].first { !"?!.)]\"'”’»*_…".contains($0) }
    return next?.isWhitespace ?? true
  }
}
