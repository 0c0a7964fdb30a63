import Foundation
import Glibc
import Testing

/// What a mailbox brings, with the command and a mailbox that the test makes.
@Suite struct MailboxTests {
  /// IMAP (RFC 3501) as far as a reader asks: the mails are the files that are named, in their order.
  private static let server = """
    import os, re, socket, sys
    mails = [open(name, "rb").read() for name in sys.argv[1:]]
    listener = socket.create_server(("127.0.0.1", 0))
    open("port.part", "w").write(str(listener.getsockname()[1]))
    os.rename("port.part", "port")
    while True:
        line, _ = listener.accept()
        file = line.makefile("rwb")
        def say(text): file.write(text if isinstance(text, bytes) else text.encode()); file.flush()
        say("* OK ready\\r\\n")
        try:
            for told in file:
                tag, words = told.decode().strip().split(" ", 1)
                if words.startswith("CAPABILITY"): say("* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN\\r\\n")
                if words.startswith("EXAMINE"): say(f"* {len(mails)} EXISTS\\r\\n* OK [UIDVALIDITY 7] valid\\r\\n")
                if words.startswith("UID SEARCH"):
                    first = int(re.search(r"UID (\\d+):", words).group(1))
                    say("* SEARCH" + "".join(f" {n}" for n in range(first, len(mails) + 1)) + "\\r\\n")
                if words.startswith("UID FETCH"):
                    number = int(words.split()[2])
                    mail = mails[number - 1].replace(b"\\r\\n", b"\\n").replace(b"\\n", b"\\r\\n")
                    say(f'* 1 FETCH (UID {number} INTERNALDATE " 2-Apr-2026 09:58:14 +0200" BODY[]<0> {{{len(mail)}}}\\r\\n')
                    say(mail + b")\\r\\n")
                say(tag + " OK done\\r\\n")
        except OSError: pass
    """

  @Test func `guarantee 15: receipts, notices of delay and copies of our own mails are kept raw, for nobody to do`()
    throws
  {
    let peer = try Folder()
    let mails = ["receipt-read", "bounce-postfix-delayed", "own-copy", "bounce-forged"].map {
      "\(Program.project)/Tests/ChannelTests/Mails/\($0).eml"
    }
    let server = try Going(["-c", Self.server] + mails, in: peer.path, program: "python3")
    defer {
      kill(server.pid, SIGKILL)
      _ = try? server.wait()
    }
    try eventually("the mailbox is there") { peer.names(in: "").contains("port") }
    let folder = try Folder()
    try folder.write(Nudge.workflow, to: "Workflows/nudge.yaml")
    try folder.write(
      """
      language: 1
      channels:
        email:
          from: Acme Sales <sales@acme.test>
          replies: answers@acme.test
          imap: imap://127.0.0.1:\(try peer.text("port"))
          imap-user: answers
          imap-password: "${IMAP_PASSWORD}"
          tls: none

      """, to: "flow.yaml")
    try folder.write(Nudge.input, to: "in.json")
    let secret = ["IMAP_PASSWORD": "s3cret"]
    #expect(
      try folder.flow(["event", "offer.sent", "--data", "in.json"], environment: secret).code == 0)
    for _ in 0..<2 {
      let served = try folder.flow(["serve", "--once"], environment: secret)
      #expect(served.code == 0, "\(served.errors)")
    }
    let lines = try folder.flow("store", "export").output.split(separator: "\n").map { try JSON(parsing: String($0)) }
    let events = lines.filter { $0["type"].text == "event" && $0["source"].text == "channel/email" }
    #expect(
      events.compactMap { $0["what"].text } == [
        "unread by email", "a receipt by email", "a notice that the delivery takes longer by email",
        "a copy of a mail of ours by email",
      ])
    #expect(
      events.dropFirst().first?["data"].text?.contains("Disposition: manual-action/MDN-sent-manually; displayed")
        == true)
    // Only what cannot be told for sure is for people to look at.
    let unmatched = try JSON(parsing: folder.flow("runs", "--unmatched", "--format", "json").output)
    #expect(unmatched["unmatched"].list.count == 1, "\(unmatched)")
  }
}
