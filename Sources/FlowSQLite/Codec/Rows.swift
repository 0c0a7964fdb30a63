import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTime

/// Hexadecimal digits of a fixed number as a number; any other id as its text.
struct Digits {
  let count: Int

  func cell(_ text: String) -> Cell {
    let utf8 = text.utf8
    guard utf8.count == count else { return .text(text) }
    var number: Int64 = 0
    for byte in utf8 {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | Int64(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | Int64(byte - UInt8(ascii: "a") + 10)
      default: return .text(text)
      }
    }
    return .number(number)
  }

  func text(_ cell: Cell) -> String {
    switch cell {
    case .text(let text): text
    case .number(let number):
      String(unsafeUninitializedCapacity: count) { buffer in
        for index in 0..<count {
          let digit = UInt8(truncatingIfNeeded: number >> Int64(4 * (count - 1 - index)) & 15)
          buffer[index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
        }
        return count
      }
    case .bytes(let bytes): hexadecimal(bytes)
    }
  }
}

let runID = Digits(count: 12)
let taskID = Digits(count: 8)

/// Keys of deliveries: 32 hexadecimal digits as bytes, any other as its text.
enum DeliveryKey {
  static func cell(_ text: String) -> Cell {
    guard text.utf8.count == 32 else { return .text(text) }
    var digits = text
    let bytes = digits.withUTF8 { digits in
      [UInt8](unsafeUninitializedCapacity: 16) { bytes, count in
        while count < 16, let high = digit(digits[2 * count]), let low = digit(digits[2 * count + 1]) {
          bytes[count] = high << 4 | low
          count += 1
        }
      }
    }
    return bytes.count == 16 ? .bytes(bytes) : .text(text)
  }

  static func text(_ cell: Cell) -> String {
    switch cell {
    case .bytes(let bytes): hexadecimal(bytes)
    case .text(let text): text
    case .number(let number): String(number)
    }
  }
}

/// A state's number in the table.
extension Outgoing.State {
  var number: Int64 {
    switch self {
    case .planned: 0
    case .claimed: 1
    case .marked: 2
    case .held: 3
    case .unknown: 4
    case .accepted: 5
    case .failed: 6
    case .cancelled: 7
    }
  }

  init(number: Int64) throws(StoreError) {
    guard let state = Outgoing.State.allCases.first(where: { $0.number == number }) else {
      throw .corrupt("\(number) is no state of a delivery")
    }
    self = state
  }
}

/// How a line of the outbox is packed: what never changes of it.
enum LineRow {
  /// - Parameter rendering: the line's own, which is not copied.
  static func pack(_ line: Outgoing, _ rendering: Rendering, _ packer: inout Packer) {
    packer.put(line.sequence)
    packer.put(line.node)
    packer.put(line.round)
    packer.put(line.contact)
    packer.put(line.owner)
    packer.put(rendering.to)
    packer.put(rendering.shown)
    packer.put(UInt64(rendering.payload.count))
    packer.put(bytes: rendering.payload)
    packer.put(rendering.fileExtension)
    packer.put(rendering.reference)
    // The digest is the payload's, and made from it again.
    packer.put(line.givenDigest)
  }

  static func read(_ row: Statement, _ run: String, _ glossary: Glossary) throws(StoreError) -> LineEntry {
    let state = try Outgoing.State(number: row.number(7))
    let step = try glossary.text(row.cell(4))
    let verb = try glossary.text(row.cell(5))
    let planned = Instant(milliseconds: row.number(14))
    let key = DeliveryKey.text(row.cell(3))
    let moving = Seal.line(
      state: row.number(7), next: row.numberOrNil(8), attempts: Int(row.number(9)), settled: row.numberOrNil(10),
      because: row.textOrNil(11), receipt: row.textOrNil(12))
    let seal = Seal.line(
      row.number(0), run: row.number(1), previous: row.number(2), key: key, step: row.cell(4), verb: row.cell(5),
      touch: row.number(6) == 1, planned: row.number(15))
    let line = try glossary.unpack(row.bytes(13), clock: planned.milliseconds, seal: seal ^ moving) {
      (unpacker) throws(StoreError) in
      let sequence = try unpacker.get(Int.self)
      let node = try unpacker.get(NodeIndex.self)
      let round = try unpacker.get(Int?.self)
      let contact = try unpacker.get([String].self)
      let owner = try unpacker.get(Value.self)
      let to = try unpacker.text()
      let shown = try unpacker.get([Entry.NamedText].self)
      let payload = Array(try unpacker.bytes(try unpacker.count()))
      let rendering = Rendering(
        to: to, shown: shown, payload: payload, fileExtension: try unpacker.get(), reference: try unpacker.get())
      let digest = try unpacker.get(String?.self)
      return Outgoing(
        key: IdempotencyKey(key), run: run, sequence: sequence, node: node, step: step,
        round: round, verb: verb, touch: row.number(6) == 1, contact: contact, owner: owner, rendering: rendering,
        digest: digest, planned: planned, next: row.numberOrNil(8).map { Instant(milliseconds: $0) } ?? planned,
        attempts: Int(row.number(9)), state: state, because: row.textOrNil(11), receipt: row.textOrNil(12),
        settled: row.numberOrNil(10).map { planned.adding(milliseconds: $0) })
    }
    return LineEntry(
      number: row.number(0), run: row.number(1), previous: row.number(2), line, moving: moving, isStored: true)
  }
}

/// A task's row, before it is known whose it is.
struct TaskRow {
  let number: Int64
  let id: Cell
  let run: Int64
  let previous: Int64
  private let packed: [UInt8]
  private let seal: UInt32

  init(_ row: Statement) throws(StoreError) {
    number = row.number(0)
    id = row.cell(1)
    run = row.number(2)
    previous = row.number(3)
    packed = row.bytes(4)
    seal = Seal.task(
      number, id: taskID.text(id), run: run, previous: previous, name: row.cell(5), open: row.number(6))
  }

  static func pack(_ task: TaskRecord, _ packer: inout Packer) {
    packer.put(task.assigned)
    packer.put(task.workflow)
    packer.put(task.kind)
    packer.put(task.person)
    packer.put(task.contact)
    packer.put(task.text)
    packer.put(task.due)
    packer.put(task.outcomes)
    packer.put(task.state)
    packer.put(task.settledBy)
  }

  /// - Parameter isChecked: whether its checksum is compared.
  func record(
    id: String, run: String, _ glossary: Glossary, isChecked: Bool = true
  ) throws(StoreError) -> TaskRecord {
    try glossary.unpack(packed, clock: 0, seal: isChecked ? seal : nil) { (unpacker) throws(StoreError) in
      let assigned = try unpacker.get(Instant.self)
      return TaskRecord(
        id: id, run: run, workflow: try unpacker.get(), kind: try unpacker.get(), person: try unpacker.get(),
        contact: try unpacker.get(), text: try unpacker.get(), assigned: assigned, due: try unpacker.get(),
        outcomes: try unpacker.get(), state: try unpacker.get(), settledBy: try unpacker.get())
    }
  }
}

extension Digits {
  /// The numbers whose digits begin so; nil where none can.
  func range(of prefix: String) -> ClosedRange<Int64>? {
    let left = count - prefix.utf8.count
    guard left >= 0, case .number(let first) = Digits(count: prefix.utf8.count).cell(prefix) else { return nil }
    let width = Int64(4 * left)
    return (first << width)...(first << width | ((1 << width) - 1))
  }
}
