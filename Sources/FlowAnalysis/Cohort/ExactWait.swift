/// What may still come while a state waits, counted from one minute on.
struct ExactWait {
  /// How long what a touch brings takes, by class.
  let answers: [AnswerTimes]
  let at: Int32
  let given: Int32
  let until: Int32
  /// The step whose outcome is waited for, or -1.
  let node: Int
  /// All shares of its outcomes together; 0 where none is to come.
  let share: Double
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

  /// The share of those who are going to answer with a class that have not by so many minutes later.
  private func silent(_ minutes: Int32, _ index: Int) -> Double { answers[index].share(laterThan: Int(minutes)) }

  /// Which part of those who are not going to answer is left after so many minutes, and which of each class.
  func left(after minutes: Int32) -> [Double] {
    let open = open(minutes)
    var parts = [open]
    for index in answers.indices { parts.append(open * silent(minutes, index)) }
    return parts
  }

  /// Which part of those who are going to answer with a class does within a stretch. However a wait is cut, the
  /// stretches add up to the same.
  func answered(_ index: Int, from low: Int32, to high: Int32) -> Double {
    max(0, silent(low, index) * open(low) - silent(high, index) * open(high) - between(low, high, index))
  }

  /// Of whom the awaited step has an outcome with a share of its own: a part as in ``left(after:)``.
  func came(_ own: Double, from low: Int32, to high: Int32) -> [Double] {
    var parts = [(open(low) - open(high)) * own / share]
    for index in answers.indices { parts.append(between(low, high, index) * own / share) }
    return parts
  }

  /// Of those who are going to answer, who has an outcome before.
  private func between(_ low: Int32, _ high: Int32, _ index: Int) -> Double {
    // Outcomes come evenly up to here; in one minute an answer comes before an outcome.
    let even = min(high, until - at)
    guard hasOutcomes, even > low else { return 0 }
    return answers[index].sum(from: Int(low) + 1, through: Int(even)) * (open(low) - open(high)) / Double(even - low)
  }
}
