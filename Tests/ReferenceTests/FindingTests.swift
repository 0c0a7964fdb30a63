import FlowCore
import Testing

/// Sentences about what a finding says, over and above its code.
struct FindingTests {
  func finding(_ file: String) throws -> Diagnostic { try #require(try Corpus("Refused", only: file).errors.first) }

  @Test("4.4 an abbreviation and ISO 8601 come with their fix, a bare number with the units to choose from")
  func fixes() throws {
    #expect(try finding("duration-short.yaml").fix?.replacement == "2 days")
    #expect(try finding("duration-iso.yaml").fix?.replacement == "2 days")
    #expect(try finding("duration-bare.yaml").help.contains("\"3 days\""))
  }

  @Test("5.73 a cycle is printed")
  func cycle() throws {
    #expect(try finding("cycle.yaml").message.contains("a → listening → go-1 → a"))
  }

  @Test("5.23 an unknown field is answered with the fields there are")
  func fields() throws {
    let help = try finding("channel-unknown-field.yaml").help
    for field in ["to", "body", "purpose", "ask"] { #expect(help.contains(field), "\(help)") }
  }
}
