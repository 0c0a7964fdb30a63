import FlowCore
import FlowTime
import Testing

/// Made-up data for previews.
@Suite struct SampleTests {
  @Test func twoPeopleHaveTwoAddresses() {
    let data = Sample.record([Field("owner", .person), Field("seller", .person), Field("contact", .contact)], at: .epoch)
    let places = [["owner"], ["owner", "manager"], ["seller"], ["seller", "manager"], ["contact"]]
    let addresses = places.compactMap { Value.record(data)[path: $0 + ["email"]].text }
    #expect(addresses.count == 5 && Set(addresses).count == 5, "\(addresses)")
  }
}
