import FlowCore

/// The words that a workflow file knows events by.
enum Events {
  /// They come first, always; no file names them.
  static let reserved = ["unsubscribe", "complaint"]

  /// Built-in events that a file may name.
  static let builtIn = Event.builtIn.filter { !reserved.contains($0) }

  /// Words with a meaning of their own, which no class of reply may have.
  static func isTaken(_ name: String) -> Bool {
    Event.builtIn.contains(name) || ["reply", "timeout", "acknowledged", "return", "next"].contains(name)
  }

  /// Roots of expressions that are no data.
  static let reservedRoots = ["reply", "event", "task", "run", "return", "next", "owner"]

  /// What a file may await or name in `anytime`, `reply` first.
  static func known(_ header: Header, _ around: Environment) -> [String] {
    var names = ["reply"] + header.replies.map(\.name) + header.events.map(\.name) + builtIn
    // What channels report later, and what people say of their tasks.
    for manifest in around.manifests { names += manifest.events + manifest.outcomes }
    var seen = Set(reserved)
    return names.filter { seen.insert($0).inserted }
  }

  /// The contact's own answer: `reply` or a class.
  static func isReply(_ key: String, _ header: Header) -> Bool {
    key == "reply" || header.replyClass(key) != nil
  }
}
