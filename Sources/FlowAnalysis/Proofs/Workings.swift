import FlowCore
import FlowTime

/// The walks that the claims of one file need: claims of one kind share theirs.
struct Workings {
  let ground: Ground
  /// By the claim whose limit is left open.
  private var walked: [Claim: Watch?] = [:]
  /// Whether touches can come to more than the policy allows: only then does every other claim have to count
  /// them.
  private var mayBeExhausted: Bool
  private let mostTouches: Int
  /// A run never has more touches than so many, whatever the policy's limit; nil where that is not known.
  private var most: Int?
  /// Some touch may have to wait for one of another run of the contact.
  private let waitsForOthers: Bool
  /// Made once it is needed; nil where the file has what it cannot follow.
  private var reckoner: Reckoner??

  init(_ ground: Ground) {
    self.ground = ground
    mayBeExhausted = false
    mostTouches = ground.graph.policy.maxTouches ?? 0
    waitsForOthers = ground.graph.waitsForOthers(caps: ground.caps)
    seeWhetherTouchesAreLimited()
    if ground.mayBeTooMany, let most = ground.caps?.touches {
      ground.mayBeTooMany = most < 1 || !hasAtMost(most)
      walked = [:]
    }
  }

  /// A run never has more touches, whatever the caps put off.
  private mutating func hasAtMost(_ most: Int) -> Bool {
    if let limit = ground.graph.policy.maxTouches, limit <= most { return true }
    if let known = self.most, known <= most { return true }
    guard ground.stretches.isWhole else { return false }
    return watch(.touches(atMost: most, verb: nil, span: nil)).map { !$0.isBroken } ?? false
  }

  private mutating func seeWhetherTouchesAreLimited() {
    guard ground.stretches.isWhole, let limit = ground.graph.policy.maxTouches else { return }
    // Where touches never come to more without the limit, they do not with it. They are counted beside what is asked of
    // every file: without time, then with it. Caps that leave a touch out, or end the run, are asked after the limit,
    // which ends it as soon as one touch more is due.
    let counted = ground.caps.map { $0.then == .delay } ?? true ? limit : limit - 1
    for claim in [Claim.stops, Self.open(.ends(within: nil), ground.graph)] {
      let begun = Watch(claim, ground)
      guard let walk = finished(begun, keepsTime: begun.isOfTime, countingTo: limit) else { continue }
      if claim == .stops, walk.watch.isBroken { continue }
      walked[claim] = walk.watch
      guard walk.mostTouches > counted else {
        most = walk.mostTouches
        return
      }
    }
    mayBeExhausted = true
    let claim = Claim.touches(atMost: limit, verb: nil, span: nil)
    mayBeExhausted = watch(claim).map { $0.isBroken || $0.isExhausted } ?? true
    if mayBeExhausted { walked = walked.filter { $0.key == claim } }
  }

  mutating func verdict(on claim: Claim) -> Verdict {
    switch claim {
    // Whatever goes out has come through its window: `Stepper.goThroughWindow` is the only way.
    case .insideWindow: return .proved(bound: nil, isReached: false)
    case _ where !ground.stretches.isWhole: return Self.tooFar
    case .possible(let outcome): return possible(outcome)
    case .touches(let most, let verb, let span?):
      // Where there are never more in the whole run, there are not in any span.
      if case .proved = verdict(on: .touches(atMost: most, verb: verb, span: nil)) {
        return .proved(bound: nil, isReached: false)
      }
      if isKeptByCaps(most, span) { return .proved(bound: nil, isReached: false) }
      return followed(.touches(atMost: most, verb: verb, span: span))
    default: return followed(claim)
    }
  }

  private mutating func followed(_ claim: Claim) -> Verdict {
    if case .touches(let limit, nil, nil) = claim, let most, most <= limit {
      return .proved(bound: .count(most), isReached: false)
    }
    guard let watch = watch(Self.open(claim, ground.graph)) else { return Self.tooMany }
    switch claim {
    case .ends(nil): return .proved(bound: latest(watch.lengths), isReached: false)
    case .ends(let limit?):
      if watch.lengths.distances.allSatisfy({ ground.isWithin($0, limit) }) {
        return .proved(bound: latest(watch.lengths, within: limit), isReached: false)
      }
      if let length = reckoned(within: limit) {
        if ground.isWithin(Distance(length.longest), limit) {
          return .proved(bound: .time(length.longest), isReached: false)
        }
        if length.isWithin { return .proved(bound: nil, isReached: false) }
        return Doubts(ground: ground, watch: watch).verdict(on: claim, reckoned: length.longest)
      }
    case .firstTouch(let limit):
      if watch.measured.distances.allSatisfy({ ground.isWithin($0, limit) }) {
        return .proved(bound: latest(watch.measured, within: limit), isReached: false)
      }
      var latest = LatestTouch(ground, limit: limit)
      if latest.isInTime() { return .proved(bound: nil, isReached: false) }
    case .apart(let least), .gap(let least):
      if watch.measured.distances.allSatisfy({ ground.isApart($0, least) }) {
        guard let worst = watch.measured.worst, worst > .min,
          -worst >= ground.stretches.span(of: least).most.inSeconds
        else { return .proved(bound: nil, isReached: false) }
        return .proved(bound: .time(-worst), isReached: false)
      }
      if isKeptByGaps(least, claim) || isKeptByWaits(claim, least) { return .proved(bound: nil, isReached: false) }
    case .overseen(let step):
      if !watch.isUnseen(step) { return .proved(bound: nil, isReached: false) }
    case .touches(_, _, nil):
      if !watch.isBroken { return .proved(bound: .count(watch.most), isReached: false) }
    case .touches(_, _, let span?):
      if !watch.isBroken || isKeptByWaits(claim, span) { return .proved(bound: nil, isReached: false) }
    case .follows(_, let limit, _):
      if !watch.isBroken { return .proved(bound: latest(watch.measured, within: limit), isReached: false) }
    default: if !watch.isBroken { return .proved(bound: nil, isReached: false) }
    }
    return Doubts(ground: ground, watch: watch).verdict(on: claim)
  }

  // MARK: What is left out

  /// What may come about beside what is proved of a run by itself: it is held, or touches of the contact's other runs
  /// put its own off, so that it ends later, and what it has put off comes closer to what it has not.
  mutating func leftOut(of claim: Claim, _ bound: Bound?) -> [Proof.LeftOut] {
    var all: [Proof.LeftOut] = []
    switch claim {
    case .ends(nil) where bound == nil: return []
    case .ends, .firstTouch:
      if ground.graph.canBeHeld, !isAtOnce(bound) { all.append(.timeHeld) }
    default: break
    }
    guard waitsForOthers, restsOnOthers(claim) else { return all }
    if ground.graph.trigger.each != nil { all.append(.otherItems) }
    return all + [.otherRuns]
  }

  private func isAtOnce(_ bound: Bound?) -> Bool {
    if case .time(..<1000)? = bound { true } else { false }
  }

  private mutating func restsOnOthers(_ claim: Claim) -> Bool {
    switch claim {
    case .ends, .firstTouch: return true
    case .apart(let least), .gap(let least): return !isKeptByGaps(least, claim)
    case .touches(let most, let verb, let span?):
      if case .proved = verdict(on: .touches(atMost: most, verb: verb, span: nil)) { return false }
      return !isKeptByCaps(most, span)
    case .follows: return watch(claim)?.passesTouch ?? true
    // Where the caps leave a touch out, or end the run, it may not come about at all.
    case .always, .silence: return ground.caps.map { $0.then != .delay } ?? false
    default: return false
    }
  }

  // MARK: What the engine sees to where a touch goes out: `Stepper.goThroughWindow` is the only way, and it reckons as
  // claims do.

  private func isKeptByGaps(_ least: FlowTime.Duration, _ claim: Claim) -> Bool {
    if let gap = ground.caps?.gap, keeps(gap, least) { return true }
    guard let gap = ground.graph.policy.gap, keeps(gap, least) else { return false }
    if case .gap = claim { return true }
    return !ground.graph.liftsGap
  }

  /// By waits that are as long themselves, or by the business days that pass.
  private func isKeptByWaits(_ claim: Claim, _ least: FlowTime.Duration) -> Bool {
    guard let lapse = Lapse(least, ground) else { return false }
    return walk(Watch(claim, ground, lapse: lapse), keepsTime: true).map { !$0.isBroken } ?? false
  }

  private func isKeptByCaps(_ most: Int, _ span: FlowTime.Duration) -> Bool {
    guard let caps = ground.caps, most > 0 else { return false }
    if let gap = caps.gap, keeps(gap, span) { return true }
    guard let limit = caps.touches, let own = caps.span, (1...most).contains(limit) else { return false }
    return keeps(own, span)
  }

  private func keeps(_ duration: FlowTime.Duration, _ other: FlowTime.Duration) -> Bool {
    // Hours of a window are counted where the contact is by then; a claim counts them where the run began.
    if case .businessHours = duration.kind, ground.setsContact { return false }
    return duration.covers(other)
  }

  /// How long runs last at most, as the calendar falls, as well as it takes to be within a limit; nil where that is not
  /// known.
  private mutating func reckoned(within limit: FlowTime.Duration) -> Reckoner.Length? {
    if reckoner == nil { reckoner = .some(madeReckoner()) }
    guard var reckoner = reckoner ?? nil else { return nil }
    var shortest: Reckoner.Length?
    for charge in reckoner.charges {
      guard var length = reckoner.length(within: limit, charge: charge) else { break }
      if let known = shortest { length.longest = min(length.longest, known.longest) }
      shortest = length
      if length.isWithin || ground.isWithin(Distance(length.longest), limit) { break }
    }
    return shortest
  }

  private func madeReckoner() -> Reckoner? {
    guard !ground.isTooLarge else { return nil }
    let reckoning = Reckoning(ground.graph.policy)
    var walk = Walk(
      ground, Watch(.ends(within: nil), ground), mayBeExhausted: mayBeExhausted, keepsTime: false,
      reckoning: reckoning)
    return walk.run() ? Reckoner(ground, reckoning) : nil
  }

  private mutating func possible(_ outcome: String) -> Verdict {
    guard let watch = watch(Self.open(.ends(within: nil), ground.graph)) else { return Self.tooMany }
    // All ways are followed, and more than there are: what none of them comes to, no run does, and none shows it.
    return watch.outcomes.contains(outcome)
      ? .undecided(
        because: "no run was found that ends with \(outcome)", decidedBy: "a scenario that ends with it")
      : .impossible(because: "all ways through the file were followed, and none ends with \(outcome)")
  }

  private static let tooMany = Verdict.undecided(
    because: "the file has too many ways to follow them all", decidedBy: "fewer branches or rounds")

  private static let tooFar = Verdict.undecided(
    because: "the first and the last of its holidays lie more than 40 years apart",
    decidedBy: "holidays of the years in which it runs")

  /// Nothing where it is more than what is promised: a day of the calendar may be 25 hours, and what is proved by the
  /// one says nothing new by the other.
  private func latest(_ measured: Watch.Measured, within limit: FlowTime.Duration? = nil) -> Bound? {
    guard let worst = measured.worst, worst > .min else { return nil }
    if let limit, worst > -ground.stretches.span(of: limit).least.inSeconds { return nil }
    return .time(worst)
  }

  /// Claims that differ in their limit alone are measured once, and how long a run takes beside how far
  /// touches lie apart.
  private static func open(_ claim: Claim, _ graph: Graph) -> Claim {
    switch claim {
    case .ends: graph.policy.gap == nil ? .ends(within: nil) : .gap(.zero)
    case .firstTouch: .firstTouch(within: .zero)
    case .apart: graph.liftsGap ? .apart(.zero) : .gap(.zero)
    case .gap: .gap(.zero)
    case .overseen: .overseen(step: -1)
    default: claim
    }
  }

  private mutating func watch(_ claim: Claim) -> Watch? {
    if let known = walked[claim] { return known }
    let begun = Watch(claim, ground)
    var watch: Watch?
    // Most claims of what comes after what need no time: without it each place is followed once. How many touches there
    // are is shown so at the first try, or not at all.
    let isNewTry = mayBeExhausted && claim == .touches(atMost: mostTouches, verb: nil, span: nil)
    if !begun.isOfTime, !isNewTry { watch = walk(begun, keepsTime: false) }
    if watch.map({ $0.isBroken || $0.unseen != 0 }) ?? true { watch = walk(begun, keepsTime: true) ?? watch }
    walked[claim] = .some(watch)
    return watch
  }

  private func walk(_ watch: Watch, keepsTime: Bool) -> Watch? { finished(watch, keepsTime: keepsTime)?.watch }

  private func finished(_ watch: Watch, keepsTime: Bool, countingTo limit: Int? = nil) -> Walk? {
    guard !ground.isTooLarge else { return nil }
    var walk = Walk(ground, watch, mayBeExhausted: mayBeExhausted, keepsTime: keepsTime, countingTo: limit)
    return walk.run() ? walk : nil
  }
}
