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
    // GMX and web.de begin the copied header with the date; so they do in English.
    (
      "Kommt.\n\nGesendet: Sonntag, 22. November 2026 um 10:00 Uhr\nVon: \"Otto\" <otto@acme.test>\n"
        + "An: ann@client.test\nBetreff: Angebot\n\nSay no thanks and we stop.",
      "Kommt."
    ),
    (
      "Soon.\n\nSent: Sunday, November 22, 2026 at 10:00 AM\nFrom: Otto <otto@acme.test>\nTo: ann@client.test\n"
        + "Subject: Offer\nSay no thanks.",
      "Soon."
    ),
    ("Sent: yesterday\nTo: the accountant", "Sent: yesterday\nTo: the accountant"),
    // Yahoo in German, Zoho, GroupWise, Gnus.
    (
      "Später.\n\nAm Sonntag, 22. November 2026, 10:00:00 MEZ hat Otto <otto@acme.test> Folgendes geschrieben:\n"
        + "Say no thanks.",
      "Später."
    ),
    ("Later.\n\n---- On Sun, 22 Nov 2026 10:00:00 +0100 Otto <otto@acme.test> wrote ---\nSay no thanks.", "Later."),
    (
      "Bald.\n\n>>> Otto <otto@acme.test> 22.11.2026 10:00 >>>\nSay no thanks.",
      "Bald."
    ),
    ("Noted.\n\nOtto <otto@acme.test> writes:\n\n> Say no thanks.", "Noted."),
    ("otto@acme.test writes:\nhe agrees.", "otto@acme.test writes:\nhe agrees."),
    (">>> mine >>>\nMonday.", "Monday."),
    ("> only what we wrote\n> ourselves", ""),
    ("Nothing is quoted here.", "Nothing is quoted here."),
    ("5 > 3, as you know", "5 > 3, as you know"),
    ("", ""),
  ])
  func `only what is new stays`(_ text: String, _ new: String) {
    #expect(Event.Kind.answer(text) == .reply(text: new))
  }

  /// By its words, and by its shape in a language that is not known.
  @Test(arguments: [
    """
    Tak.

    Da: Otto <otto@acme.test>
    Inviato: domenica 22 novembre 2026 10:00
    A: ann@client.test
    Oggetto: Offerta
    Say no thanks.
    """,
    """
    Tak.

    Odosielateľ: Otto <otto@acme.test>
    Odoslané: 22. novembra 2026 10:00
    Komu: ann@client.test
    Predmet: Ponuka

    Say no thanks.
    """,
    """
    Tak.

    Dňa 22. 11. 2026 10:00 Otto <otto@acme.test> napísal:
    Say no thanks.
    """,
  ])
  func `what follows a header or a lead of any language is not new`(_ text: String) {
    #expect(Event.Kind.answer(text) == .reply(text: "Tak."))
  }

  @Test(arguments: [
    "Name: Ann\nPhone: 555 0142\nDate: 7 April 2026, 14:00\nMail: <ann@client.test>",
    "Kontakt: Bob <bob@client.test>\nTermin: 7.4.2026, 10:00\nOrt: Berlin",
    "Tack: ja\nDag: 7 april 2026 kl. 10:00\nPlats: Malmö\nVem: Bob",
    "From: Berlin\nTo: Munich\nDate: 7 April",
  ])
  func `a list of their own is new`(_ text: String) {
    #expect(Event.Kind.answer(text) == .reply(text: text))
  }
}
