import FlowCore

/// Where a run can be, without its instants: all runs that agree in this are followed as one.
struct Control: Equatable {
  enum Stage: UInt8 {
    /// The run comes to a step.
    case arriving
    case before, deferring, plain, listening, outcome, round, escalating
  }

  /// The step that the run waits at; for `arriving` in a list of `anytime`, the interrupted one.
  var node: NodeIndex
  var stage: Stage
  /// The step that the run comes to; -1 while it waits.
  var cursor: NodeIndex = -1
  /// How many of the people of an `escalate` have been told.
  var told: UInt8 = 0
  /// The round of each `repeat`; 0 outside.
  var rounds = Rounds()
  /// `repeat`s whose round has sent something.
  var sent: UInt64 = 0
  /// Targets of `anytime` that no longer lie ahead.
  var behind: UInt64 = 0
  /// Steps passed whose instants are kept.
  var passed: UInt64 = 0
  var touches: Int = 0
  /// Verbs that have been suppressed.
  var suppressed: UInt64 = 0
  /// What is known of conditions that are asked more than once.
  var decided = Decided()
  /// The contact has answered since the last touch.
  var answered = false
  /// Time has passed since the last touch: something may have come that nothing has taken.
  var pending = false
  /// A hold waits for its event.
  var holding = false
  /// The due has been moved since it was computed.
  var moved = false
  /// Days on which the run is held are left out until the step goes on.
  var frozen = false
  /// Data by which the due goes have changed.
  var stale = false
  /// What the run has emitted and still hears, in this instant.
  var echoes = Echoed()
  /// How much of what a claim asks for has passed.
  var lapse = Lapsed()
  /// Where the claim is in its own story, and what it counts.
  var phase: UInt8 = 0
  var count: Int = 0
}

extension Control {
  /// Small numbers, one for each `repeat` of a file. No array: a control is copied and compared all the time.
  struct Rounds: Equatable {
    static let most = 16
    private(set) var low: UInt64 = 0
    private(set) var high: UInt64 = 0

    subscript(index: Int) -> UInt8 {
      get { UInt8(truncatingIfNeeded: (index < 8 ? low : high) >> (8 * UInt64(index & 7))) }
      set {
        let place = 8 * UInt64(index & 7)
        if index < 8 {
          low = low & ~(255 << place) | UInt64(newValue) << place
        } else {
          high = high & ~(255 << place) | UInt64(newValue) << place
        }
      }
    }

    var isEmpty: Bool { low | high == 0 }
  }

  /// Events that the run hears itself, by their number, each once, the first one in the lowest four bits.
  struct Echoed: Equatable {
    private(set) var bits: UInt64 = 0
    /// Of these any number more may come, or none, before others or after them: what makes a run emit may come as often
    /// as it likes before the run hears any of it.
    private(set) var more: UInt16 = 0
    /// More than can be followed.
    static let most = 15

    /// - Returns: false where there are too many.
    mutating func add(_ index: Int) -> Bool {
      guard index < Self.most else { return false }
      var place = 0
      while place < Self.most, bits >> UInt64(4 * place) != 0 {
        if Int(bits >> UInt64(4 * place) & 15) == index + 1 {
          more |= 1 << UInt16(index)
          return true
        }
        place += 1
      }
      bits |= UInt64(index + 1) << UInt64(4 * place)
      return true
    }

    mutating func next() -> Int? {
      guard bits != 0 else { return nil }
      defer { bits >>= 4 }
      return Int(bits & 15) - 1
    }

    mutating func hearNoMore() { more = 0 }
  }

  /// For each condition: 0 open, 1 true, 2 false.
  struct Decided: Equatable {
    static let most = 32
    private(set) var bits: UInt64 = 0

    subscript(index: Int) -> UInt8 {
      get { UInt8(truncatingIfNeeded: bits >> (2 * UInt64(index)) & 3) }
      set {
        let place = 2 * UInt64(index)
        bits = bits & ~(3 << place) | UInt64(newValue) << place
      }
    }

    /// Only what lies in a mask of such pairs is still of interest.
    mutating func keep(_ mask: UInt64) { bits &= mask }
  }

  /// For finding it again: controls that differ have the same one only by chance.
  var digest: UInt64 {
    var all: UInt64 = 0
    func mix(_ word: UInt64) {
      all = (all ^ word) &* 0x9E37_79B9_7F4A_7C15
      all ^= all >> 29
    }
    let flags =
      (answered ? 1 : 0) | (pending ? 2 : 0) | (holding ? 4 : 0) | (moved ? 8 : 0) | (frozen ? 16 : 0)
      | (stale ? 32 : 0)
    mix(UInt64(bitPattern: Int64(node &+ cursor &* 65_536 &+ Int(stage.rawValue) &<< 32 &+ flags &<< 36)))
    mix(UInt64(bitPattern: Int64(touches &+ count &* 4096 &+ Int(phase) &<< 56)) ^ UInt64(told) &<< 40)
    mix(decided.bits)
    mix(behind)
    mix(passed ^ suppressed &<< 32 ^ sent &<< 48)
    mix(rounds.low ^ rounds.high &* 0x9E37_79B9_7F4A_7C15)
    mix(echoes.bits ^ lapse.bits ^ UInt64(echoes.more) &<< 48)
    return all
  }
}

/// All runs that are at one place, and how far their instants can lie apart.
struct AbstractRun {
  var control: Control
  var time: Differences
  var late = Lates()
}
