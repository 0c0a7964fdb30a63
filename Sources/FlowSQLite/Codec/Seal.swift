import FlowRuntime

/// What the columns beside a packed line come to. The line's checksum is told by it (``Glossary/pack``): where one of
/// them, or a bit of the line, is changed by hand, or the line stands under another number, they do not fit any more
/// (guarantee 21). Words count by their number.
struct Seal {
  private var sum: UInt64 = 0x517C_C1B7_2722_0A95

  mutating func add(_ number: Int64) {
    sum = (sum ^ UInt64(bitPattern: number)) &* 0xD6E8_FEB8_6659_FD93
    sum ^= sum >> 32
  }

  mutating func add(_ number: Int) { add(Int64(number)) }

  private mutating func addNothing() { add(Int64(bitPattern: 0xA24B_AED4_963E_E407)) }

  mutating func add(optional number: Int64?) {
    if let number { add(number) } else { addNothing() }
  }

  mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
  }

  mutating func add(optional text: String?) {
    if let text { add(text) } else { addNothing() }
  }

  mutating func add(_ cell: Cell?) {
    switch cell {
    case .number(let number): add(number)
    case .text(let text): add(text)
    case .bytes(let bytes): bytes.withUnsafeBytes { add($0) }
    case nil: addNothing()
    }
  }

  private mutating func add(_ bytes: UnsafeRawBufferPointer) {
    add(bytes.count)
    var at = 0
    while at + 8 <= bytes.count {
      add(Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: Int64.self)))
      at += 8
    }
    var rest: Int64 = 0
    while at < bytes.count {
      rest = rest << 8 | Int64(bytes[at])
      at += 1
    }
    add(rest)
  }

  var value: UInt32 {
    var end = self
    end.add(0)
    return UInt32(truncatingIfNeeded: end.sum ^ end.sum >> 32)
  }
}

extension Seal {
  static func event(
    _ number: Int64, source: Cell, id: String, at: Int64, type: Cell, state: Int64
  ) -> UInt32 {
    var seal = Seal()
    seal.add(number)
    seal.add(source)
    seal.add(id)
    seal.add(at)
    seal.add(type)
    seal.add(state)
    return seal.value
  }

  /// What never changes of a run; a checksum is told by this and by what changes together.
  /// - Parameter event: the id that the run knows, however the row names it.
  static func run(
    _ number: Int64, id: String, workflow: Cell?, subject: String, contact: String, exclusive: Cell?, event: String,
    started: Int64
  ) -> UInt32 {
    var seal = Seal()
    seal.add(number)
    seal.add(id)
    seal.add(workflow)
    seal.add(subject)
    seal.add(contact)
    seal.add(exclusive)
    seal.add(event)
    seal.add(started)
    return seal.value
  }

  /// What changes. The last of each kind: 0 for none.
  static func run(
    version: Cell?, steps: Int, lastStep: Int64, lastLine: Int64, lastTask: Int64, touches: Int, sequence: Int,
    due: Int64?, ended: Int64?, outcome: Cell?, stuck: String?
  ) -> UInt32 {
    var seal = Seal()
    seal.add(version)
    seal.add(steps)
    seal.add(lastStep)
    seal.add(lastLine)
    seal.add(lastTask)
    seal.add(touches)
    seal.add(sequence)
    seal.add(optional: due)
    seal.add(optional: ended)
    seal.add(outcome)
    seal.add(optional: stuck)
    return seal.value
  }

  /// - Parameter previous: 0 for none.
  static func step(_ number: Int64, run: Int64, previous: Int64, at: Int64, what: Cell) -> UInt32 {
    var seal = Seal()
    seal.add(number)
    seal.add(run)
    seal.add(previous)
    seal.add(at)
    seal.add(what)
    return seal.value
  }

  /// What never changes of a delivery; a checksum is told by this and by what changes together.
  static func line(
    _ number: Int64, run: Int64, previous: Int64, key: String, step: Cell, verb: Cell, touch: Bool, planned: Int64
  ) -> UInt32 {
    var seal = Seal()
    seal.add(number)
    seal.add(run)
    seal.add(previous)
    seal.add(key)
    seal.add(step)
    seal.add(verb)
    seal.add(touch ? 1 : 0)
    seal.add(planned)
    return seal.value
  }

  /// What changes.
  static func line(
    state: Int64, next: Int64?, attempts: Int, settled: Int64?, because: String?, receipt: String?
  ) -> UInt32 {
    var seal = Seal()
    seal.add(state)
    seal.add(optional: next)
    seal.add(attempts)
    seal.add(optional: settled)
    seal.add(optional: because)
    seal.add(optional: receipt)
    return seal.value
  }

  static func task(_ number: Int64, id: String, run: Int64, previous: Int64, name: Cell, open: Int64) -> UInt32 {
    var seal = Seal()
    seal.add(number)
    seal.add(id)
    seal.add(run)
    seal.add(previous)
    seal.add(name)
    seal.add(open)
    return seal.value
  }
}
