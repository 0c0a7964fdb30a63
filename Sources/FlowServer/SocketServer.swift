import CWatch
import FlowPlugin
import FlowRuntime
import Glibc
import Synchronization

/// Listens beside a store's file, for whoever may write that file (mode 0600). The other side gets the hello
/// line, then an answer to each line that it sends, in their order.
///
/// A thread for each conversation, at most ``Limits/conversations`` at once; for who comes beyond, the one ends that has
/// said nothing the longest. Only where all of them are being answered, who comes waits. While nobody asks, nothing
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

  private struct State {
    var listening: Int32
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

  private let path: String
  private let hello: [UInt8]
  private let limits: Limits
  private let answer: Answering
  private let state: Mutex<State>
  private let free: Semaphore

  /// Whoever calls holds the lock of the store: a socket that is there was left by a process that has ended,
  /// and is replaced.
  /// - Parameter store: the store's file, which is there.
  public init(
    store: String, hello: [UInt8], limits: Limits = Limits(), answering: @escaping Answering
  ) throws(SocketError) {
    guard let path = SocketAddress.path(ofStore: store) else {
      throw .failed("there is no folder for \"\(store)\"")
    }
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
    self.path = path
    self.hello = hello
    self.limits = limits
    answer = answering
    state = Mutex(State(listening: file))
    free = Semaphore(limits.conversations)
    _ = OwnThread.startSmall { self.listen(on: file) }
  }

  /// Nobody is let in any more; who waits for an answer still gets it. The socket is gone from its folder.
  public func close() {
    state.withLock { state in
      guard !state.isClosed else { return }
      state.isClosed = true
      unlink(path)
      shutdown(state.listening, Int32(SHUT_RDWR))
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
    while true {
      waitForRoom(on: file)
      let other = accept4(file, nil, nil, Int32(SOCK_CLOEXEC.rawValue))
      if other >= 0 {
        let isLate = state.withLock { state in
          if !state.isClosed {
            state.open[other] = 0
            state.rest(other)
          }
          return state.isClosed
        }
        if !isLate, OwnThread.startSmall({ self.converse(on: other) }) { continue }
        end(other)
      } else {
        let code = errno
        free.signal()
        if state.withLock({ $0.isClosed }) { break }
        // Out of descriptors or memory: others end some time.
        if code != EINTR, code != ECONNABORTED { usleep(100_000) }
      }
      if state.withLock({ $0.isClosed }) { break }
    }
    Glibc.close(file)
  }

  /// Returns when somebody wants to come in and there is room, or the server is closed.
  private func waitForRoom(on file: Int32) {
    if free.isTaken() { return }
    var coming = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
    while poll(&coming, 1, -1) < 0, errno == EINTR {}
    while !free.isTaken() {
      let hasMadeRoom = state.withLock { state in
        guard !state.isClosed, state.leaving < limits.conversations, let idlest = state.idlest else {
          return state.isClosed
        }
        state.open[idlest] = nil
        state.leaving += 1
        shutdown(idlest, Int32(SHUT_RDWR))
        return true
      }
      if hasMadeRoom { return }
      usleep(1000)
    }
  }

  private func converse(on file: Int32) {
    var lines = Lines(file, limit: limits.line, seconds: limits.seconds)
    do throws(SocketError) {
      try lines.write(hello)
      while let line = try lines.read() {
        state.withLock { _ = $0.answered.insert(file) }
        try lines.write(answered(line))
        state.withLock { $0.rest(file) }
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
    Task { reply.give(await answer(line)) }
    return reply.wait()
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
