import FlowCore
import FlowTime
import Testing

enum Samples {
  static let zones = SystemZones()

  static func zone(_ name: String) throws -> Zone { try #require(zones.zone(named: name)) }

  static func at(_ text: String) throws -> Instant { try #require(Instant(rfc3339: text)) }

  /// The run of cli.md, "The event stream".
  static func proposal() throws -> Timeline {
    let entries: [Entry] = [
      Entry(at: try at("2026-03-25T16:40:00+01:00"), kind: .started(event: "proposal.sent")),
      Entry(
        at: try at("2026-03-27T16:40:00+01:00"), step: "receipt",
        kind: .sent(
          .init(
            verb: "email", touch: true, to: "ann@acme.test", because: "day 2",
            rendered: [
              .init("subject", "Roof repair: did it reach you?"),
              .init("body", "Good afternoon Ann,\n\non Wednesday I sent you our proposal."),
            ]))),
      Entry(
        at: try at("2026-03-27T16:40:00+01:00"), step: "await-1",
        kind: .waiting(for: ["reply"], until: try at("2026-03-30T16:40:00+02:00"))),
      Entry(at: try at("2026-03-30T16:40:00+02:00"), step: "await-1", kind: .timeout),
      Entry(
        at: try at("2026-03-30T16:40:00+02:00"), step: "objections",
        kind: .task(
          .init(verb: "call", touch: true, by: "owner@acme.test", until: try at("2026-03-31T16:40:00+02:00")))
      ),
      Entry(at: try at("2026-03-31T16:40:00+02:00"), step: "objections", kind: .timeout),
      Entry(
        at: try at("2026-03-31T16:40:00+02:00"), step: "call-overdue",
        kind: .escalated(to: "manager@acme.test")),
      Entry(
        at: try at("2026-04-04T16:40:00+02:00"), step: "last-offer",
        kind: .deferred(until: try at("2026-04-07T09:00:00+02:00"), because: "outside the window")),
      Entry(
        at: try at("2026-04-07T09:00:00+02:00"), step: "last-offer",
        kind: .sent(
          .init(
            verb: "email", touch: true, to: "ann@acme.test",
            rendered: [
              .init("subject", "Re: Roof repair: did it reach you?"),
              .init("body", "Good morning Ann,\n\nthe price holds until Friday."),
            ]))),
      Entry(
        at: try at("2026-04-07T09:00:00+02:00"), step: "await-2",
        kind: .waiting(for: ["reply"], until: try at("2026-04-10T09:00:00+02:00"))),
      Entry(at: try at("2026-04-10T09:00:00+02:00"), step: "await-2", kind: .timeout),
      Entry(at: try at("2026-04-10T09:00:00+02:00"), kind: .ended(outcome: "no-response")),
    ]
    return Timeline(
      workflow: "proposal", version: "9f2c41d0a7b3", zone: try zone("Europe/Berlin"),
      start: try at("2026-03-25T16:40:00+01:00"), outcome: "no-response",
      ended: try at("2026-04-10T09:00:00+02:00"), touches: 3, entries: entries)
  }

  /// Every kind of entry once, with foreign letters, over the turn of a year, still running.
  static func everything() throws -> Timeline {
    let zone = try zone("Asia/Tokyo")
    func entry(_ when: String, _ step: String?, round: Int? = nil, _ kind: Entry.Kind) throws -> Entry {
      Entry(at: try at(when + "+09:00"), step: step, round: round, kind: kind)
    }
    let long =
      "Eine sehr lange Betreffzeile, die in keinem Fenster Platz hat und deshalb abgeschnitten werden muss"
    let entries = [
      try entry("2026-12-28T09:00:00", nil, .started(event: "ticket.resolved")),
      try entry("2026-12-28T09:00:00", "arm-test", .chose("long")),
      try entry("2026-12-28T09:00:00", "if-gold", .chose("contact.company is present and run.day < 30")),
      try entry(
        "2026-12-28T09:00:00", "set-1",
        .set([
          .init("ticket.state", .text("open")), .init("count", .integer(3)), .init("seen", .absent),
        ])),
      try entry(
        "2026-12-29T09:00:00", "frage", round: 1,
        .sent(
          .init(
            verb: "message", touch: true, to: "松本 陽子 <yoko@example.test>", because: "after 1 day",
            rendered: [.init("body", "こんにちは、松本さん 👩‍💻\nお元気ですか。"), .init("segments", "2")]))),
      try entry(
        "2026-12-29T09:00:00", "await-1",
        .waiting(
          for: ["reply", "meeting.booked"], until: at("2027-01-05T09:00:00+09:00"))),
      try entry(
        "2026-12-30T18:12:00", nil,
        .received(
          event: "reply", class: "later", outcome: nil, took: "later")),
      try entry(
        "2026-12-30T18:12:00", "await-1",
        .held(
          until: at("2027-01-07T09:00:00+09:00"), because: "until reply.date, or 2 business days")),
      try entry(
        "2026-12-31T10:00:00", nil,
        .received(
          event: "out-of-office", class: nil, outcome: nil, took: "hold")),
      try entry(
        "2026-12-31T10:00:00", nil, .received(event: "opened", class: nil, outcome: nil, took: "nothing")),
      try entry("2027-01-07T09:00:00", "await-1", .timeout),
      try entry(
        "2027-01-07T09:00:00", "read-answer",
        .task(
          .init(
            verb: "task", touch: false, by: "owner@acme.test", rendered: [.init("say", long)]))),
      try entry(
        "2027-01-07T09:00:00", "second", round: 2,
        .deferred(
          until: at("2027-01-08T09:30:00+09:00"), because: "less than 1 day after the last touch")),
      try entry("2027-01-08T09:30:00", "second", round: 2, .withheld(because: "email is suppressed")),
      try entry(
        "2027-01-08T09:30:00", "team",
        .sent(
          .init(
            verb: "webhook", touch: false, rendered: [.init("url", "https://example.test/hook")]))),
      try entry(
        "2027-01-08T09:30:00", "book",
        .received(
          event: "task", class: nil, outcome: "connected", took: "connected")),
      try entry("2027-01-08T09:30:00", "emit-1", .emitted(event: "ticket.reopened")),
      try entry("2027-01-08T09:30:00", "enroll-1", .enrolled(workflow: "csat")),
      try entry("2027-01-08T09:30:00", "suppress-1", .suppressed(channel: "all")),
      try entry("2027-01-08T09:30:00", "sms-2", .skipped(because: "its condition does not hold")),
      try entry("2027-01-08T09:30:00", "sms-3", .failed(because: "no phone number \u{1B}[31m")),
    ]
    return Timeline(
      workflow: "csat", version: "000000000000", zone: zone, start: try at("2026-12-28T09:00:00+09:00"),
      outcome: nil, ended: nil, touches: 1, entries: entries)
  }
}
