import EmailChannel
import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTime
import Synchronization
import Testing

/// Sentences about answers that come in as mail.
struct AnswerTests {
  private static let start = Instant(milliseconds: 1_772_442_000_000)  // 2026-03-02 09:00 UTC

  private struct Now: Clock {
    func now() -> Instant { AnswerTests.start }
  }

  /// Takes everything, and keeps what would bring an answer back.
  private final class Post: Channel {
    let channel: any Channel
    /// By run: the token, and the Message-ID.
    let sent = Mutex<[String: (token: String, reference: String)]>([:])

    init(_ channel: any Channel) { self.channel = channel }

    var manifest: [UInt8] { channel.manifest }
    func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering {
      let rendering = try await channel.render(delivery)
      if let token = delivery.token, let reference = rendering.reference {
        sent.withLock { $0[String(token.dropLast(16))] = (token, reference) }
      }
      return rendering
    }
    func deliver(_ rendering: Rendering, key: IdempotencyKey, marker: @escaping Marker) async -> Receipt {
      guard await marker() else { return .withheld }
      return .accepted(id: key.text)
    }
  }

  private let engine: Engine
  private let store = MemoryStore()
  private let post: Post
  private let reader = MailReader(
    MailReader.Settings(addresses: ["answers@acme.test"], messageIDDomains: ["acme.test"]))

  init() throws {
    let corpus = try Corpus("Sentences")
    let post = Post(try #require(corpus.channels["email"]))
    self.post = post
    let library = Library(corpus.compilation.workflows.map(\.graph))
    engine = Engine(
      store: store, library: library, outlets: ["email": Outlet(post, isKeyed: true, isLive: true)],
      zones: Corpus.zones, clock: Now())
  }

  /// A run of a workflow that has just sent an email to this address; its id.
  private func begin(_ key: String, _ address: String) async throws -> String {
    let contact: [String: Value] = ["name": .text("Ann"), "email": .text(address)]
    let input: [String: Value] = [
      "contact": .record(contact),
      "owner": .record(["name": .text("Oliver"), "email": .text("o@acme.test")]),
      "thing": .record(["id": .text(key)]),
    ]
    let received = try await engine.receive(
      Incoming(
        source: "test", id: key, at: Self.start, body: .enrol(workflow: "answered-by-mail", input: input)))
    return try #require(received.started.first, "\(received)").run
  }

  /// A mail program's answer comes in.
  private func answer(
    _ id: String, from: String, to: String = "answers@acme.test", thread: String? = nil, _ text: String
  ) async throws {
    let headers = [
      "From: <\(from)>", "To: <\(to)>", "Subject: Re: Hello", "Message-ID: <\(id)@example.test>",
      thread.map { "In-Reply-To: \($0)" }, "Content-Type: text/plain; charset=utf-8",
    ]
    let mail = headers.compactMap(\.self).joined(separator: "\r\n") + "\r\n\r\n" + text + "\r\n"
    guard case .message(let message) = reader.read(Array(mail.utf8), id: id, receivedAt: Self.start) else {
      Issue.record("\(id) is no message")
      return
    }
    try await engine.take(Inbound(messages: [message], cursor: id), from: "email")
  }

  private func outcome(_ run: String) -> String? { store.run(run)?.run.outcome }

  @Test("6.54 the token is looked at first, then the thread, then the address")
  func order() async throws {
    let runs = [
      try await begin("T-1", "one@example.test"), try await begin("T-2", "two@example.test"),
      try await begin("T-3", "three@example.test"),
    ]
    let sent = post.sent.withLock(\.self)
    let (one, two) = (try #require(sent[runs[0]]), try #require(sent[runs[1]]))
    // One's token, in a thread of two's, from three's address; mail programs change capitals.
    try await answer(
      "m-1", from: "three@example.test", to: "answers+\(one.token.uppercased())@acme.test",
      thread: two.reference,
      "Yes, gladly.")
    #expect(runs.map(outcome) == ["interested", nil, nil])
    try await answer("m-2", from: "three@example.test", thread: two.reference, "Yes, gladly.")
    #expect(runs.map(outcome) == ["interested", "interested", nil])
    try await answer("m-3", from: "Three@example.test", "Yes, gladly.")
    #expect(runs.map(outcome) == ["interested", "interested", "interested"])
    // A token that nobody has given out leads nowhere.
    let four = try await begin("T-4", "four@example.test")
    try await answer(
      "m-4", from: "x@example.test", to: "answers+\(four)0123456789abcdef@acme.test", "Yes, gladly.")
    #expect(outcome(four) == nil)
    #expect(store.inboxNeedingEyes().count == 1)
  }

  @Test("6.55 what is quoted below the answer, and the signature, are not classified")
  func newText() async throws {
    let run = try await begin("T-1", "one@example.test")
    try await answer(
      "m-1", from: "one@example.test",
      """
      No, thank you.\r
      \r
      On 2 March 2026 Oliver wrote:\r
      > Say yes, and gladly, if it suits you.\r
      """)
    #expect(outcome(run) == "declined")
  }
}
