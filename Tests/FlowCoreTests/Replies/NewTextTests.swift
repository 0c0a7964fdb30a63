import FlowCore
import Testing

/// What somebody wrote themselves, of a plain text, whatever brought it (language, section 6).
struct NewTextTests {
  @Test(arguments: [
    (
      "Sounds interesting, tell me more.\n\nOn Mon, 2 Mar 2026 at 09:00, Otto <otto@acme.test> wrote:\n> say no thanks",
      "Sounds interesting, tell me more."
    ),
    ("Who are you?\r\n\r\nOtto wrote:\r\n> say yes please\r\n", "Who are you?"),
    ("Yes.\n-----Original Message-----\nSay no thanks and we stop.", "Yes."),
    ("> Which day?\nMonday.\n> Which hour?\nTen.", "Monday.\nTen."),
    ("Ja, gern.\n\nAm 02.03.2026 um 09:00 schrieb Otto <otto@acme.test>:\n> nein danke", "Ja, gern."),
    ("> only what we wrote\n> ourselves", ""),
    ("Nothing is quoted here.", "Nothing is quoted here."),
    ("5 > 3, as you know", "5 > 3, as you know"),
    ("", ""),
  ])
  func `only what is new stays`(_ text: String, _ new: String) {
    #expect(Event.Kind.answer(text) == .reply(text: new))
  }
}
