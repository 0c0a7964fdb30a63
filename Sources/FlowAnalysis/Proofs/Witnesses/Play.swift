import FlowCore
import FlowTime

/// One run while it is played by the very machine, with what has happened in it.
struct Play: Sendable {
  /// An event that was told, and when.
  struct Told: Sendable, Hashable {
    var at: Instant
    var kind: Event.Kind
  }

  let start: Instant
  /// The trigger's data, as `flow simulate` takes them.
  let input: [String: Value]
  /// For `each`: which item of the list, from 1.
  let item: Int?
  var run: Run
  var now: Instant
  var course: Course
  var told: [Told] = []
  /// How many times the clock alone has gone on since the last event.
  var timers = 0

  /// The run's next timer; nil where it has ended.
  var due: Instant? { run.waiting.map { max(now, $0.wakes) } }
}

/// Plays runs of one graph, and counts the machine's steps: what bounds a search.
struct Player {
  let graph: Graph
  let zones: any ZoneSource
  var surroundings: Surroundings
  var stepsLeft: Int

  /// So long a run is played, as `flow simulate` does.
  private static let horizon: Int64 = 3653 * 86_400_000

  init(graph: Graph, zones: any ZoneSource, caps: Caps?, steps: Int) {
    self.graph = graph
    self.zones = zones
    surroundings = Surroundings(zones: zones, caps: caps)
    stepsLeft = steps
  }

  /// Nil where the data start no run, or the steps are spent.
  mutating func begin(_ input: [String: Value], at start: Instant, item: Int? = nil) -> Play? {
    guard stepsLeft > 0,
      case .runs(let runs) = Machine.enrol(graph, data: input, at: start, zones: zones),
      let one = runs.dropFirst(max(0, (item ?? 1) - 1)).first
    else { return nil }
    stepsLeft -= 1
    let transition = Machine.start(graph, key: one.key, data: one.data, at: start, surroundings)
    let zone = zones.zone(named: transition.run.zone) ?? .utc
    var course = Course(zone: zone, data: one.data, entries: [])
    course.add(transition, from: nil, at: start)
    let followed = graph.trigger.each == nil ? nil : item ?? 1
    var play = Play(
      start: start, input: input, item: followed, run: transition.run, now: start, course: course)
    hear(transition, &play)
    return play
  }

  /// The clock goes on to what the run waits for.
  /// - Returns: false where it does not: the run has ended, lives too long, or the steps are spent.
  mutating func goOn(_ play: inout Play) -> Bool {
    guard let due = play.due, due.milliseconds(since: play.start) <= Self.horizon else { return false }
    guard step(&play, .timer, at: due) else { return false }
    play.timers += 1
    return true
  }

  mutating func tell(_ play: inout Play, _ kind: Event.Kind, at instant: Instant) -> Bool {
    guard step(&play, kind, at: instant) else { return false }
    play.told.append(Play.Told(at: instant, kind: kind))
    play.timers = 0
    return true
  }

  private mutating func step(_ play: inout Play, _ kind: Event.Kind, at instant: Instant) -> Bool {
    guard stepsLeft > 0, play.run.waiting != nil else { return false }
    stepsLeft -= 1
    let event = Event(id: "\(play.told.count)", at: instant, kind: kind)
    let transition = Machine.step(graph, play.run, event, at: instant, surroundings)
    play.course.add(transition, of: kind == .timer ? nil : event, from: play.run, at: instant)
    play.run = transition.run
    play.now = instant
    hear(transition, &play)
    return true
  }

  /// What the run has emitted and hears itself comes in at that very instant.
  private mutating func hear(_ transition: Transition, _ play: inout Play) {
    guard transition.effects.contains(where: \.isOfOthers) else { return }
    var echoes = Echoes(graph, zones: zones)
    echoes.hear(transition)
    while play.run.waiting != nil, let event = echoes.next(at: play.now) {
      stepsLeft -= 1
      let next = Machine.step(graph, play.run, event, at: play.now, surroundings)
      play.course.add(next, of: event, from: play.run, at: play.now, isOwn: true)
      play.run = next.run
      echoes.hear(next)
    }
  }

  /// To the end, with nothing more coming in.
  /// - Returns: false where the steps are spent before that.
  mutating func finish(_ play: inout Play) -> Bool {
    while goOn(&play) {}
    return play.due.map { $0.milliseconds(since: play.start) > Self.horizon } ?? true
  }
}
