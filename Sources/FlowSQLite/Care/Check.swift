import FlowRuntime

/// What ``SQLiteStore/check()`` has found.
public struct StoreCheck: Hashable, Sendable {
  /// How many packed lines were read.
  public var lines = 0
  /// Each a sentence without a full stop; at most a hundred.
  public var problems: [String] = []

  mutating func add(_ problem: String) {
    if problems.count < 100 { problems.append(problem) }
  }
}

extension SQLiteStore {
  /// Reads the whole file: SQLite's own check, the checksum of every line, and that every journal, outbox and
  /// list of tasks is as long as its run says. Changes nothing; may be used while another process writes.
  public func check() throws(StoreError) -> StoreCheck {
    try useFile { (front) throws(StoreError) in
      var check = StoreCheck()
      for found in try front.file.once("PRAGMA integrity_check(20)").all({ $0.text(0) }) where found != "ok" {
        check.add(found)
      }
      for table in SealedTable.allCases { try front.checkLines(table, &check) }
      try front.checkLengths(&check)
      return check
    }
  }
}

extension Front {
  fileprivate func checkLines(_ table: SealedTable, _ check: inout StoreCheck) throws(StoreError) {
    let rows = try file.once(table.query)
    rows.bind(1, Int64.min)
    rows.bind(2, -1)
    defer { rows.reset() }
    while try rows.next() {
      check.lines += 1
      do throws(StoreError) {
        guard let seal = table.seal(rows) else { throw .corrupt("what started it is not there") }
        _ = try glossary.plain(rows.bytes(1), seal: seal)
      } catch {
        check.add("\(try name(table, rows)): \(error.words)")
      }
    }
  }

  /// What a damaged row is to people, as far as its columns say so.
  private func name(_ table: SealedTable, _ row: Statement) throws(StoreError) -> String {
    switch table {
    case .incoming: "the event \(row.text(4)) of the inbox"
    case .run: try nameOfRun(row.number(0))
    case .journal: "\(try nameOfRun(row.number(2))), step \(row.number(0))"
    case .line: "\(try nameOfRun(row.number(2))), delivery \(row.number(0))"
    case .task: "\(try nameOfRun(row.number(2))), task \(taskID.text(row.cell(3)))"
    }
  }

  /// `run ID (WORKFLOW, CONTACT)`, as far as that is known.
  private func nameOfRun(_ number: Int64) throws(StoreError) -> String {
    let run = try file.once("SELECT id, workflow, contact FROM run WHERE number = \(number)")
    let found = try run.first { ($0.cell(0), $0.cellOrNil(1), $0.text(2)) }
    guard let (id, workflow, contact) = found else { return "a run that is not there" }
    let words = [workflow.flatMap { try? glossary.text($0) } ?? "", contact].filter { !$0.isEmpty }
    return "run \(runID.text(id))" + (words.isEmpty ? "" : " (\(words.joined(separator: ", ")))")
  }

  /// A run's last line of a kind names the one before, and so on: as many as there are.
  fileprivate func checkLengths(_ check: inout StoreCheck) throws(StoreError) {
    let runs = try file.once("SELECT number, steps, last_step, last_line, last_task FROM run ORDER BY number").all {
      row in
      (0..<5).map { row.number($0) }
    }
    var counts: [String: [Int64: Int64]] = [:]
    for table in ["journal", "line", "task"] {
      for (run, count) in try file.once("SELECT run, count(*) FROM \(table) GROUP BY run").all({
        ($0.number(0), $0.number(1))
      }) {
        counts[table, default: [:]][run] = count
      }
    }
    for run in runs {
      for (table, last, what) in [
        ("journal", run[2], "steps"), ("line", run[3], "deliveries"), ("task", run[4], "tasks"),
      ] {
        let found = try length(of: table, from: last)
        let stored = counts[table]?[run[0]] ?? 0
        let told = table == "journal" ? run[1] : stored
        if found != stored || found != told {
          check.add("\(try nameOfRun(run[0])): \(found) of its \(max(stored, told)) \(what) can be reached")
        }
      }
    }
  }

  private func length(of table: String, from last: Int64) throws(StoreError) -> Int64 {
    let previous = try file.once("SELECT previous FROM \(table) WHERE number = ?")
    var number = last
    var count: Int64 = 0
    while number > 0 {
      previous.bind(1, number)
      // Each is older than the one that names it.
      guard let next = try previous.first({ $0.number(0) }), next < number else { break }
      count += 1
      number = next
    }
    return count
  }
}
