import FlowCore
import FlowRuntime
import FlowSQLite
import FlowTesting
import FlowTime
import Foundation
import Testing

struct PackedTests {
  static let values: [Value] = [
    .absent, .text(""), .text("Zoë \u{0} 🏠\r\n"), .integer(.min), .integer(.max), .integer(-1),
    .number(.zero), .boolean(false), .date(.earliest), .date(.latest), .instant(.distantPast),
    .instant(.distantFuture), .duration(.zero), .duration(.businessDays(2)),
    .duration(.elapsed(milliseconds: 90_061_001)),
    .list([]), .record([:]), .list([.absent, .list([.text("x")])]),
    .record(["a": .absent, "b": .record(["": .integer(7)])]),
  ]

  static let kinds: [Event.Kind] = [
    .timer, .reply(text: "yes"), .named("a", data: ["x": .integer(1)]),
    .outcome("done", step: nil, note: nil),
    .outcome("done", step: 3, note: "n"), .autoReply, .outOfOffice(return: nil),
    .outOfOffice(return: .latest),
    .bounce(hard: true), .complaint(channel: nil), .unsubscribe(channel: "letter"), .opened, .clicked,
    .acknowledged,
    .failed(step: 300, because: "b"), .cancel(because: "c"),
    .left(step: 300, counted: .epoch, withLater: false), .left(step: 3, counted: .distantFuture, withLater: true),
  ]

  static let entries: [Entry.Kind] = [
    .started(event: "e"), .waiting(for: ["a", "b"], until: .epoch), .deferred(until: .epoch, because: "w"),
    .sent(.init(verb: "letter", touch: true)),
    .task(
      .init(
        verb: "errand", touch: false, to: "a", by: "b", until: .epoch, because: "c", purpose: "d",
        rendered: [.init("x", "y")])),
    .received(event: "reply", class: nil, outcome: "o", took: "nothing"), .timeout, .escalated(to: "x"),
    .chose("y"),
    .set([.init("a", .integer(1))]), .emitted(event: "e"), .enrolled(workflow: "w"),
    .suppressed(channel: "all"),
    .held(until: .epoch, because: "h"), .skipped(because: "s"), .withheld(because: "w"),
    .failed(because: "f"),
    .ended(outcome: "o"),
  ]

  static let bodies: [Incoming.Body] = [
    .event(type: "t", subject: nil, data: "{}"), .enrol(workflow: "w", input: ["a": .absent]),
    .run("r", .reply(text: "x")), .task("t", outcome: "done", note: nil),
    .suppress(contact: "c", channel: "all", because: "b"),
    .message(
      Incoming.Message(
        verb: "letter", token: "t", threads: ["<a@b>"], address: nil, content: .event(.bounce(hard: true)),
        raw: [0, 0xFF])),
    .message(Incoming.Message(verb: "letter", content: .unread(because: "no end"), raw: [])),
    .message(Incoming.Message(verb: "letter", content: .kept(because: "a receipt"), raw: [1])),
  ]

  static let step = JournalStep(
    run: "r", sequence: 7, at: .distantFuture,
    event: Event(id: "e", at: .epoch, kind: .named("x", data: ["v": .list(values)])),
    entries: entries.map { Entry(at: .epoch, step: "s", round: 2, kind: $0) }, touchesElsewhere: [.epoch],
    suppressed: ["all"], held: [Entry.NamedText("all", "paused")])

  func expectSame<Value: Packed & Equatable>(_ value: Value) throws {
    let bytes = Codec.bytes(value)
    #expect(try Codec.value(Value.self, bytes) == value)
    #expect(Codec.bytes(try Codec.value(Value.self, bytes)) == bytes)
  }

  @Test func `every kind of value, event, entry and record comes back as it was`() throws {
    for value in Self.values { try expectSame(value) }
    for kind in Self.kinds { try expectSame(Event(id: "e", at: .epoch, kind: kind)) }
    for body in Self.bodies {
      try expectSame(Incoming(source: "s", id: "i", at: .epoch, body: body, depth: 3))
    }
    try expectSame(Self.step)
    try expectSame(
      Received(
        isKnown: true, started: [.init(workflow: "w", run: "r", item: 2)], reached: ["x"],
        refused: [.init(workflow: "w", because: ["a", "b"])], unmatched: "u"))
    for state in [
      TaskRecord.State.open, .done(outcome: "o", note: nil, at: .epoch), .withdrawn(because: "b", at: .epoch),
    ] {
      for kind in [TaskRecord.Kind.step(node: 1, name: "n", verb: "v"), .notice(.readReply)] {
        try expectSame(
          TaskRecord(
            id: "t", run: "r", workflow: "w", kind: kind, person: .text("p"), contact: .absent, text: "x",
            assigned: .epoch, due: nil, outcomes: ["done"], state: state, settledBy: "e"))
      }
    }
  }

  @Test func `bytes that end early, or go on, are refused in words`() throws {
    let whole = Codec.bytes(Self.step)
    for count in 0..<whole.count {
      #expect(throws: StoreError.self) { try Codec.value(JournalStep.self, whole.prefix(count)) }
    }
    #expect(throws: StoreError.corrupt("a line cannot be read: something follows its end")) {
      try Codec.value(JournalStep.self, whole + [0])
    }
    #expect(throws: StoreError.corrupt("a line cannot be read: its layout 2 is not known")) {
      try Codec.value(JournalStep.self, [2] + whole.dropFirst())
    }
  }

  @Test
  func `a text is read where its bytes are UTF-8, and refused where they are not, whatever they would be repaired to`()
    throws
  {
    for text in [
      "", "a", "fifteen letters", "sixteen letters!", "\u{FFFD}", "\u{FFFD}\u{FFFD}", "Zo\u{EB} 🏠\u{0}", "e\u{301}",
    ] {
      let read = try Codec.value(Value.self, Codec.bytes(Value.text(text)))
      // Strings are equal where only their meaning is.
      #expect(read.text.map { Array($0.utf8) } == Array(text.utf8))
    }
    // Cut short, the first of these is repaired to as many bytes as it has; overlong; half of a pair; beyond the last.
    let none: [[UInt8]] = [
      [0xF0, 0x9F, 0x98], [0x80], [0xFF], [0xE6, 0x97], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
      Array("a text that is no short one ".utf8) + [0xF0, 0x9F, 0x98],
    ]
    // The layout and the kind, then how many bytes there are.
    let start: [UInt8] = Array(Codec.bytes(Value.text("")).prefix(2))
    for bytes in none {
      let packed = start + [UInt8(bytes.count)] + bytes
      #expect(throws: StoreError.self, "\(bytes)") { try Codec.value(Value.self, packed) }
    }
    #expect(try Codec.value(Value.self, start + [2, 0xC3, 0xAB]) == .text("\u{EB}"))
  }

  @Test func `whatever the bytes are, reading ends with a value or an error`() {
    // Each byte of a whole value takes several others, and a small generator with a fixed seed writes noise.
    let whole = Codec.bytes(Self.step)
    var seed: UInt64 = 1
    func noise() -> UInt8 {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: seed >> 33)
    }
    for index in whole.indices {
      for byte in [0, 0x7F, 0x80, 0xFF, noise()] as [UInt8] {
        var changed = whole
        changed[index] = byte
        _ = try? Codec.value(JournalStep.self, changed)
      }
    }
    for _ in 0..<2000 {
      let bytes: [UInt8] = [1] + (0..<200).map { _ in noise() }
      _ = try? Codec.value(JournalStep.self, bytes)
      _ = try? Codec.value(TaskRecord.self, bytes)
      _ = try? Codec.value(Incoming.self, bytes)
      _ = try? Codec.value(Run.self, bytes)
    }
    // Lists in lists, deeper than any data that come in.
    let deep: [UInt8] = [1] + (0..<5000).flatMap { _ in [8, 1] as [UInt8] }
    #expect(throws: StoreError.corrupt("a line cannot be read: values in values are too deep")) {
      try Codec.value(Value.self, deep)
    }
  }
}
