import Foundation
import Testing

/// `flow simulate --contacts` and `--exact` in each format, and the forecast in `flow diff`.
struct CohortCommandTests {
  /// One mail, which four of five decline, with a median of one day: seven of eight of those do within the three days
  /// of the wait, so 70 of 100 contacts.
  private static let assumed =
    Nudge.workflow.replacing(
      "  - call: talk\n    by: owner\n    within: 4 business hours\n    purpose: request\n    ask: Which day suits you?\n",
      with: "") + "assume:\n  reply: { declined: 80%, after: 1 day }\n"
  private static let start = "2026-02-02 00:00 Europe/Berlin"

  private func project(flowYAML: String = "") throws -> Folder {
    let folder = try Folder()
    try folder.write(Self.assumed, to: "Workflows/nudge.yaml")
    if !flowYAML.isEmpty { try folder.write(flowYAML, to: "Workflows/flow.yaml") }
    return folder
  }

  private func simulate(_ folder: Folder, _ arguments: String...) throws -> String {
    let ran = try folder.flow(["simulate", "Workflows/nudge.yaml", "--start", Self.start, "--ascii"] + arguments)
    #expect(ran.code == 0, "\(ran.errors)")
    return ran.output
  }

  private func shares(_ json: JSON) -> [String: Double] {
    Dictionary(
      json["outcomes"].list.map { ($0["outcome"].text ?? "", $0["share"].value as? Double ?? -1) },
      uniquingKeysWith: { first, _ in first })
  }

  @Test func `what is computed is four fifths of seven eighths, and what is counted is near`() throws {
    let folder = try project()
    let exact = try JSON(parsing: simulate(folder, "--exact", "--format", "json"))
    #expect(exact["exact"].value as? Bool == true && exact["seed"].integer == nil)
    #expect(abs((shares(exact)["lost"] ?? 0) - 0.7) < 0.0001)
    #expect(abs((shares(exact)["no-response"] ?? 0) - 0.3) < 0.0001)
    let counted = try JSON(parsing: simulate(folder, "--contacts", "2000", "--seed", "3", "--format", "json"))
    #expect(counted["exact"].value as? Bool == false && counted["seed"].integer == 3)
    // Four standard errors of 2000.
    #expect(abs((shares(counted)["lost"] ?? 0) - 0.7) < 4 * (0.7 * 0.3 / 2000).squareRoot())
    #expect(counted["contacts"].integer == 2000 && exact["contacts"].integer == 1000)
  }

  @Test func `as text it says how it came about, and shares with one place`() throws {
    let folder = try project()
    let exact = try simulate(folder, "--exact")
    #expect(
      exact.hasPrefix(
        "nudge: 1000 contacts from Mon 2 Feb 2026 00:00 over 30 days (Europe/Berlin), computed, not sampled\n"))
    #expect(exact.contains("\nno-response     300.0  30.0 %  ####"), "\(exact)")
    #expect(exact.contains("\nlost            700.0  70.0 %  ####"), "\(exact)")
    let counted = try simulate(folder, "--contacts", "50", "--seed", "3")
    #expect(counted.contains("(Europe/Berlin), counted with seed 3\n"))
    #expect(try simulate(folder, "--contacts", "50", "--seed", "3") == counted)
    #expect(try simulate(folder, "--contacts", "50", "--seed", "4") != counted)
  }

  /// In a run it comes back, and ends it: no forecast follows that, so each says so.
  @Test func `an event that the file emits and takes itself is said not to be heard`() throws {
    let folder = try project()
    #expect(!(try simulate(folder, "--exact").contains("offer.seen")))
    #expect(try JSON(parsing: simulate(folder, "--exact", "--format", "json"))["not_heard"].list.isEmpty)
    let hearing = Self.assumed.replacing("anytime:\n", with: "anytime:\n  offer.seen: end seen\n")
      .replacing("  - end: no-response\n", with: "  - emit: offer.seen\n  - wait: 1 hour\n  - end: no-response\n")
    try folder.write(hearing, to: "Workflows/nudge.yaml")
    let line = "\n  offer.seen: what the file emits does not come back to it here, as it does in a run\n"
    for how in [["--exact"], ["--contacts", "50", "--seed", "3"]] {
      let text = try folder.flow(["simulate", "Workflows/nudge.yaml", "--start", Self.start, "--ascii"] + how).output
      #expect(text.contains(line), "\(text)")
    }
    let json = try JSON(parsing: simulate(folder, "--exact", "--format", "json"))
    #expect(json["not_heard"].list.map(\.text) == ["offer.seen"])
  }

  @Test func `as csv it has a row for each verb and day, and for each hour`() throws {
    let folder = try project()
    for how in [["--exact"], ["--contacts", "1000"]] {
      let ran = try folder.flow(
        ["simulate", "Workflows/nudge.yaml", "--start", Self.start, "--format", "csv"] + how)
      let rows = ran.output.split(whereSeparator: \.isNewline).map {
        $0.split(separator: ",", omittingEmptySubsequences: false)
      }
      #expect(rows.first?.joined(separator: ",") == "verb,date,hour,count,waiting")
      let mails = rows.filter { $0[0] == "email" }
      let (days, hours) = (mails.filter { !$0[1].isEmpty }, mails.filter { !$0[2].isEmpty })
      // Everybody gets one mail; days and hours add up to the same.
      for some in [days, hours] {
        #expect(abs(some.reduce(0) { $0 + (Double($1[3]) ?? 0) } - 1000) < 0.1, "\(how)")
      }
      #expect(hours.count == 24)
    }
  }

  @Test func `as html it is one page with plots, and fetches nothing`() throws {
    let folder = try project(flowYAML: "capacity: { email: 5 a day }\n")
    for how in [["--exact"], ["--contacts", "200"]] {
      let page = try folder.flow(
        ["simulate", "Workflows/nudge.yaml", "--start", Self.start, "--format", "html"] + how
      ).output
      #expect(page.hasPrefix("<!DOCTYPE html>"))
      #expect(page.contains("Contacts by outcome") && page.contains("<svg") && page.contains("Sent a "))
      #expect(!page.contains("<script") && !page.contains("src="))
      #expect(page.contains("the capacity of 5 a day is left out") == (how == ["--exact"]))
      #expect(page.contains("What waits for capacity") == (how != ["--exact"]))
    }
  }

  @Test func `what is computed leaves capacity out, and says on how many days more is asked`() throws {
    let folder = try project(flowYAML: "capacity: { email: 5 a day }\n")
    let text = try simulate(folder, "--exact")
    #expect(text.contains("  email: the capacity of 5 a day is left out here; more is asked on "), "\(text)")
    let enough = try project(flowYAML: "capacity: { email: 1000 a day }\n")
    #expect(
      try simulate(enough, "--exact").contains(
        "  email: the capacity of 1000 a day is left out here; no more is asked on any day\n"))
    let computed = try JSON(parsing: simulate(folder, "--exact", "--format", "json"))
    #expect(computed["load"][0]["capacity_left_out"].value as? Bool == true)
    let counted = try JSON(parsing: simulate(folder, "--contacts", "100", "--seed", "1", "--format", "json"))
    #expect(counted["load"][0]["capacity_left_out"].value as? Bool == false)
    let rows = try simulate(folder, "--exact", "--format", "csv").split(separator: "\r\n")
    #expect(rows.contains { $0.hasPrefix("email,2026-") && $0.hasSuffix(",") }, "\(rows.first ?? "")")
  }

  // MARK: What may be assumed

  @Test func `bounces, absence and the file's own events may be assumed, and nothing that is none of them`() throws {
    let folder = try project()
    func assume(_ lines: String) throws -> Ran {
      try folder.write(
        Self.assumed.replacing("  reply: { declined: 80%, after: 1 day }\n", with: lines), to: "Workflows/nudge.yaml")
      return try folder.flow(
        "simulate", "Workflows/nudge.yaml", "--start", Self.start, "--exact", "--format", "json")
    }
    let bounced = try JSON(parsing: assume("  bounce: 25%\n  offer.accepted: 20%\n").output)
    #expect(abs((shares(bounced)["undeliverable"] ?? 0) - 0.25) < 0.0001)
    // Seven of eight of those who accept do so while the run still waits.
    #expect(abs((shares(bounced)["won"] ?? 0) - 0.175) < 0.002)
    let unknown = try assume("  bounced: 25%\n")
    #expect(unknown.code != 0 && unknown.errors.contains("did you mean \"bounce\""), "\(unknown.errors)")
    let mail = try assume("  first: { done: 25% }\n")
    #expect(mail.code == 1)
    #expect(mail.errors.contains("nothing can be assumed of the step \"first\""), "\(mail.errors)")
    let much = try assume("  reply: { declined: 80% }\n  bounce: 25%\n")
    #expect(much.code != 0 && much.errors.contains("105"), "\(much.errors)")
    #expect(try assume("  bounce: often\n").code != 0)
  }

  // MARK: Two versions

  @Test func `flow diff says what another version comes to`() throws {
    let folder = try project()
    try folder.write(Self.assumed.replacing("reply within 3 days", with: "reply within 2 days"), to: "new/nudge.yaml")
    let ran = try folder.flow("diff", "Workflows", "new", "--start", Self.start)
    #expect(ran.code == 1)
    #expect(
      ran.output.contains(
        "\nof 1000 contacts who come from Mon 2 Feb 2026 00:00 over 30 days, as `assume:`\nexpects:\n"), "\(ran.output)"
    )
    // Four fifths of three quarters in place of four fifths of seven eighths.
    let row = ran.output.split(separator: "\n").first { $0.hasPrefix("  end lost") }
    #expect(row?.split(separator: " ").map(String.init) == ["end", "lost", "70.0", "%", "60.0", "%", "-10.0"])
    let json = try JSON(
      parsing: folder.flow("diff", "Workflows", "new", "--start", Self.start, "--format", "json").output)
    let forecast = json["workflows"][0]["forecast"]
    #expect(abs((shares(forecast["old"])["lost"] ?? 0) - 0.7) < 0.0001)
    #expect(abs((shares(forecast["new"])["lost"] ?? 0) - 0.6) < 0.0001)
    #expect(forecast["assumes_otherwise"].value as? Bool == false)
  }

  @Test func `where nothing else is another, other expectations are told as such`() throws {
    let folder = try project()
    try folder.write(Self.assumed.replacing("declined: 80%", with: "declined: 40%"), to: "new/nudge.yaml")
    let ran = try folder.flow("diff", "Workflows", "new", "--start", Self.start)
    #expect(ran.code == 1)
    #expect(ran.output.contains("nudge: what it does is the same\n"), "\(ran.output)")
    #expect(ran.output.contains(", as `assume:`\nexpects of each version:\n"), "\(ran.output)")
    // Without expectations there is nothing to tell.
    try folder.write(Nudge.workflow, to: "Workflows/nudge.yaml")
    try folder.write(Nudge.workflow, to: "new/nudge.yaml")
    #expect(try folder.flow("diff", "Workflows", "new", "--start", Self.start).output == "nothing changes\n")
  }
}
