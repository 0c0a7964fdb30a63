import FlowCore
import FlowRuntime
import FlowTime

extension Delivery.Thread: Packed {
  package func pack(_ packer: inout Packer) {
    packer.put(references)
    packer.put(subject)
  }
  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    self.init(references: try unpacker.get(), subject: try unpacker.get())
  }
}

extension JournalStep: Packed {
  package func pack(_ packer: inout Packer) {
    packer.put(run)
    packer.put(sequence)
    packer.put(at)
    packer.put(event)
    packer.put(entries)
    packer.put(touchesElsewhere)
    packer.put(suppressed)
    packer.put(held)
  }
  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    self.init(
      run: try unpacker.get(), sequence: try unpacker.get(), at: try unpacker.get(),
      event: try unpacker.get(),
      entries: try unpacker.get(), touchesElsewhere: try unpacker.get(), suppressed: try unpacker.get(),
      held: try unpacker.get())
  }
}

// MARK: Inbox

extension Incoming: Packed {
  package func pack(_ packer: inout Packer) {
    packer.put(source)
    packer.put(id)
    packer.put(at)
    packer.put(body)
    packer.put(depth)
  }
  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    self.init(
      source: try unpacker.get(), id: try unpacker.get(), at: try unpacker.get(), body: try unpacker.get(),
      depth: try unpacker.get())
  }
}

extension Incoming.Body: Packed {
  package func pack(_ packer: inout Packer) {
    switch self {
    case .event(let type, let subject, let data):
      packer.put(0, type)
      packer.put(subject)
      packer.put(data)
    case .enrol(let workflow, let input):
      packer.put(1, workflow)
      packer.put(input)
    case .run(let run, let kind):
      packer.put(2, run)
      packer.put(kind)
    case .task(let task, let outcome, let note):
      packer.put(3, task)
      packer.put(outcome)
      packer.put(note)
    case .suppress(let contact, let channel, let because):
      packer.put(4, contact)
      packer.put(channel)
      packer.put(because)
    case .message(let message): packer.put(5, message)
    }
  }

  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    switch try unpacker.byte() {
    case 0: self = .event(type: try unpacker.get(), subject: try unpacker.get(), data: try unpacker.get())
    case 1: self = .enrol(workflow: try unpacker.get(), input: try unpacker.get())
    case 2: self = .run(try unpacker.get(), try unpacker.get())
    case 3: self = .task(try unpacker.get(), outcome: try unpacker.get(), note: try unpacker.get())
    case 4:
      self = .suppress(contact: try unpacker.get(), channel: try unpacker.get(), because: try unpacker.get())
    case 5: self = .message(try unpacker.get())
    case let other: throw Unpacker.corrupt("\(other) is nothing that comes in")
    }
  }
}

extension Incoming.Message: Packed {
  package func pack(_ packer: inout Packer) {
    packer.put(verb)
    packer.put(token)
    packer.put(threads)
    packer.put(address)
    switch content {
    case .event(let kind): packer.put(0, kind)
    case .unread(let because): packer.put(1, because)
    case .kept(let because): packer.put(2, because)
    }
    packer.put(raw)
  }

  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    self.init(
      verb: try unpacker.get(), token: try unpacker.get(), threads: try unpacker.get(),
      address: try unpacker.get(), content: try Self.content(&unpacker), raw: try unpacker.raw())
  }

  private static func content(_ unpacker: inout Unpacker) throws(StoreError) -> Content {
    switch try unpacker.byte() {
    case 0: return .event(try unpacker.get())
    case 1: return .unread(because: try unpacker.get())
    case 2: return .kept(because: try unpacker.get())
    case let other: throw Unpacker.corrupt("\(other) is no content of a message")
    }
  }
}

extension Received: Packed {
  package func pack(_ packer: inout Packer) {
    packer.put(isKnown)
    packer.put(started)
    packer.put(reached)
    packer.put(refused)
    packer.put(unmatched)
  }
  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    self.init(
      isKnown: try unpacker.get(), started: try unpacker.get(), reached: try unpacker.get(),
      refused: try unpacker.get(), unmatched: try unpacker.get())
  }
}

extension Received.Started: Packed {
  package func pack(_ packer: inout Packer) {
    packer.put(workflow)
    packer.put(run)
    packer.put(item)
  }
  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    self.init(workflow: try unpacker.get(), run: try unpacker.get(), item: try unpacker.get())
  }
}

extension Received.Refused: Packed {
  package func pack(_ packer: inout Packer) {
    packer.put(workflow)
    packer.put(because)
  }
  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    self.init(workflow: try unpacker.get(), because: try unpacker.get())
  }
}

// MARK: Tasks

extension TaskRecord: Packed {
  package func pack(_ packer: inout Packer) {
    packer.put(id)
    packer.put(run)
    packer.put(workflow)
    packer.put(kind)
    packer.put(person)
    packer.put(contact)
    packer.put(text)
    packer.put(assigned)
    packer.put(due)
    packer.put(outcomes)
    packer.put(state)
    packer.put(settledBy)
  }
  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    self.init(
      id: try unpacker.get(), run: try unpacker.get(), workflow: try unpacker.get(), kind: try unpacker.get(),
      person: try unpacker.get(), contact: try unpacker.get(), text: try unpacker.get(),
      assigned: try unpacker.get(), due: try unpacker.get(), outcomes: try unpacker.get(),
      state: try unpacker.get(),
      settledBy: try unpacker.get())
  }
}

extension TaskRecord.Kind: Packed {
  package func pack(_ packer: inout Packer) {
    switch self {
    case .step(let node, let name, let verb):
      packer.put(0, node)
      packer.put(name)
      packer.put(verb)
    case .notice(let kind): packer.put(1, kind.rawValue)
    }
  }
  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    switch try unpacker.byte() {
    case 0: self = .step(node: try unpacker.get(), name: try unpacker.get(), verb: try unpacker.get())
    case 1:
      let word = try unpacker.text()
      guard let kind = Notice.Kind(rawValue: word) else { throw Unpacker.corrupt("\"\(word)\" is no notice") }
      self = .notice(kind)
    case let other: throw Unpacker.corrupt("\(other) is no kind of task")
    }
  }
}

extension TaskRecord.State: Packed {
  package func pack(_ packer: inout Packer) {
    switch self {
    case .open: packer.put(byte: 0)
    case .done(let outcome, let note, let at):
      packer.put(1, outcome)
      packer.put(note)
      packer.put(at)
    case .withdrawn(let because, let at):
      packer.put(2, because)
      packer.put(at)
    }
  }
  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    switch try unpacker.byte() {
    case 0: self = .open
    case 1: self = .done(outcome: try unpacker.get(), note: try unpacker.get(), at: try unpacker.get())
    case 2: self = .withdrawn(because: try unpacker.get(), at: try unpacker.get())
    case let other: throw Unpacker.corrupt("\(other) is no state of a task")
    }
  }
}
