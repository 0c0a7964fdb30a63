import FlowCore
import FlowPlugin
import SMSChannel
import Testing

@Suite struct SMSTests {
  struct Case: Sendable {
    var text: String
    var encoding: SegmentCount.Encoding
    var units: Int
    var segments: Int
    init(_ text: String, _ encoding: SegmentCount.Encoding, _ units: Int, _ segments: Int) {
      self.text = text
      self.encoding = encoding
      self.units = units
      self.segments = segments
    }
  }

  private static func many(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

  /// By hand, from 3GPP TS 23.038: 160 septets alone, 153 each in several; 70 units, or 67 each.
  static let cases = [
    Case("", .gsm7, 0, 1),
    Case("Hello", .gsm7, 5, 1),
    Case(many("a", 160), .gsm7, 160, 1),
    Case(many("a", 161), .gsm7, 161, 2),
    Case(many("a", 306), .gsm7, 306, 2),
    Case(many("a", 307), .gsm7, 307, 3),
    Case("€", .gsm7, 2, 1),
    Case("[x]{y}~|\\^€", .gsm7, 20, 1),
    Case(many("€", 80), .gsm7, 160, 1),
    Case(many("€", 81), .gsm7, 162, 2),
    // 76 whole in 153 septets, so 77 to 152 take two, and 153 are 306 septets in three segments.
    Case(many("€", 152), .gsm7, 304, 2),
    Case(many("€", 153), .gsm7, 306, 3),
    Case("Grüße, Señor Ångström à la ΔΦΓΛΩΠΨΣΘΞ @£$¥", .gsm7, 42, 1),
    Case("à\nb", .gsm7, 3, 1),
    // Lower-case ç is in neither table; its capital is.
    Case("Ç", .gsm7, 1, 1),
    Case("ç", .ucs2, 1, 1),
    Case(many("я", 70), .ucs2, 70, 1),
    Case(many("я", 71), .ucs2, 71, 2),
    Case(many("я", 134), .ucs2, 134, 2),
    Case(many("я", 135), .ucs2, 135, 3),
    Case("🙂", .ucs2, 2, 1),
    Case(many("🙂", 35), .ucs2, 70, 1),
    // 33 whole in 67 units.
    Case(many("🙂", 66), .ucs2, 132, 2),
    Case(many("🙂", 67), .ucs2, 134, 3),
    Case(many("a", 70) + "“", .ucs2, 71, 2),
    Case("tab\tbed", .ucs2, 7, 1),
  ]

  @Test(arguments: cases) func segments(_ c: Case) {
    let count = SegmentCount(c.text)
    #expect(count.encoding == c.encoding)
    #expect(count.units == c.units)
    #expect(count.segments == c.segments)
  }

  @Test func showsWhatIsSent() async throws {
    let channel = try SMSChannel(Scratch().settings(["from": "Acme"]))
    let rendering = try await channel.render(
      delivery("sms", [("body", text(("Hello ", false), ("Ann\r\n\u{0}", true)))], address: "+49 40 55500142")
    )
    #expect(rendering.to == "+494055500142")
    #expect(rendering.shown.map(\.name) == ["body", "encoding", "segments", "from"])
    #expect(rendering["body"] == "Hello Ann")
    #expect(rendering["encoding"] == "GSM-7")
    #expect(rendering["segments"] == "1")
    #expect(
      rendering.text == """
        {
          "to": "+494055500142",
          "from": "Acme",
          "text": "Hello Ann",
          "encoding": "GSM-7",
          "segments": 1
        }

        """)
  }

  @Test func refusesWhoCannotBeReachedAndWhatIsTooLong() async throws {
    let channel = try SMSChannel(Scratch().settings())
    #expect(
      await refusal(channel, delivery("sms", [("body", text("x"))]))?.text
        == "Ann Meyer has no telephone number")
    #expect(
      await refusal(channel, delivery("sms", [("body", text("x"))], address: "0405550014"))?.kind
        == .permanent)
    let long = delivery("sms", [("body", text(Self.many("a", 1531)))], address: "+494055500142")
    #expect(await refusal(channel, long)?.text == "the text makes 11 segments; at most 10 are sent")
    let most = delivery("sms", [("body", text(Self.many("a", 1530)))], address: "+494055500142")
    #expect(await refusal(channel, most) == nil)
  }
}
