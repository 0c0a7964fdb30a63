import FlowCore
import FlowPlugin
import FlowTime

/// Who is who: what only this store can make up, and one contact under several names.
extension Engine {
  static let secretFact = "store/secret"
  /// How many digits at the end of a token prove it.
  private static let proof = 16

  // MARK: Tokens

  /// Names the run to whoever brings an answer back: its id, and a proof that only this store can make.
  func token(of run: String) -> String {
    run + Derived.hex(["token", run], key: secret, digits: Engine.proof)
  }

  /// The run of a token that this store has made, in any case of letters; nil for any other text.
  func run(token: String) -> String? {
    let token = token.lowercased()
    guard token.utf8.count > Engine.proof, token.utf8.count <= 96 else { return nil }
    let run = String(token.dropLast(Engine.proof))
    return self.token(of: run) == token ? run : nil
  }

  // MARK: Contacts

  /// Under which names a contact may be stored that is known by any of these: what each is known to belong to first.
  func contacts(known identities: [String]) throws(StoreError) -> [String] {
    var found: [String] = []
    for identity in identities {
      let contact = try store.remembered(Facts.contact + identity)
      let names = [contact, identity].compactMap(\.self).flatMap(sending.joined.all)
      for name in names where !found.contains(name) { found.append(name) }
    }
    return found
  }

  /// Every name under which something of a contact may be stored: the one that its run has, what its run knows it by,
  /// and under which name other runs know it.
  func names(_ contact: String, _ identities: [String]) -> [String] {
    // By far the most.
    if identities.count == 1, identities[0] == contact, sending.joined.isEmpty { return identities }
    var names = sending.joined.all(contact)
    for identity in identities where !names.contains(identity) { names.append(identity) }
    return names
  }

  /// The one name of a contact: what the first known of its identities belongs to, else the first of them.
  /// - Returns: with what is to be remembered, so that the others belong to it from now on, and what runs of before
  ///   call it, too; and what was suppressed for one of them before anybody knew whose it is.
  func contact(_ identities: [String]) throws(StoreError) -> (name: String, remembered: [Write]) {
    guard let first = identities.first, knowsContacts else { return (identities.first ?? "", []) }
    var names: [String] = []
    var unknown: [String] = []
    for identity in identities {
      if let known = try store.remembered(Facts.contact + identity) {
        if !names.contains(known) { names.append(known) }
      } else {
        unknown.append(identity)
      }
    }
    // Runs of before may have known it by one of these alone.
    if identities.count > 1 {
      for identity in unknown where !names.contains(identity) {
        if try !store.runs(RunFilter(contact: identity)).isEmpty { names.append(identity) }
      }
    }
    let found = names.first ?? first
    var remembered: [Write] = []
    for identity in unknown where identity != found {
      remembered.append(.remember(Facts.contact + identity, found))
      for channel in try store.suppressed([identity]).sorted() {
        remembered.append(
          .suppress(contact: [found], channel: channel, at: clock.now(), because: "\(identity) is suppressed"))
      }
    }
    for name in names.dropFirst() {
      if let step = sending.joined.join(found, with: name) {
        remembered.append(.remember(Facts.joined + step.from, step.to))
      }
    }
    return (found, remembered)
  }

  /// How the names of those facts begin that say under which names contacts are known, when touches really went out,
  /// and how much went out today: a copy of the store needs them to look ahead.
  public static let factsAhead = [Facts.contact, Facts.joined, Facts.late, Facts.pace]

  // MARK: When touches really went out

  /// A touch this much later than its run has counted it is a late one, in milliseconds.
  static let late: Int64 = 60_000

  /// A touch that leaves late, or may have, stands under its real instant from now on.
  func noteLate(_ line: Outgoing) throws(StoreError) -> [Write] {
    let now = clock.now()
    guard line.touch, now.milliseconds(since: line.planned) >= Engine.late, let record = try store.run(line.run)
    else { return [] }
    return noteLate(line, of: record.contact, left: now, isCounted: false)
  }

  /// Touches so long ago stand in nobody's way: no gap and no cap reaches back so far.
  func forgetLate() throws(StoreError) {
    let oldest = clock.now().adding(milliseconds: -2 * 366 * 86_400_000)
    for (contact, all) in sending.late where all.contains(where: { $0.real < oldest }) {
      try store.add(all.filter { $0.real < oldest }.map { .remember($0.fact(of: contact), nil) })
      sending.late[contact] = all.filter { $0.real >= oldest }
    }
  }

  /// Whether another touch of the contact, which was late, has left since this one was planned, or in that instant.
  func hasLeftLate(since line: Outgoing, _ contact: String) -> Bool {
    names(contact, line.contact).contains { name in
      sending.late[name]?.contains { $0.key != line.key.text && $0.real >= line.planned } == true
    }
  }

  /// The instant at which its run counts a touch that has left, or is to leave.
  func counted(_ line: Outgoing, of contact: String) -> Instant {
    sending.late[contact]?.first { $0.key == line.key.text }?.counted ?? line.planned
  }

  /// - Parameter isCounted: its run counts it so from now on.
  func noteLate(_ line: Outgoing, of contact: String, left: Instant, isCounted: Bool) -> [Write] {
    if contact.isEmpty { return [] }
    let late = Sending.Late(
      run: line.run, key: line.key.text, planned: line.planned, real: left,
      counted: isCounted ? left : counted(line, of: contact))
    // What may have left before and has left now is one touch, also where an engine before has noted it; another that
    // was planned at the same instant is another.
    sending.late[contact, default: []].removeAll { $0.key == late.key }
    sending.late[contact, default: []].append(late)
    sending.lastLate = max(sending.lastLate ?? left, left)
    return [.remember(late.fact(of: contact), late.value)]
  }

  /// The contact's touches in other runs, under every name that it is known by, when they really went out; and those
  /// of the run itself that went out late, or may have, and that it does not count so yet.
  func touches(
    _ contact: String, _ identities: [String], except run: String, for line: Outgoing?
  ) throws(StoreError) -> [Instant] {
    var all: [Instant] = []
    for name in names(contact, identities) {
      var late = sending.late[name] ?? []
      let touches = try store.touches(contact: name)
      for touch in touches where touch.run != run {
        // A store may tell what a run has counted anew as it counts it now. Two of a run may have been planned at one
        // instant: each late one stands for one of them.
        let index = late.firstIndex { $0.run == touch.run && ($0.planned == touch.at || $0.counted == touch.at) }
        all.append(index.map { late.remove(at: $0).real } ?? touch.at)
      }
      all += late.filter { $0.run == run && !$0.isCounted && $0.key != line?.key.text }.map(\.real)
    }
    return all
  }
}
