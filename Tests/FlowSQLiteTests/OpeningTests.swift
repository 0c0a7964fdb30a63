import FlowCore
import FlowPlugin
import FlowRuntime
import FlowSQLite
import FlowTesting
import FlowTime
import Foundation
import Testing

/// What stands where a store is opened, and is not what it was left as.
struct OpeningTests {
  private static func file(_ path: String) -> URL { URL(filePath: path) }

  /// A store that was killed with its log beside it: what lies in the folder then.
  private static func killed(_ scratch: Scratch) async throws -> [String: Data] {
    let store = try scratch.open()
    try store.commit([.remember("released/later", "1")])
    var files: [String: Data] = [:]
    for ending in ["", "-wal", "-shm"] { files[ending] = try Data(contentsOf: file(scratch.path + ending)) }
    try store.close()
    return files
  }

  @Test(arguments: [false, true])
  func `guarantee 23: a backup beside the log of the store before is refused until the log is taken away`(
    isRead: Bool
  ) async throws {
    let scratch = try Scratch()
    try await CareTests.story(scratch)
    let copy = scratch.folder.appending(path: "copy.db").path
    try SQLiteStore(path: scratch.path, access: .reading).backup(to: copy)
    let files = try await Self.killed(scratch)
    #expect(files["-wal"]?.isEmpty == false)
    for (ending, bytes) in files { try bytes.write(to: Self.file(scratch.path + ending)) }
    let backup = try Data(contentsOf: Self.file(copy))
    try backup.write(to: Self.file(scratch.path))
    let access: SQLiteStore.Access = isRead ? .reading : .writing(holder: "the test", patience: 0)
    let error = #expect(throws: StoreError.self) { try SQLiteStore(path: scratch.path, access: access) }
    #expect("\(try #require(error))".contains("take flow.db-wal and flow.db-shm away"))
    // Nothing was touched by that.
    #expect(try Data(contentsOf: Self.file(scratch.path)) == backup)
    #expect(try Data(contentsOf: Self.file(scratch.path + "-wal")) == files["-wal"])

    for ending in ["-wal", "-shm"] { try FileManager.default.removeItem(atPath: scratch.path + ending) }
    let store = try scratch.open()
    #expect(try store.runs(RunFilter()).count == 3)
    #expect(try store.remembered("released/later") == nil)
    try store.commit([.remember("released/now", "1")])
    // With a log of its own it is a store as any other, also after a kill.
    for ending in ["", "-wal", "-shm"] {
      try Data(contentsOf: Self.file(scratch.path + ending)).write(to: Self.file(copy + ending))
    }
    try store.close()
    let again = try SQLiteStore(path: copy, access: .writing(holder: "the test", patience: 0))
    #expect(try again.remembered("released/now") == "1")
    try again.close()
  }

  @Test func `guarantee 21: a store that has become an empty file is damaged, and no new one`() async throws {
    let scratch = try Scratch()
    // A process that ended before it had written anything has left one, too.
    try Data().write(to: Self.file(scratch.path))
    try await CareTests.story(scratch)
    try Data().write(to: Self.file(scratch.path))
    let error = #expect(throws: StoreError.self) { try scratch.open() }
    #expect("\(try #require(error))".hasPrefix("the store is damaged: it is empty, and was not; put a backup back"))
    #expect(try Data(contentsOf: Self.file(scratch.path)).isEmpty)
    try FileManager.default.removeItem(atPath: scratch.path)
    #expect(try scratch.open().runs(RunFilter()).isEmpty)
  }

  // MARK: The clock

  /// What a machine's clock says that has been up for a minute.
  private struct MachineClock: Clock {
    var instant: Instant
    func now() -> Instant { instant }
    func uptime() -> Int64? { 60_000 }
  }

  private static let text = """
    workflow: order
    trigger: { event: order.placed, key: order.id }
    input:
      contact: contact
      order: { id: text }
    timezone: '"UTC"'
    steps:
      - letter: thanks
        purpose: inform
        body: "Dear {{ contact.name }}"
      - await: reply within 2 days
      - end: quiet
    """

  private static func engine(_ store: SQLiteStore, _ box: LetterBox, at hours: Int64) throws -> Engine {
    let graphs = try Bench.graphs(text, zones: EngineOnFileTests.zones)
    return Engine(
      store: store, library: Library(graphs),
      outlets: ["letter": Outlet(box, isKeyed: true, rate: 1)], zones: EngineOnFileTests.zones,
      clock: MachineClock(instant: EngineOnFileTests.at(hours)))
  }

  private static func order(_ number: Int, at hours: Int64) -> Incoming {
    let data: JSONValue = [
      "contact": ["name": .string("Contact \(number)"), "email": .string("\(number)@example.test")],
      "order": ["id": .string("O-\(number)")],
    ]
    return .event(
      type: "order.placed", id: "e-\(number)", at: EngineOnFileTests.at(hours), subject: "O-\(number)", data: data)
  }

  @Test func `guarantee 13: after a clock was set back nothing new waits for the one before, and people are told`()
    async throws
  {
    let scratch = try Scratch()
    let box = LetterBox()
    var store = try scratch.open()
    // One a minute leaves, and the second has its place a minute later.
    let first = try Self.engine(store, box, at: 30)
    for number in 1...2 { try await first.receive(Self.order(number, at: 30)) }
    #expect(box.texts.count == 1)
    try store.close()

    store = try scratch.open()
    let clock = MachineClock(instant: EngineOnFileTests.at(27))
    let words = try #require(try SetBack(store, clock)).words
    #expect(words == "the clock is 3 hours behind the last step in the store, which is of 2026-03-03T15:00:00+00:00")
    try await Self.engine(store, box, at: 27).runDue()
    #expect(box.texts.count == 2)
    let told = try store.tasks(TaskFilter(isOpen: true)).filter { $0.text.contains("hours behind") }
    #expect(told.count == 1 && told[0].text.hasPrefix("The clock is 3 hours behind"))
    // The next start says it no more than once.
    let later = try Self.engine(store, box, at: 28)
    try await later.receive(Self.order(3, at: 28))
    #expect(box.texts.count == 3)
    #expect(try store.tasks(TaskFilter(isOpen: true)).filter { $0.text.contains("hours behind") } == told)
    // Nor where what comes last in the store is later than what came last then; set back once more, it is told.
    let step = JournalStep(run: "x", sequence: 1, at: EngineOnFileTests.at(40), event: nil, entries: [])
    try store.commit([.append(step)])
    for (hours, count) in [(29, 1), (20, 2), (21, 2)] {
      try await Self.engine(store, box, at: Int64(hours)).runDue()
      #expect(try store.tasks(TaskFilter(isOpen: true)).count { $0.text.contains("hours behind") } == count)
    }
    try store.close()
  }
}
