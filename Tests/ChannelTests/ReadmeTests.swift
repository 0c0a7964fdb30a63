import ExecChannel
import FlowCompiler
import FlowCore
import FlowPlugin
import FlowTime
import Testing

/// What the READMEs of the channels show can be used as it stands.
@Suite struct ReadmeTests {
  private static let plugins = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/Plugins/"

  /// The blocks of YAML that begin with that line.
  private func blocks(_ name: String, _ first: String) throws -> [String] {
    let readme = String(decoding: try #require(bytes(of: Self.plugins + name + "/README.md")), as: UTF8.self)
    var blocks: [String] = []
    var block: [Substring]?
    for line in readme.split(separator: "\n", omittingEmptySubsequences: false) {
      if line == "```yaml" {
        block = []
      } else if line == "```" {
        if let found = block, found.first?.hasPrefix(first) == true { blocks.append(found.joined(separator: "\n")) }
        block = nil
      } else {
        block?.append(line)
      }
    }
    return blocks
  }

  /// What stands elsewhere than in the file, put in.
  private static let secrets = [
    "${WEBHOOK_SECRET}": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "${SLACK_TOKEN}": "xoxb-1",
    "${SLACK_WEBHOOK}": "https://hooks.slack.test/x", "${TELEGRAM_TOKEN}": "1:a",
    "${TEAMS_WEBHOOK}": "https://teams.test/x",
    "${TWILIO_ACCOUNT}": "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "${TWILIO_TOKEN}": "t", "${SMS_TOKEN}": "t",
    "${NTFY_TOKEN}": "t", "${GATEWAY_TOKEN}": "t",
  ]

  private func entries(_ yaml: String) throws -> [(name: String, values: [String: String])] {
    let (project, findings) = Compiler.project(
      SourceText(file: "flow.yaml", utf8: Array((yaml + "\n").utf8)), files: MemoryFiles(), zones: SystemZones())
    #expect(findings.isEmpty, "\(yaml)")
    return project.channels.map { channel in
      (
        channel.name,
        Dictionary(uniqueKeysWithValues: channel.settings.map { ($0.name, Self.secrets[$0.text] ?? $0.text) })
      )
    }
  }

  @Test(arguments: [
    ("Webhook", "webhook", ["the addresses of its steps"]),
    ("Messenger", "message", ["slack.com", "hooks.slack.test", "api.telegram.org", "teams.test", "gateway.acme.test"]),
    ("SMS", "sms", ["api.twilio.com", "sms.acme.test"]),
    ("Notification", "notify", ["ntfy.sh", "the desktop", "standard error"]),
  ])
  func itsFlowYamlSends(_ folder: String, _ verb: String, _ destinations: [String]) async throws {
    let shipped = try #require(Manifests.shipped.first { $0.manifest.verb == verb })
    var found: [String?] = []
    for block in try blocks(folder, "channels:") {
      for entry in try entries(block) {
        #expect(entry.name == verb)
        var settings = Scratch().settings(entry.values, name: entry.name)
        settings.now = { .epoch }
        found.append(try await shipped.make(settings).destination)
        // Without the one line nothing is sent, whatever else is set.
        settings.values["send"] = nil
        #expect(try await shipped.make(settings).destination == nil)
        // Where a secret is not there, files can be checked all the same.
        settings.values = entry.values.mapValues { Self.secrets.values.contains($0) ? "" : $0 }
        _ = try await shipped.make(settings)
      }
    }
    #expect(found == destinations)
  }

  @Test func aProgramsSettingsAreRead() throws {
    let block = try #require(try blocks("Exec", "channels:").last)
    let entry = try #require(try entries(block).first)
    let scratch = Scratch()
    scratch.write("fax.py", "#!/bin/sh\n", mode: 0o755)
    scratch.write("fax.manifest.yaml", "verb: fax\ntouch: true\nfields: {}\n")
    let values = entry.values.merging(["exec": "fax.py"]) { $1 }
    let channel = try ExecChannel(scratch.settings(values, name: "fax"))
    #expect(channel.pollSeconds == 60)
    #expect(channel.destination == "fax.py")
  }

  @Test func everyWordOfSTOPIsOne() throws {
    let readme = String(decoding: try #require(bytes(of: Self.plugins + "SMS/README.md")), as: UTF8.self)
    let lines = readme.split(separator: "\n").drop { $0 != "## STOP" }
    let words = lines.joined(separator: " ").split { !$0.isLetter }.map(String.init)
      .filter { $0.count > 2 && $0 == $0.uppercased() }
    #expect(words.count > 25)
    for word in words { #expect(OptOut.isAsked(by: word), "\(word)") }
  }
}
