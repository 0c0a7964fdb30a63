import FlowTime

/// A stretch of nominal time for a message: `4 hours`, `2 days`.
enum Stretch {
  static func text(_ milliseconds: Int64) -> String {
    if milliseconds <= 0 { return "no time" }
    let days = Int(milliseconds / RunClock.day)
    let rest = milliseconds % RunClock.day
    if rest == 0 { return Duration.days(days).description }
    let below = Duration.elapsed(milliseconds: rest).description
    return days == 0 ? below : "\(Duration.days(days)) \(below)"
  }
}
