import FlowCore
import FlowPlugin

/// A channel's program as it is asked: one request at a time, started when it is first needed, ended when it
/// breaks the rules, started again with growing pauses.
actor Program {
  enum Outcome: Sendable {
    case ok(JSONValue)
    case refused(Frame.Answer.Failure)
    /// No answer. `written`: the request had left, so the program may have acted on it.
    case failed(because: String, written: Bool)
    /// The marker said that it must not leave any more; nothing had.
    case withheld
    /// It cannot be asked now; `after` seconds it may be. Nil: only a person can help.
    case unavailable(after: Int?, because: String)
  }

  private struct Pending {
    var id: Int
    var written = false
    var answer: CheckedContinuation<Outcome, Never>
  }

  let name: String
  private let start: ProgramStart
  private let settings: [JSONMember]
  private let limits: ExecLimits

  private var child: ChildProcess?
  /// Tells the reports of one start from those of the next.
  private var generation = 0
  private var verb: String?
  private var answered = 0
  private var pending: Pending?
  private var nextID = 1
  private var failures = 0
  /// The seconds after which it may be started again, while they run.
  private var pause: Int?
  private var lastEnd = ""
  private var isClosed = false
  private var isBusy = false
  private var queue: [CheckedContinuation<Void, Never>] = []
  private var closing: [CheckedContinuation<Void, Never>] = []
  /// Who waits with patience, by number; those who have lost it are not among them, but are still counted.
  private var patient: [Int: CheckedContinuation<Outcome, Never>] = [:]
  private var lastPatient = 0
  /// What is asked with patience, or was, and is not answered yet.
  private var asking: Set<String> = []
  /// Answers that came when nobody waited any more, for whoever asks the same again; the oldest goes first.
  private var late: [(asked: String, outcome: Outcome)] = []
  private static let mostAsked = 8
  private static let mostLate = 64

  /// `settings`: what `describe` brings, without its version.
  init(name: String, start: ProgramStart, settings: [JSONMember], limits: ExecLimits) {
    self.name = name
    self.start = start
    self.settings = settings
    self.limits = limits
  }

  deinit { child?.kill(because: "") }

  /// Always answers: within the limit, and the limit of a start, once it is its turn. `verb`: the program
  /// must have described itself as a channel of this verb.
  func ask(
    _ operation: Frame.Operation, _ fields: [JSONMember], within limit: Swift.Duration, verb: String? = nil,
    marker: Marker? = nil
  ) async -> Outcome {
    await takeTurn()
    defer { passTurn() }
    if let trouble = await ready() { return trouble }
    if let verb, let described = self.verb, described != verb {
      return .unavailable(
        after: nil, because: "\(name) describes itself as \"\(described)\", its manifest as \"\(verb)\"")
    }
    if let marker {
      // Whoever says so may be waiting for somebody who asks the program meanwhile what it would send.
      passTurn()
      let mayLeave = await marker()
      await takeTurn()
      if !mayLeave { return .withheld }
      if let trouble = await ready() { return trouble }
    }
    let outcome = await exchange(operation, fields, within: limit)
    switch outcome {
    case .ok, .refused: failures = 0
    case .failed, .unavailable, .withheld: break
    }
    return outcome
  }

  /// As ``ask``, for somebody who holds up others while he waits: after `patience` he hears that it cannot be asked
  /// now. What he has asked goes on by itself, and is answered at once when he asks the same again; until then whoever
  /// else asks so hears at once that it is busy, and is answered later, too.
  /// - Parameter asked: what tells one question from another.
  func ask(
    _ operation: Frame.Operation, _ fields: [JSONMember], _ asked: String, within limit: Swift.Duration,
    verb: String?, patience: Swift.Duration
  ) async -> Outcome {
    if let index = late.firstIndex(where: { $0.asked == asked }) { return late.remove(at: index).outcome }
    guard !asking.contains(asked), asking.count < Self.mostAsked else { return busy }
    let isBusy = asking.count > patient.count
    lastPatient += 1
    let number = lastPatient
    asking.insert(asked)
    Task {
      let outcome = await ask(operation, fields, within: limit, verb: verb)
      asking.remove(asked)
      if let waiting = patient.removeValue(forKey: number) {
        waiting.resume(returning: outcome)
      } else {
        keep(outcome, asked)
      }
    }
    if isBusy { return busy }
    let timer = Task {
      try? await Task.sleep(for: patience)
      if !Task.isCancelled { patient.removeValue(forKey: number)?.resume(returning: busy) }
    }
    defer { timer.cancel() }
    return await withCheckedContinuation { patient[number] = $0 }
  }

  private func keep(_ outcome: Outcome, _ asked: String) {
    switch outcome {
    case .ok, .refused: late.append((asked, outcome))
    case .failed, .withheld, .unavailable: return
    }
    if late.count > Self.mostLate { late.removeFirst() }
  }

  private var busy: Outcome { .unavailable(after: 1, because: "\(name) has not answered yet") }

  /// Lets the program go by itself, for two seconds; then it is killed. Nothing is asked after this.
  func close() async {
    isClosed = true
    guard let child else { return }
    child.finish()
    let timer = Task {
      try? await Task.sleep(for: .seconds(2))
      if !Task.isCancelled { child.kill(because: "did not go by itself when its input was closed") }
    }
    await withCheckedContinuation { closing.append($0) }
    timer.cancel()
  }

  // MARK: Turns

  private func takeTurn() async {
    guard isBusy else {
      isBusy = true
      return
    }
    await withCheckedContinuation { queue.append($0) }
  }

  private func passTurn() {
    if queue.isEmpty { isBusy = false } else { queue.removeFirst().resume() }
  }

  // MARK: Starting

  /// Nil when the program runs and has described itself.
  private func ready() async -> Outcome? {
    if isClosed { return .unavailable(after: nil, because: "\(name) is closed") }
    if child != nil { return nil }
    if let seconds = pause {
      return .unavailable(
        after: seconds, because: "\(name) \(lastEnd); it is started again within \(seconds) s")
    }
    do throws(SpawnError) {
      let child = try ChildProcess(start)
      self.child = child
      generation += 1
      answered = 0
      listen(to: child, generation)
    } catch {
      guard error.isTemporary else {
        return .unavailable(after: nil, because: "\(name) cannot be started: \(error.text)")
      }
      return .unavailable(after: 1, because: "\(name) cannot be started now: \(error.text)")
    }
    return await describe()
  }

  private func listen(to child: ChildProcess, _ generation: Int) {
    Task { [weak self] in
      for await report in child.reports { await self?.take(report, generation) }
    }
  }

  private func describe() async -> Outcome? {
    let version = JSONMember("version", .number(String(Frame.version)))
    let outcome = await exchange(.describe, [version] + settings, within: limits.start)
    switch outcome {
    case .ok(let answer):
      guard case .number(let digits)? = answer["version"], Int(digits) == Frame.version,
        case .string(let verb)? = answer["verb"]
      else {
        await end(because: "is of another version")
        return .unavailable(
          after: nil,
          because: "\(name) should describe itself with \"version\": \(Frame.version) and its \"verb\"")
      }
      self.verb = verb
      return nil
    case .refused(let failure):
      await end(because: "did not start: \(HeaderText(failure.text))")
      return .unavailable(after: failure.kind == .ours ? nil : failure.after ?? 60, because: failure.text)
    case .failed(let reason, _):
      // Nothing of the request that this start was for has left.
      return .failed(because: reason, written: false)
    case .unavailable, .withheld: return outcome
    }
  }

  private func end(because reason: String) async {
    guard let child else { return }
    child.kill(because: reason)
    await withCheckedContinuation { closing.append($0) }
  }

  // MARK: One request

  private func exchange(
    _ operation: Frame.Operation, _ fields: [JSONMember], within limit: Swift.Duration
  ) async -> Outcome {
    let id = nextID
    nextID += 1
    let line: [UInt8]
    do throws(FrameError) {
      line = try Frame.Request(operation, id: id, fields: fields).line()
    } catch {
      return .refused(Frame.Answer.Failure(.permanent, "the request is too long: \(error)"))
    }
    guard let child else { return .failed(because: "\(name) \(lastEnd)", written: false) }
    let timer = Task {
      try? await Task.sleep(for: limit)
      if !Task.isCancelled { self.timeOut(id, after: limit) }
    }
    defer { timer.cancel() }
    return await withCheckedContinuation { continuation in
      pending = Pending(id: id, answer: continuation)
      child.send(line, id: id)
    }
  }

  private func timeOut(_ id: Int, after limit: Swift.Duration) {
    guard pending?.id == id else { return }
    child?.kill(because: "did not answer within \(limit)")
  }

  private func take(_ report: ChildProcess.Report, _ generation: Int) {
    guard generation == self.generation else { return }
    switch report {
    case .written(let id): if pending?.id == id { pending?.written = true }
    case .line(let line): take(line)
    case .ended(let reason, let clean): ended(reason, clean)
    }
  }

  private func take(_ line: [UInt8]) {
    let answer: Frame.Answer
    do throws(FrameError) {
      answer = try Frame.Answer(line: line)
    } catch {
      child?.kill(because: "wrote what is no frame: \(error)")
      return
    }
    guard let pending, pending.id == answer.id else {
      child?.kill(because: "answered what nobody had asked")
      return
    }
    self.pending = nil
    answered += 1
    switch answer.result {
    case .success(let ok): pending.answer.resume(returning: .ok(ok))
    case .failure(let failure): pending.answer.resume(returning: .refused(failure))
    }
  }

  private func startPause(_ length: Swift.Duration) {
    pause = Int(length.components.seconds) + (length.components.attoseconds > 0 ? 1 : 0)
    Task { [weak self] in
      try? await Task.sleep(for: length)
      await self?.endPause()
    }
  }

  private func endPause() { pause = nil }

  private func ended(_ reason: String, _ clean: Bool) {
    child = nil
    verb = nil
    lastEnd = reason
    // One that answers once and goes is a fine program.
    if clean, pending == nil, answered > 1 {
      failures = 0
    } else {
      failures += 1
      startPause(limits.pause(afterFailures: failures))
    }
    if let pending {
      self.pending = nil
      pending.answer.resume(returning: .failed(because: "\(name) \(reason)", written: pending.written))
    }
    for waiter in closing { waiter.resume() }
    closing = []
  }
}
