/// A small workflow in good order, from which the wrong ones are made by changing one place.
enum Nudge {
  static let workflow = """
    workflow: nudge
    about: After an offer, ask once, then let a person call.
    category: service

    trigger:
      event: offer.sent
      key: offer.id
      when: offer.amount > 0

    input:
      contact: contact
      owner: person
      offer:
        id: text
        title: text
        amount: number
        due: date
        expires: optional date

    events:
      offer.accepted: { by: text }
      offer.seen: {}

    timezone: contact.timezone ?? "Europe/Berlin"
    owner: owner

    policy:
      window: mon-fri 09:00-17:00
      holidays: [2026-12-25]
      gap: 1 day

    replies:
      declined: ["no thanks"]

    anytime:
      offer.accepted: end won
      declined: end lost

    steps:
      - email: first
        at: day 2
        purpose: confirm
        subject: "{{ offer.title }}: did it reach you?"
        body: |
          Good afternoon {{ contact.name }},

          two days ago we sent you our offer "{{ offer.title }}".
        ask: Is there one question I can answer today?
      - await: reply within 3 days
      - call: talk
        by: owner
        within: 4 business hours
        purpose: request
        ask: Which day suits you?
      - end: no-response

    """

  /// The body of its mail, as it stands there.
  static let body = """
    body: |
          Good afternoon {{ contact.name }},

          two days ago we sent you our offer "{{ offer.title }}".
    """

  static let input = """
    {
      "contact": { "id": "c-1", "name": "Ann Meyer", "first_name": "Ann", "email": "ann@acme.test",
        "phone": "+494055500142" },
      "owner": { "name": "Oliver Brandt", "email": "owner@acme.test" },
      "offer": { "id": "O-1", "title": "Roof repair", "amount": 18400, "due": "2026-05-04" }
    }

    """
}
