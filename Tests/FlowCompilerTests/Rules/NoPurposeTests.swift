import Testing

@Suite struct NoPurposeTests {
  @Test func raised() {
    expectRules(
      RuleFile(
        """
        - 1️⃣email: hello
          subject: About {{ deal.title }}
          body: Dear {{ contact.name }}, thank you.
          ask: Shall we talk?
        - await: reply within 3 days
        - 2️⃣sms: nudge
          body: Dear {{ contact.name }}, {{ deal.amount | money }} for {{ deal.title }} is fine with us.
          ask: Which day suits you?
        - await: reply within 3 days
        """), "1️⃣ no-purpose", "2️⃣ no-purpose")
  }

  @Test func quiet() {
    expectRules(
      RuleFile(
        """
        - email: hello
          purpose: inform
          subject: About {{ deal.title }}
          body: Dear {{ contact.name }}, thank you.
          ask: Shall we talk?
        - await: reply within 3 days
        - call: talk
          by: owner
          script: Call {{ contact.name }} about {{ deal.amount | money }} for {{ deal.title }}.
          ask: Which day suits you?
          within: 1 business day
        - notify: told
          to: owner
          say: "{{ contact.name }} has not answered."
        - task: decide
          by: owner
          say: Please close {{ deal.title }}.
        """))
  }
}
