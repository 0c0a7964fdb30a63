import FlowCore
import FlowRuntime
import FlowSQLite
import FlowSimulation
import FlowTime
import Foundation
import Glibc

/// Runs that wait for weeks: what they cost in memory, how soon the first is woken after a start, how long an answer
/// takes to be acted on. One process fills the file, and another measures: it has nothing else in memory.
struct Waiting {
  let workload: Workload
  let folder: String
  let count: Int

  /// Bytes of this process that are in memory now.
  static var resident: Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return pages * 4096
  }

  /// On a file that was filled before.
  /// - Parameter first: the number of the first answer; of each there is one.
  /// - Returns: lines of a report.
  func measure(replies: Int, from first: Int, perSecond rate: Int) async throws -> [String] {
    var report = ["waiting         \(count) runs"]
    let before = Waiting.resident
    let began = Stopwatch.now
    // As a server starts: with its check for damage.
    let store = try SQLiteStore(path: folder + "/bench.db", access: .writing(holder: "flow-bench", patience: 0))
    try store.makeRoomForLog()
    let engine = workload.engine(over: store, SystemClock())
    let woken = try await engine.runDue()
    let passed = Stopwatch.now - began
    report.append("first woken     \(rounded(passed)) s after the start, \(woken) due")
    report.append("memory          \((Waiting.resident - before) / count) bytes a waiting run")
    report += try await answers(first..<first + replies, rate, engine, store)
    let settings = try store.settings().map { "\($0.name)=\($0.value)" }.joined(separator: " ")
    report.append("settings        \(settings)")
    try store.close()
    return report
  }

  /// One run is enrolled; the others are its like.
  func fill() async throws {
    let file = try StoreFile(folder: folder)
    let store = file.store
    let clock = SystemClock()
    let start = clock.now()
    let engine = workload.engine(over: store, clock)
    // A number that none of its like has.
    for told in workload.story(from: 10_000_009, 1) {
      if let event = told.event { _ = try await engine.receive([event]) }
    }
    guard let model = try store.runs(RunFilter()).first, let step = try store.journal(model.id).first else {
      throw Broken("no run waits")
    }
    for first in stride(from: 0, to: count, by: 2000) {
      for number in first..<min(first + 2000, count) {
        let (record, step) = like(model, step, number, start)
        try store.add([.start(record), .append(step), .hear(run: record.id, event: record.event)])
      }
      try store.flush()
    }
    try store.close()
  }

  private func like(_ model: RunRecord, _ step: JournalStep, _ number: Int, _ start: Instant) -> (
    RunRecord, JournalStep
  ) {
    let digits = String(number)
    let key = "user" + String(repeating: "0", count: max(0, 8 - digits.utf8.count)) + digits
    let hex = String((UInt64(number) &* 0x9E37_79B9_7F4A_7C15) >> 16, radix: 16)
    let id = String(repeating: "0", count: 12 - hex.utf8.count) + hex
    var run = model.run
    run.key = [key]
    run.data["id"] = .text(key)
    run.data["contact"] = .record(["name": .text("User \(number)"), "email": .text("\(key)@example.test")])
    // One is due at once; the others over ten days, from tomorrow on.
    if var waiting = run.waiting {
      let later = Int64(86_400_000) + Int64(number) &* 7919 % 864_000_000
      waiting.due = number == 0 ? start : start.adding(milliseconds: later)
      waiting.computed = waiting.due
      run.state = .waiting(waiting)
    }
    var mine = step
    mine.run = id
    return (
      RunRecord(
        id: id, workflow: model.workflow, version: model.version, subject: key, contact: "\(key)@example.test",
        event: key, sequence: 1, run: run), mine
    )
  }

  /// Answers come at their rate, whatever became of those before; each takes from then until it is acted on and
  /// committed. As in the server, those that have come meanwhile are accepted together, and the store puts off what it
  /// can until an answer was given.
  private func answers(
    _ numbers: Range<Int>, _ rate: Int, _ engine: Engine, _ store: SQLiteStore
  ) async throws -> [String] {
    let ended = try store.runs(RunFilter(isLive: false)).count
    var began = Stopwatch.now
    // One after the other, where there is no rate.
    func due(_ number: Int) -> Double { rate == 0 ? began : began + Double(number) / Double(rate) }
    var times: [Double] = []
    while times.count < numbers.count {
      if rate == 0 { began = Stopwatch.now }
      // Whoever tells is awake when the time comes: how late a sleeper wakes is not what is measured.
      let wait = due(times.count) - Stopwatch.now - 0.000_5
      if wait > 0 { try await Task.sleep(nanoseconds: UInt64(wait * 1e9)) }
      while Stopwatch.now < due(times.count) {}
      let now = Stopwatch.now
      let group = rate == 0 ? times.count..<times.count + 1 : (times.count..<numbers.count).prefix { due($0) <= now }
      for (number, received) in zip(group, try await engine.accept(group.map { answer(numbers.lowerBound + $0) })) {
        guard received.reached.count == 1 else { throw Broken("answer \(number): \(received)") }
        times.append(Stopwatch.now - due(number))
      }
      if engine.isUntidy { await engine.tidy() }
    }
    try await engine.runDue()
    let answered = try store.runs(RunFilter(isLive: false)).count - ended
    guard answered >= numbers.count else { throw Broken("\(answered) of \(numbers.count) runs have ended") }
    return report(times)
  }

  /// The same answers by the socket of `flow serve`, which has the file under this name: each takes from when it was to
  /// come until the server's answer, which is given after the commit, is read.
  func ask(_ store: String, replies: Int, from first: Int, perSecond rate: Int) throws -> [String] {
    let file = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array("\(store).socket".utf8).prefix(107)) }
    let isOpen = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(file, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    guard isOpen else { throw Broken("\(store).socket: \(String(cString: strerror(errno)))") }
    _ = try line(from: file)
    var times: [Double] = []
    let orders = (first..<first + replies).map { Array((Order.receive(answer($0)).json.write() + "\n").utf8) }
    let began = Stopwatch.now
    for (number, order) in orders.enumerated() {
      let due = rate == 0 ? Stopwatch.now : began + Double(number) / Double(rate)
      let wait = due - Stopwatch.now - 0.000_5
      if wait > 0 { usleep(UInt32(wait * 1e6)) }
      while Stopwatch.now < due { sched_yield() }
      guard send(file, order, order.count, Int32(MSG_NOSIGNAL)) == order.count else {
        throw Broken("the server is gone")
      }
      let told = try line(from: file)
      times.append(Stopwatch.now - due)
      guard case .received(let received) = try Answer(json: try JSONReader.read(told)), received.reached.count == 1
      else {
        throw Broken("answer \(first + number): \(String(decoding: told, as: UTF8.self))")
      }
    }
    close(file)
    return report(times)
  }

  /// Awake, too: what is measured is the server. Its threads have the processor first.
  private func line(from file: Int32) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 16 << 10)
    var filled = 0
    while filled == 0 || bytes[filled - 1] != 0x0A {
      let room = bytes.count - filled
      let count = bytes.withUnsafeMutableBytes {
        recv(file, $0.baseAddress.map { $0 + filled }, room, Int32(MSG_DONTWAIT))
      }
      if count > 0 {
        filled += count
      } else if count == 0 || errno != EAGAIN {
        throw Broken("the server is gone")
      } else {
        sched_yield()
      }
    }
    return Array(bytes[..<(filled - 1)])
  }

  private func report(_ times: [Double]) -> [String] {
    let times = times.sorted()
    func microseconds(_ share: Double) -> Int { Int(times[Int(Double(times.count - 1) * share)] * 1e6) }
    return ["reply p50       \(microseconds(0.5)) µs", "reply p99       \(microseconds(0.99)) µs"]
  }

  private func answer(_ number: Int) -> Incoming {
    let digits = String((number * 7919 + 13) % count)
    let key = "user" + String(repeating: "0", count: max(0, 8 - digits.utf8.count)) + digits
    return .event(
      type: "reply", id: "r\(number)", at: SystemClock().now(), subject: key, data: ["text": "Yes, let us talk."])
  }
}
