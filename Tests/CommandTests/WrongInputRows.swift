import Testing

/// A wrong file: what to write in place of what in the one in good order, and every error that is to come of
/// it, as `MARK CODE`, `LINE:COLUMN CODE`, or `FILE MARK CODE` for one in another file.
struct WrongInput: Sendable, CustomTestStringConvertible {
  var name: String
  var find: String
  var replace: String
  var expected: [String]
  /// Other files of the project, marked too.
  var files: [String: String] = [:]

  init(
    _ name: String, _ find: String, _ replace: String, _ expected: String..., files: [String: String] = [:]
  ) {
    (self.name, self.find, self.replace, self.expected, self.files) = (name, find, replace, expected, files)
  }

  var testDescription: String { name }
}

extension WrongInput {
  static let all = yaml + words + time + meaning

  /// What YAML would take otherwise, or not at all.
  static let yaml: [WrongInput] = [
    WrongInput("tab", "  event: offer.sent", "1️⃣\tevent: offer.sent", "1️⃣ yaml-tab"),
    WrongInput("tab after blanks", "    id: text", "    1️⃣\tid: text", "1️⃣ yaml-tab"),
    WrongInput(
      "duplicate key", "    title: text\n", "    title: text\n    1️⃣title: text\n", "1️⃣ duplicate-key"),
    WrongInput("complex key", "  key: offer.id", "  key: offer.id\n  ? 1️⃣[a, b]\n  : c", "1️⃣ yaml-complex-key"),
    WrongInput(
      "merge key", "  gap: 1 day", "  1️⃣<<: { gap: 1 day }", "1️⃣ yaml-merge-key"),
    WrongInput("tag", "category: service", "category: 1️⃣!!str service", "1️⃣ yaml-tag"),
    WrongInput("a tag of somebody's own", "about: After", "about: 1️⃣!important After", "1️⃣ yaml-tag"),
    WrongInput("two documents", "trigger:\n", "1️⃣---\ntrigger:\n", "1️⃣ yaml-documents"),
    WrongInput(
      "unquoted {{", "subject: \"{{ offer.title }}: did it reach you?\"",
      "subject: 1️⃣{{ offer.title }} did it reach you?", "1️⃣ yaml-unquoted"),
    WrongInput(
      "unquoted {{ alone", "ask: Is there one question I can answer today?",
      "ask: 1️⃣{{ offer.title }}", "1️⃣ yaml-unquoted"),
    WrongInput("unquoted @", "about: After", "about: 1️⃣@ After", "1️⃣ yaml-unquoted"),
    WrongInput("unquoted *", "about: After", "about: 1️⃣*After", "1️⃣ yaml-unquoted"),
    WrongInput("unquoted &", "about: After an", "about: 1️⃣&After an", "1️⃣ yaml-unquoted"),
    WrongInput("unquoted %", "about: After", "about: 1️⃣%After", "1️⃣ yaml-unquoted"),
    WrongInput("unquoted backtick", "about: After", "about: 1️⃣`After", "1️⃣ yaml-unquoted"),
    WrongInput("unquoted : ", "about: After an", "about: After1️⃣: an", "1️⃣ yaml-colon"),
    WrongInput("unquoted #", "ask: Is there", "ask: Is 1️⃣#there", "1️⃣ yaml-comment"),
    WrongInput("unquoted #{{", "ask: Is there", "ask: Ticket 1️⃣#{{ offer.id }}", "1️⃣ yaml-comment"),
    WrongInput("ends early after a quote", "about: After an", "about: \"After\" 1️⃣an", "1️⃣ yaml-quote"),
  ]

  /// What is misspelt, or stands where nothing of the kind is known.
  static let words: [WrongInput] = [
    WrongInput("misspelt verb", "- email: first", "- 1️⃣emial: first", "1️⃣ unknown-verb"),
    WrongInput("misspelt key", "timezone: contact", "1️⃣timezoen: contact", "1️⃣ unknown-key"),
    WrongInput("misspelt key of a step", "    at: day 2", "    1️⃣att: day 2", "1️⃣ unknown-key"),
    WrongInput(
      "misspelt field of data", "{{ offer.title }}: did", "{{ offer.1️⃣titel }}: did", "1️⃣ unknown-field"),
    WrongInput("misspelt field of a channel", "    subject:", "    1️⃣subjet:", "1️⃣ unknown-key"),
    WrongInput("misspelt step", "- end: no-response", "- go: 1️⃣tlak", "1️⃣ unknown-target"),
    WrongInput("misspelt event", "await: reply within", "await: 1️⃣offer.sene within", "1️⃣ unknown-event"),
    WrongInput(
      "misspelt event in anytime", "  offer.accepted: end won", "  1️⃣offer.acepted: end won", "1️⃣ unknown-event"
    ),
    WrongInput("misspelt class", "  declined: end lost", "  1️⃣declinde: end lost", "1️⃣ unknown-event"),
    WrongInput(
      "misspelt filter", "our offer \"{{ offer.title }}\"", "our offer \"{{ offer.title | 1️⃣uper }}\"",
      "1️⃣ unknown-filter"),
    WrongInput("misspelt zone", "\"Europe/Berlin\"", "1️⃣\"Europe/Berlim\"", "1️⃣ unknown-zone"),
    WrongInput(
      "misspelt holiday calendar", "holidays: [2026-12-25]", "holidays: 1️⃣ED", "1️⃣ unknown-calendar",
      files: [
        "flow.yaml": "language: 1\ncalendars: { DE: de.ics }\n",
        "de.ics": "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
      ]),
    WrongInput(
      "misspelt zone in flow.yaml", "", "", "flow.yaml 1️⃣ unknown-zone",
      files: ["flow.yaml": "language: 1\ntimezone: 1️⃣Europe/Berlim\n"]),
    WrongInput(
      "misspelt plugin", "", "", "flow.yaml 1️⃣ unknown-word",
      files: ["flow.yaml": "language: 1\nchannels:\n  1️⃣mail: { plugin: emial }\n"]),
    WrongInput(
      "a path out of the project in flow.yaml", "", "", "flow.yaml 1️⃣ file-outside",
      files: ["flow.yaml": "language: 1\ncalendars: { DE: 1️⃣../de.ics }\n"]),
    WrongInput(
      "a program out of the project", "", "", "flow.yaml 1️⃣ file-outside",
      files: ["flow.yaml": "language: 1\nchannels:\n  fax: { exec: 1️⃣../fax.py }\n"]),
    WrongInput(
      "misspelt function", "when: offer.amount > 0", "when: 1️⃣lenght(offer.id) > 0", "1️⃣ unknown-function"),
    WrongInput("misspelt type", "amount: number", "amount: 1️⃣nubmer", "1️⃣ unknown-type"),
    WrongInput("misspelt category", "category: service", "category: 1️⃣servise", "1️⃣ unknown-word"),
    WrongInput("misspelt purpose", "purpose: confirm", "purpose: 1️⃣confrim", "1️⃣ unknown-word"),
  ]

  /// Durations, instants, windows.
  static let time: [WrongInput] = [
    WrongInput("wait: 3", "- await: reply within 3 days", "- wait: 1️⃣3", "1️⃣ bad-duration"),
    WrongInput("3 dyas", "within 3 days", "within 3 1️⃣dyas", "1️⃣ bad-duration"),
    WrongInput("-2 days", "- await: reply within 3 days", "- wait: 1️⃣-2 days", "1️⃣ bad-duration"),
    WrongInput("1.5 days", "- await: reply within 3 days", "- wait: 1️⃣1.5 days", "1️⃣ bad-duration"),
    WrongInput("2d", "- await: reply within 3 days", "- wait: 1️⃣2d", "1️⃣ bad-duration"),
    WrongInput("P2D", "- await: reply within 3 days", "- wait: 1️⃣P2D", "1️⃣ bad-duration"),
    WrongInput("0 days", "- await: reply within 3 days", "- wait: 1️⃣0 days", "1️⃣ bad-duration"),
    WrongInput(
      "from small to large", "- await: reply within 3 days", "- wait: 1️⃣4 hours 1 day", "1️⃣ bad-duration"),
    WrongInput("a gap that is none", "gap: 1 day", "gap: 1️⃣1day", "1️⃣ bad-duration"),
    WrongInput("2027-02-30", "[2026-12-25]", "[1️⃣2027-02-30]", "1️⃣ bad-date"),
    WrongInput("2027-02-30 as an instant", "at: day 2", "at: 1️⃣2027-02-30", "1️⃣ bad-date"),
    WrongInput("25:00", "at: day 2", "at: day 2 at 1️⃣25:00", "1️⃣ bad-time"),
    WrongInput("25:00 in a window", "09:00-17:00", "09:00-1️⃣25:00", "1️⃣ bad-window"),
    WrongInput(
      "a window that ends before it starts", "mon-fri 09:00-17:00", "mon-fri 1️⃣17:00-09:00", "1️⃣ bad-window"),
    WrongInput(
      "a window that ends when it starts", "mon-fri 09:00-17:00", "mon-fri 1️⃣09:00-09:00", "1️⃣ bad-window"),
    WrongInput(
      "windows and holidays that leave no day", "  window: mon-fri 09:00-17:00\n  holidays: [2026-12-25]",
      "  window: mon 09:00-17:00\n  holidays: 1️⃣DE", "1️⃣ no-day",
      files: [
        "flow.yaml": "language: 1\ncalendars: { DE: de.ics }\n",
        "de.ics": "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20200101\r\n"
          + "DTEND;VALUE=DATE:20400101\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
      ]),
    WrongInput("a data instant without if-past", "at: day 2", "at: 1️⃣offer.due", "1️⃣ if-past"),
    WrongInput(
      "a data instant in an await", "await: reply within 3 days", "await: reply until 1️⃣offer.due", "1️⃣ if-past"
    ),
    WrongInput("business hours without a window", "  window: mon-fri 09:00-17:00\n", "", "51:13 no-window"),
    WrongInput(
      "business hours on no day of the window", "  window: mon-fri 09:00-17:00\n",
      "  window: mon-fri 09:00-17:00\n  business: sat\n", "53:13 no-day"),
  ]

  /// Types, scope, the graph.
  static let meaning: [WrongInput] = [
    WrongInput(
      "an optional used bare", "Good afternoon {{ contact.name }}",
      "Good afternoon {{ 1️⃣contact.first_name }}", "1️⃣ optional"),
    WrongInput(
      "an optional in a condition", "when: offer.amount > 0", "when: 1️⃣offer.expires > offer.due", "1️⃣ optional"
    ),
    WrongInput(
      "a reply's text where none came", "ask: Is there one question I can answer today?",
      "ask: \"You wrote {{ 1️⃣reply.text }}?\"", "1️⃣ not-in-scope"),
    WrongInput(
      "a wrong type in a condition", "when: offer.amount > 0", "when: 1️⃣offer.title > 0", "1️⃣ wrong-type"),
    WrongInput("a cycle", "- end: no-response", "- 1️⃣go: first", "1️⃣ cycle"),
    WrongInput(
      "an unreachable step", "- end: no-response\n", "- end: no-response\n  - 1️⃣wait: 1 day\n  - end: later\n",
      "1️⃣ unreachable"),
    WrongInput(
      "an unreachable path", "- end: no-response\n",
      "- end: no-response\npaths:\n  1️⃣book:\n    - end: booked\n", "1️⃣ unreachable"),
    WrongInput(
      "a case for what is not awaited", "reply within 3 days\n",
      "reply within 3 days\n    then:\n      1️⃣offer.seen: end seen\n", "1️⃣ case-not-awaited"),
    WrongInput(
      "a case for an outcome that is none", "within: 4 business hours\n",
      "within: 4 business hours\n    then:\n      1️⃣conected: end talked\n", "1️⃣ case-not-awaited"),
    WrongInput(
      "unsubscribe in anytime", "  declined: end lost", "  declined: end lost\n  1️⃣unsubscribe: end gone",
      "1️⃣ reserved-event"),
    WrongInput(
      "complaint in an await", "await: reply within", "await: reply or 1️⃣complaint within", "1️⃣ reserved-event"),
    WrongInput(
      "arms that are not 100 %", "- end: no-response",
      "- split: half\n    arms: 1️⃣{ a: 50%, b: 40% }\n  - end: no-response", "1️⃣ arms"),
    WrongInput("two verbs in a step", "- email: first\n", "- email: first\n    1️⃣sms: too\n", "1️⃣ two-verbs"),
    WrongInput(
      "no verb in a step", "- end: no-response", "- 1️⃣note: nothing\n  - end: no-response", "1️⃣ missing-verb"),
    WrongInput(
      "unclosed {{ in quotes", "subject: \"{{ offer.title }}: did it reach you?\"",
      "subject: \"Was 1️⃣{{ offer.title there?\"", "1️⃣ unclosed-template"),
    WrongInput(
      "unclosed {{ in a block", "two days ago we sent you our offer \"{{ offer.title }}\".",
      "our offer 1️⃣{{ offer.title", "1️⃣ unclosed-template"),
    WrongInput(
      "a path out of the project",
      Nudge.body,
      "body: 1️⃣../../secret.md", "1️⃣ file-outside"),
    WrongInput(
      "an absolute path",
      Nudge.body,
      "body: 1️⃣/etc/motd.txt", "1️⃣ file-outside"),
    WrongInput(
      "a file that is not there",
      Nudge.body,
      "body: 1️⃣letters/none.md", "1️⃣ file-problem"),
    WrongInput(
      "a path that runs out", "- end: no-response\n", "- go: book\npaths:\n  book:\n    - 1️⃣wait: 1 day\n",
      "1️⃣ path-runs-out"),
    WrongInput(
      "two files with one workflow name", "workflow: nudge", "workflow: 1️⃣nudge",
      "b.yaml 1️⃣ duplicate-workflow",
      files: ["b.yaml": Nudge.workflow.replacing("workflow: nudge", with: "workflow: 1️⃣nudge")]),
    WrongInput("a name given twice", "- call: talk", "- call: 1️⃣first", "1️⃣ name-taken"),
  ]
}
