/// What `flow init` writes: the smallest project that shows a touch, a wait, an answer and a person. It passes
/// `flow check --strict` and `flow run`.
enum ProjectTemplate {
  static let files: [(path: String, text: String)] = [
    ("flow.yaml", project), ("Workflows/follow-up.yaml", workflow), ("Workflows/fixtures/ann.json", fixture),
  ]

  static let project = """
    language: 1
    timezone: Europe/Berlin

    policy:
      window: mon-fri 09:00-17:00
      gap: 1 day

    channels:                        # no server is named here, so nothing is sent
      email:
        from: Acme <hello@acme.test>

    """

  static let workflow = """
    workflow: follow-up
    about: After an offer, ask once, then let a person decide.
    category: service

    trigger:
      event: offer.sent
      key: offer.id
      again: after end

    input:
      contact: contact
      owner: person
      offer: { id: text, title: text }

    events:
      offer.accepted: {}

    timezone: contact.timezone ?? "Europe/Berlin"

    replies:
      declined: ["no thanks", "not interested"]

    anytime:
      offer.accepted: end won
      declined: end lost

    goal: won

    steps:
      - email: first-touch
        at: day 2
        purpose: confirm
        subject: "{{ offer.title }}: did it reach you?"
        body: |
          Good afternoon {{ contact.first_name ?? contact.name }},

          two days ago we sent you our offer "{{ offer.title }}".
        ask: Is there one question I can answer today?

      - await: reply within 3 business days

      - task: decide
        by: owner
        say: "{{ contact.name }} has not answered about {{ offer.title }}. Call, or close it?"
      - end: no-response

    scenarios:
      - name: silence reaches a person
        start: 2026-03-02 10:00 Europe/Berlin
        input: fixtures/ann.json
        expect:
          - 2026-03-04 10:00  first-touch
          - 2026-03-09 10:00  decide
          - 2026-03-09 10:00  end no-response
      - name: a refusal ends it at once
        start: 2026-03-02 10:00 Europe/Berlin
        input: fixtures/ann.json
        events:
          - { at: first-touch + 1 hour, reply: "No thanks." }
        expect: [ first-touch, end lost ]
      - name: an accepted offer needs no follow-up
        start: 2026-03-02 10:00 Europe/Berlin
        input: fixtures/ann.json
        events:
          - { at: day 1, event: offer.accepted }
        expect: [ end won ]

    """

  static let fixture = """
    {
      "contact": {
        "id": "c-1",
        "name": "Ann Meyer",
        "first_name": "Ann",
        "email": "ann@example.test",
        "timezone": "Europe/Berlin"
      },
      "owner": { "name": "Oliver Brandt", "email": "oliver@acme.test" },
      "offer": { "id": "O-1", "title": "Roof repair" }
    }

    """
}
