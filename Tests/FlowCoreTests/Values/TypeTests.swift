import FlowCore
import Testing

@Suite struct TypeTests {
  @Test(arguments: [
    "text", "integer", "number", "boolean", "date", "instant", "duration", "email", "phone", "url",
    "timezone",
    "locale", "contact", "person", "optional date", "list of text", "optional list of optional date",
    "one of a | b | c", "list of one of small | large",
  ])
  func readsWhatItPrints(_ text: String) throws {
    #expect(try ValueType.parse(text).description == text)
  }

  @Test func readsLooseBlanks() throws {
    #expect(try ValueType.parse("  optional   date ") == .optional(.date))
    #expect(try ValueType.parse("one of a|b |c") == .oneOf(["a", "b", "c"]))
  }

  @Test(arguments: [
    ("", 0..<0, TypeSyntaxError.Kind.empty),
    ("txet", 0..<4, .unknownType("txet", nearest: "text")),
    ("optional dat", 9..<12, .unknownType("dat", nearest: "date")),
    ("string", 0..<6, .unknownType("string", nearest: "text")),
    ("Text", 0..<4, .unknownType("Text", nearest: "text")),
    ("text text", 5..<9, .unknownType("text", nearest: nil)),
    ("optional", 0..<8, .missing(after: "optional")),
    ("optional optional text", 0..<8, .repeatedOptional),
    ("list text", 5..<9, .missingOf(after: "list")),
    ("list of", 0..<4, .missing(after: "list of")),
    ("one of", 0..<6, .missing(after: "one of")),
    ("one of a | a", 11..<12, .repeatedWord("a")),
    ("one of a b | c", 7..<10, .badWord("a b")),
  ])
  func refuses(_ text: String, _ range: Range<Int>, _ kind: TypeSyntaxError.Kind) {
    #expect(throws: TypeSyntaxError(kind: kind, range: range)) { try ValueType.parse(text) }
  }

  @Test func deepTypesAreRefused() {
    let deep = String(repeating: "list of ", count: 100_000) + "text"
    #expect(throws: TypeSyntaxError.self) { try ValueType.parse(deep) }
  }

  @Test func fits() {
    #expect(ValueType.number.accepts(.integer))
    #expect(!ValueType.integer.accepts(.number))
    for text in [ValueType.email, .phone, .url, .timezone, .locale, .oneOf(["a"])] {
      #expect(ValueType.text.accepts(text))
      #expect(!text.accepts(.text))
    }
    #expect(ValueType.optional(.number).accepts(.integer))
    #expect(!ValueType.number.accepts(.optional(.number)))
    #expect(ValueType.oneOf(["a", "b"]).accepts(.oneOf(["b"])))
    #expect(!ValueType.oneOf(["b"]).accepts(.oneOf(["a", "b"])))
    #expect(ValueType.person.accepts(.contact))
    #expect(ValueType.contact.accepts(.person))
    #expect(ValueType.record([Field("name", .text)]).accepts(.contact))
    #expect(!ValueType.record([Field("name", .text), Field("age", .integer)]).accepts(.contact))
    #expect(!ValueType.contact.accepts(.record([Field("email", .email)])))
    #expect(ValueType.contact.accepts(.record([Field("name", .text), Field("email", .email)])))
    #expect(ValueType.list(.text).accepts(.list(.email)))
    #expect(ValueType.none.accepts(.date) && ValueType.date.accepts(.none))
  }

  @Test func aManagersManagerIsAPerson() {
    var type = ValueType.person
    for _ in 0..<100 { type = type.field("manager")?.type.present ?? .none }
    #expect(type == .person)
  }
}
