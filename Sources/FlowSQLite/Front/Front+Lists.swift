import FlowRuntime
import FlowTime

/// What is answered from memory and file together.
extension Front {
  // MARK: Time

  func dueRuns(until instant: Instant, limit: Int) throws(StoreError) -> [String] {
    try loadQueues()
    guard var wakes = queues?.wakes else { return [] }
    queues?.wakes = WakeHeap()
    defer { queues?.wakes = wakes }
    let found = try wakes.firsts(until: instant, limit: limit) { (wake) throws(StoreError) in
      try isCurrent(wake)
    }
    var ids: [String] = []
    for wake in found {
      guard let entry = try run(number: wake.number) else { continue }
      entry.isDamageTold = entry.isOwnRowDamaged
      ids.append(entry.id)
    }
    return ids
  }

  /// Nobody knows when a run is due whose own row is damaged: whoever wakes it is told so, once.
  private func isCurrent(_ wake: WakeHeap.Wake) throws(StoreError) -> Bool {
    guard let entry = try run(number: wake.number) else { return false }
    return entry.isOwnRowDamaged ? !entry.isDamageTold : entry.record?.due == wake.due
  }

  func nextDue(_ verbs: Verbs) throws(StoreError) -> Instant? {
    try loadQueues()
    guard var wakes = queues?.wakes else { return nil }
    queues?.wakes = WakeHeap()
    defer { queues?.wakes = wakes }
    let due = try wakes.next { (wake) throws(StoreError) in try isCurrent(wake) }
    let line = queues?.nextLineDue(verbs)
    return [due, line].compactMap(\.self).min()
  }

  // MARK: Contacts

  func channelsSuppressed(for contact: String) throws(StoreError) -> Set<String> {
    if suppressed == nil {
      suppressed = Set(try reader().once("SELECT contact FROM suppression").all { $0.text(0).hashValue })
      for one in unwritten.flatMap(\.suppressions) { suppressed?.insert(one.contact.hashValue) }
    }
    guard suppressed?.isEmpty == false else { return [] }
    var found: Set<String> = []
    for name in [contact, ContactIdentity.erased(contact)] where suppressed?.contains(name.hashValue) == true {
      let statement = try reader().statement(.suppressed)
      statement.bind(1, name)
      var own = Set(try statement.all { $0.text(0) })
      for one in unwritten.flatMap(\.suppressions) where one.contact == name {
        if one.since == nil { own.remove(one.channel) } else { own.insert(one.channel) }
      }
      found.formUnion(own)
    }
    return found
  }

  /// Those that the contact's runs tell, and the others; by time.
  func touches(_ contact: String) throws(StoreError) -> [ContactTouch] {
    // What is on its way is read from the file, as soon as it is there.
    if flight?.changes.touches.isEmpty == false { flight?.group.wait() }
    var found: [ContactTouch] = []
    for entry in try runs(ofContact: contact) {
      for at in entry.record?.run.touched.prefix(entry.told) ?? [] { found.append(ContactTouch(run: entry.id, at: at)) }
    }
    let statement = try reader().statement(.touches)
    statement.bind(1, contact)
    found += try statement.all { ContactTouch(run: $0.text(0), at: Instant(milliseconds: $0.number(1))) }
    for (one, touch) in changes.touches where one == contact { found.append(touch) }
    return found.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
  }

  // MARK: Facts

  func knownFacts() throws(StoreError) -> [String: String] {
    if let facts { return facts }
    var found: [String: String] = [:]
    for (name, value) in try reader().statement(.facts).all({ ($0.text(0), $0.text(1)) }) { found[name] = value }
    for changes in unwritten {
      for (name, value) in changes.facts where !Fact.isOneOfMany(name) { found[name] = value }
    }
    facts = found
    return found
  }

  func fact(_ name: String) throws(StoreError) -> String? {
    guard Fact.isOneOfMany(name) else { return try knownFacts()[name] }
    for changes in unwritten.reversed() { if let changed = changes.facts[name] { return changed } }
    if presence?.lacks(.fact, name) == true { return nil }
    let statement = try reader().statement(.fact)
    statement.bind(1, name)
    return try statement.first { $0.text(0) }
  }

  /// By name.
  func facts(_ prefix: String) throws(StoreError) -> [Fact] {
    var found = try knownFacts()
    if Fact.isOneOfMany(prefix) {
      // The last scalar there is comes after all that may follow.
      let statement = try reader().once("SELECT name, value FROM fact WHERE name >= ? AND name < ? || char(1114111)")
      statement.bind(1, prefix)
      statement.bind(2, prefix)
      for (name, value) in try statement.all({ ($0.text(0), $0.text(1)) }) { found[name] = value }
      for changes in unwritten { for (name, value) in changes.facts { found[name] = value } }
    }
    return found.filter { $0.key.utf8.starts(with: prefix.utf8) }.sorted { $0.key < $1.key }
      .map { Fact(name: $0.key, value: $0.value) }
  }

  /// While whole tables are read: what is in the file need not stay.
  func trimAfterReading() {
    if changes.isEmpty, flight == nil, runs.count > 2 * Front.limit { trim() }
  }
}
