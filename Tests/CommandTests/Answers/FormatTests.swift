import Foundation
import Testing

/// The timeline as a page, as a calendar and as a table.
@Suite struct FormatTests {
  private func simulated(_ folder: Folder, _ format: String) throws -> Ran {
    try folder.flow(
      "simulate", "Workflows/proposal.yaml", "--start", Fixtures.start, "--input", "Workflows/fixtures/acme.json",
      "--format", format)
  }

  @Test func asPage() throws {
    let folder = try Fixtures.proposal()
    let ran = try simulated(folder, "html")
    #expect(ran.code == 0, "\(ran.errors)")
    #expect(ran.output.hasPrefix("<!DOCTYPE html>\n"))
    // Everything is in the one file: no script, nothing fetched.
    for word in ["<script", "<link", "src=", "url(", "@import", "href="] { #expect(!ran.output.contains(word)) }
    #expect(ran.output.contains("<h1>proposal: no-response</h1>"))
    let svg = try simulated(folder, "svg").output
    #expect(ran.output.contains(svg))
    #expect(ran.output.contains("Did it reach you, and is there one question I can answer today?"))
    #expect(!ran.output.contains(folder.path))
  }

  @Test func asCalendar() throws {
    let ran = try simulated(try Fixtures.proposal(), "ics")
    let lines = ran.output.split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
    #expect(lines.allSatisfy { $0.utf8.count <= 75 && !$0.contains("\n") })
    // 16:40 in Berlin is 15:40 UTC before the clocks change, and 14:40 after it.
    #expect(
      lines.filter { $0.hasPrefix("DTSTART") } == [
        "DTSTART:20260327T154000Z", "DTSTART:20260330T144000Z", "DTSTART:20260331T144000Z",
        "DTSTART:20260407T070000Z",
      ])
    #expect(lines.contains("SUMMARY:proposal: last-offer"))
    #expect(lines.contains("SUMMARY:proposal: call-overdue"))
  }

  @Test func asTable() throws {
    let ran = try simulated(try Fixtures.proposal(), "csv")
    // Read by a reader of CSV that is none of ours.
    let read = try Going(
      ["-c", "import csv, json, sys; print(json.dumps(list(csv.DictReader(sys.stdin))))"],
      in: "/", program: "python3", input: ran.output
    ).wait()
    let rows = try JSON(parsing: read.output).list
    #expect(rows.count == 12)
    #expect(rows[1]["step"].text == "receipt" && rows[1]["to"].text == "ann@acme.test")
    #expect(rows[1]["at"].text == "2026-03-27T16:40:00+01:00")
    #expect(rows[7]["type"].text == "deferred" && rows[7]["until"].text == "2026-04-07T09:00:00+02:00")
    #expect(rows[11]["outcome"].text == "no-response")
  }
}
