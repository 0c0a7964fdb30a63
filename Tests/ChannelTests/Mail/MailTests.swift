import EmailChannel
import FlowCore
import FlowPlugin
import FlowTime
import Foundation
import Testing

/// A mail of the corpus, and beside it what a person reads in it (`NAME.expect`): lines of `name: value`,
/// then behind `---` a reply's new text.
struct CorpusMail: Sendable {
  var name: String
  var raw: [UInt8]
  /// Every line before the text, sorted.
  var expected: [String]
  var text: String
  var received: Instant

  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().path + "/../Mails"

  static let all: [CorpusMail] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".eml") }.sorted().compactMap { CorpusMail(String($0.dropLast(4))) }
  }()

  private init?(_ name: String) {
    guard let raw = FileManager.default.contents(atPath: "\(CorpusMail.folder)/\(name).eml"),
      let bytes = FileManager.default.contents(atPath: "\(CorpusMail.folder)/\(name).expect")
    else { return nil }
    let expectation = String(decoding: bytes, as: UTF8.self)
    let parts = expectation.split(separator: "---\n", maxSplits: 1, omittingEmptySubsequences: false)
    var lines = parts[0].split(separator: "\n").map(String.init)
    let received = lines.first { $0.hasPrefix("received: ") }
    lines.removeAll { $0 == received }
    self.name = name
    self.raw = Array(raw)
    self.expected = lines.sorted()
    text = parts.count > 1 ? String(parts[1].hasSuffix("\n") ? parts[1].dropLast() : parts[1]) : ""
    self.received = received.flatMap { Instant(rfc3339: String($0.dropFirst(10))) } ?? CorpusMail.thursday
  }

  /// 2026-04-02, 10:00 in Berlin.
  static let thursday = Instant(seconds: 1_775_116_800)
}

let corpusReader = MailReader(
  MailReader.Settings(
    addresses: ["sales@acme.test", "answers@acme.test"], messageIDDomains: ["acme.test"],
    unsubscribe: "leave@acme.test"))

/// A reading as an expectation writes it.
func described(_ reading: MailReader.Reading) -> (lines: [String], text: String) {
  let message: Inbound.Message
  switch reading {
  case .nothing(let because): return (["because: \(because)", "kind: nothing"], "")
  case .setAside(let because): return (["because: \(because)", "kind: set aside"], "")
  case .message(let found): message = found
  }
  var text = ""
  var lines = message.threads.enumerated().map { "thread \($0 + 1): \($1)" }
  if let token = message.token { lines.append("token: \(token)") }
  if let address = message.address { lines.append("address: \(address)") }
  switch message.kind {
  case .reply(let words):
    lines.append("kind: reply")
    text = words
  case .outOfOffice(let day):
    lines.append("kind: out-of-office")
    if let day { lines.append("return: \(day)") }
  case .bounce(let hard): lines.append("kind: \(hard ? "hard" : "soft") bounce")
  case .unsubscribe(let channel): lines.append("kind: unsubscribe \(channel ?? "")")
  case .complaint(let channel): lines.append("kind: complaint \(channel ?? "")")
  case .autoReply: lines.append("kind: auto-reply")
  default: lines.append("kind: \(message.kind)")
  }
  return (lines.sorted(), text)
}

@Suite struct MailCorpusTests {
  @Test func `the corpus is there`() {
    #expect(CorpusMail.all.count >= 120)
  }

  @Test func `guarantee 16: a mail is read as what it is`() {
    for mail in CorpusMail.all {
      let reading = corpusReader.read(mail.raw, id: mail.name, receivedAt: mail.received)
      let (lines, text) = described(reading)
      #expect(lines == mail.expected, "\(mail.name).eml")
      #expect(text == mail.text, "\(mail.name).eml")
      if case .message(let message) = reading {
        #expect(message.id == mail.name && message.at == mail.received, "\(mail.name).eml")
        #expect(message.raw == mail.raw, "\(mail.name).eml")
      }
    }
  }

  @Test func `line ends make no difference`() {
    for mail in CorpusMail.all {
      let bare = mail.raw.filter { $0 != 0x0D }
      let full = bare.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
      let readings = [bare, full].map { described(corpusReader.read($0, id: "m", receivedAt: mail.received)) }
      #expect(readings[0].lines == readings[1].lines, "\(mail.name).eml")
      #expect(readings[0].text == readings[1].text, "\(mail.name).eml")
    }
  }

  /// A connection may end anywhere, and a mailbox keep what came.
  @Test func `a mail that is cut anywhere is read without an end`() {
    for mail in CorpusMail.all {
      for count in stride(from: 0, to: mail.raw.count, by: 307) {
        _ = corpusReader.read(Array(mail.raw.prefix(count)), id: "m", receivedAt: mail.received)
      }
    }
  }
}
