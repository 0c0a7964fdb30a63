/// Dates on which nobody is bothered: a list, or what an iCalendar file says.
public struct HolidayCalendar: Hashable, Sendable {
  /// Ascending, each once.
  public let dates: [CivilDate]

  public static let none = HolidayCalendar([])

  public init(_ dates: some Sequence<CivilDate>) {
    var sorted: [CivilDate] = []
    for date in dates.sorted() where sorted.last != date { sorted.append(date) }
    self.dates = sorted
  }

  public var isEmpty: Bool { dates.isEmpty }

  public func contains(_ date: CivilDate) -> Bool {
    var low = 0
    var high = dates.count
    while low < high {
      let middle = (low + high) / 2
      if dates[middle] < date { low = middle + 1 } else { high = middle }
    }
    return low < dates.count && dates[low] == date
  }

  /// The dates of both.
  public func union(_ other: HolidayCalendar) -> HolidayCalendar {
    HolidayCalendar(dates + other.dates)
  }
}

/// As a list of dates.
extension HolidayCalendar: Codable {
  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode([CivilDate].self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(dates)
  }
}
