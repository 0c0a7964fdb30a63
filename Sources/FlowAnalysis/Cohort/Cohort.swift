import FlowCore
import FlowTime

/// Many contacts that go through one workflow, one by one, and share what people can do in a day.
///
/// - Contacts come evenly: number `i` of `n` in the minute `i · span / n` after the start, by day and night.
/// - All bring the same data; dates and instants in them move along, by as many days as a contact comes after the day
///   for which the data are meant, at the same wall time. Each has a key of its own.
/// - What happens is what ``Assumptions`` says. The clock ticks in whole minutes.
/// - A verb with a capacity hands over so many a day, counted in UTC as in production; what is beyond has a place on
///   the first day with room on which it can leave, in the order in which it was handed over. While a touch waits the
///   run's clock stands, and what counts from it counts from when it leaves. An answer stops the touches that wait, and
///   what leads on from a step what that has handed over; their places are others'. Outcomes and answers count from
///   when it really goes out.
/// - What is emitted reaches nobody, and what is enrolled is not followed.
public struct Cohort: Sendable {
  public var graph: Graph
  /// The trigger's data.
  public var data: [String: Value]
  /// The day for which the data are meant.
  public var dated: Instant
  /// With `each`: which item, from 1.
  public var item: Int
  public var assume: Assumptions
  /// By verb, a day.
  public var capacity: [String: Int]
  public var caps: Caps?
  public var zones: any ZoneSource
  public var contacts: Int
  public var seed: UInt64
  /// Cut to the whole minute.
  public var start: Instant
  public var spanMinutes: Int

  /// - Parameter over: how long contacts come; 30 days where nothing is said.
  public init(
    graph: Graph, data: [String: Value], dated: Instant? = nil, item: Int = 1, assume: Assumptions,
    capacity: [String: Int] = [:], caps: Caps? = nil, zones: any ZoneSource, contacts: Int, seed: UInt64,
    start: Instant, over: Duration = .days(30)
  ) {
    self.graph = graph
    self.data = data
    self.dated = dated ?? start
    self.item = max(1, item)
    self.assume = assume
    self.capacity = capacity
    self.caps = caps
    self.zones = zones
    self.contacts = min(max(0, contacts), Int(Int32.max))
    self.seed = seed
    self.start = Instant(milliseconds: start.milliseconds.flooredMinutes * 60_000)
    let end = add(over, to: self.start, zone: .utc, calendar: graph.policy.calendar, hours: nil) ?? self.start
    spanMinutes = min(max(1, Int(end.milliseconds(since: self.start) / 60_000)), Cohort.horizon)
  }

  /// Ten years, in minutes: so long a run is followed.
  static let horizon = 3653 * 1440

  /// What comes of them. The same cohort gives the same figures.
  /// - Parameter progress: told how many contacts have ended, now and then.
  public func figures(progress: (Int) -> Void = { _ in }) -> CohortFigures {
    followed(progress: progress).figures
  }

  /// How finely figures are computed.
  public struct Resolution: Hashable, Sendable {
    /// How many instants of the span stand for all at which contacts come, evenly; nil: some 61, each for the contacts
    /// who come to the same as those who come then, and more where that is little work, or of more contacts.
    public var starts: Int?
    /// How much of one start's contacts may be taken together where they are told something at different minutes that
    /// does make a difference.
    public var stretch: Double
    /// Of all contacts, how few do not answer while they wait in one state, but while they wait in the next.
    public var answers: Double
    /// Of all contacts, how few may be held for more than the thirty days that holds come to at most.
    public var holds: Double
    /// After states have been told something so often few join others who are nearly where they are; ever more the more
    /// it becomes. Where starts are added for many contacts, up to four times as often.
    public var work: Int
    /// How many contacts, times the days within which they are told it, may be taken together in the same way; of many
    /// such one goes on earlier, another later.
    public var days: Double

    /// - Parameter starts: 61 instants of thirty days fall on as many different times of the day.
    public init(
      starts: Int? = nil, stretch: Double = 0.006, answers: Double = 5e-7, holds: Double = 7e-3,
      work: Int = 5_000_000, days: Double = .infinity
    ) {
      (self.starts, self.stretch, self.answers, self.holds, self.work) = (starts, stretch, answers, holds, work)
      self.days = days
    }
  }

  /// The same figures, computed on the graph in place of sampled. What people can do in a day is left out of it: the
  /// figures say what is asked of them.
  /// - Parameter progress: told how many contacts have been dealt with, now and then.
  public func exactFigures(_ resolution: Resolution = Resolution(), progress: (Int) -> Void = { _ in }) -> CohortFigures
  {
    let plan = CohortPlan(self)
    if var program = try? CohortProgram(plan) {
      program.leaveOutLimitOfHolds(upTo: resolution.holds)
      let run = exact(plan, resolution) {
        CompiledWalker(program)
      } progress: {
        progress($0)
      }
      if !run.walker.isRagged { return run.figures }
    }
    // Much slower: fewer starts, at all hours of the day and all days of the week, and coarser stretches.
    var coarse = resolution
    coarse.stretch = max(0.05, resolution.stretch)
    coarse.starts = resolution.starts.map { min(31, $0) }
    return exact(plan, coarse) {
      MachineWalker(plan)
    } progress: {
      progress($0)
    }.figures
  }

  private func exact<W: Walker>(
    _ plan: CohortPlan, _ resolution: Resolution, _ walker: () -> W, progress: (Int) -> Void
  ) -> ExactRun<W> {
    if let starts = resolution.starts {
      var run = ExactRun(plan, walker(), ExactStarts(evenly: starts, plan), resolution)
      run.follow(progress)
      return run
    }
    var usual = resolution
    usual.starts = W.self == MachineWalker.self ? 31 : 61
    var run = run(plan, walker(), usual, progress)
    if let finer = finer(usual, than: run.told, upTo: run.coarse.work) {
      run = self.run(plan, walker(), finer, in: finer.days > 4 ? 61 : 122, progress)
    }
    return run
  }

  /// - Parameter groups: in which starts are told apart by few figures; 0: one by one.
  private func run<W: Walker>(
    _ plan: CohortPlan, _ walker: W, _ resolution: Resolution, in groups: Int = 0, _ progress: (Int) -> Void
  ) -> ExactRun<W> {
    var walker = walker
    let starts = resolution.starts ?? 61
    let all =
      groups > 0
      ? ExactStarts(about: groups, fine: starts, plan, &walker) : ExactStarts(about: starts, plan, &walker)
    walker.handed.removeAll()
    var run = ExactRun(plan, walker, all, resolution)
    run.follow(progress)
    return run
  }

  /// More starts, one for each quarter of an hour at best, and shorter stretches, where that is little work or more
  /// contacts tell more apart; as many and as short as nobody waits long for.
  private func finer(_ resolution: Resolution, than told: Int, upTo work: Int) -> Resolution? {
    guard let starts = resolution.starts else { return nil }
    // What is counted of four times as many is half as far off.
    let apart = Double(contacts / 1000).squareRoot()
    guard told * 4 <= Cohort.little || apart >= 2 else { return nil }
    let effort = Int(min(4, max(1, apart)))
    let room = Double(effort) * Double(work) / Double(max(1, told))
    guard room >= 2 else { return nil }
    var finer = resolution
    finer.work = resolution.work > .max / effort ? .max : resolution.work * effort
    // Many starts lead to the same: some of the room is left for shorter stretches.
    let most = min(contacts, max(starts, spanMinutes / 15))
    finer.starts = min(most, Int(Double(starts) * min(1.5 * room, 1e6)))
    finer.days = min(resolution.days, max(0.5, 40 / room))
    return finer
  }

  /// So often states may be told something before that is work.
  private static let little = 40_000

  /// How it is walked; both give the same.
  public enum Way: Sendable {
    /// By the compiled walker, where that carries the workflow.
    case compiled
    /// By the machine that production uses.
    case machine
  }

  /// What came of one contact.
  public struct Trace: Hashable, Sendable {
    /// Nil: refused.
    public var outcome: String?
    /// Minutes after the cohort's start.
    public var ended: Int32 = 0
    public var touches: Int32 = 0
    /// Of everything that it was handed or that left, and when.
    public var digest: UInt64 = 0
    init() {}
  }

  public struct Followed: Sendable {
    public var figures: CohortFigures
    /// One a contact, where they were asked for.
    public var traces: [Trace]
    /// Nil where the compiled walker carried it.
    public var fallback: String?
    /// Bytes for a contact that waits, and how many did at most at once.
    public var bytesPerContact: Int
    public var mostWaiting: Int
  }

  public func followed(
    _ way: Way = .compiled, traced: Bool = false, progress: (Int) -> Void = { _ in }
  ) -> Followed {
    let plan = CohortPlan(self)
    if way == .compiled {
      do throws(NotCarried) {
        let program = try CohortProgram(plan)
        var run = CohortRun(plan, CompiledWalker(program), traced: traced)
        run.follow(progress)
        if !run.walker.isRagged { return run.followed(fallback: nil) }
        throw NotCarried("instants between two minutes")
      } catch {
        var run = CohortRun(plan, MachineWalker(plan), traced: traced)
        run.follow(progress)
        return run.followed(fallback: error.because)
      }
    }
    var run = CohortRun(plan, MachineWalker(plan), traced: traced)
    run.follow(progress)
    return run.followed(fallback: nil)
  }
}

/// The compiled walker leaves this workflow to the machine.
struct NotCarried: Error {
  var because: String
  init(_ because: String) { self.because = because }
}

extension Int64 {
  /// Whole minutes in so many milliseconds, rounded down.
  var flooredMinutes: Int64 { self >= 0 ? self / 60_000 : -((59_999 - self) / 60_000) }
}
