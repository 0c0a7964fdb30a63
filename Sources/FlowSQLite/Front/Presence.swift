import FlowRuntime

/// Which names stand in the file, or will: what is none of these is not looked for there. Each question to the file
/// costs two locks and a way down an index, and where many begin together most of what is asked for is new.
///
/// A name that was not added may be taken for one that was, never the other way round.
final class Presence {
  enum Kind: Int {
    case incoming, run, subject, contact, task, fact
  }

  /// 2,097,152 of them: of 100,000 names one in a hundred others is taken for one.
  private static let count: UInt64 = 1 << 21
  private let bits: UnsafeMutableBufferPointer<UInt64>
  /// With more lines than these it is not made: they would have to be read.
  private static let limit: Int64 = 50_000

  /// - Parameter front: nothing of which is on its way.
  /// - Returns: nil where there is too much in the file.
  init?(of front: Front) throws(StoreError) {
    guard front.lastInbox + front.lastRun + front.lastLine + front.lastTask <= Presence.limit else { return nil }
    bits = .allocate(capacity: Int(Presence.count / 64))
    bits.initialize(repeating: 0)
    let file = front.file
    for id in try file.once("SELECT id FROM incoming").all({ $0.text(0) }) { add(.incoming, id) }
    for id in try file.once("SELECT id FROM run").all({ runID.text($0.cell(0)) }) { add(.run, id) }
    for subject in try file.once("SELECT subject FROM run").all({ $0.textOrNil(0) }) { add(.subject, subject ?? "") }
    for contact in try file.once("SELECT contact FROM run").all({ $0.textOrNil(0) }) { add(.contact, contact ?? "") }
    for id in try file.once("SELECT id FROM task").all({ taskID.text($0.cell(0)) }) { add(.task, id) }
    for name in try file.once("SELECT name FROM fact").all({ $0.text(0) }) { add(.fact, name) }
    for entry in front.changes.inbox { add(.incoming, entry.row.incoming.id) }
    for entry in front.changes.runs {
      add(.run, entry.id)
      guard let record = entry.record else { continue }
      add(.subject, record.subject)
      add(.contact, record.contact)
    }
    for entry in front.changes.tasks { add(.task, entry.record.id) }
    for name in front.changes.facts.keys { add(.fact, name) }
  }

  deinit { bits.deallocate() }

  func add(_ kind: Kind, _ name: String) {
    let (first, second) = places(kind, name)
    bits[first >> 6] |= 1 << UInt64(first & 63)
    bits[second >> 6] |= 1 << UInt64(second & 63)
  }

  /// It is not in the file, and not on its way there.
  func lacks(_ kind: Kind, _ name: String) -> Bool {
    let (first, second) = places(kind, name)
    return bits[first >> 6] & (1 << UInt64(first & 63)) == 0 || bits[second >> 6] & (1 << UInt64(second & 63)) == 0
  }

  private func places(_ kind: Kind, _ name: String) -> (Int, Int) {
    var name = name
    let hash = name.withUTF8 { mixed(UnsafeRawBufferPointer($0), from: UInt64(kind.rawValue)) }
    return (Int(hash % Presence.count), Int((hash >> 32) % Presence.count))
  }
}
