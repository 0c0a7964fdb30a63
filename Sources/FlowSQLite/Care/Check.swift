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
  /// Reads the whole file: SQLite's own check, the checksum of every packed line, and that every journal, outbox and
  /// list of tasks is as long as its run says. Changes nothing; may be used while another process writes.
  public func check() throws(StoreError) -> StoreCheck {
    try useFile { (front) throws(StoreError) in
      var check = StoreCheck()
      for found in try front.file.once("PRAGMA integrity_check(20)").all({ $0.text(0) }) where found != "ok" {
        check.add(found)
      }
      for (table, what) in [
        ("incoming", "event"), ("run", "run"), ("journal", "step"), ("line", "delivery"), ("task", "task"),
      ] {
        try front.checkLines(table, what, &check)
      }
      try front.checkLengths(&check)
      return check
    }
  }
}

extension Front {
  fileprivate func checkLines(_ table: String, _ what: String, _ check: inout StoreCheck) throws(StoreError) {
    let rows = try file.once("SELECT number, packed FROM \(table) WHERE packed IS NOT NULL ORDER BY number")
    defer { rows.reset() }
    while try rows.next() {
      check.lines += 1
      do throws(StoreError) {
        _ = try glossary.plain(rows.bytes(1))
      } catch {
        check.add("\(what) \(rows.number(0)): \(error)")
      }
    }
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
          check.add("run number \(run[0]): \(found) of its \(max(stored, told)) \(what) can be reached")
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
