import FlowTime
import Testing

@Suite("Windows")
struct WindowTests {
  @Test(
    "As written",
    arguments: [
      "mon-fri 09:00-17:00", "mon-thu 09:00-17:00, fri 09:00-13:00", "daily 08:00-20:00", "daily 00:00-24:00",
      "fri-mon 10:00-12:00",
      "mon, wed 09:00-12:00", "sat 22:15-24:00, sun 00:00-02:00",
    ])
  func written(text: String) throws {
    let window = try Window.parse(text)
    #expect(window.description == text)
    #expect(try Window.parse("  " + text + " ") == window)
  }

  static let wrong: [(String, WindowError.Problem, String, String?)] = [
    ("", .empty, "", nil),
    ("mon-fri", .missingTimes, "mon-fri", nil),
    ("09:00-17:00", .missingDays, "09:00-17:00", nil),
    ("mon-fri 09:00", .missingEnd, "09:00", nil),
    ("mon-fri 09:00-", .missingEnd, "09:00", nil),
    ("mon-fri 17:00-09:00", .endNotAfterStart(start: "17:00", end: "09:00"), "17:00-09:00", nil),
    ("mon-fri 09:00-09:00", .endNotAfterStart(start: "09:00", end: "09:00"), "09:00-09:00", nil),
    ("mon-fri 09:00-00:00", .endNotAfterStart(start: "09:00", end: "00:00"), "09:00-00:00", "09:00-24:00"),
    ("mon-fri 09:00-25:00", .badTime("25:00"), "25:00", nil),
    ("mon-fri 24:00-24:00", .badTime("24:00"), "24:00", nil),
    ("mon-fri 9:00-17:00", .badTime("9:00"), "9:00", "09:00"),
    ("mon-fri 9am-5pm", .badTime("9am"), "9am", "09:00"),
    ("mon-fri 09:00-5:30pm", .badTime("5:30pm"), "5:30pm", "17:30"),
    ("mon-fri 12am-12pm", .badTime("12am"), "12am", "00:00"),
    ("mon-fri 9-17", .badTime("9"), "9", nil),
    ("mon-fri 09:00-17:60", .badTime("17:60"), "17:60", nil),
    ("Mon-fri 09:00-17:00", .unknownDay("Mon"), "Mon", "mon"),
    ("monday-friday 09:00-17:00", .unknownDay("monday"), "monday", "mon"),
    ("weekdays 09:00-17:00", .unknownDay("weekdays"), "weekdays", "mon-fri"),
    ("moon-fri 09:00-17:00", .unknownDay("moon"), "moon", nil),
    ("mon-fri 09:00-12:00, 13:00-17:00", .missingDays, "13:00-17:00", "mon-fri 13:00-17:00"),
    ("mon-fri 09:00-17:00,", .empty, "", nil),
    ("mon-fri 09:00-17:00 sat 10:00-12:00", .unexpected("sat"), "sat", nil),
    ("mon- 09:00-17:00", .unknownDay("09:00"), "09:00", nil),
    (", mon 09:00-17:00", .unexpected(","), ",", nil),
    ("mon–fri 09:00–17:00", .unexpected("–"), "–", "-"),
  ]

  @Test("What is wrong, where, and what should stand there", arguments: wrong)
  func mistakes(text: String, problem: WindowError.Problem, marked: String, fix: String?) throws {
    let error = try #require(throws: WindowError.self) { try Window.parse(text) }
    #expect(error.problem == problem)
    #expect(String(decoding: Array(text.utf8)[error.range], as: UTF8.self) == marked)
    #expect(error.fix == fix)
    #expect(!error.description.isEmpty)
  }

  @Test(
    "Inside is from the start up to the end",
    arguments: [
      ("2026-03-25 09:00", true), ("2026-03-25 08:59", false), ("2026-03-25 16:59", true),
      ("2026-03-25 17:00", false),
      ("2026-03-27 12:59", true), ("2026-03-27 13:00", false), ("2026-03-28 10:00", false),
    ])
  func contains(civil: String, isInside: Bool) throws {
    let window = try Window.parse("mon-thu 09:00-17:00, fri 09:00-13:00")
    #expect(window.contains(try wall(civil)) == isInside)
  }

  @Test func overMidnight() throws {
    let error = try #require(throws: WindowError.self) { try Window.parse("mon-fri 22:00-06:00") }
    #expect(
      error.help
        == "a window over midnight is two: from 22:00 to 24:00, and from 00:00 to 06:00 on the days after")
  }

  @Test func untilMidnight() throws {
    let window = try Window.parse("daily 22:00-24:00")
    #expect(window.contains(CivilDateTime(date: .latest, time: CivilTime(milliseconds: 86_399_999))))
    #expect(!window.contains(try wall("2026-03-25 00:00")))
  }

  @Test("Rules that overlap or touch are one window")
  func union() throws {
    #expect(try Window.parse("mon 09:00-12:00, mon 11:00-13:00") == Window.parse("mon 09:00-13:00"))
    #expect(try Window.parse("mon 09:00-12:00, mon 12:00-13:00") == Window.parse("mon 09:00-13:00"))
    #expect(Window(days: .daily, from: .midnight, to: .midnight) == nil)
  }

  @Test("Any text gives a window that is printed as it is read, or an error within the text")
  func fuzz() {
    var random = Seeded(state: 4)
    let pieces = [
      "mon", "fri", "sun", "daily", "-", "-", ",", " ", " ", "09:00", "17:00", "24:00", "00:00", "9:00", "é",
      "\r\n", "5pm", "x", "–", "\0",
    ]
    for _ in 0..<20_000 {
      let text = (0..<Int.random(in: 1...9, using: &random)).map { _ in
        pieces.randomElement(using: &random) ?? ""
      }.joined()
      do {
        let window = try Window.parse(text)
        #expect((try? Window.parse(window.description)) == window)
      } catch {
        #expect(error.range.lowerBound >= 0 && error.range.upperBound <= text.utf8.count)
      }
      if let days = try? WeekdaySet.parse(text) { #expect((try? WeekdaySet.parse(days.description)) == days) }
    }
  }
}
