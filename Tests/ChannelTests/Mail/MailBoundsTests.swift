import EmailChannel
import FlowCore
import FlowPlugin
import FlowTime
import Testing

/// Mails made to be expensive. Whatever grows with the square of one of these would take hours.
@Suite struct MailBoundsTests {
  private static func mail(_ headers: String, _ body: String = "") -> [UInt8] {
    Array(("From: ann@client.test\r\nTo: answers@acme.test\r\n" + headers + "\r\n\r\n" + body).utf8)
  }

  private static func repeated(_ text: String, _ count: Int) -> String {
    String(repeating: text, count: count)
  }

  static let costly: [(String, [UInt8])] = {
    let automatic = "Auto-Submitted: auto-replied\r\n"
    let html = "Content-Type: text/html"
    let nested = (0..<100_000).map { "Content-Type: multipart/mixed; boundary=b\($0)\r\n\r\n--b\($0)\r\n" }
      .joined()
    let siblings = "Content-Type: multipart/mixed; boundary=b"
    let report = "Content-Type: multipart/report; boundary=b"
    return [
      ("nested parts", Array(("From: ann@client.test\r\n" + nested + "\r\nx").utf8)),
      ("nested parts with one boundary", mail(siblings, repeated("--b\r\n\(siblings)\r\n\r\n", 100_000))),
      ("parts beside one another", mail(siblings, repeated("--b\r\n\r\nx\r\n", 100_000))),
      (
        "lines that begin like a boundary",
        mail(siblings + repeated("-", 60_000), repeated("--b" + repeated("-", 900) + "\r\n", 1000))
      ),
      ("a header line of a megabyte", mail("Subject: " + repeated("x", 1 << 20))),
      ("a folded header of a megabyte", mail("Subject: x" + repeated("\r\n y", 1 << 18))),
      ("a header without an end", Array(repeated("Subject: x\r\n", 100_000).utf8)),
      ("lines that are no header", mail(repeated("no header\r\n", 100_000) + "Subject: x")),
      ("From of comments", mail("Sender: " + repeated("(", 1 << 20))),
      ("To of quotes", mail("Cc: " + repeated("\"", 1 << 20))),
      ("To of brackets", mail("Cc: " + repeated("<", 1 << 20))),
      ("To of addresses", mail("Cc: " + repeated("a@b,", 1 << 18))),
      ("To of signs", mail("Cc: " + repeated("@", 1 << 20))),
      ("many To", mail(repeated("To: answers+a@acme.test\r\n", 50_000) + "X: y")),
      ("References", mail("References: " + repeated("<a@b> ", 200_000))),
      ("References that never end", mail("References: " + repeated("<", 1 << 20))),
      ("many In-Reply-To", mail(repeated("In-Reply-To: <a@b>\r\n", 50_000) + "X: y")),
      ("encoded words that never end", mail(automatic + "Subject: " + repeated("=?", 1 << 19))),
      ("encoded words", mail(automatic + "Subject: " + repeated("=?utf-8?q?a?= ", 100_000))),
      ("parameters", mail("Content-Type: text/plain" + repeated("; a*0*=b", 100_000))),
      ("lines of >", mail("", repeated(">\r\n", 200_000))),
      ("attributions", mail("", repeated("On 2 April 2026 at 10:00, a@b wrote:\r\n\r\n", 10_000))),
      ("halves of attributions", mail("", repeated("On 2 April 2026 at 10:00\r\n", 20_000))),
      ("copied headers", mail("", repeated("From: a@b\r\n", 40_000))),
      ("shapes of copied headers", mail("", repeated("Od: <a@b> 2026 10:00\r\n", 40_000))),
      ("halves of copied headers", mail("", repeated("Word: <a@b>\r\n\r\n", 40_000))),
      ("shapes of attributions", mail("", repeated("<a@b> 2026 10:00\r\nword:\r\n", 20_000))),
      ("open brackets", mail("", repeated("Word: " + repeated("<@.1", 120) + ":\r\n", 1000))),
      ("rules", mail("", repeated("_____\r\n\r\n", 60_000))),
      ("blank lines", mail("", repeated("\r\n", 1 << 18))),
      ("a line of a megabyte", mail("", repeated("x ", 1 << 19))),
      ("flowed lines", mail("Content-Type: text/plain; format=flowed", repeated("x \r\n", 1 << 17))),
      ("= without a code", mail("Content-Transfer-Encoding: quoted-printable", repeated("= ", 1 << 19))),
      ("base64 of =", mail("Content-Transfer-Encoding: base64", repeated("=", 1 << 20))),
      ("tags", mail(html, repeated("<b>", 1 << 18))),
      ("tags that never end", mail(html, repeated("<a b=", 1 << 17))),
      ("tags with open quotes", mail(html, repeated("<a b=\"'>", 1 << 16))),
      ("comments that never end", mail(html, repeated("<!--", 1 << 18))),
      ("quotations", mail(html, repeated("<blockquote>", 1 << 16))),
      ("quotations side by side", mail(html, repeated("<blockquote></blockquote>", 1 << 14))),
      ("references to letters", mail(html, repeated("&#", 1 << 19))),
      ("blanks that do not break", mail(html, repeated("&nbsp;<br>", 1 << 16))),
      (
        "recipients of a report",
        mail(
          report,
          "--b\r\nContent-Type: message/delivery-status\r\n\r\n" + repeated("Action: failed\r\n\r\n", 50_000))
      ),
      ("dates of an absence", mail(automatic, repeated("back on 14 April ", 50_000))),
      ("words of an absence", mail(automatic, repeated("back ", 1 << 17))),
      (
        "japanese that never ends",
        mail("Content-Type: text/plain; charset=iso-2022-jp", repeated("\u{1B}$B!", 1 << 17))
      ),
      ("chinese that never ends", mail("Content-Type: text/plain; charset=hz-gb-2312", repeated("~{!~", 1 << 17))),
      (
        "combining marks",
        mail("", repeated("a\u{301}\u{301}\u{301}", 1 << 16) + repeated("\u{301}", 1 << 17))
      ),
    ]
  }()

  @Test func `guarantee 18: a mail made to be expensive is read in time`() {
    for (name, raw) in Self.costly {
      let start = ContinuousClock.now
      _ = corpusReader.read(raw, id: "m", receivedAt: CorpusMail.thursday)
      #expect(ContinuousClock.now - start < .seconds(20), "\(name)")
    }
  }

  @Test func `what stands beyond the limits is left out, and the rest is read`() {
    let text = Self.repeated("x\n", 1 << 20)
    guard
      case .message(let message) = corpusReader.read(
        Self.mail("", text), id: "m", receivedAt: CorpusMail.thursday), case .reply(let words) = message.kind
    else {
      Issue.record("no reply")
      return
    }
    #expect(words.utf8.count <= 512 << 10 && words.utf8.count > 500_000)
    #expect(message.raw.count > 2 << 20)
  }
}
