extension Hold {
  /// What holds sending, as a store remembers it: for whoever reads beside the engine. What began with the
  /// engine itself, such as a channel that was not read yet, only the engine knows (``Engine/holds()``). What
  /// holds everything comes first, runs last.
  public static func remembered(in store: any Store) throws(StoreError) -> [Hold] {
    let holds = try store.remembered(prefix: prefix).compactMap { Hold($0) }
    let released = Set(try store.remembered(prefix: Engine.Facts.released).map(\.name))
    var first: [String: Int] = [:]
    for fact in try store.remembered(prefix: Engine.Facts.firstRun) {
      let workflow = fact.name.dropFirst(Engine.Facts.firstRun.count).prefix { $0 != "/" }
      first[String(workflow), default: 0] += 1
    }
    let capped = first.keys.sorted().filter { workflow in
      first[workflow] ?? 0 >= Sending.firstRunLimit && !released.contains(Engine.Facts.released + workflow)
    }
    return holds.filter(\.isWhole).sorted { $0.fact < $1.fact }
      + holds.filter { !$0.isWhole && $0.run == nil }.sorted { $0.fact < $1.fact }
      + capped.map { Hold(firstRunOf: $0) } + holds.filter { $0.run != nil }.sorted { $0.fact < $1.fact }
  }

  /// The cap of a workflow's first live run.
  init(firstRunOf workflow: String) {
    self.init(
      .firstRun, workflow: workflow,
      because: "\(workflow) has gone out to \(Sending.firstRunLimit) runs for the first time; "
        + "`flow release \(workflow)` lets it go on")
  }
}
