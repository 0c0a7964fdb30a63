import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTesting
import FlowTime
import Synchronization
import Testing

/// What channels bring in (guarantees 9 and 14 to 16).
struct InboundTests {
  static let letter = order(
    steps: """
        - letter: thanks
          purpose: inform
          body: "Dear {{ contact.name }}"
        - await: reply within 2 days
        - letter: hint
          purpose: inform
          body: "Dear {{ contact.name }} again"
        - end: quiet
      """)

  let clock = HandClock("2026-03-02 09:00")
  let store = MemoryStore()
  let mailbox = Mailbox()

  func engine(_ text: String = letter) throws -> Engine {
    Engine(
      store: store, library: Library(try Bench.graphs(text, zones: utcOnly)),
      outlets: Dictionary(
        uniqueKeysWithValues: Bench.manifests.map {
          ($0.verb, Outlet(mailbox, isKeyed: true, isLive: true, polls: $0.verb == "letter"))
        }), zones: utcOnly, clock: clock)
  }

  @discardableResult
  func place(_ engine: Engine, _ order: String, contact: JSONValue) async throws -> String {
    let received = try await engine.receive(
      .event(
        type: "order.placed", id: "e-\(order)", at: clock.now(), subject: order,
        data: ["contact": contact, "owner": ["name": "Olga"], "order": ["id": .string(order)]]))
    return try #require(received.started.first).run
  }

  func ann(_ email: String = "ann@example.test") -> JSONValue {
    ["name": "Ann", "id": "c-1", "email": .string(email)]
  }

  func message(
    _ id: String, _ kind: Event.Kind, token: String? = nil, threads: [String] = [], address: String? = nil
  ) -> Inbound.Message {
    Inbound.Message(
      id: id, at: clock.now(), token: token, threads: threads, address: address, kind: kind,
      raw: Array("raw \(id)".utf8))
  }

  @Test func `guarantee 14: nothing goes out before what came in has been read`() async throws {
    let first = try engine()
    let run = try await place(first, "O-1", contact: ann())
    #expect(mailbox.box.texts.isEmpty)
    #expect(try await first.holds().map(\.reason) == [.unread])
    #expect(try await first.poll() == [Engine.Polled(verb: "letter", messages: 0)])
    try await first.runDue()
    #expect(mailbox.box.texts.count == 1)
    // The reply came while the process was away: it is heard first, although the second letter is long due.
    mailbox.bring(message("m-1", .reply(text: "stop it"), address: "ann@example.test"), cursor: "1")
    clock.set("2026-03-05 09:00")
    let next = try engine()
    try await next.runDue()
    #expect(mailbox.box.texts.count == 1)
    try await next.poll()
    try await next.runDue()
    #expect(mailbox.box.texts.count == 1)
    #expect(store.run(run)?.run.outcome == "replied")
  }

  @Test func `a source that refuses to be read is asked half as often each time, down to every five minutes`()
    async throws
  {
    let engine = try engine()
    mailbox.fail("the sign-in is refused")
    var pauses: [Int?] = []
    for _ in 0..<5 { pauses.append(try await engine.poll("letter").pause) }
    // Its channel says: once a minute.
    #expect(pauses == [60, 120, 240, 300, 300])
    mailbox.fail(nil)
    #expect(try await engine.poll("letter").pause == nil)
    mailbox.fail("the sign-in is refused")
    #expect(try await engine.poll("letter").pause == 60)
  }

  @Test func `guarantee 14: a source that is not read for 15 minutes holds what waits on it`() async throws {
    let engine = try engine()
    try await engine.poll()
    try await place(engine, "O-1", contact: ann())
    clock.set("2026-03-04 09:00")
    mailbox.fail("no line")
    #expect(try await engine.poll().map(\.trouble) == ["no line"])
    try await engine.runDue()
    // The answer may be there, unread: neither the letter nor what would follow it goes out.
    #expect(mailbox.box.texts.count == 1)
    #expect(
      try await engine.holds().map(\.because) == ["what came in by letter has not been read for 15 minutes"])
    clock.set("2026-03-04 10:00")
    mailbox.fail(nil)
    try await engine.poll()
    try await engine.runDue()
    #expect(mailbox.box.texts.count == 2)
    #expect(try await engine.holds().isEmpty)
  }

  @Test func `guarantee 14: people are told once of what cannot be read for long, and that it can be again`()
    async throws
  {
    let engine = try engine()
    try await engine.poll()
    mailbox.fail("no line")
    func poll(at minute: String) async throws -> [String] {
      clock.set("2026-03-02 09:\(minute)")
      try await engine.poll()
      return store.tasks(TaskFilter(isOpen: true)).map(\.text)
    }
    #expect(try await poll(at: "01") == [])
    #expect(try await poll(at: "15") == [])
    let told =
      "Sending is held: what came in by letter has not been read for 15 minutes. "
      + "It goes on when that can be read: no line."
    #expect(try await poll(at: "16") == [told])
    #expect(try await poll(at: "20") == [told])
    mailbox.fail(nil)
    #expect(try await poll(at: "21") == [])
    mailbox.fail("no line")
    #expect(try await poll(at: "22") == [])
    #expect(try await poll(at: "37") == [told])
    // Who has seen it is not told again.
    let task = try #require(store.tasks(TaskFilter(isOpen: true)).first)
    try await engine.receive([Incoming(id: "d", at: clock.now(), body: .task(task.id, outcome: "done", note: nil))])
    #expect(try await poll(at: "50") == [])
  }

  @Test func `guarantee 15: what comes in is stored raw with the cursor, once`() async throws {
    let engine = try engine()
    try await engine.poll()
    try await place(engine, "O-1", contact: ann())
    mailbox.bring(message("m-1", .autoReply, address: "ANN@example.test"), cursor: "7")
    #expect(try await engine.poll().map(\.messages) == [1])
    try await engine.poll()
    #expect(mailbox.cursors.last == "7")
    let row = try #require(store.inbox(InboxKey(source: "channel/letter", id: "m-1")))
    var raw: [UInt8] = []
    if case .message(let kept) = row.incoming.body { raw = kept.raw }
    #expect(raw == Array("raw m-1".utf8))
    // The source says it again, as after a lost acknowledgement.
    mailbox.bring(message("m-1", .autoReply, address: "ann@example.test"), cursor: "7")
    #expect(try await engine.poll().map(\.messages) == [0])
    // What concerns nobody is kept as it came, and needs nobody's eyes.
    mailbox.bring(kept: Inbound.Unread(id: "m-0", at: clock.now(), because: "a receipt", raw: [7, 8]))
    #expect(try await engine.poll().map(\.messages) == [1])
    let receipt = try #require(store.inbox(InboxKey(source: "channel/letter", id: "m-0")))
    #expect(
      receipt.incoming.body
        == .message(Incoming.Message(verb: "letter", content: .kept(because: "a receipt"), raw: [7, 8])))
    #expect(receipt.result == Received() && store.inboxNeedingEyes().isEmpty)
    let run = try #require(store.runs(RunFilter()).first)
    #expect(store.journal(run.id).flatMap(\.entries).filter { $0.type == "received" }.count == 1)
    // What could not be read, and what answers nothing, stands where people see it.
    mailbox.bring(message("m-2", .reply(text: "who are you?"), address: "x@example.test"), cursor: "8")
    mailbox.bring(Inbound.Unread(id: "m-3", at: clock.now(), because: "no end", raw: [0xFF]))
    try await engine.poll()
    #expect(
      store.inboxNeedingEyes().map { $0.result?.unmatched } == [
        "it answers no live run: from x@example.test", "it cannot be read: no end",
      ])
  }

  @Test func `a reply belongs to a run by token, then by thread, then by address`() async throws {
    let engine = try engine()
    try await engine.poll()
    let one = try await place(
      engine, "O-1", contact: ["name": "Ann", "id": "c-1", "email": "a@example.test"])
    let two = try await place(
      engine, "O-2", contact: ["name": "Bob", "id": "c-2", "email": "b@example.test"])
    let tokens = mailbox.tokens
    let token = try #require(tokens[one])
    #expect(
      token != tokens[two] && token.utf8.allSatisfy { ($0 >= 48 && $0 <= 57) || ($0 >= 97 && $0 <= 102) })
    let thread = try #require(store.outbox(run: two).first?.rendering.reference)
    // The token of one, in capitals, in a thread of the other, from the other's address.
    mailbox.bring(
      message(
        "m-1", .reply(text: "yes"), token: token.uppercased(), threads: [thread], address: "b@example.test"))
    try await engine.poll()
    #expect(store.run(one)?.run.outcome == "replied" && store.run(two)?.isLive == true)
    // A token that nobody has made, and a thread.
    mailbox.bring(
      message("m-2", .reply(text: "yes"), token: String(token.dropLast()) + "0", threads: ["<x>", thread]))
    try await engine.poll()
    #expect(store.run(two)?.run.outcome == "replied")
    // By address: the one of the contact's live runs that wrote last.
    let three = try await place(engine, "O-3", contact: ["name": "Ann", "email": "a@example.test"])
    clock.set("2026-03-02 10:00")
    try await engine.poll()
    let four = try await place(engine, "O-4", contact: ["name": "Ann", "id": "c-1"])
    mailbox.bring(message("m-3", .reply(text: "no"), address: "A@example.test"))
    try await engine.poll()
    #expect(store.run(four)?.run.outcome == "replied" && store.run(three)?.isLive == true)
    // By whoever hands on what was clicked, and knows the token alone.
    let clicked = try #require(mailbox.tokens[three])
    let told = try await engine.receive(
      .event(type: "unsubscribe", id: "m-4", at: clock.now(), subject: clicked, data: [:]))
    #expect(told.reached == [three] && store.run(three)?.run.outcome == "opted-out")
  }

  /// The store was put back from a copy of before the run began, whose letter is answered now.
  @Test func `guarantee 15: an answer to what a restored store does not know is kept, and says so`() async throws {
    let first = try engine()
    try await first.poll()
    let copy = MemoryStore()
    try copy.commit(store.remembered(prefix: "store/").map { .remember($0.name, $0.value) })
    let run = try await place(first, "O-1", contact: ann())
    let (token, thread) = (try #require(mailbox.tokens[run]), store.outbox(run: run).first?.rendering.reference)
    let restored = Engine(
      store: copy, library: Library(try Bench.graphs(Self.letter, zones: utcOnly)),
      outlets: ["letter": Outlet(mailbox, isKeyed: true, isLive: true, polls: true)], zones: utcOnly, clock: clock)
    for (id, kind) in [("m-1", Event.Kind.reply(text: "yes")), ("m-2", .bounce(hard: true))] {
      mailbox.bring(message(id, kind, token: token, threads: [thread ?? ""], address: "ann@example.test"))
    }
    try await restored.poll()
    let told = "it answers the run \(run), which this store does not know: put back from a copy, or erased"
    #expect(
      copy.inboxNeedingEyes().map { $0.result?.unmatched } == [
        "\(told); from ann@example.test", "\(told); from ann@example.test",
      ])
    // Where the person has a live run, the answer is for that.
    let next = try await place(restored, "O-2", contact: ann())
    mailbox.bring(message("m-3", .reply(text: "yes"), token: token, address: "ann@example.test"))
    try await restored.poll()
    #expect(copy.run(next)?.run.outcome == "replied" && copy.inboxNeedingEyes().count == 2)
  }

  @Test func `guarantee 16: a bounce that names no message of ours counts for nobody`() async throws {
    let engine = try engine()
    try await engine.poll()
    let run = try await place(engine, "O-1", contact: ann())
    mailbox.bring(message("b-1", .bounce(hard: true), threads: ["<forged@x>"], address: "ann@example.test"))
    mailbox.bring(message("b-2", .complaint(channel: nil), address: "ann@example.test"))
    try await engine.poll()
    #expect(store.run(run)?.isLive == true && store.suppressions().isEmpty)
    #expect(store.inboxNeedingEyes().count == 2)
    let reference = try #require(store.outbox(run: run).first?.rendering.reference)
    mailbox.bring(message("b-3", .bounce(hard: true), threads: [reference]))
    try await engine.poll()
    #expect(store.run(run)?.run.outcome == "undeliverable")
  }

  @Test func `whoever opts out by an address is not written to by that channel, with a run or without`()
    async throws
  {
    let engine = try engine()
    mailbox.bring(message("u-1", .unsubscribe(channel: nil), address: "Ann@example.test"))
    try await engine.poll()
    #expect(try store.suppressed(["ann@example.test"]) == ["letter"])
    try await place(engine, "O-1", contact: ann())
    #expect(mailbox.box.texts.isEmpty)
  }
}

/// What messengers and telephones need of it.
extension InboundTests {
  @Test func `a message that is named only by its receipt is answered and followed by that name`() async throws {
    mailbox.nameByReceipt()
    let engine = try engine()
    try await engine.poll()
    let run = try await place(engine, "O-1", contact: ann())
    let other = try await place(engine, "O-2", contact: ["name": "Bob", "email": "b@example.test"])
    #expect(mailbox.threads == [nil, nil])
    clock.set("2026-03-04 09:00")
    try await engine.poll()
    try await engine.runDue()
    #expect(mailbox.threads == [nil, nil, ["chat/1"], ["chat/2"]])
    let third = try await place(engine, "O-3", contact: ["name": "Cid", "email": "c@example.test"])
    mailbox.bring(message("m-1", .reply(text: "yes"), threads: ["chat/5"]))
    try await engine.poll()
    #expect(store.run(third)?.run.outcome == "replied")
    #expect(store.run(run)?.run.outcome == "quiet" && store.run(other)?.run.outcome == "quiet")
  }

  @Test(arguments: [true, false])
  func `STOP by a channel that reaches telephones is no answer but an opt-out, with a run and without`(
    isByPhone: Bool
  ) async throws {
    var outlets: [String: Outlet] = [:]
    for verb in Bench.manifests.map(\.verb) {
      var outlet = Outlet(mailbox, isKeyed: true, isLive: true, polls: verb == "letter")
      outlet.isByPhone = isByPhone
      outlets[verb] = outlet
    }
    let engine = Engine(
      store: store, library: Library(try Bench.graphs(Self.letter, zones: utcOnly)), outlets: outlets, zones: utcOnly,
      clock: clock)
    try await engine.poll()
    func stop(_ number: String) async throws -> Set<String> {
      mailbox.bring(message("stop \(number)", .reply(text: "STOP"), address: number))
      try await engine.poll()
      return store.suppressed([number])
    }
    let wanted: Set<String> = isByPhone ? ["letter"] : []
    let live = try await place(engine, "O-1", contact: ["name": "Ann", "phone": "+49 40 555 00 142"])
    #expect(try await stop("+494055500142") == wanted)
    #expect((store.run(live)?.run.outcome == "replied") == !isByPhone)
    let ended = try await place(engine, "O-2", contact: ["name": "Bob", "phone": "+49 40 555 00 143"])
    mailbox.bring(message("m-1", .reply(text: "stop it, please"), address: "+494055500143"))
    try await engine.poll()
    #expect(store.run(ended)?.run.outcome == "replied")
    #expect(try await stop("+494055500143") == wanted)
    // Nobody has written to this one.
    #expect(try await stop("+494055500144") == wanted)
  }

  @Test func `a telephone number is one however it is written`() async throws {
    let engine = try engine()
    try await engine.poll()
    let run = try await place(engine, "O-1", contact: ["name": "Ann", "phone": "+49 40 555 00 142"])
    mailbox.bring(message("m-1", .reply(text: "yes"), address: "+494055500142"))
    try await engine.poll()
    #expect(store.run(run)?.run.outcome == "replied")
    // STOP from a number that nobody has written to yet.
    mailbox.bring(message("m-2", .unsubscribe(channel: nil), address: "+494055500143"))
    try await engine.poll()
    let sent = mailbox.box.texts.count
    try await place(engine, "O-2", contact: ["name": "Bob", "phone": "+49 40 555-00-143"])
    #expect(mailbox.box.texts.count == sent)
  }
}

/// A letter box that brings messages in, too.
final class Mailbox: Channel {
  private struct State {
    var inbound: [Inbound] = []
    var trouble: String?
    var cursors: [String?] = []
    var tokens: [String: String] = [:]
    var count = 0
    var isNamedByReceipt = false
    var threads: [[String]?] = []
  }

  let box = LetterBox()
  private let state = Mutex(State())

  var manifest: [UInt8] { [] }
  var pollSeconds: Int? { 60 }
  var cursors: [String?] { state.withLock { $0.cursors } }
  /// By run.
  var tokens: [String: String] { state.withLock { $0.tokens } }

  func bring(_ message: Inbound.Message, cursor: String? = nil) {
    state.withLock { $0.inbound.append(Inbound(messages: [message], cursor: cursor)) }
  }

  func bring(kept: Inbound.Unread) {
    state.withLock { $0.inbound.append(Inbound(messages: [], kept: [kept], cursor: nil)) }
  }

  func bring(_ unread: Inbound.Unread) {
    state.withLock { $0.inbound.append(Inbound(messages: [], unread: [unread], cursor: nil)) }
  }

  /// What each delivery was said to follow.
  var threads: [[String]?] { state.withLock { $0.threads } }
  func nameByReceipt() { state.withLock { $0.isNamedByReceipt = true } }

  func fail(_ trouble: String?) { state.withLock { $0.trouble = trouble } }

  func poll(since cursor: String?) async throws(ChannelError) -> Inbound {
    let (next, trouble) = state.withLock { state -> (Inbound, String?) in
      state.cursors.append(cursor)
      if state.trouble != nil || state.inbound.isEmpty {
        return (Inbound(messages: [], cursor: cursor), state.trouble)
      }
      var next = state.inbound.removeFirst()
      next.hasMore = !state.inbound.isEmpty
      next.cursor = next.cursor ?? "c-\(state.cursors.count)"
      return (next, nil)
    }
    if let trouble { throw ChannelError(.temporary, trouble) }
    return next
  }

  func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering {
    var rendering = try await box.render(delivery)
    state.withLock { state in
      state.count += 1
      if let token = delivery.token { state.tokens[String(token.dropLast(16))] = token }
      state.threads.append(delivery.thread?.references)
      rendering.reference = state.isNamedByReceipt ? nil : "<\(state.count).\(delivery.step)>"
    }
    return rendering
  }

  func deliver(_ rendering: Rendering, key: IdempotencyKey, marker: @escaping Marker) async -> Receipt {
    guard await marker() else { return .withheld }
    let receipt = await box.deliver(rendering, key: key)
    return state.withLock { state in
      guard state.isNamedByReceipt, case .accepted = receipt else { return receipt }
      return .accepted(id: "chat/\(box.texts.count)")
    }
  }
}
