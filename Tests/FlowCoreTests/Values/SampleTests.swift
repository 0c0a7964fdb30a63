import FlowCore
import FlowTime
import Testing

/// Made-up data for previews.
@Suite struct SampleTests {
  @Test func twoPeopleHaveTwoAddresses() {
    let fields = [
      Field("owner", .person), Field("seller", .person), Field("contact", .contact),
      Field("candidate", .contact), Field("interviewer", .contact),
    ]
    let data = Value.record(Sample.record(fields, at: .epoch))
    func all(_ places: [[String]]) -> Set<String> { Set(places.compactMap { data[path: $0].text }) }
    let people = [["owner"], ["owner", "manager"], ["seller"], ["seller", "manager"]]
    let contacts = [["contact"], ["candidate"], ["interviewer"]]
    #expect(all((people + contacts).map { $0 + ["email"] }).count == 7)
    #expect(all(contacts.map { $0 + ["phone"] }).count == 3)
    #expect(data[path: ["contact", "email"]].text == "ann@example.test")
  }
}
