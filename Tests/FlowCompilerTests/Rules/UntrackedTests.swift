import Testing

@Suite struct UntrackedTests {
  @Test func theEnd() {
    expectRules(RuleFile(mail("a", mark: "1️⃣")), "1️⃣ untracked")
    expectRules(RuleFile(mail("a", mark: "1️⃣") + "- wait: 3 days\n- end: done"), "1️⃣ untracked")
    expectRules(
      RuleFile(mail("a", mark: "1️⃣") + "- notify: told\n  to: owner\n  say: Sent.\n"), "1️⃣ untracked")
    #expect(
      messages(RuleFile(mail("a") + "- end: done"))
        == ["nobody waits for what comes of \"a\": the run ends with \"done\""])
  }

  @Test func theNextTouch() {
    expectRules(
      RuleFile(
        mail("a", mark: "1️⃣") + "- wait: 3 days\n"
          + mail(
            "b", purpose: "confirm", says: "here is more, {{ owner.name }} knows it all",
            ask: "Is that right?") + answer()),
      "1️⃣ untracked")
  }

  /// One branch that nobody listens on is enough.
  @Test func oneBranch() {
    expectRules(
      RuleFile(
        mail("a", mark: "1️⃣")
          + """
          - choose:
              - when: deal.amount > 9
                then:
                  - await: reply within 3 days
          - end: done
          """
      ),
      "1️⃣ untracked")
  }

  @Test func aCallWithoutItsOutcome() {
    expectRules(
      RuleFile(
        """
        - 1️⃣call: talk
          by: owner
          script: Call {{ contact.name }} about {{ deal.title }}.
          ask: All well?
        """
      ),
      "1️⃣ untracked")
  }

  @Test func quiet() {
    expectRules(RuleFile(mail("a") + answer()))
    expectRules(RuleFile(mail("a") + "- notify: told\n  to: owner\n  say: Sent.\n" + answer()))
    expectRules(
      RuleFile(
        "- call: talk\n  by: owner\n  script: About {{ deal.title }}.\n  ask: All well?\n  within: 1 day\n"))
    expectRules(RuleFile("- task: look\n  by: owner\n  say: Please look at {{ deal.title }}.\n"))
  }
}
