import FlowCore
import FlowRuntime
import FlowTime

/// What came of the runs: counted, and held against what must come of them.
struct Tally {
  let outcomes: String
  let transitions: Int
  let deliveries: Int
  /// Of every run's key, outcome, end and touches, in the order of the keys: the same on every machine.
  let digest: String
  let problem: String?

  init(_ store: any Store, _ process: Workload.Process, expecting count: Int) throws {
    let runs = try store.runs(RunFilter()).sorted { $0.subject < $1.subject }
    var found: [String: Int] = [:]
    var lines = ""
    for record in runs {
      let outcome = record.run.outcome ?? "alive"
      found[outcome, default: 0] += 1
      let end = record.run.ended?.rfc3339(in: .utc) ?? ""
      lines += "\(record.subject) \(outcome) \(end) \(record.run.touches)\n"
    }
    let expected = Tally.expected(process, count)
    outcomes = found.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    transitions = try runs.reduce(0) { $0 + (try store.journal($1.id).count) }
    deliveries = try store.outbox(.accepted).count
    digest = String(
      sha256(Array(lines.utf8)).map { byte in
        let text = String(byte, radix: 16)
        return text.utf8.count == 1 ? "0" + text : text
      }.joined().prefix(16))
    problem = found == expected ? nil : "the outcomes should be \(expected.sorted { $0.key < $1.key })"
  }

  private static func expected(_ process: Workload.Process, _ count: Int) -> [String: Int] {
    func numbers(ending digit: Int) -> Int { (count + 9 - digit) / 10 }
    if process == .comparison {
      let replied = numbers(ending: 0) + numbers(ending: 1) + numbers(ending: 2)
      return ["replied": replied, "escalated": count - replied].filter { $0.value > 0 }
    }
    let heard = ["declined": numbers(ending: 0), "engaged": numbers(ending: 1), "meeting-booked": numbers(ending: 2)]
    return heard.merging(["no-response": count - heard.values.reduce(0, +)]) { one, _ in one }.filter { $0.value > 0 }
  }
}
