import FaultKit
import FlowCore
import FlowTime

/// The instants and data at which something is tried.
enum Grid {
  /// Around Easter and the end of the year 2026, and around every change of the clock in that year.
  static func starts(in name: String, _ zones: any ZoneSource, _ chance: inout Chance) -> [Instant] {
    guard let zone = zones.zone(named: name) else { return [] }
    var days: [CivilDate] = [
      "2026-03-25", "2026-03-27", "2026-03-28", "2026-04-02", "2026-04-04", "2026-05-13", "2026-12-24", "2026-02-28",
    ].compactMap { CivilDate(iso: $0) }
    var instant = Instant(seconds: 1_767_225_600)
    for _ in 0..<4 {
      guard let next = zone.nextTransition(after: instant) else { break }
      let date = zone.civil(at: next).date
      days += [date.adding(days: -2), date.adding(days: -1), date]
      instant = next
    }
    let times = [0, 7_380_000, 9_000_000, 32_399_999, 32_400_000, 43_200_000, 61_199_999, 61_200_000, 86_399_000]
    return days.flatMap { day in
      // Three times a day, not always the same.
      (0..<3).map { _ in
        let time = CivilTime(milliseconds: Int32(chance.pick(times) ?? 0))
        return zone.instant(of: CivilDateTime(date: day, time: time))
      }
    }
  }

  /// When something may happen in a wait: at once, in the middle, the second before its end and at its end.
  static func instants(from now: Instant, to due: Instant, zone: Zone, isFew: Bool) -> [Instant] {
    let length = due.milliseconds(since: now)
    let middle = now.adding(milliseconds: length / 2)
    let all =
      isFew
      ? [middle, due]
      : [now, now.adding(milliseconds: 60_000), middle, due.adding(milliseconds: -1_000), due]
    var seen: Set<Instant> = []
    return all.filter { $0 >= now && $0 <= due && seen.insert($0).inserted }
  }

  static func inputs(_ generated: Generated, around start: Instant, zone: String?) -> [[String: Value]] {
    let fields = generated.fields
    let today = Zone.utc.civil(at: start).date
    var items: [[String: Value]] = [
      [
        "id": .text("i-1"), "size": .integer(4), "due": .date(today.adding(days: 6)),
        "meet": .instant(start.adding(milliseconds: 5 * 86_400_000)), "vip": .boolean(true), "kind": .text("small"),
      ]
    ]
    func vary(_ field: String, _ values: [Value?]) {
      guard fields.contains(field) else { return }
      items = items.flatMap { item in
        values.map { value in
          var item = item
          item[field] = value
          return item
        }
      }
    }
    vary("size", [.integer(4), .integer(5)])
    vary("due", [-3, 1, 9].map { .date(today.adding(days: $0)) })
    vary("meet", [-2, 3, 200].map { .instant(start.adding(milliseconds: $0 * 3_600_000)) })
    vary("kind", [.text("small"), .text("large")])
    vary("vip", [.boolean(true), nil])
    let person: Value = .record(["name": .text("Sam"), "email": .text("sam@acme.test")])
    var contact: [String: Value] = [
      "name": .text("Ann"), "email": .text("ann@client.test"), "phone": .text("+15550100"), "id": .text("c-1"),
    ]
    if let zone { contact["timezone"] = .text(zone) }
    var all: [[String: Value]] = items.map { ["contact": .record(contact), "owner": person, "item": .record($0)] }
    if fields.contains("boss") {
      all += all.map { $0.merging(["boss": .record(["name": .text("Eve"), "email": .text("eve@acme.test")])]) { $1 } }
    }
    if fields.contains("phone"), let first = all.first {
      contact["phone"] = nil
      all.append(first.merging(["contact": .record(contact)]) { $1 })
    }
    return generated.isEach ? listed(all, isFollowed: generated.hasOwnContact) : all
  }

  /// The item as the only one of a list, and of some the second of two.
  private static func listed(_ all: [[String: Value]], isFollowed: Bool) -> [[String: Value]] {
    all.enumerated().map { index, input in
      var input = input
      guard case .record(var item)? = input["item"] else { return input }
      if isFollowed {
        item["who"] = input["contact"]
        input["contact"] = nil
      }
      var items: [Value] = [.record(item)]
      if index % 3 == 1 {
        items.insert(.record(item.merging(["id": .text("i-0"), "size": .integer(6)]) { $1 }), at: 0)
      }
      input["item"] = nil
      input["parts"] = .list(items)
      return input
    }
  }

  static func data(of event: EventDeclaration, around instant: Instant) -> [[String: Value]] {
    if event.fields.contains(where: { $0.name == "size" }) { return [["size": .integer(9)], ["size": .integer(1)]] }
    if event.fields.contains(where: { $0.name == "due" }) {
      let today = Zone.utc.civil(at: instant).date
      return [-5, 12].map { ["due": .date(today.adding(days: $0))] }
    }
    return [[:]]
  }
}
