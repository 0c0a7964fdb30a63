import CSpawn
import FlowPlugin
import Glibc
import Synchronization

/// A running program, its standard input and output in lines. It has a process group of its own, which is
/// killed when it ends, however that comes about. One thread owns the process, reads and writes; nothing here
/// waits for ever.
final class ChildProcess: Sendable {
  /// In the order in which it happened.
  enum Report: Sendable {
    /// All of the request's JSON has been written; before this, a program cannot have acted on it.
    case written(Int)
    case line([UInt8])
    /// The last report. `clean`: the program went by itself, with code 0.
    case ended(because: String, clean: Bool)
  }

  private struct Request: Sendable {
    var id: Int
    var line: [UInt8]
    var sent = 0
    var isReported = false
  }

  private enum Order: Sendable, Equatable {
    case goOn
    /// Standard input is closed once no request is half written.
    case finish
    case kill(because: String)
  }

  private struct Shared: Sendable {
    var requests: [Request] = []
    /// Lines that may come: requests given and not yet answered.
    var awaited = 0
    var order = Order.goOn
  }

  let reports: AsyncStream<Report>
  private let reporter: AsyncStream<Report>.Continuation
  private let shared = Mutex(Shared())
  private let pid: pid_t
  private let input: Int32
  private let output: Int32
  private let log: Int32
  private let limits: ExecLimits
  private let wakeRead: Int32
  private let wakeWrite: Int32

  init(_ start: ProgramStart) throws(SpawnError) {
    let pipes = try Pipes()
    do throws(SpawnError) {
      pid = try spawn(start, pipes)
    } catch {
      pipes.closeAll()
      throw error
    }
    close(pipes.inputRead)
    close(pipes.outputWrite)
    close(pipes.errorWrite)
    limits = start.limits
    log = pipes.errorRead
    input = pipes.inputWrite
    output = pipes.outputRead
    wakeRead = pipes.wakeRead
    wakeWrite = pipes.wakeWrite
    (reports, reporter) = AsyncStream.makeStream(of: Report.self)
    startThread()
  }

  private func startThread() {
    if OwnThread.start({ self.run() }) != nil { return }
    shared.withLock { $0.order = .kill(because: "no thread could be started") }
    run()
  }

  /// Queues a line; its LF is its last byte.
  func send(_ line: [UInt8], id: Int) {
    shared.withLock {
      $0.requests.append(Request(id: id, line: line))
      $0.awaited += 1
    }
    wake()
  }

  func kill(because reason: String) {
    shared.withLock { shared in
      if case .kill = shared.order { return }
      shared.order = .kill(because: reason)
    }
    wake()
  }

  /// Closes standard input, so that the program goes by itself.
  func finish() {
    shared.withLock { if $0.order == .goOn { $0.order = .finish } }
    wake()
  }

  /// The pipe is not blocking; a full one wakes as well.
  private func wake() {
    var byte: UInt8 = 0
    _ = Glibc.write(wakeWrite, &byte, 1)
  }

  // MARK: On the thread

  private func run() {
    var session = Session(input: input)
    session.logRoom = limits.log
    var reason: String?
    while reason == nil { reason = turn(&session) }
    session.closeInput()
    end(because: reason ?? "")
    close(output)
    passOn(&session)
    close(log)
  }

  /// Not before: whoever holds this may still wake the thread, and a closed number may be another file's by
  /// then.
  deinit {
    close(wakeRead)
    close(wakeWrite)
  }

  private struct Session {
    var input: Int32
    var frames = FrameReader()
    var buffer = [UInt8](repeating: 0, count: 65_536)
    /// What may still be passed on of standard error.
    var logRoom = 0
    var hasLog = true
    init(input: Int32) { self.input = input }
    mutating func closeInput() {
      if input >= 0 { close(input) }
      input = -1
    }
  }

  /// Waits for one thing and does it; why the program has ended, or is to end.
  private func turn(_ session: inout Session) -> String? {
    switch shared.withLock({ $0.order }) {
    case .goOn: break
    case .kill(let reason): return reason
    case .finish:
      // A request that has begun to leave leaves whole; the others do not.
      let isWithin = shared.withLock { shared in
        shared.requests = shared.requests.filter { $0.sent > 0 }
        return !shared.requests.isEmpty
      }
      if !isWithin { session.closeInput() }
    }
    let hasWork = session.input >= 0 && shared.withLock { !$0.requests.isEmpty }
    var places = [
      pollfd(fd: output, events: Int16(POLLIN), revents: 0),
      pollfd(fd: wakeRead, events: Int16(POLLIN), revents: 0),
      pollfd(fd: hasWork ? session.input : -1, events: Int16(POLLOUT), revents: 0),
      pollfd(fd: session.hasLog ? log : -1, events: Int16(POLLIN), revents: 0),
    ]
    guard poll(&places, nfds_t(places.count), -1) >= 0 else { return errno == EINTR ? nil : "could not be listened to" }
    if places[1].revents != 0 { drainWake(&session) }
    if places[3].revents != 0 { passOn(&session) }
    if places[2].revents != 0, let reason = writeSome(&session) { return reason }
    if places[0].revents != 0 { return readSome(&session) }
    return nil
  }

  private func drainWake(_ session: inout Session) {
    _ = Glibc.read(wakeRead, &session.buffer, 4096)
  }

  /// Passes on what the program has logged, as much as there is room for: a flood of it fills nobody's disk.
  private func passOn(_ session: inout Session) {
    let count = Glibc.read(log, &session.buffer, session.buffer.count)
    if count <= 0 {
      session.hasLog = count < 0 && (errno == EAGAIN || errno == EINTR)
      return
    }
    let room = session.logRoom
    session.logRoom -= min(count, room)
    // A secret that is torn over two writes of the program is not known for one.
    let told = limits.secrets.hidden(in: Array(session.buffer.prefix(min(count, room))))
    _ = Glibc.write(2, told, told.count)
    if room > 0, session.logRoom == 0 {
      let note = Array("\n(a channel's program logs too much: the rest is dropped until it is asked again)\n".utf8)
      _ = Glibc.write(2, note, note.count)
    }
  }

  /// What it has used of a processor, in whole seconds, as the kernel counts it.
  private static func cpuSeconds(of pid: pid_t) -> Int {
    let file = open("/proc/\(pid)/stat", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return 0 }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 1024)
    let count = Glibc.read(file, &buffer, buffer.count)
    // The name in brackets may hold anything; the state is the field after it, and 11 and 12 fields on are the ticks.
    guard count > 0, let bracket = buffer[..<count].lastIndex(of: UInt8(ascii: ")")) else { return 0 }
    let fields = buffer[(bracket + 1)..<count].split(separator: 0x20)
    guard fields.count > 12, let user = Int(String(decoding: fields[11], as: UTF8.self)),
      let system = Int(String(decoding: fields[12], as: UTF8.self))
    else { return 0 }
    return (user + system) / max(1, sysconf(Int32(_SC_CLK_TCK))) + 1
  }

  private func writeSome(_ session: inout Session) -> String? {
    let input = session.input
    let written: Int? = shared.withLock { shared in
      guard var request = shared.requests.first else { return nil }
      if request.sent == 0 {
        // For each request anew.
        session.logRoom = limits.log
        flow_limit_cpu(pid, rlim_t(ChildProcess.cpuSeconds(of: pid) + limits.cpu))
      }
      let count = request.line[request.sent...].withUnsafeBytes {
        Glibc.write(input, $0.baseAddress, $0.count)
      }
      if count < 0 { return errno == EAGAIN || errno == EINTR ? nil : -1 }
      request.sent += count
      // A JSON object without its last brace is none; without its LF it may be read.
      let isComplete = request.sent >= request.line.count - 1 && !request.isReported
      if isComplete { request.isReported = true }
      if request.sent == request.line.count {
        shared.requests.removeFirst()
      } else {
        shared.requests[0] = request
      }
      return isComplete ? request.id : nil
    }
    guard let written else { return nil }
    // Who reads no more may still have something to say: its output tells why it ended.
    if written < 0 { session.closeInput() } else { reporter.yield(.written(written)) }
    return nil
  }

  private func readSome(_ session: inout Session) -> String? {
    let count = Glibc.read(output, &session.buffer, session.buffer.count)
    if count < 0 { return errno == EAGAIN || errno == EINTR ? nil : "could not be listened to" }
    if count == 0 { return "" }
    do throws(FrameError) {
      for line in try session.frames.read(session.buffer[..<count]) {
        let isAwaited = shared.withLock { shared in
          shared.awaited -= 1
          return shared.awaited >= 0
        }
        guard isAwaited else { return "answered what nobody had asked" }
        reporter.yield(.line(line))
      }
      return nil
    } catch {
      return "wrote what is no frame: \(error)"
    }
  }

  /// Kills the group, reports, and reaps. An empty reason: the program closed its output, most often by
  /// ending.
  private func end(because reason: String) {
    var status = reason.isEmpty ? peek(forMilliseconds: 200) : nil
    let clean = status.map { $0.code == CLD_EXITED && $0.status == 0 } ?? false
    // Not reaped yet, so that the group's number is still its own.
    Glibc.kill(-pid, SIGKILL)
    let because = reason.isEmpty ? ChildProcess.words(status) : reason
    if status == nil { status = peek(forMilliseconds: 2000) }
    reporter.yield(.ended(because: because, clean: clean))
    reporter.finish()
    var ignored: Int32 = 0
    while waitpid(pid, &ignored, 0) < 0, errno == EINTR {}
  }

  /// How the program ended, if it does within that time; it is not reaped.
  private func peek(forMilliseconds most: Int) -> (code: Int32, status: Int32)? {
    for turn in 0...(most / 5) {
      var info = siginfo_t()
      let found = waitid(P_PID, id_t(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0
      if found, info.si_signo == SIGCHLD { return (info.si_code, info._sifields._sigchld.si_status) }
      if turn < most / 5 { usleep(5000) }
    }
    return nil
  }

  private static func words(_ status: (code: Int32, status: Int32)?) -> String {
    guard let status else { return "closed its output" }
    return status.code == CLD_EXITED
      ? "ended with code \(status.status)" : "was ended by signal \(status.status)"
  }
}
