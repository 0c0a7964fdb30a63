import FlowCore
import FlowRuntime
import FlowTime

/// By its distance from the instant before, in seconds where these are whole: doubled, plus one for
/// milliseconds.
extension Instant: Packed {
  package func pack(_ packer: inout Packer) {
    let distance = milliseconds &- packer.clock
    packer.clock = milliseconds
    packer.put(distance % 1000 == 0 ? (distance / 1000) &* 2 : distance &* 2 + 1)
  }
  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    let told = try unpacker.get(Int64.self)
    let (distance, overflows) = (told >> 1).multipliedReportingOverflow(by: told & 1 == 0 ? 1000 : 1)
    let (milliseconds, runsOver) = unpacker.clock.addingReportingOverflow(distance)
    guard !overflows, !runsOver else { throw Unpacker.corrupt("an instant is beyond all time") }
    unpacker.clock = milliseconds
    self.init(milliseconds: milliseconds)
  }
}

extension CivilDate: Packed {
  package func pack(_ packer: inout Packer) { packer.put(Int(dayNumber)) }
  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    let day = try unpacker.get(Int.self)
    guard (Int(CivilDate.earliest.dayNumber)...Int(CivilDate.latest.dayNumber)).contains(day) else {
      throw Unpacker.corrupt("\(day) is no day")
    }
    self.init(dayNumber: day)
  }
}

/// As its text.
extension Duration: Packed {
  package func pack(_ packer: inout Packer) { packer.put(description) }
  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    let text = try unpacker.text()
    guard let duration = Duration(described: text) else {
      throw Unpacker.corrupt("\"\(text)\" is no duration")
    }
    self = duration
  }
}

extension Value: Packed {
  package func pack(_ packer: inout Packer) {
    switch self {
    case .absent: packer.put(byte: 0)
    case .text(let text): packer.put(1, text)
    case .integer(let number): packer.put(2, number)
    case .number(let number):
      packer.put(3, number.coefficient)
      packer.put(number.scale)
    case .boolean(let value): packer.put(4, value)
    case .date(let date): packer.put(5, date)
    case .instant(let instant): packer.put(6, instant)
    case .duration(let duration): packer.put(7, duration)
    case .list(let values): packer.put(8, values)
    case .record(let fields): packer.put(9, fields)
    }
  }

  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    switch try unpacker.byte() {
    case 0: self = .absent
    case 1: self = .text(try unpacker.get())
    case 2: self = .integer(try unpacker.get())
    case 3:
      let coefficient = try unpacker.get(Int64.self)
      guard let number = Decimal(coefficient: coefficient, scale: try unpacker.get()) else {
        throw Unpacker.corrupt("a number has no such scale")
      }
      self = .number(number)
    case 4: self = .boolean(try unpacker.get())
    case 5: self = .date(try unpacker.get())
    case 6: self = .instant(try unpacker.get())
    case 7: self = .duration(try unpacker.get())
    case 8:
      try unpacker.open()
      self = .list(try unpacker.get())
      unpacker.depth -= 1
    case 9:
      try unpacker.open()
      self = .record(try unpacker.get())
      unpacker.depth -= 1
    case let other: throw Unpacker.corrupt("\(other) is no kind of value")
    }
  }
}

extension Packer {
  /// A case's number, and what belongs to it.
  mutating func put(_ kind: UInt8, _ value: some Packed) {
    put(byte: kind)
    put(value)
  }
}

extension Unpacker {
  fileprivate mutating func open() throws(StoreError) {
    depth += 1
    guard depth <= Unpacker.depthLimit else { throw Unpacker.corrupt("values in values are too deep") }
  }
}

// MARK: Events

extension Event: Packed {
  package func pack(_ packer: inout Packer) {
    packer.put(id)
    packer.put(at)
    packer.put(kind)
  }
  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    self.init(id: try unpacker.get(), at: try unpacker.get(), kind: try unpacker.get())
  }
}

extension Event.Kind: Packed {
  package func pack(_ packer: inout Packer) {
    switch self {
    case .timer: packer.put(byte: 0)
    case .reply(let text): packer.put(1, text)
    case .named(let name, let data):
      packer.put(2, name)
      packer.put(data)
    case .outcome(let outcome, let step, let note):
      packer.put(3, outcome)
      packer.put(step)
      packer.put(note)
    case .autoReply: packer.put(byte: 4)
    case .outOfOffice(let date): packer.put(5, date)
    case .bounce(let hard): packer.put(6, hard)
    case .complaint(let channel): packer.put(7, channel)
    case .unsubscribe(let channel): packer.put(8, channel)
    case .opened: packer.put(byte: 9)
    case .clicked: packer.put(byte: 10)
    case .acknowledged: packer.put(byte: 11)
    case .failed(let step, let because):
      packer.put(12, step)
      packer.put(because)
    case .cancel(let because): packer.put(13, because)
    case .left(let step, let counted, let withLater):
      packer.put(withLater ? 15 : 14, step)
      packer.put(counted)
    }
  }

  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    switch try unpacker.byte() {
    case 0: self = .timer
    case 1: self = .reply(text: try unpacker.get())
    case 2: self = .named(try unpacker.get(), data: try unpacker.get())
    case 3: self = .outcome(try unpacker.get(), step: try unpacker.get(), note: try unpacker.get())
    case 4: self = .autoReply
    case 5: self = .outOfOffice(return: try unpacker.get())
    case 6: self = .bounce(hard: try unpacker.get())
    case 7: self = .complaint(channel: try unpacker.get())
    case 8: self = .unsubscribe(channel: try unpacker.get())
    case 9: self = .opened
    case 10: self = .clicked
    case 11: self = .acknowledged
    case 12: self = .failed(step: try unpacker.get(), because: try unpacker.get())
    case 13: self = .cancel(because: try unpacker.get())
    case 14: self = .left(step: try unpacker.get(), counted: try unpacker.get(), withLater: false)
    case 15: self = .left(step: try unpacker.get(), counted: try unpacker.get(), withLater: true)
    case let other: throw Unpacker.corrupt("\(other) is no kind of event")
    }
  }
}
