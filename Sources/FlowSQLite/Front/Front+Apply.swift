import FlowRuntime
import FlowTime

/// Changes in memory; ``Front/check(_:)`` has found nothing against them, and has read what they concern.
extension Front {
  func apply(_ writes: [Write]) throws(StoreError) {
    try loadQueues()
    changes.isEmpty = changes.isEmpty && writes.isEmpty
    let firstStep = changes.steps.count
    try writes.forEachInPlace { (write) throws(StoreError) in try apply(write.value, firstStep) }
  }

  private func apply(_ write: borrowing Write, _ firstStep: Int) throws(StoreError) {
    switch write {
    case .receive(let row):
      lastInbox += 1
      let entry = InboxEntry(number: lastInbox, row, isStored: false)
      inbox[row.incoming.key] = entry
      presence?.add(.incoming, row.incoming.id)
      absent.inbox = nil
      queues?.add(entry)
      change(entry)
    case .answer(let key, let result):
      guard let entry = try inbox(key) else { return }
      entry.row.result = result
      change(entry)
    case .start(let record): try start(record)
    case .advance(let record, _):
      guard let entry = try run(record.id) else { return }
      let due = entry.record?.due
      // What a person has ended needs nothing of what it was.
      if entry.isOwnRowDamaged, entry.record?.isLive == true, !record.isLive { entry.isOwnRowDamaged = false }
      entry.record = record
      if record.due != due { wake(entry) }
      change(entry)
    case .hear(let run, let event): try hear(run, event, firstStep)
    case .append(let step):
      let entry = try runToWrite(step.run)
      lastStep += 1
      changes.steps.append(
        NewStep(
          number: lastStep, run: entry.number, version: entry.record?.version ?? "",
          started: entry.record?.started ?? .epoch, previous: entry.lastStep, step: step))
      entry.lastStep = lastStep
      entry.steps = step.sequence
      change(entry)
    case .plan(let outgoing): try plan(outgoing, firstStep)
    case .change(let outgoing, let from): try self.change(outgoing, from)
    case .task(let task): try put(task)
    case .suppress(let contact, let channel, let at, let because):
      for one in contact {
        suppressed?.insert(one.hashValue)
        let since = Suppression(contact: one, channel: channel, at: at, because: because)
        changes.suppressions.append((one, channel, since))
      }
    case .allow(let contact, let channel):
      for one in contact { changes.suppressions.append((one, channel, nil)) }
    case .touch(let contact, let run, let at): try touch(contact, run, at)
    case .version(let version): changes.versions.append(version)
    case .remember(let name, let value):
      if Fact.isOneOfMany(name) { presence?.add(.fact, name) } else { facts?[name] = value }
      changes.facts.updateValue(value, forKey: name)
    }
  }

  // MARK: Marks

  private func change(_ entry: InboxEntry) {
    if entry.group != group { changes.inbox.append(entry) }
    entry.group = group
  }

  private func change(_ entry: RunEntry) {
    if entry.group != group { changes.runs.append(entry) }
    entry.group = group
  }

  private func change(_ entry: LineEntry) {
    if entry.group != group { changes.lines.append(entry) }
    entry.group = group
  }

  // MARK: Runs

  private func start(_ record: RunRecord) throws(StoreError) {
    let entry = try runToWrite(record.id)
    // Lists that are not known yet are read from the file, where it does not stand yet.
    _ = try (runs(ofSubject: record.subject), runs(ofContact: record.contact))
    entry.record = record
    presence?.add(.subject, record.subject)
    presence?.add(.contact, record.contact)
    bySubject[record.subject]?.append(entry)
    byContact[record.contact]?.append(entry)
    wake(entry)
    change(entry)
  }

  private func wake(_ entry: RunEntry) {
    if let due = entry.record?.due { queues?.wakes.insert(WakeHeap.Wake(due: due, number: entry.number)) }
  }

  private func hear(_ run: String, _ event: String, _ firstStep: Int) throws(StoreError) {
    let entry = try runToWrite(run)
    change(entry)
    entry.heard?.insert(event)
    if entry.record?.event == event, !entry.hasHeardStart {
      entry.hasHeardStart = true
      return
    }
    for index in changes.steps.indices.reversed() where index >= firstStep {
      if changes.steps[index].run == entry.number, changes.steps[index].step.event?.id == event {
        changes.steps[index].isHeard = true
        return
      }
    }
    isHeardApart = true
    changes.heard.append((entry.number, event))
  }

  private func touch(_ contact: String, _ run: String, _ at: Instant) throws(StoreError) {
    if let entry = try self.run(run), let record = entry.record, record.contact == contact,
      entry.told < record.touched.count, record.touched[entry.told] == at
    {
      entry.told += 1
      change(entry)
    } else {
      changes.touches.append((contact, ContactTouch(run: run, at: at)))
    }
  }

  // MARK: Lines

  private func plan(_ outgoing: Outgoing, _ firstStep: Int) throws(StoreError) {
    let entry = try runToWrite(outgoing.run)
    lastLine += 1
    let line = LineEntry(
      number: lastLine, run: entry.number, previous: entry.lastLine, outgoing, isStored: false)
    entry.lastLine = lastLine
    entry.lines?.append(line)
    for index in changes.steps.indices.reversed() where index >= firstStep {
      if changes.steps[index].run == entry.number {
        changes.steps[index].shown.append((lastLine, outgoing.rendering.shown))
        break
      }
    }
    queues?.add(line)
    change(line)
    change(entry)
  }

  private func change(_ outgoing: Outgoing, _ from: Outgoing.State) throws(StoreError) {
    guard let entry = try run(outgoing.run), let line = try line(outgoing, of: entry) else { return }
    line.state = outgoing.state
    line.next = outgoing.next
    line.outgoing = outgoing
    queues?.change(line, from: from)
    change(line)
  }

  private func put(_ task: TaskRecord) throws(StoreError) {
    if let entry = try self.task(task.id) {
      entry.record = task
      if entry.group != group { changes.tasks.append(entry) }
      entry.group = group
      return
    }
    let run = try runToWrite(task.run)
    lastTask += 1
    let entry = TaskEntry(number: lastTask, run: run.number, previous: run.lastTask, task, isStored: false)
    run.lastTask = lastTask
    run.tasks?.append(entry)
    tasks[task.id] = entry
    presence?.add(.task, task.id)
    absent.task = nil
    entry.group = group
    changes.tasks.append(entry)
    change(run)
  }
}
