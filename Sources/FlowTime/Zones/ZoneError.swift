/// Why bytes are no zone.
public enum ZoneError: Error, Hashable, Sendable {
  /// The bytes end before what their header announces.
  case truncated
  /// They do not begin with `TZif` and a known version.
  case notTZif
  /// The counts of a header contradict each other, or an index leads nowhere.
  case inconsistent
  /// The times of the transitions do not ascend.
  case unordered
  /// An offset of 26 hours or more, which RFC 9636 advises against and no zone has.
  case offsetOutOfRange
  /// The file counts leap seconds (`right/…`); instants here do not.
  case leapSeconds
  /// The footer is no POSIX TZ text.
  case footer
}

extension ZoneError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .truncated: "the zone file ends too early"
    case .notTZif: "not a zone file (TZif, RFC 9636)"
    case .inconsistent: "the zone file contradicts itself"
    case .unordered: "the zone file's transitions are out of order"
    case .offsetOutOfRange: "the zone file holds an offset of 26 hours or more"
    case .leapSeconds: "the zone file counts leap seconds"
    case .footer: "the zone file's last line is no POSIX TZ rule"
    }
  }
}
