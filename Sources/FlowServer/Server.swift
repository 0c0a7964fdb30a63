import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTime

/// One process that holds a store, and does what is due on it: the engine's timers and hand-overs, what comes
/// in by channels, and the orders of the other commands.
///
/// What a second caller sees: an order is answered when it is committed (guarantee 1), in whatever state the
/// rest is. Where the store fails, orders are answered `unavailable` and nothing is sent; the store is opened
/// and checked anew until it can be written again (guarantee 20). While nothing is due, nothing wakes.
///
/// What a stop leaves behind: no claims from then on; what is in flight ends, or is left to the next server
/// after 30 seconds (guarantee 19).
public actor Server {
  /// A store that is open, with the engine on it.
  public struct Service: Sendable {
    public var engine: Engine
    public var close: @Sendable () -> Void

    public init(engine: Engine, close: @escaping @Sendable () -> Void) {
      self.engine = engine
      self.close = close
    }
  }

  private let holder = Holder(command: Holder.server)
  private let watch: Watch
  private let clock: any Clock
  private let reopen: @Sendable () throws(StoreError) -> Service
  private let tell: @Sendable (String) -> Void

  /// Gives the engine what the project's files say now, where they say something else than before or somebody has
  /// asked for it.
  ///
  /// - `isAsked`: SIGHUP, or something is said to be mended: channels are set up anew, too, with the secrets of now.
  /// - `isRefused`: a channel refuses, so that channels are set up anew where anything has changed.
  /// - Returns: whether the engine has got a set of workflows.
  public typealias Change =
    @Sendable (Engine, _ isAsked: Bool, _ isRefused: Bool) async throws(StoreError) -> Bool
  private var change: Change?
  private var looking: Task<Bool, Never>?

  private var service: Service?
  /// What was told of the store's failure; nil while it is sound.
  private var failure: String?
  private var failures = 0
  private var work: Task<Void, Never>?
  private var arrived: [(Incoming, CheckedContinuation<Answer, Never>)] = []
  private var isTaking = false
  private var pace = Pace()
  /// What orders have planned waits for what the next ones plan.
  private var isGathering = false
  private var isStopping = false
  private var hasMore = false
  private var held: [FlowRuntime.Hold] = []
  /// When a channel is read next, by verb; none while it is being read.
  private var nextPoll: [String: Instant] = [:]
  private var polling: Set<String> = []

  /// - Parameters:
  ///   - clock: the wall clock.
  ///   - reopen: opens the store anew after it failed. It makes no new one.
  ///   - tell: a line for people.
  public init(
    watch: Watch, clock: any Clock,
    reopen: @escaping @Sendable () throws(StoreError) -> Service,
    tell: @escaping @Sendable (String) -> Void
  ) {
    self.watch = watch
    self.clock = clock
    self.reopen = reopen
    self.tell = tell
  }

  /// Serves until the process is told to stop.
  /// - Parameters:
  ///   - open: opens the store for the first time.
  ///   - store: the store's file.
  ///   - project: the folder whose flow.yaml names it, where it does.
  ///   - change: looks at the project's files.
  public func run(
    open: () throws -> Service, store: String, project: String? = nil, whenServing: () -> Void,
    change: @escaping Change
  ) async throws {
    self.change = change
    // Nobody else holds it: when it is given up, its lock is.
    service = try open()
    let socket = try SocketServer(store: store, hello: Wire.hello(holder, project: project)) { await self.answer($0) }
    watch.keep(socket.path)
    whenServing()
    watch.ring()
    for await _ in watch.wakes {
      let wakes = watch.take()
      if wakes.contains(.stop) { break }
      if wakes != [.rung] { keep(socket) }
      if !wakes.isDisjoint(with: [.files, .reload]), let engine = self.service?.engine {
        let hasChanged = await look(isAsked: wakes.contains(.reload), engine)
        // What could not be read may be mended.
        if hasChanged { nextPoll = [:] }
      }
      startWork()
    }
    isStopping = true
    socket.close()
    await drain(socket)
  }

  /// One look at a time, in their order: each begins with what the one before has left.
  private func look(isAsked: Bool, _ engine: Engine) async -> Bool {
    let before = looking
    let look = Task {
      _ = await before?.value
      do throws(StoreError) { return try await change?(engine, isAsked, isRefused) ?? false } catch {
        await fail("\(error)", engine)
        return true
      }
    }
    looking = look
    return await look.value
  }

  /// A channel refuses by our own mistake. Whoever mends that may have changed no file that is looked at: a password's.
  private var isRefused: Bool { held.contains { $0.reason == .refused } }

  /// Whoever cleans up a folder may take the socket with him: nobody could reach the server any more.
  private func keep(_ socket: SocketServer) {
    do throws(SocketError) {
      guard try socket.renew() else { return }
      watch.keep(socket.path)
      tell("its socket was gone, and is there again")
    } catch {
      tell("no other command reaches the server: its socket is gone, and cannot be made anew: \(error)")
    }
  }

  private func drain(_ socket: SocketServer) async {
    work?.cancel()
    await service?.engine.drain()
    await socket.lastAnswers()
    service?.close()
  }

  // MARK: Orders

  private func answer(_ line: [UInt8]) async -> [UInt8] {
    let order: Order
    do throws(UnreadableOrder) { order = try Wire.readOrder(line) } catch { return Wire.refusal("\(error)") }
    guard let engine = service?.engine else {
      return Wire.bytes(Answer.unavailable(failure ?? "the store is not open").json)
    }
    if order == .resumeAll, isRefused { _ = await look(isAsked: true, engine) }
    let answer: Answer
    if case .receive(let incoming) = order {
      answer = await receive(incoming)
    } else {
      answer = await engine.carryOut(order)
    }
    if case .unavailable(let because) = answer { await fail(because, engine) }
    startHandOver()
    if !isTaking, engine.isUntidy { Task { await engine.tidy() } }
    return Wire.bytes(answer.json)
  }

  /// What an order has planned is handed over. Where orders come thick, what several have planned goes in one: each of
  /// its commits is one that the next order would wait for.
  private func startHandOver() {
    pace.came(at: SystemClock.seconds)
    guard pace.patience > 0 else { return watch.ring() }
    guard !isGathering else { return }
    isGathering = true
    Task {
      try? await Task.sleep(for: .milliseconds(Server.gathering))
      isGathering = false
      watch.ring()
    }
  }

  /// Milliseconds.
  private static let gathering = 20

  /// What comes while another is committed shares the next transaction: who waits, waits for that. Where nobody does,
  /// it is taken by who asks, and no other thread is woken for it.
  private func receive(_ incoming: Incoming) async -> Answer {
    if isTaking { return await withCheckedContinuation { arrived.append((incoming, $0)) } }
    isTaking = true
    let answer = await take([incoming])[0]
    if arrived.isEmpty { isTaking = false } else { Task { await self.takeArrived() } }
    return answer
  }

  private func takeArrived() async {
    while !arrived.isEmpty {
      let group = arrived
      arrived = []
      for (one, answer) in zip(group, await take(group.map(\.0))) { one.1.resume(returning: answer) }
    }
    isTaking = false
  }

  /// - Returns: an answer to each.
  private func take(_ group: [Incoming]) async -> [Answer] {
    do throws(StoreError) {
      guard let engine = service?.engine else { throw .failed(failure ?? "it is not open") }
      return try await engine.accept(group).map(Answer.received)
    } catch {
      // One that cannot be taken blocks no other.
      var answers: [Answer] = []
      for incoming in group {
        answers.append(await service?.engine.carryOut(.receive(incoming)) ?? .unavailable("\(error)"))
      }
      return answers
    }
  }

  // MARK: Work

  private func startWork() {
    hasMore = true
    if work == nil { work = Task { await self.doWork() } }
  }

  private func doWork() async {
    var due: Instant?
    while hasMore, !Task.isCancelled {
      hasMore = false
      do throws(StoreError) {
        due = try await workOnce()
      } catch {
        await fail("\(error)", service?.engine)
        due = clock.now().adding(milliseconds: pause)
        break
      }
    }
    watch.wake(at: due)
    work = nil
    if hasMore, failure == nil, !Task.isCancelled { startWork() }
  }

  /// - Returns: when there is more to do.
  private func workOnce() async throws(StoreError) -> Instant? {
    if service == nil {
      let opened = try await opened()
      // Told to stop meanwhile: nobody would close it any more.
      guard !isStopping else {
        opened.close()
        return nil
      }
      service = opened
    }
    guard let engine = service?.engine else { return nil }
    await startPolls(engine)
    let watch = watch
    try await engine.runDue(whenEnded: { watch.ring() })
    let due = try await engine.nextDue()
    tellHolds(try await engine.holds())
    if failure != nil {
      failure = nil
      tell("the store can be written again")
    }
    failures = 0
    return (nextPoll.values + [due].compactMap(\.self)).min()
  }

  /// On a thread of its own: it reads the whole file, and whoever asks meanwhile is answered.
  private func opened() async throws(StoreError) -> Service {
    let reopen = reopen
    let result: Result<Service, StoreError> = await withCheckedContinuation { waiting in
      let open = { @Sendable () -> Void in
        do throws(StoreError) {
          waiting.resume(returning: .success(try reopen()))
        } catch {
          waiting.resume(returning: .failure(error))
        }
      }
      if !OwnThread.startSmall(open) { open() }
    }
    return try result.get()
  }

  // MARK: What comes in by channels

  /// Reads every source whose time has come, each beside all else: one that is slow holds nothing up.
  private func startPolls(_ engine: Engine) async {
    let seconds = await engine.pollSeconds
    nextPoll = nextPoll.filter { seconds[$0.key] != nil }
    let now = clock.now()
    for (verb, interval) in seconds where !polling.contains(verb) && nextPoll[verb] ?? now <= now {
      nextPoll[verb] = nil
      polling.insert(verb)
      Task { await self.poll(verb, engine, every: interval) }
    }
  }

  private func poll(_ verb: String, _ engine: Engine, every seconds: Int) async {
    var pause = seconds
    do throws(StoreError) { pause = try await engine.poll(verb).pause ?? seconds } catch {
      await fail("\(error)", engine)
    }
    polling.remove(verb)
    nextPoll[verb] = clock.now().adding(milliseconds: Int64(max(1, pause)) * 1000)
    watch.ring()
  }

  /// Told once until it is mended. The store is opened and checked anew before anything else is done.
  /// - Parameter engine: whose store it is; one that has been given up already says nothing new.
  private func fail(_ because: String, _ engine: Engine?) async {
    guard !isStopping, service?.engine === engine else { return }
    if failure != because { tell("\(because); nothing is sent until it can be written again") }
    failure = because
    failures += 1
    guard let broken = service else { return }
    service = nil
    await broken.engine.drain()
    broken.close()
  }

  /// Until the store is tried again, in milliseconds.
  private var pause: Int64 { min(10_000, 500 << Int64(min(failures, 5))) }

  private func tellHolds(_ now: [FlowRuntime.Hold]) {
    let now = now.filter { $0.run == nil }
    for hold in now where !held.contains(hold) { tell("held: \(hold.because)") }
    for hold in held where !now.contains(hold) { tell("no longer held: \(hold.because)") }
    held = now
  }
}
