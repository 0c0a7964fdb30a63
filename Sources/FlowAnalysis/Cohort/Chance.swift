/// Chance without a generator's state: a number is a digest of the seed, the contact and how often that contact has
/// drawn before. Whoever walks the contact, and in whatever order, draws the same.
struct Chance {
  let seed: UInt64

  init(seed: UInt64) { self.seed = Chance.mixed(seed &+ 0x9E37_79B9_7F4A_7C15) }

  /// Two numbers that have nothing to do with each other, all 64-bit values equally likely.
  func draw(contact: UInt32, number: UInt16) -> (UInt64, UInt64) {
    let place = UInt64(contact) << 16 | UInt64(number)
    let first = Chance.mixed(seed ^ (place &+ 1) &* 0x9E37_79B9_7F4A_7C15)
    return (first, Chance.mixed(first &+ 0xD1B5_4A32_D192_ED03))
  }

  /// The finaliser of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
  private static func mixed(_ value: UInt64) -> UInt64 {
    var mix = value
    mix = (mix ^ (mix >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mix = (mix ^ (mix >> 27)) &* 0x94D0_49BB_1331_11EB
    return mix ^ (mix >> 31)
  }
}

/// How long an answer takes: whole minutes from 1, exponential with a median.
struct AnswerTimes: Sendable {
  let median: Int
  /// [m]: the share of answers that take longer than `m` minutes, for `m` up to the median: from 1 to a half.
  let later: [Double]

  init(medianMinutes: Int) {
    median = min(max(1, medianMinutes), 1440 * 366)
    // 2^(-1/median) by square roots: nothing here imports a library of functions.
    var (factor, root, rest) = (1.0, 0.5, 1.0 / Double(median))
    if median == 1 { (factor, rest) = (0.5, 0) }
    for _ in 0..<80 where rest > 0 {
      root = root.squareRoot()
      rest *= 2
      if rest >= 1 {
        factor *= root
        rest -= 1
      }
    }
    self.later = (0...median).reduce(into: []) { all, _ in all.append((all.last ?? 1 / factor) * factor) }
  }

  /// So many half-lives at most; what is left then is nobody.
  static let halves = 40

  /// The minutes of an answer for 64 bits of chance.
  func minutes(_ chance: UInt64) -> Int32 {
    // Each zero in front halves what is left; the rest is looked up within one half-life.
    let halves = min(chance.leadingZeroBitCount, AnswerTimes.halves)
    let rest = chance << UInt64(halves)
    let share = max(0.5, Double(rest >> 11) / 9_007_199_254_740_992)
    var (low, high) = (0, median)
    // The least m with later[m] <= share.
    while low < high {
      let middle = (low + high) / 2
      if later[middle] <= share { high = middle } else { low = middle + 1 }
    }
    return Int32(clamping: max(1, halves * median + low))
  }
}

/// How long answers take, of several kinds, in one piece of memory.
struct AnswerShares {
  private var later: [Double] = []
  /// By kind.
  private var first: [Int] = []
  private var medians: [Int32] = []

  init(_ kinds: [AnswerTimes]) {
    for kind in kinds {
      first.append(later.count)
      later += kind.later
      medians.append(Int32(kind.median))
    }
  }

  /// In minutes.
  func longest(_ kind: Int) -> Int32 { Int32(AnswerTimes.halves) * medians[kind] }

  /// The share of answers that take longer than `minutes`.
  func share(_ kind: Int, laterThan minutes: Int32) -> Double {
    guard minutes > 0 else { return 1 }
    let halves = minutes / medians[kind]
    guard halves < AnswerTimes.halves else { return 0 }
    // A power of two, as a number of 64 bits has it.
    let power = Double(bitPattern: UInt64(1023 - halves) << 52)
    return later[first[kind] + Int(minutes - halves * medians[kind])] * power
  }

  /// Of one minute, the share that takes longer.
  private func stays(_ kind: Int) -> Double { later[first[kind] + 1] }

  /// How many minutes those take in the mean that take no more than so many.
  func mean(_ kind: Int, notAfter most: Int32) -> Double {
    let later = share(kind, laterThan: most)
    guard later < 1 else { return 1 }
    return 1 / (1 - stays(kind)) - Double(most) * later / (1 - later)
  }

  /// The sum of ``share(_:laterThan:)`` over minutes.
  func sum(_ kind: Int, from first: Int32, through last: Int32) -> Double {
    (share(kind, laterThan: first) - share(kind, laterThan: last + 1)) / (1 - stays(kind))
  }
}
