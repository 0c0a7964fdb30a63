/// Where zones come from: the system's files in production, whatever a test wants elsewhere.
public protocol ZoneSource: Sendable {
  /// The zone of that name in the tz database; nil where there is none.
  func zone(named name: String) -> Zone?
  /// All names, sorted.
  var names: [String] { get }
  /// The release of the data, `2025b`; recorded beside whatever was computed from them.
  var version: String { get }
}

/// Zones that are given, for tests and for data that travel with a program. `UTC` is always there.
public struct FixedZones: ZoneSource {
  private let zones: [String: Zone]
  public let version: String

  public init(_ zones: [Zone], version: String) {
    self.zones = Dictionary(([.utc] + zones).map { ($0.name, $0) }, uniquingKeysWith: { _, last in last })
    self.version = version
  }

  public func zone(named name: String) -> Zone? { zones[name] }
  public var names: [String] { zones.keys.sorted() }
}
