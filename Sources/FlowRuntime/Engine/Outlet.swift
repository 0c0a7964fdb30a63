import FlowCore
import FlowPlugin

/// A channel as the engine hands things to it.
public struct Outlet: Sendable {
  public var channel: any Channel
  /// The far side takes an idempotency key: a delivery whose fate is not known may be repeated. Says the
  /// manifest, or whoever puts a folder in the channel's place.
  public var isKeyed: Bool
  /// Most bytes of one delivery; a larger one fails.
  public var maxBytes: Int
  /// It sends for real: ``Channel/destination`` is somewhere. The first live run of a workflow is capped there, and
  /// the brake watches it.
  public var isLive: Bool
  /// Answers are fetched by ``Engine/poll()``: no touch leaves before they have been read (guarantee 14).
  public var polls: Bool
  /// The far side knows identical bytes again (the manifest's `retry-unknown`): a delivery whose fate is not known is
  /// tried once more, later.
  public var retriesUnknown: Bool
  /// Outcomes that the receipt itself tells: `ok` where it was accepted, `failed` where it never will be.
  public var outcomes: [String]
  /// At most so many hand-overs a minute.
  public var rate: Int?
  /// At most so many hand-overs a day, in UTC.
  public var capacity: Int?
  /// What is handed over by it waits for no other channel, and no other for it: for channels that talk to a server.
  public var isApart = false
  /// It reaches people by telephone numbers, where STOP is no answer (``FlowPlugin/OptOut``).
  public var isByPhone = false
  /// This process lacks what it takes to send by it, such as a password: what is planned is left to one that has it,
  /// and nothing is held for that.
  public var isLeft = false

  /// - Parameter isLive: whether the channel has a destination, where nil.
  public init(
    _ channel: any Channel, isKeyed: Bool, maxBytes: Int = 1 << 20, isLive: Bool? = nil, polls: Bool = false,
    retriesUnknown: Bool = false, outcomes: [String] = [], rate: Int? = nil, capacity: Int? = nil
  ) {
    self.channel = channel
    self.isKeyed = isKeyed
    self.maxBytes = maxBytes
    self.isLive = isLive ?? (channel.destination != nil)
    self.polls = polls
    self.retriesUnknown = retriesUnknown
    self.outcomes = outcomes
    self.rate = rate
    self.capacity = capacity
  }

  /// As a manifest says.
  public init(
    _ channel: any Channel, manifest: Manifest, isKeyed: Bool? = nil, isApart: Bool = false, rate: Int? = nil,
    capacity: Int? = nil
  ) {
    self.init(
      channel, isKeyed: isKeyed ?? manifest.keyed, maxBytes: manifest.maxBytes,
      polls: manifest.inbound == .poll && channel.pollSeconds != nil, retriesUnknown: manifest.retriesUnknown,
      outcomes: manifest.outcomes.filter { ["ok", "failed"].contains($0) }, rate: rate, capacity: capacity)
    self.isApart = isApart
    isByPhone = [.phone, .handleOrPhone].contains(manifest.address)
  }
}

/// Outlets by their verbs. There are few, and they are asked for many times for each delivery: to go through them takes
/// less than to look one up by a digest of its verb.
struct Outlets: Sendable {
  private let all: [(verb: String, outlet: KeptOutlet)]

  init(_ outlets: [String: Outlet]) {
    all = outlets.sorted { $0.key < $1.key }.map { ($0.key, KeptOutlet($0.value)) }
  }

  /// Sorted.
  var verbs: [String] { all.map(\.verb) }

  subscript(verb: String) -> KeptOutlet? {
    for index in all.indices where all[index].verb == verb { return all[index].outlet }
    return nil
  }
}

/// An outlet as the engine keeps it: it is asked many times for each delivery, and shared, not copied.
final class KeptOutlet: Sendable {
  let channel: any Channel
  let isKeyed: Bool
  let maxBytes: Int
  let isLive: Bool
  let polls: Bool
  let retriesUnknown: Bool
  let outcomes: [String]
  let rate: Int?
  let capacity: Int?
  let isByPhone: Bool
  let isLeft: Bool
  /// Its fate matters enough that a marker is committed before it is complete.
  let usesMarker: Bool

  init(_ outlet: Outlet) {
    channel = outlet.channel
    isKeyed = outlet.isKeyed
    maxBytes = outlet.maxBytes
    isLive = outlet.isLive
    polls = outlet.polls
    retriesUnknown = outlet.retriesUnknown
    outcomes = outlet.outcomes
    rate = outlet.rate
    capacity = outlet.capacity
    isByPhone = outlet.isByPhone
    isLeft = outlet.isLeft
    usesMarker = outlet.isLive || !outlet.isKeyed
  }
}
