import FlowCore
import FlowTime

/// How a touch leaves. A channel is made once for each entry under `channels:` of flow.yaml (or with defaults
/// where there is none) and used from any task.
///
/// Guarantees asked of every channel, and checked by the public conformance suite:
/// - `render` is pure: the same delivery gives the same bytes; nothing leaves the machine.
/// - `deliver` may be called again with the same key after a crash, with identical bytes.
public protocol Channel: Sendable {
  /// The bytes of the channel's `manifest.yaml`.
  var manifest: [UInt8] { get }

  /// Exactly what would be sent. Text is escaped here, for the format that carries it.
  func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering

  /// Hands a rendering over. Never throws: what went wrong is a verdict. `marker` is called once, just before the byte
  /// that completes the message leaves: what ends before that may be tried again freely, what ends after it without an
  /// answer is `.unknown` (guarantee 8). A channel that cannot tell when that is calls it before anything leaves, and
  /// answers ``Receipt/withheld`` where it says no.
  func deliver(_ rendering: Rendering, key: IdempotencyKey, marker: @escaping Marker) async -> Receipt

  /// The same where nothing can come first. Most channels leave this as it is: the marker always says yes.
  func deliver(_ rendering: Rendering, key: IdempotencyKey) async -> Receipt

  /// What has come in since `cursor` (nil: from the beginning); the channel forgets nothing until a later
  /// call names the new cursor. A channel without inbound answers with nothing.
  func poll(since cursor: String?) async throws(ChannelError) -> Inbound

  /// How many seconds pass between two polls; nil where nothing comes in this way.
  var pollSeconds: Int? { get }

  /// Where a delivery really goes, for people (`mail.acme.test:587`), without a secret; nil where it is written into
  /// the folder of ``FolderDelivery`` instead.
  var destination: String? { get }

  /// Where a person who sets it up may try whether anybody answers, by their schemes, without a secret:
  /// `smtp://mail.acme.test:587`, `https://api.acme.test`. None where nothing leaves, or where it is not known before a
  /// delivery says so.
  var servers: [String] { get }

  /// The server that a rendering goes to, where deliveries to several may go on at once: one at a time to each. Nil for
  /// a channel that cannot tell, or hands over one after the other.
  func server(of rendering: Rendering) -> String?

  /// Whom else a rendering goes to, by their addresses. Who is suppressed is taken out of a field `cc` before it is
  /// rendered; of whom this names is asked once more in the transaction that claims it.
  func copies(of rendering: Rendering) -> [String]

  /// Ends what the channel holds open (a program, a connection).
  func close() async
}

/// Commits that the message is about to be complete. False: it must not leave any more, since an answer, a
/// suppression or a pause came first; the channel abandons it and answers `.temporary`.
public typealias Marker = @Sendable () async -> Bool

extension Channel {
  public var destination: String? { nil }
  public var servers: [String] { [] }
  public func server(of rendering: Rendering) -> String? { nil }
  public func copies(of rendering: Rendering) -> [String] { [] }
  public func deliver(_ rendering: Rendering, key: IdempotencyKey) async -> Receipt {
    await deliver(rendering, key: key) { true }
  }
  public func poll(since cursor: String?) async throws(ChannelError) -> Inbound {
    Inbound(messages: [], cursor: cursor)
  }
  public var pollSeconds: Int? { nil }
  public func close() async {}
}

/// The same on a retry, another on every rightful repeat (guarantee 8). Printable ASCII without blanks or
/// `/`.
public struct IdempotencyKey: Hashable, Sendable, Codable, CustomStringConvertible {
  public let text: String
  public init(_ text: String) { self.text = text }
  public var description: String { text }
}

/// What a channel made of a delivery.
public struct Rendering: Hashable, Sendable, Codable {
  /// The address it goes to, as people know it; empty where there is none.
  public var to: String
  /// What the timeline shows of it, in this order (`subject`, `body`, `segments` …).
  public var shown: [Entry.NamedText]
  /// Exactly what would be sent.
  public var payload: [UInt8]
  /// Ending of the file that holds the payload in a folder: `eml`, `txt`, `json`.
  public var fileExtension: String
  // `Optional` in full: a `?` is set to nil first, and the whole is then copied once more where it is made.
  /// How a later message of the same run names this one (an email's Message-ID); nil where the format has no
  /// such thing, and the receipt's id is its name. The engine hands it back in ``FlowCore/Delivery/Thread``.
  public var reference: Optional<String>

  public init(
    to: String, shown: [Entry.NamedText], payload: [UInt8], fileExtension: String, reference: String? = nil
  ) {
    self.to = to
    self.shown = shown
    self.payload = payload
    self.fileExtension = fileExtension
    self.reference = reference
  }
}

public enum Receipt: Hashable, Sendable, Codable {
  /// The far side has it; its id there, if it gives one: also what an answer's ``Inbound/Message/threads`` may name.
  case accepted(id: String)
  /// Try again, at the earliest after so many seconds.
  case temporary(after: Int?, because: String)
  case permanent(because: String)
  /// The address is bad, and takes nothing ever: to the run it is what a hard bounce is that comes back later.
  case undeliverable(because: String)
  /// Never to this recipient by this channel: they have told the far side to stop. It counts as though they had told
  /// us.
  case optedOut(because: String)
  /// The channel itself is set up wrongly, or not allowed to: nothing by it would leave. It is held and people are
  /// told; no recipient is blamed. What is wrong with one message, its recipient or its step alone is `permanent`.
  case ours(because: String)
  /// The payload had been written when the line or the program died.
  case unknown(because: String)
}

extension Receipt {
  /// What a channel answers where the marker said that a message must not leave any more.
  public static var withheld: Receipt { .temporary(after: 0, because: "stopped before it left") }
}

/// Why a channel could not render, or could not be set up.
public struct ChannelError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: String, Hashable, Sendable { case temporary, permanent, ours, unknown }
  public var kind: Kind
  public var text: String
  public init(_ kind: Kind, _ text: String) {
    self.kind = kind
    self.text = text
  }
  public var description: String { text }
}

/// What came in from a channel.
public struct Inbound: Hashable, Sendable {
  public struct Message: Hashable, Sendable {
    /// Of the source; a known id does nothing.
    public var id: String
    public var at: Instant
    /// What it answers, as far as it is known: the ``FlowCore/Delivery``'s `token`, in any case of letters;
    /// messages of ours by their ``Rendering``'s `reference`, the nearest first; the sender's address.
    public var token: String?
    public var threads: [String]
    public var address: String?
    public var kind: Event.Kind
    public var raw: [UInt8]
    public init(
      id: String, at: Instant, token: String? = nil, threads: [String] = [], address: String? = nil,
      kind: Event.Kind,
      raw: [UInt8] = []
    ) {
      self.id = id
      self.at = at
      self.token = token
      self.threads = threads
      self.address = address
      self.kind = kind
      self.raw = raw
    }
  }

  /// What came in and is no event: where it could not be told for sure what it is, people see it (guarantee 15).
  public struct Unread: Hashable, Sendable {
    /// Of the source, as a message's; a known id does nothing.
    public var id: String
    /// Nil where it does not say so: when it is read.
    public var at: Instant?
    public var because: String
    public var raw: [UInt8]
    public init(id: String, at: Instant?, because: String, raw: [UInt8]) {
      self.id = id
      self.at = at
      self.because = because
      self.raw = raw
    }
  }

  public var messages: [Message]
  public var unread: [Unread]
  /// What came in and concerns no run, and nobody (a receipt, a copy of a mail of ours): kept raw all the same.
  public var kept: [Unread]
  /// To be committed with what was read, and named by the next call.
  public var cursor: String?
  /// There is more already: whoever wants to have read everything calls again with the new cursor.
  public var hasMore: Bool
  public init(
    messages: [Message], unread: [Unread] = [], kept: [Unread] = [], cursor: String?, hasMore: Bool = false
  ) {
    self.messages = messages
    self.unread = unread
    self.kept = kept
    self.cursor = cursor
    self.hasMore = hasMore
  }
}

/// An entry under `channels:` of flow.yaml as a channel gets it: secrets resolved, files read.
public struct ChannelSettings: Sendable {
  /// The name under `channels:`.
  public var name: String
  public var values: [String: String]
  /// Those of the values that flow.yaml keeps elsewhere.
  public var secrets: SecretValues
  /// The project's folder, absolute.
  public var folder: String
  /// The bytes of a file of the project (signature, attachment), by its path there; nil where it cannot be
  /// read.
  public var readFile: @Sendable (String) -> [UInt8]?
  /// The time of an attempt, for what carries one (a signed request); nil where nothing is sent for real.
  public var now: (@Sendable () -> Instant)?

  public init(
    name: String, values: [String: String] = [:], secrets: SecretValues = SecretValues(), folder: String = ".",
    readFile: @escaping @Sendable (String) -> [UInt8]? = { _ in nil }, now: (@Sendable () -> Instant)? = nil
  ) {
    self.name = name
    self.values = values
    self.secrets = secrets
    self.folder = folder
    self.readFile = readFile
    self.now = now
  }

  public subscript(name: String) -> String? { values[name] }

  /// `true` or `false`; `otherwise` where it is left out.
  public func flag(_ name: String, otherwise: Bool = false) throws(ChannelError) -> Bool {
    switch values[name] {
    case nil: return otherwise
    case "true": return true
    case "false": return false
    case let text?: throw ChannelError(.ours, "\(name): \"\(HeaderText(text))\" is neither true nor false")
    }
  }

  /// `send: true`: deliveries leave for real. Without it they are written into the folder of
  /// ``FolderDelivery``.
  public var sends: Bool { get throws(ChannelError) { try flag("send") } }
}
