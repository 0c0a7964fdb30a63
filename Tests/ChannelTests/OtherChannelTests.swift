import FlowCore
import FlowPlugin
import FlowTime
import MessengerChannel
import NotificationChannel
import TasksChannel
import Testing
import WebhookChannel

@Suite struct TaskTests {
  @Test func aCallSaysWhomAndWhat() async throws {
    let channel = try CallChannel(Scratch().settings())
    var call = delivery(
      "call", [("script", text(("Ask ", false), ("Ann", true), (".\n", false)))], address: "+49 40 55500142",
      by: oliver,
      outcomes: ["connected", "no-answer"])
    call.until = Instant(seconds: 1_774_630_800)
    let rendering = try await channel.render(call)
    #expect(rendering.to == "+494055500142")
    #expect(
      rendering.shown == [Entry.NamedText("script", "Ask Ann."), Entry.NamedText("phone", "+494055500142")])
    #expect(
      rendering.text == """
        {
          "verb": "call",
          "step": "receipt",
          "by": "Oliver Brandt",
          "by-email": "owner@acme.test",
          "about": "Call Ann Meyer, +494055500142",
          "contact": "Ann Meyer",
          "script": "Ask Ann.",
          "until": "2026-03-27T17:00:00+00:00",
          "outcomes": [
            "connected",
            "no-answer"
          ]
        }

        """)
  }

  @Test func aCallNeedsNoNumberButNoWrongOne() async throws {
    let channel = try CallChannel(Scratch().settings())
    #expect(await refusal(channel, delivery("call", [], by: oliver)) == nil)
    #expect(await refusal(channel, delivery("call", [], address: "12", by: oliver))?.kind == .permanent)
    #expect(await refusal(channel, delivery("call", []))?.kind == .permanent)
  }

  @Test func aTaskSaysWhatIsToBeDone() async throws {
    let rendering = try await TaskChannel(Scratch().settings()).render(
      delivery("task", [("say", text("Send the offer."))], by: oliver, touch: false))
    #expect(rendering.to.isEmpty)
    #expect(rendering.shown == [Entry.NamedText("say", "Send the offer.")])
  }
}

@Suite struct MessengerTests {
  @Test func itReachesPeopleAsTheMessengerKnowsThem() async throws {
    let channel = try MessengerChannel(Scratch().settings(["via": "slack"]))
    let person = ann.setting(["handle"], to: .text("ann.m"))
    let body = ("body", text("Hello"))
    let slack = try await channel.render(delivery("message", [body], address: "+494055500142", to: person))
    #expect(slack.to == "ann.m")
    #expect(slack["via"] == "slack")
    let number = try await channel.render(
      delivery("message", [body, ("via", .word("whatsapp"))], address: "+494055500142", to: person))
    #expect(number.to == "+494055500142")
    #expect(number["via"] == "whatsapp")
    #expect(await refusal(channel, delivery("message", [body], to: oliver))?.kind == .permanent)
    let odd = ann.setting(["handle"], to: .text("ann\r\nx"))
    #expect(await refusal(channel, delivery("message", [body], to: odd))?.kind == .permanent)
  }
}

@Suite struct NotificationTests {
  @Test func anEscalationTellsAPerson() async throws {
    let channel = try NotificationChannel(Scratch().settings())
    let rendering = try await channel.render(
      delivery(
        "notify", [("say", text("Nobody called."))], address: "owner@acme.test", to: oliver, touch: false,
        isEscalation: true, outcomes: ["ack"]))
    #expect(rendering.to == "owner@acme.test")
    #expect(rendering.shown == [Entry.NamedText("say", "Nobody called.")])
    let unnamed = try await channel.render(
      delivery("notify", [("say", text("x"))], to: .record(["name": .text("Mona Keller")]), touch: false))
    #expect(unnamed.to == "Mona Keller")
    #expect(await refusal(channel, delivery("notify", [], to: .absent, touch: false))?.kind == .permanent)
  }
}

@Suite struct WebhookTests {
  private func hook(_ url: Delivery.Content, _ more: [(String, Delivery.Content)] = []) -> Delivery {
    delivery("webhook", [("url", url)] + more, touch: false)
  }

  @Test func aRequestIsAsHTTPHasIt() async throws {
    let channel = try WebhookChannel(Scratch().settings())
    let rendering = try await channel.render(
      hook(
        text(("https://crm.acme.test:8443/deals/", false), ("P 1/2", true), ("?x=1#y", false)),
        [
          ("data", .value(.record(["stage": .text("won \"now\""), "amount": .integer(7), "day": .absent]))),
          ("method", .word("PUT")),
        ]))
    #expect(
      rendering.text
        == "PUT /deals/P%201%2F2?x=1 HTTP/1.1\r\nHost: crm.acme.test:8443\r\nContent-Type: application/json\r\n"
        + "Content-Length: 45\r\nUser-Agent: flow\r\n\r\n"
        + #"{"amount":7,"day":null,"stage":"won \"now\""}"#)
    #expect(rendering.to == "https://crm.acme.test:8443/deals/P%201%2F2?x=1")
    #expect(rendering.shown.map(\.name) == ["method", "data"])
  }

  @Test func anAddressFromDataIsOneAsItStands() async throws {
    let channel = try WebhookChannel(Scratch().settings())
    #expect(try await channel.render(hook(text(("https://a.test/x?y=1", true)))).to == "https://a.test/x?y=1")
    #expect(
      try await channel.render(hook(text("http://[::1]:80"))).text.hasPrefix(
        "POST / HTTP/1.1\r\nHost: [::1]:80\r\n"))
  }

  @Test(arguments: (0...32).map { UInt8($0) } + [127]) func noByteBreaksOutOfTheRequest(_ byte: UInt8)
    async throws
  {
    let channel = try WebhookChannel(Scratch().settings())
    let control = Unicode.Scalar(byte)
    let attack = "a\(control)b"
    #expect(await refusal(channel, hook(text(("https://a.test/\(attack)", true)))) != nil)
    #expect(await refusal(channel, hook(text(("https://a\(control).test/x", true)))) != nil)
    let rendering = try await channel.render(hook(text(("https://a.test/", false), (attack, true))))
    // Five lines, an empty one, and the body.
    #expect(rendering.text.utf8.split(separator: 0x0A).count == 7)
  }

  @Test func whatIsNoWebAddressIsRefused() async throws {
    let channel = try WebhookChannel(Scratch().settings())
    for url in [
      "", "acme.test", "ftp://a.test", "https://", "https:///x", "https://user@a.test/",
      "https://user:pw@a.test/",
      "https://a..test/", "https://a.test:x/", "https://a.test:123456/", "https://a.test:99999/",
      "https://a.test:0/", "https://ä.test/", "https://[::1/",
      "https://a b/",
    ] {
      #expect(await refusal(channel, hook(text(url)))?.kind == .permanent, "\(url)")
    }
  }
}
