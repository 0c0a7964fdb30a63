extension Explanation {
  /// Instants, windows, holds.
  static let times: [Explanation] = [
    Explanation(
      "bad-instant", title: "A text is no instant.",
      why:
        "An instant is `day N`, `09:00` or `mon 09:00`, a date or an instant from data, a step's "
        + "name, `event.time` or "
        + "`run.started`, each with + or - a duration, and `at HH:MM` where it names a day.",
      example: file("steps:\n  - wait: until 2 days\n  - end: done\n"),
      correction: file("steps:\n  - wait: until day 2\n  - end: done\n")),
    Explanation(
      "bad-time", title: "A time of the day does not exist.",
      why: "A time is HH:MM, from 00:00 to 23:59.",
      example: file("steps:\n  - wait: until 25:00\n  - end: done\n"),
      correction: file("steps:\n  - wait: until 23:00\n  - end: done\n")),
    Explanation(
      "bad-window", title: "A window or a set of weekdays cannot be read.",
      why:
        "A window is days and hours, `mon-thu 09:00-17:00, fri 09:00-13:00`; its end lies after its start.",
      example: file("policy: { window: mon-fri 17:00-09:00 }\nsteps:\n  - end: done\n"),
      correction: file("policy: { window: mon-fri 09:00-17:00 }\nsteps:\n  - end: done\n")),
    Explanation(
      "unknown-zone", title: "A time zone does not exist.",
      why: "Zones have the names of the tz database; without one no hour of the day can be told.",
      example: file("timezone: Europe/Berlni\nsteps:\n  - end: done\n"),
      correction: file("timezone: Europe/Berlin\nsteps:\n  - end: done\n")),
    Explanation(
      "unknown-calendar", title: "A calendar of holidays is not in flow.yaml.",
      why: "Holidays are a calendar of flow.yaml (`calendars`), or a list of dates.",
      example: file("policy: { holidays: DF }\nsteps:\n  - end: done\n"),
      correction: file("policy: { holidays: [ 2026-12-25, 2026-12-26 ] }\nsteps:\n  - end: done\n")),
    Explanation(
      "no-day", title: "Windows, business days and holidays leave no day.",
      why: "What waits for such a day waits for ever.",
      example: file(
        "policy: { window: sat 09:00-17:00 }\nsteps:\n  - wait: 4 business hours\n  - end: done\n"),
      correction: file(
        "policy: { window: fri-sat 09:00-17:00 }\nsteps:\n  - wait: 4 business hours\n  - end: done\n")),
    Explanation(
      "no-window", title: "Business hours are counted, and there is no window.",
      why: "Business hours are the hours of the policy's window on business days.",
      example: file("steps:\n  - wait: 4 business hours\n  - end: done\n"),
      correction: file(
        "policy: { window: mon-fri 09:00-17:00 }\nsteps:\n  - wait: 4 business hours\n  - end: done\n")),
    Explanation(
      "if-past", title: "It is not said what happens where an instant from data lies in the past.",
      why:
        "The due date of an invoice may lie behind when the run begins: the step may be left out "
        + "(`skip`), done at "
        + "once (`now`), or lead elsewhere. Every other instant that has passed counts as reached, "
        + "and needs no such line.",
      example: file("steps:\n  - wait: until deal.due\n  - end: done\n"),
      correction: file("steps:\n  - wait: until deal.due\n    if-past: now\n  - end: done\n")),
    Explanation(
      "await-endless", title: "An await does not say how long it waits.",
      why: "Every run ends: an await has `within DURATION` or `until INSTANT`.",
      example: file("steps:\n  - await: reply\n  - end: done\n"),
      correction: file("steps:\n  - await: reply within 3 days\n  - end: done\n")),
    Explanation(
      "bad-hold", title: "A hold does not say for how long where its instant is unknown.",
      why: "An out-of-office may name no date, and an event may never come: a duration serves then.",
      example: file("anytime:\n  out-of-office: hold until return\nsteps:\n  - end: done\n"),
      correction: file(
        "anytime:\n  out-of-office: hold until return, or 5 business days\nsteps:\n  - end: done\n")),
  ]
}
