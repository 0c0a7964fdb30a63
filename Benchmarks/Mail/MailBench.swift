import FlowPlugin
import FlowTransport

/// Hands mails over to a server: how many a second over one connection that stays open, and over one for
/// each; or one mail, and what came of it.
///
///     flow-mail ADDRESS CA USER PASSWORD FROM TO COUNT     a line for each way
///     flow-mail ADDRESS CA USER PASSWORD FROM TO ID one    `marked accepted(id: …)`
@main struct MailBench {
  static func main() async throws {
    let given = Array(CommandLine.arguments.dropFirst())
    guard given.count >= 7, let to = EmailAddress(given[5]) else {
      print("flow-mail ADDRESS CA USER PASSWORD FROM TO COUNT")
      return
    }
    var server = try MailServer(.smtp, address: given[0])
    server.authority = given[1]
    server.user = given[2]
    server.password = given[3]
    if given.count > 7 {
      await one(server, mail(given[6], given[4], to))
    } else {
      await many(server, given[4], to, Int(given[6]) ?? 100)
    }
  }

  private static func mail(_ id: String, _ from: String, _ to: EmailAddress) -> Mail {
    Mail(
      sender: EmailAddress(from), recipient: to,
      message: Array(
        """
        From: <\(from)>\r
        To: <\(to)>\r
        Subject: \(id)\r
        Message-ID: <\(id)@bench.acme.test>\r
        \r
        Good afternoon,\r
        \r
        this is a mail of an ordinary length: \(String(repeating: "0123456789 ", count: 40))\r

        """.utf8))
  }

  private static func one(_ server: MailServer, _ mail: Mail) async {
    let marks = AsyncStream<Void>.makeStream()
    let sender = MailSender(server)
    let receipt = await sender.send(mail) {
      marks.continuation.yield()
      return true
    }
    marks.continuation.finish()
    var isMarked = false
    for await _ in marks.stream { isMarked = true }
    print(isMarked ? "marked" : "unmarked", receipt)
    await sender.close()
  }

  private static func many(_ server: MailServer, _ from: String, _ to: EmailAddress, _ count: Int) async {
    let clock = ContinuousClock()
    for isKept in [true, false] {
      let number = isKept ? count : max(1, count / 10)
      var sender = MailSender(server)
      var refused = 0
      let time = await clock.measure {
        for index in 0..<number {
          if case .accepted = await sender.send(mail("\(isKept)-\(index)", from, to)) {} else { refused += 1 }
          if !isKept {
            await sender.close()
            sender = MailSender(server)
          }
        }
      }
      await sender.close()
      let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
      let way = isKept ? "one connection kept open" : "a connection for each"
      print("\(way): \(Int(Double(number) / seconds)) mails/s (\(number) mails, \(refused) not accepted)")
    }
  }
}
