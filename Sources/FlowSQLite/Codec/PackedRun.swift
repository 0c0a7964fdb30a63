import FlowCore
import FlowRuntime
import FlowTime

extension Run: Packed {
  package func pack(_ packer: inout Packer) {
    packer.put(key)
    if let known = packer.data { known.put(data, &packer) } else { packer.put(data) }
    packer.put(started)
    packer.put(zone)
    packer.put(state)
    packer.put(touched)
    packer.put(lastTouchVerb)
    packer.put(answered)
    packer.put(passed)
    packer.put(reached)
    packer.put(led)
    packer.put(reply)
    packer.put(taskNote)
    packer.put(rounds)
    packer.put(untaken)
    packer.put(heldDays)
    packer.put(suppressed)
    packer.put(handovers)
  }

  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    let key = try unpacker.get([String].self)
    let data: [String: Value]
    if let known = unpacker.data { data = try known.get(&unpacker) } else { data = try unpacker.get() }
    self.init(key: key, data: data, started: try unpacker.get(), zone: try unpacker.get())
    state = try unpacker.get()
    touched = try unpacker.get()
    lastTouchVerb = try unpacker.get()
    answered = try unpacker.get()
    passed = try unpacker.get()
    reached = try unpacker.get()
    led = try unpacker.get()
    reply = try unpacker.get()
    taskNote = try unpacker.get()
    rounds = try unpacker.get()
    untaken = try unpacker.get()
    heldDays = try unpacker.get()
    suppressed = try unpacker.get()
    handovers = try unpacker.get()
  }
}

extension Run.State: Packed {
  package func pack(_ packer: inout Packer) {
    switch self {
    case .waiting(let waiting): packer.put(0, waiting)
    case .ended(let outcome, let at):
      packer.put(1, outcome)
      packer.put(at)
    }
  }

  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    switch try unpacker.byte() {
    case 0: self = .waiting(try unpacker.get())
    case 1: self = .ended(outcome: try unpacker.get(), at: try unpacker.get())
    case let other: throw Unpacker.corrupt("\(other) is no state of a run")
    }
  }
}

extension Run.Waiting: Packed {
  package func pack(_ packer: inout Packer) {
    packer.put(node)
    packer.put(stage)
    packer.put(arrived)
    packer.put(due)
    packer.put(computed)
    packer.put(shift)
    packer.put(floor)
    packer.put(hold)
  }

  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    self.init(
      node: try unpacker.get(), stage: try unpacker.get(), arrived: try unpacker.get(),
      due: try unpacker.get(),
      computed: try unpacker.get(), shift: try unpacker.get(), floor: try unpacker.get(),
      hold: try unpacker.get())
  }
}

extension Run.Waiting.Stage: Packed {
  package func pack(_ packer: inout Packer) {
    switch self {
    case .before: packer.put(byte: 0)
    case .deferring: packer.put(byte: 1)
    case .plain: packer.put(byte: 2)
    case .listening: packer.put(byte: 3)
    case .outcome: packer.put(byte: 4)
    case .round: packer.put(byte: 5)
    case .escalating(let person): packer.put(6, person)
    }
  }

  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    switch try unpacker.byte() {
    case 0: self = .before
    case 1: self = .deferring
    case 2: self = .plain
    case 3: self = .listening
    case 4: self = .outcome
    case 5: self = .round
    case 6: self = .escalating(try unpacker.get())
    case let other: throw Unpacker.corrupt("\(other) is no stage")
    }
  }
}

extension Run.EventHold: Packed {
  package func pack(_ packer: inout Packer) {
    packer.put(event)
    packer.put(shift)
    packer.put(deadline)
    packer.put(text)
  }
  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    self.init(
      event: try unpacker.get(), shift: try unpacker.get(), deadline: try unpacker.get(),
      text: try unpacker.get())
  }
}

extension Run.Round: Packed {
  package func pack(_ packer: inout Packer) {
    packer.put(number)
    packer.put(began)
    packer.put(sent)
  }
  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    self.init(number: try unpacker.get(), began: try unpacker.get(), sent: try unpacker.get())
  }
}

extension Run.Reply: Packed {
  package func pack(_ packer: inout Packer) {
    packer.put(text)
    packer.put(`class`)
    packer.put(date)
  }
  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    self.init(text: try unpacker.get(), class: try unpacker.get(), date: try unpacker.get())
  }
}

// MARK: Entries

extension Entry: Packed {
  package func pack(_ packer: inout Packer) {
    packer.put(at)
    packer.put(step)
    packer.put(round)
    packer.put(kind)
  }
  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    self.init(
      at: try unpacker.get(), step: try unpacker.get(), round: try unpacker.get(), kind: try unpacker.get())
  }
}

extension Entry.Handover: Packed {
  package func pack(_ packer: inout Packer) {
    packer.put(verb)
    packer.put(touch)
    packer.put(to)
    packer.put(by)
    packer.put(until)
    packer.put(because)
    packer.put(purpose)
    // Where a line of the outbox has the same texts, they stand there.
    let line = rendered.isEmpty ? nil : packer.shown.first { $0.texts == rendered }?.line
    packer.put(line)
    if line == nil { packer.put(rendered) }
  }
  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    self.init(
      verb: try unpacker.get(), touch: try unpacker.get(), to: try unpacker.get(), by: try unpacker.get(),
      until: try unpacker.get(), because: try unpacker.get(), purpose: try unpacker.get())
    if let line = try unpacker.get(Int64?.self) {
      rendered = try unpacker.shown(line)
    } else {
      rendered = try unpacker.get()
    }
  }
}

extension Entry.NamedText: Packed {
  package func pack(_ packer: inout Packer) {
    packer.put(name)
    packer.put(text)
  }
  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    self.init(try unpacker.get(), try unpacker.get())
  }
}

extension Entry.NamedValue: Packed {
  package func pack(_ packer: inout Packer) {
    packer.put(name)
    packer.put(value)
  }
  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    self.init(try unpacker.get(), try unpacker.get())
  }
}

extension Entry.Kind: Packed {
  package func pack(_ packer: inout Packer) {
    switch self {
    case .started(let event): packer.put(0, event)
    case .waiting(let events, let until):
      packer.put(1, events)
      packer.put(until)
    case .deferred(let until, let because):
      packer.put(2, until)
      packer.put(because)
    case .sent(let handover): packer.put(3, handover)
    case .task(let handover): packer.put(4, handover)
    case .received(let event, let replyClass, let outcome, let took):
      packer.put(5, event)
      packer.put(replyClass)
      packer.put(outcome)
      packer.put(took)
    case .timeout: packer.put(byte: 6)
    case .escalated(let to): packer.put(7, to)
    case .chose(let what): packer.put(8, what)
    case .set(let values): packer.put(9, values)
    case .emitted(let event): packer.put(10, event)
    case .enrolled(let workflow): packer.put(11, workflow)
    case .suppressed(let channel): packer.put(12, channel)
    case .held(let until, let because):
      packer.put(13, until)
      packer.put(because)
    case .skipped(let because): packer.put(14, because)
    case .withheld(let because): packer.put(15, because)
    case .failed(let because): packer.put(16, because)
    case .ended(let outcome): packer.put(17, outcome)
    case .migrated(let from, let to):
      packer.put(18, from)
      packer.put(to)
    case .cancelled(let because): packer.put(19, because)
    }
  }

  package init(_ unpacker: inout Unpacker) throws(StoreError) {
    switch try unpacker.byte() {
    case 0: self = .started(event: try unpacker.get())
    case 1: self = .waiting(for: try unpacker.get(), until: try unpacker.get())
    case 2: self = .deferred(until: try unpacker.get(), because: try unpacker.get())
    case 3: self = .sent(try unpacker.get())
    case 4: self = .task(try unpacker.get())
    case 5:
      self = .received(
        event: try unpacker.get(), class: try unpacker.get(), outcome: try unpacker.get(),
        took: try unpacker.get())
    case 6: self = .timeout
    case 7: self = .escalated(to: try unpacker.get())
    case 8: self = .chose(try unpacker.get())
    case 9: self = .set(try unpacker.get())
    case 10: self = .emitted(event: try unpacker.get())
    case 11: self = .enrolled(workflow: try unpacker.get())
    case 12: self = .suppressed(channel: try unpacker.get())
    case 13: self = .held(until: try unpacker.get(), because: try unpacker.get())
    case 14: self = .skipped(because: try unpacker.get())
    case 15: self = .withheld(because: try unpacker.get())
    case 16: self = .failed(because: try unpacker.get())
    case 17: self = .ended(outcome: try unpacker.get())
    case 18: self = .migrated(from: try unpacker.get(), to: try unpacker.get())
    case 19: self = .cancelled(because: try unpacker.get())
    case let other: throw Unpacker.corrupt("\(other) is no kind of entry")
    }
  }
}
