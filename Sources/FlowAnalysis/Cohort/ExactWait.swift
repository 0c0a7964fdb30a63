/// What may still come while a state waits, counted from one minute on.
struct ExactWait {
  /// What is heard within a stretch of a wait: which part of those who are not going to answer, and of the others.
  struct Part {
    var free: Double
    var pending: Double
    /// How many that are, all in all.
    var total: Double
  }

  let answers: AnswerTimes
  let at: Int32
  let given: Int32
  let until: Int32
  /// The step whose outcome is waited for, or -1.
  let node: Int
  /// All shares of its outcomes together; 0 where none is to come.
  let share: Double
  /// How many are not going to answer, and how many are.
  let free: Double
  let pending: Double
  /// So few are not worth cutting.
  let least: Double

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

  /// The share of those who are going to answer that have not by so many minutes later.
  private func silent(_ minutes: Int32) -> Double { answers.share(laterThan: Int(minutes)) }

  /// Which part of those who are not going to answer is left after so many minutes, and which of the others.
  func left(after minutes: Int32) -> (free: Double, pending: Double) {
    let open = open(minutes)
    return (open, open * silent(minutes))
  }

  /// Who answers, of those who are going to with one class, within a stretch. However a wait is cut, the stretches add
  /// up to the same.
  func answered(_ going: Double, from low: Int32, to high: Int32) -> Part {
    let before = silent(low) * open(low) - silent(high) * open(high)
    let part = max(0, before - between(low, high))
    return Part(free: 0, pending: part, total: going * part)
  }

  /// Of whom the awaited step has an outcome with a share of its own.
  func came(_ own: Double, from low: Int32, to high: Int32) -> Part {
    let part = Part(
      free: (open(low) - open(high)) * own / share, pending: between(low, high) * own / share, total: 0)
    return Part(free: part.free, pending: part.pending, total: free * part.free + pending * part.pending)
  }

  /// Of those who are going to answer, who has an outcome before.
  private func between(_ low: Int32, _ high: Int32) -> Double {
    // Outcomes come evenly up to here; in one minute an answer comes before an outcome.
    let even = min(high, until - at)
    guard hasOutcomes, even > low else { return 0 }
    return answers.sum(from: Int(low) + 1, through: Int(even)) * (open(low) - open(high)) / Double(even - low)
  }
}
