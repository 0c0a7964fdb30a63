/// Where so much can come of a workflow that nobody waits for all of it: few who come into nearly the same state as
/// others go on as those.
struct ExactCoarseness {
  /// So few contacts join others; nobody at first.
  private(set) var few = 0.0
  /// Which may differ by what lies within one part of the wall's time, of so many minutes; 0: at any time of a day.
  private(set) var part: Int32 = 0
  /// After being told something so often it becomes coarser.
  private(set) var limit: Int
  /// So often.
  let work: Int
  private var level = 0

  /// Of all contacts, and in minutes. The last ones bound what there is to follow: in a day no more states are left
  /// than there are steps, rounds and numbers of touches.
  private static let levels: [(few: Double, part: Int32)] = [
    (1e-5, 60), (1e-4, 120), (1e-3, 360), (1e-2, 1440), (1, 0),
  ]

  init(work: Int) { (self.work, limit) = (work, work) }

  var isOn: Bool { level > 0 }

  mutating func rise(of all: Double) {
    limit = limit > .max - work ? .max : limit + work
    guard level < Self.levels.count else { return }
    (few, part) = (Self.levels[level].few * all, Self.levels[level].part)
    level += 1
  }
}

/// Numbers mixed into one.
struct CoarseTag {
  private(set) var value: UInt64 = 0x9E37_79B9_7F4A_7C15
  private let minutes: Int32

  /// - Parameter minutes: of the part of time within which instants count as one; 0: all do.
  init(_ minutes: Int32) { self.minutes = minutes }

  mutating func add(_ number: UInt64) { value = Self.mixed(value ^ number) }

  /// A minute of the wall, or that there is none.
  mutating func add(_ minute: Int32?) {
    guard let minute else { return add(UInt64.max) }
    add(minutes == 0 ? 0 : UInt64(bitPattern: Int64(minute.flooredDivided(by: minutes))))
  }

  /// Of several numbers in any order.
  mutating func add(unordered numbers: some Sequence<UInt64>) {
    add(numbers.reduce(0) { $0 &+ Self.mixed($1) })
  }

  private static func mixed(_ value: UInt64) -> UInt64 {
    let mixed = (value ^ value >> 31) &* 0xBF58_476D_1CE4_E5B9
    return (mixed ^ mixed >> 29) &* 0x94D0_49BB_1331_11EB &+ 1
  }
}

extension Int32 {
  fileprivate func flooredDivided(by other: Int32) -> Int32 { self >= 0 ? self / other : -((other - 1 - self) / other) }
}

extension ExactRun {
  /// What comes of a state from a minute on.
  mutating func goOn(_ state: ExactState<W.State>, at minute: Int32) {
    guard coarse.isOn else { return queue.push(state, at: minute, &masses) }
    var tag = CoarseTag(coarse.part == 0 ? 1440 : coarse.part)
    tag.add(minute &+ plan.wall)
    tag.add(walker.tag(state.state, parts: coarse.part))
    tag.add(UInt64(state.contact) << 1 | (state.flow.isCounted ? 1 : 0))
    queue.push(
      state, at: minute, near: max(1, tag.value), isFew: masses.sum(state.flow) < coarse.few, &masses)
  }

  /// More has been told than anybody waits for.
  mutating func coarsen() {
    coarse.rise(of: all)
    scant = max(scant, coarse.few)
    // Whoever is put off may never be heard: that changes what comes, where the others change but when.
    nobody = max(nobody, min(coarse.few / 1000, 1e-6 * all))
  }
}
