import FlowCompiler
import FlowRuntime
import FlowSQLite
import FlowServer

/// How a command changes something: through the server where one runs, else on the store itself.
struct Door {
  let workspace: Workspace
  let store: StoreOptions
  /// What the lock of the store calls this process: `flow event`.
  let command: String
  /// Makes the store where there is none.
  var makesStore = false
  /// `--start`: a server lives in the present and takes none.
  var start: String?
  var color: ColorOptions

  /// So many times it is looked, a second each, whether a server has come, or whoever holds the store has
  /// gone.
  private static let attempts = 30

  /// - Parameter tell: takes what became of each order, in their order, as soon as all of it is committed. Where no
  ///   server runs, what they planned is handed over after that, and then what `tell` throws is thrown.
  func carryOut(_ orders: [Order], tell: ([Answer]) throws -> Void) async throws {
    var answers: [Answer] = []
    var attempt = 1
    while true {
      try askServer(orders, &answers)
      if answers.count == orders.count { return try tell(try sound(answers)) }
      do {
        let known = answers
        return try await onStore(Array(orders[answers.count...])) { try tell(try sound(known + $0)) }
      } catch let error as StoreError {
        guard case .locked(let holder) = error else { throw Failure.broken("\(store.shown(workspace)): \(error)") }
        try wait(for: Holder(holder), attempt)
        attempt += 1
      }
    }
  }

  /// Told at once: whoever waits knows for whom, and how to end that.
  private func wait(for holder: Holder, _ attempt: Int) throws {
    let name = store.shown(workspace)
    let silent = "\(holder) holds the store, and does not listen at \(name).socket"
    let way = holder.process.map {
      holder.isServer ? "; `kill -HUP \($0)` makes the socket anew, `kill \($0)` ends it" : "; `kill \($0)` ends it"
    }
    // Any other command goes when it has handed over, mostly at once.
    if attempt == (holder.isServer ? 1 : 5) {
      Output.complain(
        "\(name): \(silent): it starts, or ends, or is stuck; waiting, for \(Door.attempts) seconds at most\(way ?? "")"
      )
    }
    guard attempt < Door.attempts else { throw Failure.broken("\(name): the store is in use by \(holder)\(way ?? "")") }
  }

  /// As above, for one order.
  func carryOut(_ order: Order, tell: (Answer) throws -> Void = { _ in }) async throws {
    try await carryOut([order]) { answers in for answer in answers { try tell(answer) } }
  }

  /// For what needs no workflows where no server runs.
  /// - Returns: nil where none runs.
  func askServer(_ order: Order) throws -> Answer? {
    var answers: [Answer] = []
    try askServer([order], &answers)
    return try sound(answers).first
  }

  /// As far as a server answers. One that ends before it has answered may have done what it was asked: an
  /// order that is carried out twice does what it does once, so that the rest is simply asked again.
  private func askServer(_ orders: [Order], _ answers: inout [Answer]) throws {
    do throws(SocketError) {
      let client = try Client(store: store.path(workspace))
      if start != nil {
        throw .failed("\(client.holder) serves the store and lives in the present: end it first, or leave --start out")
      }
      while answers.count < orders.count { answers.append(try client.carryOut(orders[answers.count])) }
    } catch .absent, .gone {
      return
    } catch {
      throw Failure.broken("\(store.shown(workspace)): \(error)")
    }
  }

  private func onStore(_ orders: [Order], _ tell: ([Answer]) throws -> Void) async throws {
    let compilation = workspace.compile()
    if compilation.diagnostics.contains(where: { $0.severity == .error }) {
      guard !orders.contains(where: \.needsWorkflows) else {
        Output.complain(Findings.text(compilation, errorsOnly: true, color: color.isOn))
        throw Failure.finding("no server runs, and \(command) needs the workflows, which have errors")
      }
      return try await onStoreAlone(orders, tell)
    }
    let clock = try Input.clock(start, zones: workspace.zones)
    try await Setup.use(workspace, compilation, clock: clock) { setup in
      try setup.refuseToSendEarly(start)
      let opened = try store.opened(workspace, use)
      defer { try? opened.close() }
      let lacks = setup.lacks
      let engine = setup.engine(on: opened, leaving: Set(lacks.keys))
      let told = await carryOut(orders, engine, tell)
      await handOver(engine)
      tellLeft(lacks, in: opened)
      try told.get()
    }
  }

  private var use: StoreUse { makesStore ? .writing(command, patience: 1) : .changing(command, patience: 1) }

  private func carryOut(
    _ orders: [Order], _ engine: Engine, _ tell: ([Answer]) throws -> Void
  ) async -> Result<Void, any Error> {
    var answers: [Answer] = []
    for order in orders { answers.append(await engine.carryOut(order)) }
    return Result { try tell(answers) }
  }

  /// Whatever is wrong with the workflows, what is to be stopped can be stopped.
  private func onStoreAlone(_ orders: [Order], _ tell: ([Answer]) throws -> Void) async throws {
    if store.store == nil, workspace.isProjectBroken, !Paths.exists(store.path(workspace)) {
      throw Failure.broken(
        "there is no store at \"\(store.shown(workspace))\", and flow.yaml, which may name another, has errors: "
          + "say --store")
    }
    let isProject = !workspace.files.isEmpty || Paths.exists(workspace.root + "/flow.yaml")
    let opened = try store.opened(workspace, isProject ? use : .changing(command, patience: 1))
    defer { try? opened.close() }
    let clock = try Input.clock(start, zones: workspace.zones)
    let told = await carryOut(orders, Setup.engineOfOrders(workspace, on: opened, clock: clock), tell)
    Output.complain(
      "warning: done on \(store.shown(workspace)) alone, and nothing is handed over: `flow check` says what is wrong")
    try told.get()
  }

  private func tellLeft(_ lacks: [String: String], in opened: any Store) {
    let waiting = Set(((try? opened.outbox(.planned)) ?? []).map(\.verb))
    for (verb, lack) in lacks.sorted(by: { $0.key < $1.key }) where waiting.contains(verb) {
      Output.complain("note: what goes by \(verb) is left to a server, or whoever has its secrets: \(lack)")
    }
  }

  /// The orders are committed; what fails from here on is taken up by the next command, or a server. Meanwhile others
  /// are listened to, for whom it is the same time.
  private func handOver(_ engine: Engine) async {
    let path = store.path(workspace)
    let attendant =
      start == nil ? try? Attendant(store: path, holder: Holder(command: command), engine: engine) : nil
    do throws(StoreError) {
      try await engine.receive([])
      if let attendant {
        await attendant.end()
        try await engine.receive([])
      }
    } catch {
      Output.complain("\(store.shown(workspace)): \(error)")
      await attendant?.end()
    }
  }

  private func sound(_ answers: [Answer]) throws -> [Answer] {
    for answer in answers {
      if case .unavailable(let because) = answer { throw Failure.broken("\(store.shown(workspace)): \(because)") }
    }
    return answers
  }
}
