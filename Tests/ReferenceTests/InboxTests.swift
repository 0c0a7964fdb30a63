import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTime
import Synchronization
import Testing

private final class HandClock: Clock {
  private let instant: Mutex<Instant>
  init(_ instant: Instant) { self.instant = Mutex(instant) }
  func now() -> Instant { instant.withLock { $0 } }
  func set(_ later: Instant) { instant.withLock { $0 = later } }
}

/// Takes everything, and keeps nothing.
private struct Sink: Channel {
  let channel: any Channel
  var manifest: [UInt8] { channel.manifest }
  func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering {
    try await channel.render(delivery)
  }
  func deliver(_ rendering: Rendering, key: IdempotencyKey, marker: @escaping Marker) async -> Receipt {
    guard await marker() else { return .withheld }
    return .accepted(id: key.text)
  }
}

/// Sentences about several runs, several events with one id, and events that fit nothing.
struct InboxTests {
  private static let start = Instant(milliseconds: 1_772_442_000_000)  // 2026-03-02 09:00 UTC

  private let clock = HandClock(start)
  private let engine: Engine
  private let store = MemoryStore()

  init() throws {
    let corpus = try Corpus("Sentences")
    engine = Engine(
      store: store, library: Library(corpus.compilation.workflows.map(\.graph)),
      outlets: corpus.channels.reduce(into: [:]) { outlets, entry in
        guard let manifest = Corpus.manifests.first(where: { $0.verb == entry.key }) else { return }
        outlets[entry.key] = Outlet(Sink(channel: entry.value), manifest: manifest, isKeyed: true)
      }, zones: Corpus.zones, clock: clock)
  }

  /// A run of a workflow for the contact `c-1`; its id.
  private func begin(_ workflow: String, key: String, region: String? = nil) async throws -> String {
    var thing: [String: Value] = ["id": .text(key)]
    if let region { thing["region"] = .text(region) }
    let contact: [String: Value] = [
      "id": .text("c-1"), "name": .text("Ann"), "phone": .text("+491711234567"),
      "email": .text("ann@example.test"),
    ]
    let input: [String: Value] = [
      "contact": .record(contact), "owner": .record(["name": .text("Oliver"), "email": .text("o@acme.test")]),
      "thing": .record(thing),
    ]
    let received = try await engine.receive(
      Incoming(
        source: "test", id: "\(workflow).\(key)", at: clock.now(),
        body: .enrol(workflow: workflow, input: input)))
    return try #require(received.started.first, "\(received)").run
  }

  private func send(
    _ type: String, subject: String, id: String, data: JSONValue = [:]
  ) async throws -> Received {
    try await engine.receive(
      .event(type: type, id: id, source: "test", at: clock.now(), subject: subject, data: data))
  }

  @Test("6.4 an event reaches the runs whose key is its subject, and no other")
  func bySubject() async throws {
    let one = try await begin("own-events", key: "T-1")
    let other = try await begin("own-events", key: "T-2")
    clock.set(Self.start.adding(milliseconds: 3_600_000))
    let received = try await send("meeting.booked", subject: "T-1", id: "1", data: ["where": "here"])
    #expect(received.reached == [one])
    #expect(try await store.run(one)?.run.outcome == "here")
    #expect(try await store.run(other)?.isLive == true)
  }

  @Test("6.5 the values of a key are joined by a slash")
  func joinedKey() async throws {
    let run = try await begin("splits-two-keys", key: "T-1", region: "north")
    #expect(try await store.run(run)?.subject == "T-1/north")
  }

  @Test("6.6 with of: contact it reaches every live run of the contact")
  func ofContact() async throws {
    let one = try await begin("enrols", key: "T-1")
    let other = try await begin("enrols", key: "T-2")
    let received = try await send("other.done", subject: "c-1", id: "1")
    #expect(Set(received.reached) == [one, other])
    #expect(try await store.run(one)?.run.outcome == "heard")
    #expect(try await store.run(other)?.run.outcome == "heard")
  }

  @Test("6.8 what fits no run is kept, with the reason")
  func unmatched() async throws {
    let received = try await send("meeting.booked", subject: "T-9", id: "1", data: ["where": "here"])
    #expect(received.unmatched != nil)
    let kept = try await store.inbox(InboxKey(source: "test", id: "1"))
    #expect(kept?.result?.unmatched == received.unmatched)
  }

  @Test("6.15 whoever has opted out of a channel is left alone on it in every workflow")
  func everywhere() async throws {
    let run = try await begin("runs-out-slowly", key: "T-1")
    _ = try await send("unsubscribe", subject: "T-1", id: "1")
    #expect(try await store.run(run)?.run.outcome == "opted-out")
    let next = try await begin("subject-of-a-thread", key: "T-2")
    #expect(try await store.run(next)?.run.touches == 2)
    let last = try await begin("runs-out", key: "T-3")
    #expect(try await store.journal(last).flatMap(\.entries).map(\.type) == ["started", "withheld", "ended"])
  }

  @Test("6.78 what is told of a run by hand names its key, its id or token, or an address of the contact")
  func byHand() async throws {
    for (number, subject) in ["T-0", "id", "+49 171 1234567", "Ann@Example.test", "c-1"].enumerated() {
      let run = try await begin("waits", key: "T-\(number)")
      let subject = subject == "id" ? run : subject
      #expect(try await send("auto-reply", subject: subject, id: "told-\(number)").reached == [run], "\(subject)")
      _ = try await send("unsubscribe", subject: subject, id: "left-\(number)", data: ["channel": "fax"])
      #expect(try await store.run(run)?.run.outcome == "opted-out", "\(subject)")
    }
    #expect(try await send("auto-reply", subject: "nobody@example.test", id: "1").unmatched != nil)
    // Nobody is followed up by this address, and nobody will be.
    #expect(try await send("unsubscribe", subject: "+49 30 111", id: "2").unmatched == nil)
    #expect(try await store.suppressed(["+4930111"]) == ["all"])
  }

  @Test("6.79 a word such as STOP by telephone is an unsubscribe")
  func stop() async throws {
    let run = try await begin("waits", key: "T-1")
    _ = try await send("reply", subject: "T-1", id: "1", data: ["text": "STOP", "channel": "sms"])
    #expect(try await store.run(run)?.run.outcome == "opted-out")
    #expect(try await store.suppressed(["+491711234567"]) == ["sms"])
    let other = try await begin("waits", key: "T-2")
    _ = try await send("reply", subject: "T-2", id: "2", data: ["text": "STOP", "channel": "email"])
    #expect(try await store.run(other)?.run.outcome == "replied")
    let last = try await begin("waits", key: "T-3")
    _ = try await send("reply", subject: "T-3", id: "3", data: ["text": "Stop.", "channel": "message"])
    #expect(try await store.run(last)?.run.outcome == "opted-out")
    // Nobody in particular is no contact.
    #expect(try await send("unsubscribe", subject: "", id: "4").unmatched != nil)
  }

  @Test("6.51 a known id does nothing")
  func knownID() async throws {
    let run = try await begin("waits", key: "T-1")
    _ = try await send("thing.seen", subject: "T-1", id: "1")
    let again = try await send("thing.seen", subject: "T-1", id: "1")
    #expect(again.isKnown)
    _ = try await send("thing.seen", subject: "T-1", id: "2")
    let received = try await store.journal(run).flatMap(\.entries).filter { $0.type == "received" }
    #expect(received.count == 2)
  }
}
