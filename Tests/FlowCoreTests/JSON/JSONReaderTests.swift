import FlowCore
import Testing

@Suite struct JSONReaderTests {
  private func failure(_ bytes: [UInt8], _ limit: JSONReader.Limits = .standard) -> JSONError? {
    do throws(JSONError) {
      _ = try JSONReader.read(bytes, limit: limit)
      return nil
    } catch {
      return error
    }
  }

  private func failure(_ text: String) -> JSONError? { failure(Array(text.utf8)) }

  @Test func keepsOrderAndDigits() throws {
    let text = #"{"b":1.50,"a":[true,false,null,-0,1e3],"":{}}"#
    #expect(try JSONReader.read(text).write() == text)
  }

  @Test func escapes() throws {
    #expect(
      try JSONReader.read(#""\"\\\/\b\f\n\r\t\u00e9\ud83d\uDE00\u2028""#) == "\"\\/\u{8}\u{C}\n\r\té😀\u{2028}"
    )
    #expect(
      JSONValue.string("a\"\\\n\u{1}\u{7F}é\u{2028}/").write() == "\"a\\\"\\\\\\n\\u0001\u{7F}é\u{2028}/\"")
    // CR LF is one Character, and two escapes.
    #expect(JSONValue.string("\r\n").write() == #""\r\n""#)
  }

  @Test func pretty() {
    let value: JSONValue = ["a": [1, 2], "b": [:], "c": [], "d": ["e": "f"]]
    #expect(
      value.write(pretty: true) == """
        {
          "a": [
            1,
            2
          ],
          "b": {},
          "c": [],
          "d": {
            "e": "f"
          }
        }
        """)
  }

  @Test(arguments: [
    ("", JSONError.Kind.empty, 0), (" \n", .empty, 2),
    ("{", .unexpectedEnd(wanted: "a key in double quotes"), 1),
    ("[1,]", .unexpected(wanted: "a value"), 3), ("[1 2]", .unexpected(wanted: "a comma or ]"), 3),
    ("{\"a\" 1}", .unexpected(wanted: "a colon"), 5),
    ("{a: 1}", .unexpected(wanted: "a key in double quotes"), 1),
    ("{\"a\":1,}", .unexpected(wanted: "a key in double quotes"), 7), ("1 2", .trailing, 2),
    ("truex", .trailing, 4),
    ("tru", .unexpected(wanted: "a value"), 0), ("01", .badNumber, 0), ("-", .badNumber, 0),
    ("1.", .badNumber, 0),
    ("1e+", .badNumber, 0), ("+1", .unexpected(wanted: "a value"), 0),
    (".5", .unexpected(wanted: "a value"), 0),
    ("NaN", .unexpected(wanted: "a value"), 0), ("\"a", .unexpectedEnd(wanted: "the closing quote"), 2),
    ("\"\\x\"", .badEscape, 1), ("\"\\u12\"", .badEscape, 1), ("\"\\ud800\"", .loneSurrogate, 1),
    ("\"\\ud800\\u0041\"", .loneSurrogate, 1), ("\"\\udc00\"", .loneSurrogate, 1),
    ("\"\n\"", .control(10), 1),
    ("\"\\", .unexpectedEnd(wanted: "an escape"), 2),
    ("'a'", .unexpected(wanted: "a value"), 0), ("[1", .unexpectedEnd(wanted: "a comma or ]"), 2),
  ])
  func refuses(_ text: String, _ kind: JSONError.Kind, _ offset: Int) {
    let error = failure(text)
    #expect(error?.kind == kind)
    #expect(error?.offset == offset)
  }

  @Test func duplicateKeysNameBothPlaces() {
    let error = failure("{\n  \"é\": 1,\n  \"b\": {\"x\": 1, \"x\": 2}\n}")
    #expect(error?.kind == .duplicateKey("x", first: Position(line: 3, column: 9, offset: 21)))
    #expect(error?.line == 3 && error?.column == 17)
    // Equal to the eye, different in bytes: two keys.
    #expect(failure("{\"\u{E9}\": 1, \"e\u{301}\": 2}") == nil)
    #expect(failure(#"{"a": 1, "\u0061": 2}"#)?.offset == 9)
  }

  @Test(arguments: [0, 7, 8, 19]) func `of many keys each is known again`(known: Int) {
    let keys = (0..<20).map { #""k\#($0)""# }
    #expect(failure("{" + keys.map { "\($0):1" }.joined(separator: ",") + "}") == nil)
    let text = "{" + (keys + [keys[known]]).map { "\($0):1" }.joined(separator: ",") + "}"
    // Each member takes seven bytes with its comma, from the eleventh on eight.
    let place = 1 + 7 * min(known, 10) + 8 * max(known - 10, 0)
    let first = Position(line: 1, column: place + 1, offset: place)
    #expect(failure(text)?.kind == .duplicateKey("k\(known)", first: first))
    #expect(failure(text)?.offset == 1 + 7 * 10 + 8 * 10)
  }

  @Test(
    arguments: [
      [0x22, 0xC3, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
      [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22],
      [0x22, 0x80, 0x22], [0x22, 0xFF, 0x22], [0x22, 0xE2, 0x82], [0x22, 0xE0, 0x80, 0x80, 0x22],
      [0x22, 0xF0, 0x9F, 0x98], [0x22, 0xF0],
    ] as [[UInt8]])
  func refusesInvalidUTF8(_ bytes: [UInt8]) {
    #expect(failure(bytes)?.kind == .invalidUTF8)
    #expect(failure(bytes)?.offset == 1)
  }

  @Test func limits() {
    let deep = [UInt8](repeating: 0x5B, count: 64) + [UInt8](repeating: 0x5D, count: 64)
    #expect(failure(deep) == nil)
    let deeper = [UInt8](repeating: 0x5B, count: 65) + [UInt8](repeating: 0x5D, count: 65)
    #expect(failure(deeper)?.kind == .tooDeep(limit: 64))
    #expect(failure(deeper)?.offset == 64)
    #expect(failure([UInt8](repeating: 0x5B, count: 100_000))?.kind == .tooDeep(limit: 64))
    let long = [UInt8](repeating: 0x20, count: 11 << 20)
    #expect(failure(long)?.kind == .tooLong(limit: 10 << 20))
    #expect(failure([0x31, 0x32], JSONReader.Limits(bytes: 1))?.kind == .tooLong(limit: 1))
  }

  @Test func survivesMutations() {
    let seed = Array(#"{"a":[1,-2.5e3,"x\u00e9\n",{"b":null}],"é":"😀"}"#.utf8)
    var state: UInt64 = 1
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for _ in 0..<20_000 {
      var bytes = seed
      for _ in 0...random(4) {
        switch random(3) {
        case 0: bytes[random(bytes.count)] = UInt8(random(256))
        case 1: bytes.remove(at: random(bytes.count))
        default: bytes.insert(UInt8(random(256)), at: random(bytes.count))
        }
      }
      guard let value = try? JSONReader.read(bytes) else { continue }
      // What was read is written so that it reads the same.
      #expect((try? JSONReader.read(value.write())) == value)
    }
  }

  /// RFC 8259, section 8.1: it may be ignored.
  @Test func `a byte order mark at the start is passed over`() throws {
    #expect(try JSONReader.read([0xEF, 0xBB, 0xBF] + Array("[1]".utf8)) == [1])
  }
}
