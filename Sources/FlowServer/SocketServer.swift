import CWatch
import FlowPlugin
import FlowRuntime
import Glibc
import Synchronization

/// Listens beside a store's file, for whoever may write that file (mode 0600). The other side gets the hello
/// line, then an answer to each line that it sends, in their order.
///
/// A thread for each conversation, at most ``Limits/conversations`` at once; for who comes beyond, the one ends that
/// has said nothing the longest. Only where all of them are being answered, who comes waits. While nobody asks, nothing
/// wakes. Whatever bytes come, they harm only the conversation in which they come.
public final class SocketServer: Sendable {
  public struct Limits: Sendable {
    /// Bytes of a line.
    public var line: Int
    public var conversations: Int
    /// After so long without a byte where one is due, a conversation ends.
    public var seconds: Int

    public init(line: Int = 24 << 20, conversations: Int = 256, seconds: Int = 30) {
      self.line = line
      self.conversations = conversations
      self.seconds = seconds
    }
  }

  public typealias Answering = @Sendable (_ line: [UInt8]) async -> [UInt8]

  /// A file, whatever it is called.
  private struct Place: Equatable {
    var device: dev_t
    var number: ino_t

    /// Nil where nothing is called so.
    init?(_ path: String) {
      var status = stat()
      guard lstat(path, &status) == 0 else { return nil }
      (device, number) = (status.st_dev, status.st_ino)
    }
  }

  private struct State {
    var listening: Int32
    /// What bears its name, as it was made.
    var place: Place?
    /// A thread lets in who comes there, and closes it.
    var hasThread = false
    /// Conversations that go on, each with the answer after which it said nothing any more, counted over all.
    var open: [Int32: Int] = [:]
    /// Those that an answer is due to.
    var answered: Set<Int32> = []
    var answers = 0
    /// How many have made room for others, and not ended yet.
    var leaving = 0
    var isClosed = false

    mutating func rest(_ file: Int32) {
      answers += 1
      answered.remove(file)
      // It may have had to make room.
      if open[file] != nil { open[file] = answers }
    }

    /// The one that has said nothing the longest.
    var idlest: Int32? { open.filter { !answered.contains($0.key) }.min { $0.value < $1.value }?.key }
  }

  let path: String
  private let hello: [UInt8]
  private let limits: Limits
  private let answer: Answering
  private let state: Mutex<State>
  private let free: Semaphore
  private let isAwake = Atomic(false)
  private let processors = sysconf(Int32(_SC_NPROCESSORS_ONLN))

  /// Whoever calls holds the lock of the store: a socket that is there was left by a process that has ended,
  /// and is replaced.
  /// - Parameter store: the store's file, which is there.
  public init(
    store: String, hello: [UInt8], limits: Limits = Limits(), answering: @escaping Answering
  ) throws(SocketError) {
    guard let path = SocketAddress.path(ofStore: store) else {
      throw .failed("there is no folder for \"\(store)\"")
    }
    let (file, place) = try SocketServer.bound(path)
    self.path = path
    self.hello = hello
    self.limits = limits
    answer = answering
    state = Mutex(State(listening: file, place: place))
    free = Semaphore(limits.conversations)
    _ = startThread(on: file)
  }

  /// A socket of this name, in place of what is called so.
  private static func bound(_ path: String) throws(SocketError) -> (Int32, Place?) {
    let file = try SocketAddress.make()
    do throws(SocketError) {
      unlink(path)
      // Before it has a name, so that nobody else ever sees it open to more.
      fchmod(file, 0o600)
      try SocketAddress.use(path) { (address, length) throws(SocketError) in
        guard bind(file, address, length) == 0, Glibc.listen(file, 512) == 0 else {
          throw .failed("\(path): \(String(cString: strerror(errno)))")
        }
      }
    } catch {
      Glibc.close(file)
      throw error
    }
    return (file, Place(path))
  }

  /// Where nobody finds the socket any more, because it was removed or something else bears its name, there is a new
  /// one after this; conversations go on.
  /// So it is where no thread could be started for the last one.
  /// - Returns: whether there is a new one.
  func renew() throws(SocketError) -> Bool {
    let isLost = state.withLock { !$0.isClosed && (!$0.hasThread || $0.place != Place(path)) }
    guard isLost else { return false }
    let (file, place) = try SocketServer.bound(path)
    let isClosed = state.withLock { state in
      if state.isClosed { return true }
      // Its thread closes it when it sees that another is listened to: not before this, so the number is still its own.
      if state.hasThread { shutdown(state.listening, Int32(SHUT_RDWR)) } else { Glibc.close(state.listening) }
      (state.listening, state.place, state.hasThread) = (file, place, false)
      return false
    }
    if isClosed {
      unlink(path)
      Glibc.close(file)
      return false
    }
    return startThread(on: file)
  }

  /// - Returns: false where the system gives none: ``renew()`` tries again.
  private func startThread(on file: Int32) -> Bool {
    state.withLock { state in
      if state.isClosed { return false }
      state.hasThread = OwnThread.startSmall { self.listen(on: file) }
      return state.hasThread
    }
  }

  /// Nobody is let in any more; who waits for an answer still gets it. The socket is gone from its folder.
  public func close() {
    state.withLock { state in
      guard !state.isClosed else { return }
      state.isClosed = true
      unlink(path)
      if state.hasThread { shutdown(state.listening, Int32(SHUT_RDWR)) } else { Glibc.close(state.listening) }
      for file in state.open.keys { shutdown(file, Int32(SHUT_RD)) }
    }
  }

  /// How many conversations go on.
  public var conversations: Int { state.withLock { $0.open.count } }

  /// After ``close()``: whose order is carried out still gets the answer, for two seconds.
  func lastAnswers() async {
    await wait(atMost: 2) { conversations == 0 }
  }

  private func listen(on file: Int32) {
    while waitForRoom(on: file) {
      let other = accept4(file, nil, nil, Int32(SOCK_CLOEXEC.rawValue))
      if other >= 0 {
        let isLate = state.withLock { state in
          if !state.isClosed {
            state.open[other] = 0
            state.rest(other)
          }
          return state.isClosed
        }
        // With the stack of a thread of the pool: what is asked is done on it.
        if !isLate, OwnThread.start({ self.converse(on: other) }) != nil { continue }
        end(other)
      } else {
        let code = errno
        free.signal()
        if isOver(file) { break }
        // Out of descriptors or memory: others end some time.
        if code != EINTR, code != ECONNABORTED { usleep(100_000) }
      }
      if isOver(file) { break }
    }
    Glibc.close(file)
  }

  /// Whether nobody comes in there any more.
  private func isOver(_ file: Int32) -> Bool { state.withLock { $0.isClosed || $0.listening != file } }

  /// Returns when somebody wants to come in and there is room, or nobody comes in there any more: then false.
  private func waitForRoom(on file: Int32) -> Bool {
    if free.isTaken() { return true }
    var coming = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
    while poll(&coming, 1, -1) < 0, errno == EINTR {}
    while true {
      if isOver(file) { return false }
      if free.isTaken() { return true }
      let hasMadeRoom = state.withLock { state in
        guard !state.isClosed, state.leaving < limits.conversations, let idlest = state.idlest else { return false }
        state.open[idlest] = nil
        state.leaving += 1
        shutdown(idlest, Int32(SHUT_RDWR))
        return true
      }
      if hasMadeRoom { return true }
      usleep(1000)
    }
  }

  private func converse(on file: Int32) {
    var lines = Lines(file, limit: limits.line, seconds: limits.seconds)
    let executor = ThreadExecutor()
    var pace = Pace()
    do throws(SocketError) {
      try lines.write(hello)
      while let line = try lines.read() {
        pace.came(at: SystemClock.seconds)
        let isAlone = state.withLock { state in
          state.answered.insert(file)
          return state.answered.count == 1
        }
        // Beside others it would also carry out what they ask, while its own answer waits for it: they share the pool.
        try lines.write(isAlone ? executor.run { await self.answer(line) } : answered(line))
        state.withLock { $0.rest(file) }
        stayAwake(for: lines, pace)
      }
    } catch {
      // Its own fault or its own end: nobody is left to be told, except of what was too long.
      if case .tooLong = error { try? lines.write(Wire.refusal("\(error)")) }
    }
    end(file)
  }

  /// The thread waits for what the tasks of the process work out.
  private func answered(_ line: [UInt8]) -> [UInt8] {
    let reply = Reply()
    Task { reply.give(await self.answer(line)) }
    return reply.wait()
  }

  /// Where orders come thick, their thread stays awake for the next one; never more than one does, and none where there
  /// is no other processor.
  private func stayAwake(for lines: Lines, _ pace: Pace) {
    guard pace.patience > 0, processors > 1, !isAwake.exchange(true, ordering: .relaxed) else { return }
    lines.awaitAwake(seconds: pace.patience)
    isAwake.store(false, ordering: .relaxed)
  }

  private func end(_ file: Int32) {
    // Closed within the lock: its number may be another's right after.
    let hasMadeRoom = state.withLock { state in
      Glibc.close(file)
      state.answered.remove(file)
      if state.open.removeValue(forKey: file) != nil { return false }
      state.leaving = max(0, state.leaving - 1)
      return true
    }
    if !hasMadeRoom { free.signal() }
  }
}
