import FlowCore
import FlowPlugin
import FlowTime
import Testing

private func answer(_ text: String) throws(FrameError) -> Frame.Answer {
  try Frame.Answer(line: Array(text.utf8))
}
private func request(_ text: String) throws(FrameError) -> Frame.Request {
  try Frame.Request(line: Array(text.utf8))
}

@Suite struct FrameTests {
  @Test func requestsAndAnswersAreLines() throws {
    let ask = Frame.Request(.poll, id: 7, fields: [JSONMember("cursor", .null)])
    #expect(String(decoding: try ask.line(), as: UTF8.self) == #"{"op":"poll","id":7,"cursor":null}"# + "\n")
    #expect(try request(#"{"op":"poll","id":7,"cursor":null}"#) == ask)
    let failed = Frame.Answer(id: 7, .failure(.init(.temporary, "busy\n", after: 9)))
    #expect(
      String(decoding: try failed.line(), as: UTF8.self)
        == #"{"id":7,"error":{"kind":"temporary","text":"busy\n","after":9}}"# + "\n")
    #expect(try answer(#"{"id":7,"error":{"kind":"temporary","text":"busy\n","after":9}}"#) == failed)
    #expect(
      try answer(#" {"more":[1],"ok":{"id":"x"},"id":0} "#) == Frame.Answer(id: 0, .success(["id": "x"])))
  }

  @Test(arguments: [
    "", "null", "[]", "7", "{", #"{"id":7}"#, #"{"ok":1}"#, #"{"id":"7","ok":1}"#, #"{"id":-1,"ok":1}"#,
    #"{"id":1.5,"ok":1}"#, #"{"id":1e3,"ok":1}"#, #"{"id":99999999999999999999,"ok":1}"#,
    #"{"id":7,"ok":1,"ok":2}"#,
    #"{"id":7,"ok":1,"error":{"kind":"ours","text":""}}"#, #"{"id":7,"error":"no"}"#,
    #"{"id":7,"error":{"kind":"bad","text":""}}"#,
    #"{"id":7,"error":{"kind":"ours"}}"#, #"{"id":7,"error":{"kind":"ours","text":"","after":-1}}"#,
    #"{"id":7,"ok":1} x"#,
  ])
  func whatIsNoAnswer(_ line: String) {
    #expect(throws: FrameError.self) { try answer(line) }
  }

  @Test func anUnknownOperationIsNamed() {
    #expect(throws: FrameError.unknownOperation("dance", id: 3)) { try request(#"{"op":"dance","id":3}"#) }
    #expect(throws: FrameError.noOperation) { try request(#"{"id":3}"#) }
    #expect(throws: FrameError.noID) { try request(#"{"op":"poll"}"#) }
  }

  @Test func linesAreCutWhateverThePieces() throws {
    let stream = Array("a\nbc\r\n\nd".utf8)
    for size in 1...stream.count {
      var reader = FrameReader()
      var lines: [String] = []
      for start in stride(from: 0, to: stream.count, by: size) {
        lines += try reader.read(stream[start..<min(start + size, stream.count)]).map {
          String(decoding: $0, as: UTF8.self)
        }
      }
      #expect(lines == ["a", "bc", ""])
      // What has begun and not ended is no line yet.
      #expect(try reader.read([0x0A]).count == 1)
    }
  }

  @Test func aLineIsAMebibyteAtMost() throws {
    var reader = FrameReader()
    let most = [UInt8](repeating: 0x61, count: Frame.limit - 1)
    #expect(try reader.read(most + [0x0A]).map(\.count) == [Frame.limit - 1])
    #expect(throws: FrameError.tooLong) { try reader.read(most + [0x61]) }
    let long = Frame.Request(
      .poll, id: 1, fields: [JSONMember("x", .string(String(repeating: "a", count: Frame.limit)))])
    #expect(throws: FrameError.tooLong) { try long.line() }
  }

  @Test func aDeliveryTravelsWhole() throws {
    var sample = delivery(
      "fax",
      [
        ("body", text(("Hi ", false), ("Ann", true))), ("quality", .word("fine")), ("attach", .files(["a"])),
        ("n", .value(.list([.integer(1), .number(try Decimal.parse("1.5")), .absent]))),
      ],
      address: "+494055500142", thread: .init(references: ["<1@a>"], subject: nil))
    sample.owner = nil
    let json = Frame.json(of: sample)
    #expect(json["fields"]?.write() == #"{"body":"Hi Ann","quality":"fine","attach":["a"],"n":[1,1.5,null]}"#)
    #expect(json["templates"]?.write() == #"{"body":[{"text":"Hi "},{"value":"Ann"}]}"#)
    #expect(json["at"] == "2026-03-27T15:40:00+00:00")
    #expect(json["owner"] == .null)
    #expect(json["to"]?["email"] == "ann@acme.test")
    #expect(json["thread"]?.write() == #"{"references":["<1@a>"],"subject":null}"#)
  }

  @Test func anAnswerIsItsNewTextAndIsKeptWhole() throws {
    let whole = "Who are you?\n\nOn Mon, 2 Mar 2026 at 09:00, Otto <o@acme.test> wrote:\n> say yes please"
    let inbound = try Frame.inbound([
      "messages": [["id": "1", "at": "2026-03-03T09:00:00+00:00", "kind": "reply", "text": .string(whole)]],
      "cursor": "1",
    ])
    #expect(inbound.messages.map(\.kind) == [.reply(text: "Who are you?")])
    #expect(inbound.messages.map(\.raw) == [Array(whole.utf8)])
  }

  @Test func aRenderingTravelsBackAndForth() throws {
    let ok: JSONValue = [
      "to": "+49", "shown": ["headline": "HI", "body": "x"], "payload-base64": "/wA=", "extension": "bin",
      "reference": "r", "more": 1,
    ]
    let rendering = try Frame.rendering(ok)
    #expect(rendering.payload == [255, 0])
    #expect(rendering.shown == [Entry.NamedText("headline", "HI"), Entry.NamedText("body", "x")])
    #expect(rendering.reference == "r")
    let members = Frame.json(of: rendering, key: .init("k"))
    #expect(
      JSONValue.object(members).write()
        == #"{"key":"k","to":"+49","payload-base64":"/wA=","extension":"bin"}"#)
  }

  @Test(arguments: [
    #"{}"#, #"{"to":"a","shown":{},"payload":"x"}"#,
    #"{"to":"a\r\nb","shown":{},"payload":"x","extension":"t"}"#,
    #"{"to":"a","shown":{"type":"x"},"payload":"x","extension":"t"}"#,
    #"{"to":"a","shown":[],"payload":"x","extension":"t"}"#,
    #"{"to":"a","shown":{"b":1},"payload":"x","extension":"t"}"#,
    #"{"to":"a","shown":{"b":"\u001b[2J"},"payload":"x","extension":"t"}"#,
    #"{"to":"a","shown":{},"payload":"x","extension":"../t"}"#, #"{"to":"a","shown":{},"extension":"t"}"#,
    #"{"to":"a","shown":{},"payload":"x","payload-base64":"","extension":"t"}"#,
    #"{"to":"a","shown":{},"payload-base64":"x","extension":"t"}"#,
  ])
  func whatIsNoRendering(_ text: String) throws {
    let ok = try JSONReader.read(text)
    #expect(throws: FrameError.self) { try Frame.rendering(ok) }
  }

  @Test func whatComesInIsRead() throws {
    let ok = try JSONReader.read(
      """
      {"cursor": "9", "messages": [
        {"id": "a", "at": "2026-03-27T16:40:00+01:00", "kind": "reply", "text": "Yes", "address": "+49", "raw": "Yes!"},
        {"id": "b", "at": "2026-03-27T15:40:00Z", "kind": "out-of-office", "return": "2026-04-13", "token": null},
        {"id": "c", "at": "2026-03-27T15:40:00Z", "kind": "bounce", "hard": true}]}
      """)
    let inbound = try Frame.inbound(ok)
    #expect(inbound.cursor == "9")
    #expect(inbound.messages.map(\.at) == [friday, friday, friday])
    #expect(
      inbound.messages.map(\.kind) == [
        .reply(text: "Yes"), .outOfOffice(return: CivilDate(year: 2026, month: 4, day: 13)),
        .bounce(hard: true),
      ])
    #expect(inbound.messages[0].raw == Array("Yes!".utf8))
    for bad in [#"{}"#, #"{"messages":{}}"#, #"{"messages":[],"cursor":9}"#] {
      let json = try JSONReader.read(bad)
      #expect(throws: FrameError.self) { try Frame.inbound(json) }
    }
  }

  @Test(arguments: [
    "{}", "7", #"{"id":"","at":"2026-03-27T15:40:00Z","kind":"opened"}"#,
    #"{"id":"a","at":"yesterday","kind":"opened"}"#, #"{"id":"a","at":"2026-03-27T15:40:00Z","kind":"fnord"}"#,
    #"{"id":"a","at":"2026-03-27T15:40:00Z","kind":"timer"}"#,
    #"{"id":"a","at":"2026-03-27T15:40:00Z","kind":"out-of-office","return":"2026-02-30"}"#,
    #"{"id":7,"at":"2026-03-27T15:40:00Z","kind":"opened"}"#,
  ])
  func `guarantee 18: a message that cannot be read blocks no other, and is kept as it came`(bad: String) throws {
    let good = #"{"id":"g","at":"2026-03-27T15:40:00Z","kind":"reply","text":"Yes"}"#
    let inbound = try Frame.inbound(JSONReader.read(#"{"cursor":"9","messages":[\#(bad),\#(good)]}"#))
    #expect(inbound.cursor == "9" && inbound.messages.map(\.id) == ["g"])
    let unread = try #require(inbound.unread.first)
    #expect(inbound.unread.count == 1 && String(decoding: unread.raw, as: UTF8.self) == bad)
    let isNamed = bad.contains(#""id":"a""#)
    #expect(unread.id.hasPrefix("unread.") && (unread.id == "unread.a") == isNamed)
    #expect(unread.because.hasPrefix(isNamed ? #"the message "a": "# : "a message without an id: "))
    #expect(unread.at == (bad.contains("Z") ? friday : nil))
    // The same again is the same, and another is another.
    let again = try Frame.inbound(JSONReader.read(#"{"messages":[\#(bad),{"id":null}]}"#)).unread.map(\.id)
    #expect(again.first == unread.id && Set(again).count == 2)
  }
}
