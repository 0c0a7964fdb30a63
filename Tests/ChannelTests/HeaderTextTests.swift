import EmailChannel
import FlowCore
import FlowPlugin
import Testing

/// Every byte that ends a line somewhere, or is a control character.
private let controls: [Unicode.Scalar] =
  (0...31).map { Unicode.Scalar(UInt8($0)) } + [127].map { Unicode.Scalar(UInt8($0)) }
  + (0x80...0x9F).map { Unicode.Scalar(UInt8($0)) } + ["\u{2028}", "\u{2029}"]

@Suite struct HeaderTextTests {
  @Test(arguments: controls) func aControlCharacterBecomesOneBlank(_ scalar: Unicode.Scalar) {
    #expect(HeaderText("a\(scalar)b").text == "a b")
    #expect(HeaderText("\(scalar)a\(scalar)\(scalar)").text == "a")
    #expect(HeaderText("a \(scalar) b").text == "a b")
  }

  @Test func carriageReturnAndLineFeedTogetherAreNoCharacterToHideIn() {
    // One Character in Swift: a check for "\n" does not find it.
    #expect(!"a\r\nb".contains(Character("\n")))
    #expect(HeaderText("a\r\nBcc: x@y.z").text == "a Bcc: x@y.z")
  }

  @Test func otherTextStays() {
    for text in ["", "Roof repair: did it reach you?", "Zürich 👩‍👩‍👧", "a  b", "\"\\<>"] {
      #expect(HeaderText(text).text == text)
    }
    #expect(HeaderText("  a  ").text == "a")
  }
}

@Suite struct AddressTests {
  @Test(arguments: controls) func noAddressHoldsAControlCharacter(_ scalar: Unicode.Scalar) {
    for place in 0...13 {
      var email = Array("ann@acme.test".unicodeScalars)
      email.insert(scalar, at: place)
      #expect(EmailAddress(String(String.UnicodeScalarView(email))) == nil)
      var phone = Array("+494055500142".unicodeScalars)
      phone.insert(scalar, at: place)
      #expect(PhoneNumber(String(String.UnicodeScalarView(phone))) == nil)
    }
  }

  @Test func emailAddresses() {
    for good in ["a@b", "ann.meyer+x@acme.test", "o'neil@a-b.c1", "!#$%&*-/=?^_`{|}~@x.y"] {
      #expect(EmailAddress(good)?.text == good)
    }
    let long = String(repeating: "a", count: 65)
    for bad in [
      "", "@", "a@", "@b", "a b@c.d", "a@b c", "a@@b", "a@b,c@d", "<a@b>", "a@b>", "a@-b", "a@b-", "a@b..c",
      ".a@b",
      "a.@b", "a..b@c", "\"a\"@b", "a@[127.0.0.1]", "ä@b", "a@ä", "a(c)@b", "a;b@c", "a:b@c", "\(long)@b",
      "a@\(long)",
    ] {
      #expect(EmailAddress(bad) == nil, "\(bad)")
    }
    #expect(EmailAddress("ann@acme.test")?.domain == "acme.test")
  }

  @Test func phoneNumbers() {
    #expect(PhoneNumber("+49 (40) 555-001.42")?.text == "+494055500142")
    for bad in [
      "", "+", "494055500142", "+049405550", "+49405", "+4940555001421234", "++49405550014", "+49a055500142",
      "+49 (0)40 555001",
    ] {
      #expect(PhoneNumber(bad) == nil, "\(bad)")
    }
  }
}
