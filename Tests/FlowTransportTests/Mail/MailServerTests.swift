import FlowPlugin
import FlowTransport
import Testing

@Suite struct MailServerTests {
  @Test(
    arguments: [
      ("smtp://mail.acme.test", "mail.acme.test", 587, false),
      ("smtps://mail.acme.test/", "mail.acme.test", 465, true),
      ("smtp://mail.acme.test:2525", "mail.acme.test", 2525, false), ("smtp://[::1]:25", "::1", 25, false),
      ("smtp://10.0.0.1:25", "10.0.0.1", 25, false),
    ] as [(String, String, Int, Bool)])
  func `an address is read`(_ text: String, _ host: String, _ port: Int, _ isDirect: Bool) throws {
    let server = try MailServer(.smtp, address: text)
    #expect(server.host == host)
    #expect(server.port == port)
    if case .tls = server.security { #expect(isDirect) } else { #expect(!isDirect) }
  }

  @Test(arguments: [
    "mail.acme.test", "http://mail.acme.test", "imap://mail.acme.test", "smtp://", "smtp://:25", "smtp://a:0",
    "smtp://a:65536",
    "smtp://a:", "smtp://a:25x", "smtp://a:+25", "smtp://a b", "smtp://a\r\nb", "smtp://a/b", "smtp://[::1",
    "smtp://[a]:25",
    "smtp://sales:s3cret@mail.acme.test", "smtp://-a", "smtp://ä.test", "smtp://a\0b",
  ]) func `what is none is refused, and not repeated`(_ text: String) {
    #expect {
      try MailServer(.smtp, address: text)
    } throws: { error in
      (error as? ChannelError)?.kind == .ours && !"\(error)".contains("s3cret")
    }
  }

  @Test func `a line in the open leads to this machine only`() throws {
    for host in ["localhost", "LOCALHOST:25", "127.0.0.1", "127.3.2.1:25", "[::1]"] {
      #expect(try MailServer(.smtp, address: "smtp://\(host)", tls: "none").security == .none)
    }
    for host in [
      "mail.acme.test", "127.0.0.1.acme.test", "127.0.0", "10.0.0.1", "localhost.acme.test", "[::2]",
      "127.0.0.999",
    ] {
      #expect(throws: ChannelError.self) { try MailServer(.smtp, address: "smtp://\(host)", tls: "none") }
    }
    #expect(throws: ChannelError.self) { try MailServer(.smtp, address: "smtps://localhost", tls: "none") }
    #expect(throws: ChannelError.self) { try MailServer(.smtp, address: "smtp://localhost", tls: "off") }
  }
}
