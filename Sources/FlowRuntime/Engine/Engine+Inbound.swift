import FlowCore
import FlowPlugin
import FlowTime

/// What channels bring in: taken with its raw bytes and the source's cursor in one transaction, then told to the run
/// that it answers (guarantees 14 to 16).
extension Engine {
  /// What a poll of one channel brought.
  public struct Polled: Hashable, Sendable {
    public var verb: String
    /// Messages that had not come before.
    public var messages: Int
    /// Why it could not be read to its end; nil where it was.
    public var trouble: String?
    /// In so many seconds it is to be read again, where it refuses to be read; nil: as often as its channel says.
    public var pause: Int?

    public init(verb: String, messages: Int, trouble: String? = nil, pause: Int? = nil) {
      self.verb = verb
      self.messages = messages
      self.trouble = trouble
      self.pause = pause
    }
  }

  /// A source that could not be read.
  struct Trouble {
    var text: String
    /// So many times, one after the other.
    var count: Int
    var since: Instant
  }

  /// A source that refuses is asked half as often each time, down to once in so many seconds: a server that counts
  /// refused sign-ins locks nobody out, and what is mended is read long before a quarter of an hour has passed.
  private static let longestPause = 300

  private static func pause(_ seconds: Int, after count: Int) -> Int {
    let (most, seconds) = (max(seconds, longestPause), max(1, seconds))
    return min(most, min(seconds, most) << min(count - 1, 10))
  }

  /// More rounds than these at a time no source gets; the rest comes with the next poll.
  private static let roundLimit = 100

  /// Reads what has come in by every channel that is polled, to its end, and does what follows from it. Touches that
  /// waited for that are due again.
  /// - Returns: a line for each such channel, by verb. A channel that cannot be read stops no other.
  @discardableResult
  public func poll() async throws(StoreError) -> [Polled] {
    var all: [Polled] = []
    for verb in outlets.verbs where outlets[verb]?.polls == true { all.append(try await poll(verb)) }
    return all
  }

  /// The same for one channel.
  public func poll(_ verb: String) async throws(StoreError) -> Polled {
    var polled = Polled(verb: verb, messages: 0)
    guard let channel = outlets[verb]?.channel else { return polled }
    for _ in 0..<Engine.roundLimit {
      let cursor = try await alone { engine async throws(StoreError) in
        try engine.store.remembered(Facts.cursor + verb)
      }
      let inbound: Inbound
      do throws(ChannelError) { inbound = try await channel.poll(since: cursor) } catch {
        polled.trouble = error.text
        polled.pause = note(error.text, of: verb, every: channel.pollSeconds ?? Engine.longestPause)
        try await alone { engine async throws(StoreError) in try engine.tellTrouble(verb) }
        return polled
      }
      troubles[verb] = nil
      polled.messages += try await take(inbound, from: verb)
      if !inbound.hasMore { return polled }
      if inbound.cursor == cursor { break }
    }
    polled.trouble = "there is more than was read"
    return polled
  }

  /// People are told what keeps answers from being heard when it holds up what is sent, and has lasted as long.
  private func tellTrouble(_ verb: String) throws(StoreError) {
    guard let trouble = troubles[verb], let hold = unread(verb),
      clock.now().milliseconds(since: trouble.since) >= Sending.unreadAfter
    else { return }
    try tellOnce(hold, since: trouble.since, remedy: "It goes on when that can be read: \(trouble.text)")
  }

  /// The log says it once.
  /// - Returns: when it is to be read again, in seconds.
  private func note(_ trouble: String, of verb: String, every seconds: Int) -> Int {
    let before = troubles[verb]
    let count = (before?.count ?? 0) + 1
    troubles[verb] = Trouble(text: trouble, count: count, since: before?.since ?? clock.now())
    let longest = max(seconds, Engine.longestPause)
    if before?.text != trouble {
      logger.warning(
        "cannot be read",
        metadata: [
          "channel": "\(verb)", "because": "\(trouble)",
          "again": "less and less often, in the end every \(longest) seconds",
        ])
    }
    return Engine.pause(seconds, after: count)
  }

  /// Takes what a channel brought, or what came by a door of its own (a gateway's call): committed when this returns,
  /// and worked off.
  /// - Returns: how many had not come before.
  @discardableResult
  public func take(_ inbound: Inbound, from verb: String) async throws(StoreError) -> Int {
    let (taken, now) = try await alone { engine async throws(StoreError) in
      (try engine.takeIn(inbound, verb), engine.clock.now())
    }
    // Not before it is committed: what was read and is lost was not read.
    if !inbound.hasMore { sending.readAt[verb] = now }
    // The answers are heard before anything goes on that waited for them.
    try await workOff()
    if let hold = taken.unread {
      try await alone { engine async throws(StoreError) in
        try engine.tellOver(hold)
        try engine.goOn()
      }
      try await workOff()
    }
    return taken.count
  }

  private func takeIn(_ inbound: Inbound, _ verb: String) throws(StoreError) -> (count: Int, unread: Hold?) {
    let now = clock.now()
    var writes: [Write] = []
    var ids: Set<String> = []
    func take(
      _ id: String, _ at: Instant?, _ message: Incoming.Message, _ result: Received? = nil
    ) throws(StoreError) {
      let incoming = Incoming(
        source: Facts.channel + verb, id: id, at: min(at ?? now, now), body: .message(message)
      ).composed
      guard ids.insert(id).inserted, try !isKnown(incoming.key) else { return }
      writes.append(.receive(InboxRow(incoming: incoming, received: now, result: result)))
    }
    for message in inbound.messages {
      try take(
        message.id, message.at,
        Incoming.Message(
          verb: verb, token: message.token, threads: message.threads, address: message.address,
          content: .event(message.kind), raw: message.raw))
    }
    for unread in inbound.unread {
      try take(
        unread.id, unread.at,
        Incoming.Message(verb: verb, content: .unread(because: unread.because), raw: unread.raw))
    }
    for kept in inbound.kept {
      // Nothing follows from it.
      let message = Incoming.Message(verb: verb, content: .kept(because: kept.because), raw: kept.raw)
      try take(kept.id, kept.at, message, Received())
    }
    let count = writes.count
    if try inbound.cursor != store.remembered(Facts.cursor + verb) {
      writes.append(.remember(Facts.cursor + verb, inbound.cursor))
    }
    let unread = inbound.hasMore ? nil : unread(verb)
    if !writes.isEmpty { try store.add(writes) }
    return (count, unread)
  }

  // MARK: Whom it concerns

  func routeMessage(_ incoming: Incoming, _ message: Incoming.Message) async throws(StoreError) -> Received {
    let kind: Event.Kind
    switch message.content {
    case .event(.reply(let text)) where outlets[message.verb]?.isByPhone == true && OptOut.isAsked(by: text):
      kind = .unsubscribe(channel: message.verb)
    case .event(let told): kind = told
    case .unread(let because): return .unmatched("it cannot be read: \(because)")
    case .kept: return Received()
    }
    let event = Event(id: incoming.eventID, at: incoming.at, kind: Engine.named(kind, message.verb))
    let (found, ended, lost) = try addressee(of: message, kind, event)
    if let run = found {
      try await tell(run.id, event, incoming)
      try noteReturn(of: event.kind, message.verb)
      return Received(reached: [run.id])
    }
    if let stopped = try optOut(message, event.kind, ended) {
      try noteReturn(of: event.kind, message.verb)
      return stopped
    }
    if let ended {
      try noteReturn(of: event.kind, message.verb)
      return .unmatched("it answers the run \(ended.id), which has ended")
    }
    if let lost {
      return .unmatched(
        "it answers the run \(lost), which this store does not know: put back from a copy, or erased"
          + (message.address.map { "; from \($0)" } ?? ""))
    }
    if Engine.needsProof(kind) { return .unmatched("a \(event.name) that names no message of ours") }
    return .unmatched("it answers no live run\(message.address.map { ": from \($0)" } ?? "")")
  }

  /// Whoever opts out by a channel opts out of that channel.
  private static func named(_ kind: Event.Kind, _ verb: String) -> Event.Kind {
    switch kind {
    case .unsubscribe(nil): .unsubscribe(channel: verb)
    case .complaint(nil): .complaint(channel: verb)
    default: kind
    }
  }

  /// Anybody can send these in another's name: they count only with our token or a message of ours in them.
  private static func needsProof(_ kind: Event.Kind) -> Bool {
    switch kind {
    case .bounce, .complaint: true
    default: false
    }
  }

  /// By token, by thread, by address, in that order: the first that lives, or that has heard this event before a
  /// crash. Else a run that it answers and that has ended; or one that its token proves and the store does not know.
  private func addressee(
    of message: Incoming.Message, _ kind: Event.Kind, _ event: Event
  ) throws(StoreError) -> (live: RunRecord?, ended: RunRecord?, lost: String?) {
    var (ended, lost): (RunRecord?, String?)
    var named: [String] = []
    if let run = message.token.flatMap(run(token:)) { named.append(run) }
    for reference in message.threads {
      if let run = try store.remembered(Facts.reference + reference) { named.append(run) }
    }
    for id in named {
      guard let record = try store.run(id) else {
        lost = lost ?? id
        continue
      }
      if try isListening(record, event.id) { return (record, nil, nil) }
      ended = ended ?? record
    }
    if Engine.needsProof(kind) { return (nil, ended, lost) }
    guard let address = message.address.map(ContactIdentity.canonical), !address.isEmpty else {
      return (nil, ended, lost)
    }
    let last = try lastWritten(to: address, hearing: event.id)
    return (last, last == nil ? ended : nil, last == nil ? lost : nil)
  }

  /// Of the contact's runs that listen, the one by which it was written to last: that is whom it answers.
  func lastWritten(to address: String, hearing event: String) throws(StoreError) -> RunRecord? {
    var live: [RunRecord] = []
    for record in try runs(ofContact: address) {
      if try isListening(record, event) { live.append(record) }
    }
    return live.last
  }

  /// Under all its names, by when it was written to last.
  func runs(ofContact address: String) throws(StoreError) -> [RunRecord] {
    var runs: [RunRecord] = []
    for contact in try contacts(known: [address]) { runs += try store.runs(RunFilter(contact: contact)) }
    return runs.sorted {
      ($0.run.touched.last ?? $0.run.started, $0.id) < ($1.run.touched.last ?? $1.run.started, $1.id)
    }
  }

  private func isListening(_ record: RunRecord, _ event: String) throws(StoreError) -> Bool {
    if record.isLive { return true }
    return try store.knows(run: record.id, event: event)
  }

  /// Opting out holds, whether a run lives or not.
  private func optOut(
    _ message: Incoming.Message, _ kind: Event.Kind, _ ended: RunRecord?
  ) throws(StoreError) -> Received? {
    let channel: String
    switch kind {
    case .unsubscribe(let named): channel = named ?? message.verb
    case .complaint(let named) where ended != nil: channel = named ?? message.verb
    default: return nil
    }
    var contact = ContactIdentity.all(of: ended?.run.data["contact"] ?? .absent)
    if contact.isEmpty, let address = message.address.map(ContactIdentity.canonical), !address.isEmpty {
      contact = [address]
    }
    if contact.isEmpty { return nil }
    let because = ended.map { "\($0.workflow), run \($0.id)" } ?? "it asked so by \(message.verb)"
    try store.add([.suppress(contact: contact, channel: channel, at: clock.now(), because: because)])
    return Received(reached: ended.map { [$0.id] } ?? [])
  }
}
