import FlowCore
import FlowTime

/// A change to the store. Changes are committed together, in their order, or not at all.
public enum Write: Sendable {
  /// A new line of the inbox; `.known` where its source and id have come before.
  case receive(InboxRow)
  /// What was done about a line of the inbox.
  case answer(InboxKey, Received)
  /// A new run; `.known` where the same event has started one with the same workflow and key, where one with
  /// the same workflow and key lives, or where one of its `exclusive` group lives for the contact.
  case start(RunRecord)
  /// The run's new state; `.conflict` unless the stored sequence is `from`.
  case advance(RunRecord, from: Int)
  /// The run knows the event from now on; `.known` where it did.
  case hear(run: String, event: String)
  /// The next step of a run's journal; `.conflict` unless it is the next.
  case append(JournalStep)
  /// A new line of the outbox; `.known` where its key is there.
  case plan(Outgoing)
  /// The line's new state; `.conflict` unless the stored state is `from`.
  case change(Outgoing, from: Outgoing.State)
  /// A new task, or its new state.
  case task(TaskRecord)
  /// Never again to who is known by these, on this verb or `all`. Once there it stays, unless a person allows it.
  case suppress(contact: [String], channel: String, at: Instant, because: String)
  /// What was suppressed on this verb, or on `all`, for who is known by these is not any more.
  case allow(contact: [String], channel: String)
  /// A touch of the contact, for caps over all runs.
  case touch(contact: String, run: String, at: Instant)
  /// What a version of a workflow was made of. Once there it stays.
  case version(Version)
  /// A small fact under a name of its own (the store's id, a channel's cursor, what is paused); nil forgets it.
  case remember(String, String?)
}

/// What a version of a workflow was made of, so that its runs can end on it after the files have changed.
public struct Version: Hashable, Sendable, Codable {
  public struct File: Hashable, Sendable, Codable {
    /// Relative to the project's folder.
    public var path: String
    public var bytes: [UInt8]
    public init(path: String, bytes: [UInt8]) {
      self.path = path
      self.bytes = bytes
    }
  }

  public var fingerprint: String
  public var workflow: String
  /// The workflow file's path among ``files``.
  public var main: String
  /// Everything that is needed to compile it again: the workflow, its messages, flow.yaml, calendars.
  public var files: [File]

  public init(fingerprint: String, workflow: String, main: String, files: [File]) {
    self.fingerprint = fingerprint
    self.workflow = workflow
    self.main = main
    self.files = files
  }
}

/// A touch of a contact in some run.
public struct ContactTouch: Hashable, Sendable {
  public var run: String
  public var at: Instant
  public init(run: String, at: Instant) {
    self.run = run
    self.at = at
  }
}

public struct Suppression: Hashable, Sendable {
  public var contact: String
  /// A verb, or `all`.
  public var channel: String
  public var at: Instant
  public var because: String
  public init(contact: String, channel: String, at: Instant, because: String) {
    self.contact = contact
    self.channel = channel
    self.at = at
    self.because = because
  }
}

/// What ``Write/remember(_:_:)`` has kept.
public struct Fact: Hashable, Sendable {
  public var name: String
  public var value: String

  /// There is one a message, a contact or what was erased of one: such facts are looked up by their name, and need not
  /// stay in memory.
  public static func isOneOfMany(_ name: String) -> Bool {
    let first = name.utf8.first
    return many.contains { $0.utf8.first == first && name.utf8.starts(with: $0.utf8) }
  }

  /// Beginnings of names: the run that sent a message, the contact that an identity belongs to, what was erased.
  public static let many = ["reference/", "contact/", erased]
  static let erased = "erased/"

  public init(name: String, value: String) {
    self.name = name
    self.value = value
  }
}
