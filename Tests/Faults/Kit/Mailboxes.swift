import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTime

/// What has come in at the far sides that are read, and when they were.
struct Mailboxes {
  /// By verb: verbs whose answers are fetched.
  var messages: [String: [Inbound.Message]] = [:]
  /// When each was read to its end, by this process.
  var readAt: [String: Instant] = [:]
  /// How many messages were in it by then.
  var readTo: [String: Int] = [:]
  /// The token that went out last, by run.
  var tokens: [String: String] = [:]

  var verbs: [String] { messages.keys.sorted() }
}

extension World {
  private static let patience: Int64 = 15 * 60_000

  /// A mailbox is read every now and then; at times long after something is due.
  func schedulePoll(_ due: Instant?) {
    guard !mailboxes.verbs.isEmpty, shadow.runs.values.contains(where: \.isLive),
      !queue.contains(where: { if case .poll = $0.kind { true } else { false } })
    else { return }
    let before = due.map { really($0).adding(milliseconds: -chance.between(0, 20 * 60_000)) }
    schedule(.poll, at: before ?? later(3_600_000))
  }

  func poll() async {
    note("poll")
    let before = mailboxes.readAt
    do {
      for polled in try await engine.poll() {
        note("  \(polled.verb): \(polled.messages)\(polled.trouble.map { ", \($0)" } ?? "")")
      }
    } catch {
      note("  \(error)")
      // What was read and is not stored was not read.
      for verb in mailboxes.verbs
      where mailboxes.messages[verb]?.prefix(mailboxes.readTo[verb] ?? 0).allSatisfy({ isStored($0, of: verb) })
        == false
      {
        mailboxes.readAt[verb] = before[verb]
      }
      schedule(.poll, at: now.adding(milliseconds: chance.between(1000, 600_000)))
    }
  }

  /// Puts an answer where it is fetched; false where nothing of the run is answered so.
  func putIntoMailbox(_ incoming: Incoming) -> Bool {
    guard case .run(let run, let kind) = incoming.body, kind.isMail, let record = shadow.runs[run],
      let verb = record.run.lastTouchVerb, let count = mailboxes.messages[verb]?.count
    else { return false }
    let message = Inbound.Message(
      id: "m-\(count)", at: incoming.at, token: mailboxes.tokens[run],
      address: record.run.data["contact"]?[path: ["email"]].text, kind: kind)
    mailboxes.messages[verb]?.append(message)
    note("  \(message.id) comes in by \(verb) for \(run.prefix(4)): \(kind)")
    return true
  }

  /// Two at a time.
  func read(_ verb: String, since cursor: String?) throws(ChannelError) -> Inbound {
    if !isCalm, features.contains(.badReceipts), chance.happens(20) {
      throw ChannelError(.temporary, "nobody answers")
    }
    let all = mailboxes.messages[verb] ?? []
    let first = cursor.flatMap { Int($0) } ?? 0
    let end = min(all.count, first + 2)
    if end == all.count {
      mailboxes.readAt[verb] = machineNow
      mailboxes.readTo[verb] = end
    }
    return Inbound(messages: Array(all[min(first, end)..<end]), cursor: String(end), hasMore: end < all.count)
  }

  /// Answers first (guarantee 14).
  func judgeReading(_ line: Outgoing, at instant: Instant) {
    guard mailboxes.messages[line.verb] != nil else { return }
    guard let read = mailboxes.readAt[line.verb] else {
      return violate(14, "\(line.step) of run \(line.run) leaves, and nobody has read what came in by \(line.verb)")
    }
    if instant.milliseconds(since: read) > World.patience {
      violate(
        14, "\(line.step) of run \(line.run) leaves, and \(line.verb) was read at \(read.rfc3339(in: .utc))")
    }
  }

  /// To where a mailbox was read, what was in it is stored.
  func checkMailboxes() {
    for verb in mailboxes.verbs {
      guard let count = shadow.facts["cursor/" + verb].flatMap({ Int($0) }) else { continue }
      for message in (mailboxes.messages[verb] ?? []).prefix(count) {
        if !isStored(message, of: verb) { violate(15, "\(message.id) was read by \(verb), and is not there") }
      }
    }
  }

  private func isStored(_ message: Inbound.Message, of verb: String) -> Bool {
    shadow.inbox[InboxKey(source: "channel/" + verb, id: message.id)] != nil
  }
}

extension Event.Kind {
  /// It may come in a mailbox.
  fileprivate var isMail: Bool {
    switch self {
    case .reply, .unsubscribe, .complaint, .bounce, .autoReply, .outOfOffice: true
    default: false
    }
  }
}
