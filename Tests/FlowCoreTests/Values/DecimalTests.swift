import FlowCore
import Testing

@Suite struct DecimalTests {
  @Test(arguments: [
    ("0", "0"), ("-0", "0"), ("12", "12"), ("-12.50", "-12.5"), ("0.1", "0.1"), ("1e3", "1000"),
    ("1.5E+2", "150"),
    ("25e-1", "2.5"), ("0.000000001", "0.000000001"), ("9223372036854775807", "9223372036854775807"),
    ("-9223372036854775808", "-9223372036854775808"), ("0e999999999999", "0"), ("1.50000000000000", "1.5"),
    ("123456789.123456789", "123456789.123456789"),
  ])
  func reads(_ text: String, _ shown: String) throws {
    #expect(try Decimal.parse(text).description == shown)
  }

  @Test(arguments: [
    ("", DecimalError.notANumber), ("-", .notANumber), ("01", .notANumber), ("1.", .notANumber),
    (".5", .notANumber),
    ("+1", .notANumber), ("1e", .notANumber), ("0x10", .notANumber), ("1 ", .notANumber),
    ("NaN", .notANumber),
    ("٣", .notANumber), ("9223372036854775808", .tooLarge), ("1e19", .tooLarge),
    ("1e99999999999999999999", .tooLarge),
    ("1e-10", .tooPrecise), ("0.0000000001", .tooPrecise), ("12345678901.123456789", .tooPrecise),
    ("1e-99999999999999999999", .tooPrecise),
  ])
  func refuses(_ text: String, _ error: DecimalError) {
    #expect(throws: error) { try Decimal.parse(text) }
  }

  @Test func equalNumbersAreEqualValues() throws {
    #expect(try Decimal.parse("1.10") == Decimal.parse("1.1"))
    #expect(try Decimal.parse("100") == Decimal.parse("1e2"))
    #expect(try Decimal.parse("1.10").hashValue == Decimal.parse("1.1").hashValue)
    #expect(try Decimal.parse("-0.5") < Decimal.parse("0.25"))
    #expect(try Decimal.parse("2") < Decimal.parse("10"))
  }

  @Test func arithmetic() throws {
    func number(_ text: String) throws -> Decimal { try Decimal.parse(text) }
    #expect(try number("0.1") + number("0.2") == number("0.3"))
    #expect(try number("1") - number("0.9") == number("0.1"))
    #expect(try number("1.25") * number("-4") == number("-5"))
    #expect(try number("1") / number("3") == number("0.333333333"))
    #expect(try number("2") / number("3") == number("0.666666667"))
    #expect(try number("-2") / number("3") == number("-0.666666667"))
    // Half a unit in the ninth place goes to the even neighbour: 1e-9 / 2 and 3e-9 / 2.
    #expect(try number("0.000000001") / number("2") == number("0"))
    #expect(try number("0.000000003") / number("2") == number("0.000000002"))
    #expect(try number("-9223372036854775808") / number("-1") == nil)
    #expect(try number("1") / number("0") == nil)
    #expect(try number("9223372036854775807") + number("1") == nil)
    #expect(try number("9223372036854775807") * number("2") == nil)
    #expect(try number("9223372036854775807") / number("0.000000001") == nil)
    #expect(try number("9223372036854775807") * number("1.1") == nil)
  }

  @Test(arguments: [
    ("2.5", 0, "3"), ("-2.5", 0, "-3"), ("2.345", 2, "2.35"), ("2.344", 2, "2.34"), ("7", 2, "7"),
    ("0.05", 1, "0.1"),
  ])
  func roundsHalfAwayFromZero(_ text: String, _ digits: Int, _ shown: String) throws {
    #expect(try Decimal.parse(text).rounded(to: digits)?.description == shown)
  }
}
