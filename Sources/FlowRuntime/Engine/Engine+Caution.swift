import FlowCore
import FlowPlugin
import FlowTime

/// What may be what ends the process is found, and set aside by name (guarantee 18); and only the last engine
/// on a store hands anything over (guarantee 10).
extension Engine {
  /// After an end that was none of ours so many runs are woken one by one, each remembered before it is.
  private static let cautiousWakes = 100
  /// What is remembered while the first due runs are woken together.
  private static let together = "*"

  // MARK: One engine

  /// From now on this engine is the last on the store.
  func takeOver() throws(StoreError) {
    let last = try store.remembered(Facts.epoch).flatMap { Int64($0) } ?? 0
    epoch = last + 1
    var writes: [Write] = [.remember(Facts.epoch, "\(last + 1)")]
    // By what zone data every instant from here on was reckoned.
    let zoned = try store.remembered(prefix: Facts.zones).last
    if zoned?.value != zones.version {
      writes.append(.remember(Facts.zones + clock.now().rfc3339(in: .utc), zones.version))
    }
    try store.add(writes)
  }

  /// Before anything is claimed: an engine that somebody else has followed must not send.
  func checkEpoch() throws(StoreError) {
    guard try store.remembered(Facts.epoch).flatMap({ Int64($0) }) == epoch else {
      throw .conflict("the store: another engine has taken it over")
    }
  }

  // MARK: Messages

  /// What came in first and was not worked off may have been in hand when the process ended.
  func suspectPending() throws(StoreError) {
    guard let first = try store.pending(limit: 1).first else { return }
    let fact = Facts.crash + "in/\(first.incoming.source)#\(first.incoming.id)"
    let count = (try store.remembered(fact).flatMap { Int($0) } ?? 0) + 1
    guard count >= Engine.crashLimit else {
      suspectRow = first.incoming.key
      return try store.add([.remember(fact, "\(count)")])
    }
    logger.error("set aside", metadata: ["event": "\(first.incoming.id)"])
    try store.add([
      .answer(
        first.incoming.key, .unmatched("set aside: the process ended \(count) times with it in hand")),
      .remember(fact, nil),
    ])
  }

  /// It was worked off and the process lives.
  func acquit(_ key: InboxKey) throws(StoreError) {
    guard suspectRow == key else { return }
    suspectRow = nil
    try store.add([.remember(Facts.crash + "in/\(key.source)#\(key.id)", nil)])
  }

  // MARK: Runs

  /// How many of these due runs are woken together; before that it is remembered which, for the next engine.
  func caution(_ due: ArraySlice<String>) throws(StoreError) -> ArraySlice<String> {
    guard let first = due.first else { return due }
    if cautious == nil {
      let left = try store.remembered(Facts.waking)
      cautious = left == nil ? 0 : Engine.cautiousWakes
      if let words = left?.split(separator: " "), words.count == 2, let count = Int(words[1]) {
        suspectRun = (String(words[0]), count)
      }
      if left == nil {
        try store.commit([.remember(Facts.waking, Engine.together)])
        return due
      }
    }
    guard let left = cautious, left > 0 else { return due }
    cautious = left - 1
    var count = 1
    if let suspect = suspectRun, suspect.run == first { count = suspect.count + 1 }
    if count > Engine.crashLimit, let record = try store.run(first) {
      suspectRun = nil
      try setAside(record, "the process ended \(Engine.crashLimit) times with it in hand")
      return []
    }
    try store.commit([.remember(Facts.waking, "\(first) \(count)")])
    return due.prefix(1)
  }

  /// The due runs are through.
  func endCaution() throws(StoreError) {
    guard cautious != nil, !isPastCaution else { return }
    if let left = cautious, left > 0 { cautious = 0 }
    isPastCaution = true
    try store.add([.remember(Facts.waking, nil)])
  }
}
