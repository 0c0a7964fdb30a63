/// What may still come while a state waits, counted from one minute on.
struct ExactWait {
  /// How long what a touch brings takes, by row from the second on.
  private let answers: AnswerShares
  private(set) var at: Int32 = 0
  private var given: Int32 = 0
  private var until: Int32 = 0
  /// The step whose outcome is waited for, or -1.
  private(set) var node = -1
  /// All shares of its outcomes together; 0 where none is to come.
  private var share = 0.0
  /// So few are not worth cutting.
  private(set) var least = 0.0
  /// By bits of rows: those who do not answer before the next wait, for they are too few.
  var later: UInt64 = 0
  /// The longest median.
  let slow: Int32

  /// Where a piece ends of a stretch in which so many contacts are told something: some parts of the median, fewer
  /// where they are few.
  func piece(_ from: Int32, _ high: Int32, _ count: Double) -> Int32 {
    let piece = max(60, count > 4 ? slow / 8 : count > 0.4 ? slow / 4 : count > 0.004 ? slow / 2 : slow)
    return high - from <= piece + piece / 2 ? high : from + piece
  }

  init(answers: [AnswerTimes]) {
    self.answers = AnswerShares(answers)
    slow = max(60, Int32(answers.reduce(1) { max($0, $1.median) }))
  }

  /// Another wait, from a minute on.
  /// - Parameter share: of all outcomes of the step that is waited for; the step was given at one minute, and waits
  ///   until another.
  mutating func begin(
    at minute: Int32, given: Int32, until: Int32, node: Int, share: Double, least: Double
  ) {
    (at, self.given, self.until, self.node, self.least, later) = (minute, given, until, node, least, 0)
    self.share = node >= 0 && until > given ? share : 0
  }

  /// How long something may still be heard of a row, for at most so many minutes.
  func longest(_ row: Int, within length: Int32) -> Int32 { min(length, answers.longest(row - 1)) }

  var hasOutcomes: Bool { share > 0 && until > at }

  /// The share of those who had no outcome by the beginning that have none by so many minutes later.
  private func open(_ minutes: Int32) -> Double {
    guard share > 0 else { return 1 }
    func by(_ minute: Int32) -> Double {
      1 - share * Double(min(max(minute - given, 0), until - given)) / Double(until - given)
    }
    let before = by(at)
    return before > 1e-15 ? max(0, by(at + minutes) / before) : 0
  }

  /// The share of those of a row who are going to answer that have not by so many minutes later.
  private func silent(_ minutes: Int32, _ row: Int) -> Double { answers.share(row - 1, laterThan: minutes) }

  private func isSilent(_ row: Int) -> Bool { row == 0 || later & ExactFlow.bit(row) != 0 }

  /// Which part of a row is left after so many minutes.
  func left(_ row: Int, after minutes: Int32) -> Double {
    isSilent(row) ? open(minutes) : open(minutes) * silent(minutes, row)
  }

  /// Which part of those of a row who are going to answer does within a stretch. However a wait is cut, the stretches
  /// add up to the same.
  func answered(_ row: Int, from low: Int32, to high: Int32) -> Double {
    guard hasOutcomes else { return max(0, silent(low, row) - silent(high, row)) }
    return max(0, silent(low, row) * open(low) - silent(high, row) * open(high) - between(low, high, row))
  }

  /// Which part of a row, as in ``left(_:after:)``, the awaited step has an outcome of with a share of its own.
  func came(_ own: Double, _ row: Int, from low: Int32, to high: Int32) -> Double {
    (isSilent(row) ? open(low) - open(high) : between(low, high, row)) * own / share
  }

  /// Of those who are going to answer, who has an outcome before.
  private func between(_ low: Int32, _ high: Int32, _ row: Int) -> Double {
    // Outcomes come evenly up to here; in one minute an answer comes before an outcome.
    let even = min(high, until - at)
    guard hasOutcomes, even > low else { return 0 }
    return answers.sum(row - 1, from: low + 1, through: even) * (open(low) - open(high)) / Double(even - low)
  }

  /// The minute of a stretch after which an answer of a row comes in the mean, where no outcome may come before.
  func mean(ofAnswer row: Int, from low: Int32, to high: Int32) -> Double {
    Double(low) + answers.mean(row - 1, notAfter: high - low)
  }

  /// The minute up to which something may come evenly from the beginning of a stretch on, that it has the same mean.
  func evenly(_ mean: Double, from low: Int32, to high: Int32) -> Int32 {
    at + min(high, max(low + 1, Int32(2 * mean + 0.5) - low - 1))
  }
}
