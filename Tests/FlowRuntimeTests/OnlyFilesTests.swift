import FlowCore
import FlowTesting
import FlowTime
import Testing

/// A reply that is only a file, whose name somebody has chosen for other ends.
struct OnlyFilesTests {
  @Test(arguments: [
    ("2026-04-01 works", CivilDate(year: 2026, month: 4, day: 1)),
    ("\u{FFFC} 2026-04-01 works", CivilDate(year: 2026, month: 4, day: 1)),
    (OnlyFiles.text(["2026-04-01 offer.pdf"]), nil),
  ])
  func `a date in the name of a file is not one that the reply names`(text: String, date: CivilDate?) throws {
    let graph = try Bench.graphs(order(), zones: utcOnly)[0]
    let surroundings = Surroundings(zones: utcOnly)
    let at = time("2026-03-02 09:00")
    let run = Machine.start(
      graph, key: ["O-1"],
      data: ["contact": .record(["name": .text("Ann")]), "order": .record(["id": .text("O-1")])], at: at, surroundings
    ).run
    let reply = Event(id: "r", at: at, kind: .reply(text: text))
    let after = Machine.step(graph, run, reply, at: at, surroundings).run
    #expect(after.reply?.text == text)
    #expect(after.reply?.date == date)
  }
}
