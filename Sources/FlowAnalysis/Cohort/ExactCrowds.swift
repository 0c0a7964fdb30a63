/// States of one minute that an answer makes equal: whoever waits for another mail, and for an end or a call alike once
/// there is an answer. Of one row of their flows, for as many minutes.
struct ExactCrowd<State: WalkerState> {
  let row: Int
  let high: Int32
  /// One of them, as if there had been no touch yet; how many there were stands beside the flow.
  var state: ExactState<State>
  /// A bit for each class that makes them equal, and where that stands which they become.
  let classes: UInt64
  let first: Int
}

/// What is heard by several states at once.
extension ExactRun {
  /// Adds a row of a state to those for whom the same comes of some answers.
  /// - Returns: a bit for each class that is heard with them.
  mutating func gather(_ state: ExactState<W.State>, _ row: Int, through high: Int32) -> UInt64 {
    guard isCrowded, !wait.hasOutcomes, state.state.touchCount < ExactMasses.touches else { return 0 }
    let first = alike.count
    var classes: UInt64 = 0
    for index in rows.indices.prefix(64) where rows[index] == row {
      guard let same = walker.alike(state.state, replying: index) else { continue }
      alike.append(same)
      classes |= 1 << UInt64(index)
      // As often as one alone is, about.
      told += same.wakes == nil ? 1 : 3
    }
    guard classes != 0 else { return 0 }
    for index in crowds.indices
    where crowds[index].row == row && crowds[index].high == high && crowds[index].classes == classes
      && crowds[index].state.contact == state.contact && isAlike(from: first, as: crowds[index].first)
    {
      alike.removeLast(alike.count - first)
      if crowds[index].state.rough != state.rough {
        let (own, other) = (masses.sum(crowds[index].state.flow, row: row), masses.sum(state.flow, row: row))
        crowds[index].state.rough = (crowds[index].state.rough * own + state.rough * other) / (own + other)
      }
      masses.gather(state.flow, row: row, touches: state.state.touchCount, into: &crowds[index].state.flow)
      return classes
    }
    var own = state
    own.state = walker.untouched(state.state)
    own.flow = masses.gathered(state.flow, row: row, touches: state.state.touchCount)
    (own.given, own.until) = (0, 0)
    crowds.append(ExactCrowd(row: row, high: high, state: own, classes: classes, first: first))
    return classes
  }

  private mutating func isAlike(from first: Int, as other: Int) -> Bool {
    for index in first..<alike.count where alike[index] != alike[other + index - first] { return false }
    return true
  }

  /// All states of a minute have been looked at.
  mutating func hearTogether(at minute: Int32) {
    for index in crowds.indices {
      let crowd = crowds[index]
      let going = masses.sum(crowd.state.flow, row: crowd.row)
      let least = max(grain * weight * masses.groups(crowd.state.flow), 16 * coarse.few)
      wait.begin(at: minute, given: 0, until: 0, node: -1, share: 0, least: least)
      hear(crowd.row, going, crowd.state, through: crowd.high) { crowd.classes & 1 << UInt64($0) != 0 }
      masses.drop(crowd.state.flow)
    }
    crowds.removeAll(keepingCapacity: true)
    alike.removeAll(keepingCapacity: true)
  }
}
