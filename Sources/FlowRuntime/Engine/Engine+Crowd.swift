import FlowCore
import FlowTime

/// What goes by a channel that can tell to which server each message goes: several at once, and one at a time
/// to one server, of one run and to one contact.
struct Crowd {
  /// At most so many at once.
  static let width = 8
  /// A server that takes longer for one, in milliseconds, is slow: of what goes to it, few wait here.
  static let patience: Int64 = 1000
  static let slowLimit = 8
  /// The rest of that is claimed again so much later.
  static let pause: Int64 = 10_000

  struct Place {
    var line: Outgoing
    /// The turn that has claimed it.
    var turn: Int
    var server: String
    var began: Instant?

    /// What it shares with no other that goes on.
    var names: [String] { line.touch ? line.contact + [line.run] : [line.run] }
  }

  let limit: Int
  /// Claimed and not begun, in the order in which they were planned.
  var waiting: [Place] = []
  /// By key of their lines.
  var going: [String: Place] = [:]
  private var slow: Set<String> = []

  init(limit: Int) { self.limit = limit }

  var isFull: Bool { waiting.count >= limit }

  /// The next that may begin; what was planned before goes before, to the same server, of one run and to one
  /// contact.
  mutating func take(_ now: Instant) -> Place? {
    guard going.count < Crowd.width else { return nil }
    var servers = Set(going.values.map(\.server))
    var names = Set(going.values.flatMap(\.names))
    for index in waiting.indices {
      let place = waiting[index]
      if !servers.contains(place.server), names.isDisjoint(with: place.names) {
        waiting.remove(at: index)
        going[place.line.key.text] = place
        going[place.line.key.text]?.began = now
        return place
      }
      servers.insert(place.server)
      names.formUnion(place.names)
    }
    return nil
  }

  mutating func end(_ place: Place, _ now: Instant) {
    guard let gone = going.removeValue(forKey: place.line.key.text), let began = gone.began else { return }
    let isSlow = now.milliseconds(since: began) >= Crowd.patience
    if isSlow { slow.insert(gone.server) } else { slow.remove(gone.server) }
  }

  /// Places in ``waiting`` that a slow server has too many of.
  func superfluous(_ now: Instant) -> [Int] {
    let hanging = going.values.filter { place in
      place.began.map { now.milliseconds(since: $0) >= Crowd.patience } == true
    }
    let slow = slow.union(hanging.map(\.server))
    if slow.isEmpty { return [] }
    var counts: [String: Int] = [:]
    return waiting.indices.filter { index in
      let server = waiting[index].server
      guard slow.contains(server) else { return false }
      counts[server, default: 0] += 1
      return counts[server, default: 0] > Crowd.slowLimit
    }
  }
}

extension Engine {
  /// Lines whose servers are known are left to workers.
  /// - Returns: the others, which go one after the other.
  func spread(_ claim: Claim, _ verb: String) -> Claim {
    // What was in hand when the process ended goes by itself.
    guard !claim.isCautious, let channel = outlets[verb]?.channel else { return claim }
    var rest = claim
    rest.lines = []
    for line in claim.lines {
      guard let server = channel.server(of: line.rendering) else {
        rest.lines.append(line)
        continue
      }
      lanes.crowds[verb, default: Crowd(limit: groupLimit)].waiting.append(
        Crowd.Place(line: line, turn: claim.turn, server: server))
    }
    return rest
  }

  /// As many as may begin.
  /// - Returns: false where none has.
  @discardableResult
  func startWorkers(_ verb: String) -> Bool {
    let before = lanes.lastWorker
    while let place = lanes.crowds[verb]?.take(clock.now()) {
      lanes.lastWorker += 1
      let number = lanes.lastWorker
      lanes.workers[number] = Task(executorPreference: tasks) { await self.work(place, number) }
    }
    return lanes.lastWorker > before
  }

  private func work(_ place: Crowd.Place, _ number: Int) async {
    let verb = place.line.verb
    do throws(StoreError) {
      try await handOver(Claim(lines: [place.line], turn: place.turn))
      // What could not be delivered has come in by now.
      if try !store.pending(limit: 1).isEmpty { try await workOff() }
      if isStopped { try await putBackWaiting(verb) }
    } catch {
      lanes.failure = error
      // The next turn settles them: no line stays in hand while the engine lives.
      unsettled += (lanes.crowds[verb]?.waiting ?? []).map { ($0.line, nil) }
      lanes.crowds[verb]?.waiting = []
    }
    lanes.crowds[verb]?.end(place, clock.now())
    let goesOn = startWorkers(verb)
    lanes.workers[number] = nil
    let hasRoom = lanes.crowds[verb].map { $0.waiting.count <= $0.limit / 2 } != false
    if hasRoom { do throws(StoreError) { try startLanes() } catch { lanes.failure = error } }
    if !goesOn { lanes.whenEnded?() }
  }

  /// Nothing more begins: what waits is planned, as it was.
  private func putBackWaiting(_ verb: String) async throws(StoreError) {
    guard let places = lanes.crowds[verb]?.waiting, !places.isEmpty else { return }
    try await alone { engine async throws(StoreError) in
      let places = engine.lanes.crowds[verb]?.waiting ?? []
      engine.lanes.crowds[verb]?.waiting = []
      do throws(StoreError) {
        for place in places { try engine.putBack(place.line, until: nil) }
      } catch {
        engine.unsettled += places.map { ($0.line, nil) }
        throw error
      }
    }
  }

  /// A slow server does not fill the lane: what more goes to it is looked at again later.
  func putOffSlow(_ verb: String) throws(StoreError) {
    let now = clock.now()
    guard let crowd = lanes.crowds[verb] else { return }
    let superfluous = crowd.superfluous(now)
    if superfluous.isEmpty { return }
    for index in superfluous {
      try putBack(crowd.waiting[index].line, until: now.adding(milliseconds: Crowd.pause))
    }
    for index in superfluous.reversed() { lanes.crowds[verb]?.waiting.remove(at: index) }
  }

  private func putBack(_ line: Outgoing, until instant: Instant?) throws(StoreError) {
    guard claimed.remove(line.key.text) != nil, !erased.contains(line.run) else { return }
    var again = line
    again.state = .planned
    again.attempts -= 1
    again.next = instant ?? line.next
    // It is claimed all the same where that is not committed.
    fresh.append(line)
    try store.add([.change(again, from: .claimed)])
    try takeBack(line)
  }
}
