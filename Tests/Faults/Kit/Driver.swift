import FlowCore
import FlowRuntime
import FlowTime

/// The way of a world from its beginning to where nothing is left to do.
extension World {
  static let mostSteps = 260

  /// - Parameter last: where to stop, for looking at what led there.
  package static func run(
    seed: UInt64, material: Material, plant: Plant? = nil, without: Set<Feature> = [], until last: Int = .max,
    isTracing: Bool = false
  ) -> World {
    let world = World(seed: seed, material: material, plant: plant, without: without, isTracing: isTracing)
    let hasEnded = world.thread.run { await world.live(until: last) }
    if !hasEnded { world.violate(7, "a call never returned") }
    return world
  }

  private func live(until last: Int) async {
    scheduleBeginning()
    while step < min(last, World.mostSteps), violations.isEmpty {
      if store.isDead { restart(because: "it had ended") }
      if features.contains(.nastyAnswers) || chance.happens(50) { scheduleAnswer() }
      scheduleSteering()
      let due = isHeld ? nil : (try? store.nextDue()) ?? nil
      schedulePoll(due)
      let again = hasFailed ? now.adding(milliseconds: 1000) : nil
      let next = [queue.first?.at, due.map(really), again].compactMap(\.self).min()
      guard let next else { break }
      now = max(now, next)
      step += 1
      await go(hasDue: due.map { $0 <= machineNow } ?? false)
    }
    guard violations.isEmpty, step < last else { return }
    await comeToAnEnd(last)
  }

  /// One thing that happens, or several at once.
  func go(hasDue: Bool) async {
    if let first = queue.first, first.at <= now {
      queue.removeFirst()
      if features.contains(.overlap), hasDue, chance.happens(50), case .tell(let incoming) = first.kind {
        note("at once: \(incoming.id) and what is due")
        async let told: Void = tell(incoming)
        async let done: Bool = wake()
        _ = await (told, done)
      } else {
        await happen(first.kind)
      }
      await endAsides()
    } else {
      // Whoever serves tries again after a while.
      hasFailed = await !wake()
      await endAsides()
      // What goes on by itself rings when it has ended, and whoever serves looks again.
      if !hasFailed, !apart.isEmpty { hasFailed = await !wake() }
      if !hasFailed, !isYear || step % 200 == 0 { checkNothingWaits() }
    }
    if !isYear { checkAcknowledged() }
  }

  /// - Returns: whether the call returned.
  private func wake() async -> Bool {
    note("wake")
    do {
      try await engine.runDue()
      return !store.isDead
    } catch {
      note("  \(error)")
      return false
    }
  }

  private func happen(_ kind: Happening.Kind) async {
    switch kind {
    case .tell(let incoming): await tell(incoming)
    case .poll: await poll()
    case .pauseAll, .resumeAll, .pause, .resume: await steer(kind)
    case .answerTo(let run):
      if let record = shadow.runs[run], record.isLive { await tell(answer(to: record, at: machineNow)) }
    case .drain:
      note("drain")
      let left = await engine.drain()
      if left > 0 { violate(19, "\(left) hand-overs are in flight after the drain") }
      store.isDrained = true
      _ = await wake()
      store.die()
      restart(because: "it was asked to end")
    case .restart(let edited):
      isEdited = edited
      store.die()
      restart(because: edited ? "the files were changed" : "somebody wants it")
    case .reload(let isEdited): await reload(isEdited)
    case .jump(let amount):
      skew += amount
      beforeJump = (shadow.batches, [])
      note("the clock jumps by \(amount) ms")
      // Whoever serves looks at it soon.
      hasFailed = true
    case .fullDisk(let length):
      diskIsFullUntil = now.adding(milliseconds: length)
      note("the disk is full for \(length) ms")
    case .damage:
      guard let run = chance.pick(shadow.runs.values.filter(\.isLive).map(\.id).sorted()) else { return }
      damaged[run] = damaged[run] ?? machineNow
      note("the history of \(run) is damaged")
    case .standStill(let length):
      now = now.adding(milliseconds: length)
      store.die()
      restart(because: "it stood still for \(length) ms")
    }
  }

  private func reload(_ edited: Bool) async {
    note("reload\(edited ? ", changed" : "")")
    isEdited = edited
    let library = plant == .runsMovedByReload ? Plant.moved(library, processes) : library
    do {
      try await engine.reload(library: library, outlets: outlets, caps: plant == .noCaps ? nil : caps)
    } catch {
      note("  \(error)")
      schedule(.reload(isEdited: edited), at: now.adding(milliseconds: chance.between(1000, 600_000)))
    }
  }

  func steer(_ kind: Happening.Kind) async {
    note("steer: \(kind)")
    do {
      switch kind {
      case .pauseAll: try await engine.pauseAll(because: "a person says so")
      case .resumeAll:
        try await engine.resumeAll()
        confirmClock()
      case .pause(let run): try await engine.pause(run, because: "a person says so")
      case .resume(let run): try await engine.resume(run)
      default: break
      }
      if nastiness > 0, case .pauseAll = kind { schedule(.resumeAll, at: later(86_400_000)) }
      if nastiness > 0, case .pause(let run) = kind { schedule(.resume(run), at: later(86_400_000)) }
    } catch {
      note("  \(error)")
      schedule(kind, at: now.adding(milliseconds: chance.between(1000, 600_000)))
    }
  }

  /// Tells the engine; where it does not acknowledge, whoever tells says it again later.
  func tell(_ incoming: Incoming) async {
    note("tell \(incoming.id): \(World.words(incoming.body))")
    let isKnown = acknowledged.contains(incoming.key)
    let before = done(about: incoming)
    do {
      _ = try await engine.receive(incoming)
      if store.isDead { throw StoreError.failed("the process has ended") }
      acknowledged.insert(incoming.key)
      if isKnown, done(about: incoming) != before {
        violate(15, "\(incoming.id) came again and did something")
      }
      if features.contains(.duplicates), !isCalm, chance.happens(25) {
        schedule(.tell(incoming), at: later(chance.happens(50) ? 0 : 86_400_000))
      }
    } catch {
      note("  \(error)")
      schedule(.tell(incoming), at: now.adding(milliseconds: chance.between(1000, 600_000)))
    }
  }

  /// Data in one order: a dictionary has another each time.
  private static func words(_ body: Incoming.Body) -> String {
    switch body {
    case .enrol(let workflow, let input): "enrol \(workflow) \(json(of: .record(input), zone: .utc).write())"
    case .run(let run, .named(let name, let data)): "\(name) to \(run) \(json(of: .record(data), zone: .utc).write())"
    default: "\(body)"
    }
  }

  /// How many transitions it led to.
  private func done(about incoming: Incoming) -> Int {
    let id = incoming.source.isEmpty ? incoming.id : "\(incoming.source)#\(incoming.id)"
    // Under another name it would be the same once more.
    func isOf(_ event: String) -> Bool { event == id || event.hasPrefix(id + " ") }
    return shadow.runs.values.filter { isOf($0.event) }.count
      + shadow.journal.values.reduce(0) { $0 + $1.filter { isOf($0.event?.id ?? "") }.count }
  }

  /// At an instant that is chosen to hurt, or at any.
  private func scheduleAnswer() {
    guard chance.happens(30) else { return }
    let live = shadow.runs.values.filter(\.isLive).sorted { $0.id < $1.id }
    guard let record = chance.pick(live) else { return }
    let due = really(record.due ?? machineNow)
    let at =
      switch chance.below(6) {
      case 0, 1: due
      case 2: due.adding(milliseconds: 1)
      case 3: due.adding(milliseconds: -1)
      default: later(max(3_600_000, due.milliseconds - now.milliseconds))
      }
    let when = machineNow.adding(milliseconds: max(at, now).milliseconds(since: now))
    // Told late at times: it happened before.
    let told =
      features.contains(.duplicates) && chance.happens(20) ? when.adding(milliseconds: -60_000) : when
    let incoming = answer(to: record, at: told)
    if chance.happens(50), putIntoMailbox(incoming) { return }
    schedule(.tell(incoming), at: max(at, now))
  }

  /// Whatever a person can let go on goes on.
  private func letAllGoOn() async {
    await steer(.resumeAll)
    for process in processes { _ = try? await engine.release(process.graph.workflow) }
    for id in shadow.runs.keys.sorted() { await steer(.resume(id)) }
  }

  /// Nothing fails any more; a new process finds what there is, and brings all of it to an end.
  private func comeToAnEnd(_ last: Int) async {
    isCalm = true
    diskIsFullUntil = nil
    // What was damaged is put back: it goes on.
    damaged = [:]
    store.die()
    restart(because: "all is well from here on")
    await letAllGoOn()
    var rounds = 0
    while violations.isEmpty, step < last, rounds < 2000 {
      rounds += 1
      step += 1
      let told = queue.filter { if case .tell = $0.kind { true } else { false } }
      queue = []
      for happening in told { await happen(happening.kind) }
      if !mailboxes.verbs.isEmpty { await poll() }
      let isAwake = await wake()
      await endAsides()
      if isAwake, !apart.isEmpty { _ = await wake() }
      guard isAwake else { return violate(20, "a sound store, and the engine does not go on") }
      checkNothingWaits()
      guard let due = (try? store.nextDue()) ?? nil else { break }
      now = max(now, really(due))
    }
    if rounds >= 2000 { violate(7, "it never comes to an end") }
    if violations.isEmpty, step < last { checkEnd() }
  }
}
