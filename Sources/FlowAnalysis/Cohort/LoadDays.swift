import FlowCore
import FlowTime

/// Sorts minutes into days and hours of the run's zone; what is counted comes in the order of time.
struct LoadDays {
  private let plan: CohortPlan
  private let first: CivilDate
  /// Its midnight, as wall time in minutes.
  private let midnight: Int64
  /// Minutes of the wall less those since the cohort's start, and for which minutes that holds.
  private var shift: Int64 = 0
  private var shiftHolds: Range<Int32> = 0..<0
  private var counts: [Double] = []
  private var waiting: [Double] = []
  private(set) var hours = [Double](repeating: 0, count: 24)

  init(_ plan: CohortPlan) {
    self.plan = plan
    let start = plan.instant(0)
    let civil = plan.zone.civil(at: start)
    first = civil.date
    let wall = start.milliseconds + Int64(plan.zone.offset(at: start)) * 1000
    midnight = (wall - Int64(civil.time.milliseconds)).flooredMinutes
  }

  /// Minutes of the wall from midnight of the first day on.
  private mutating func wall(_ minute: Int32) -> Int {
    if !shiftHolds.contains(minute) {
      let at = plan.instant(minute)
      let until = plan.zone.nextTransition(after: at).map { plan.minute(notBefore: $0) } ?? .max
      shiftHolds = minute..<max(minute, until)
      shift = (at.milliseconds + Int64(plan.zone.offset(at: at)) * 1000).flooredMinutes - Int64(minute) - midnight
    }
    return Int(max(0, Int64(minute) + shift))
  }

  mutating func add(_ count: Double, at minute: Int32) {
    let wall = wall(minute)
    while counts.count <= wall / 1440 { counts.append(0) }
    counts[wall / 1440] += count
    hours[wall / 60 % 24] += count
  }

  /// So many wait from the end of the day that was told last to a minute.
  mutating func wait(_ count: Double, until minute: Int32) {
    let day = wall(minute) / 1440
    while waiting.count < day { waiting.append(count) }
  }

  var days: [CohortFigures.Load.Day] {
    let last = max(counts.lastIndex { $0 > 0 } ?? -1, waiting.lastIndex { $0 > 0 } ?? -1)
    guard last >= 0 else { return [] }
    func at(_ values: [Double], _ day: Int) -> Double { day < values.count ? values[day] : 0 }
    let begin = (0...last).first { at(counts, $0) > 0 || at(waiting, $0) > 0 } ?? last
    return (begin...last).map { day in
      .init(date: first.adding(days: day), count: at(counts, day), waiting: at(waiting, day))
    }
  }
}
