import FlowAnalysis
import FlowCompiler
import FlowCore
import FlowTime
import Glibc

// Forecasts, measured: flow-forecast-bench COHORT|EXACT|APART|AGREE [N]. The working directory is the repository.
//
//   cohort N   N contacts of the proposal process, and of the one that engines are compared by, one capacity for all
//   exact N A  a chain of 30 touches: computed, N times, against sampled to 0.1 percentage points; then with A of
//              10,000 mails, 200 where nothing is said, that reach somebody who is away
//   computed N A  the same chain, only computed, N times: to count instructions
//   apart N S  each shipped workflow: how many standard errors what is computed of S starts, as many as usual where
//              nothing is said, lies from what is counted of N contacts, at most; and both where that is
//   agree N    N contacts of each shipped workflow, the compiled walker against the machine, contact by contact

let zones = SystemZones()
let disk = DiskFiles(root: ".")
let workflows = [
  "after-purchase", "application", "csat", "inquiry", "interview-candidate", "interview-interviewer", "invoice",
  "meeting", "paper-review", "proposal", "sprint-review", "study-wave", "surgery", "trial",
]

func compiled(_ file: String, text: String? = nil) throws -> CompiledWorkflow {
  let manifests = [
    "Email/manifest", "Tasks/call", "Tasks/task", "SMS/manifest", "Messenger/manifest", "Notification/manifest",
    "Webhook/manifest",
  ]
  let project = Compiler.project(
    SourceText(file: "flow.yaml", utf8: try disk.read("Workflows/flow.yaml").get()),
    files: DiskFiles(root: "Workflows"), zones: zones
  ).0
  let source: any ProjectFiles = text.map { MemoryFiles([file: $0]) } ?? DiskFiles(root: folder(of: file))
  let name = file.split(separator: "/").last.map(String.init) ?? file
  let compilation = Compiler.compile(
    CompilerInput(
      files: [name], project: project,
      manifests: try manifests.compactMap {
        Compiler.manifest(SourceText(file: "manifest.yaml", utf8: try disk.read("Plugins/\($0).yaml").get())).0
      }, zones: zones, source: source))
  guard let workflow = compilation.workflows.first else {
    throw Broken(text: "\(file): \(compilation.diagnostics.map(\.message))")
  }
  return workflow
}

func folder(of file: String) -> String { file.split(separator: "/").dropLast().joined(separator: "/") }

struct Broken: Error { var text: String }

func share(_ name: String, _ share: Int) -> Assumptions.Share { .init(name: name, share: share, span: .file("bench")) }

/// Every class and every outcome of a workflow comes about.
func everything(of graph: Graph) -> Assumptions {
  var assume = Assumptions()
  let classes = graph.replies.map(\.name) + ["reply"]
  assume.reply = classes.enumerated().map { share($1, 6000 / classes.count + 100 * ($0 % 3)) }
  assume.after = .hours(20)
  for node in graph.nodes {
    guard case .channel(let action) = node.action, action.until != nil, !action.outcomes.isEmpty else { continue }
    assume.steps.append(
      .init(name: node.name, shares: action.outcomes.map { share($0, 8000 / action.outcomes.count) }))
  }
  return assume
}

func cohort(_ workflow: CompiledWorkflow, _ count: Int, _ assume: Assumptions, _ capacity: [String: Int]) -> Cohort {
  let start = workflow.scenarios.first?.start ?? Instant(seconds: 1_774_453_200)
  let data = workflow.scenarios.first?.input ?? Sample.record(workflow.graph.triggerFields, at: start)
  return Cohort(
    graph: workflow.graph, data: data, dated: start, assume: assume, capacity: capacity, zones: zones, contacts: count,
    seed: 1, start: start)
}

func seconds(_ clock: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Wall and processor time of what is done, in seconds.
func timed<Value>(_ work: () throws -> Value) rethrows -> (value: Value, wall: Double, processor: Double) {
  let (wall, processor) = (seconds(CLOCK_MONOTONIC), seconds(CLOCK_PROCESS_CPUTIME_ID))
  let value = try work()
  return (value, seconds(CLOCK_MONOTONIC) - wall, seconds(CLOCK_PROCESS_CPUTIME_ID) - processor)
}

/// To two places.
func rounded(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }

func report(_ name: String, _ figures: [(String, String)]) {
  print(name + ": " + figures.map { "\($0.0) \($0.1)" }.joined(separator: ", "))
}

func cohorts(_ count: Int) throws {
  // What people can do is what is asked of them, all in all: some days have too little.
  let proposal = try compiled("Workflows/proposal.yaml")
  var comparison = Assumptions()
  comparison.reply = [share("reply", 1200)]
  comparison.after = .days(1)
  for (name, workflow, assume) in [
    ("proposal", proposal, proposal.assume),
    ("comparison", try compiled("Benchmarks/Comparison/follow-up.yaml"), comparison),
  ] {
    let cohort = cohort(workflow, count, assume, ["call": max(1, count / 30), "email": count])
    let ran = timed { cohort.followed() }
    report(
      name,
      [
        ("contacts", "\(count)"), ("contacts/s", "\(Int(Double(count) / ran.wall))"),
        ("contacts/processor second", "\(Int(Double(count) / ran.processor))"),
        ("bytes a waiting contact", "\(ran.value.bytesPerContact)"),
        ("waiting at most", "\(ran.value.mostWaiting)"), ("walker", ran.value.fallback ?? "compiled"),
        ("outcomes", ran.value.figures.outcomes.map { "\($0.name) \(Int($0.count))" }.joined(separator: " ")),
      ])
  }
}

/// Thirty mails, each with a wait in which somebody may answer; some of them lead to a call. Mails come back, and
/// whoever is away is waited for.
func chain() -> String {
  var steps = ""
  for number in 1...30 {
    steps += """
        - email: mail-\(number)
          after: 1 day
          purpose: inform
          subject: "Part \(number) of {{ deal.title }}"
          body: "Good afternoon {{ contact.name }}, part \(number)."
        - await: reply within 2 days

      """
  }
  return """
    workflow: chain
    trigger: { event: deal.won, key: deal.id }
    input: { contact: contact, owner: person, deal: { id: text, title: text } }
    timezone: '"Europe/Berlin"'
    policy: { window: "mon-fri 09:00-17:00", business: mon-fri, gap: 1 day }
    replies: { declined: ["no thanks"], interested: ["call me"] }
    anytime:
      declined: end lost
      interested: talk
      reply: end heard
    steps:
    \(steps)  - end: silent
    paths:
      talk:
        - call: talk
          by: owner
          within: 2 business days
          then: { connected: end won, timeout: end unreached }
        - end: unreached

    """
}

func assumed(away: Int) -> Assumptions {
  var assume = Assumptions()
  assume.reply = [share("declined", 150), share("interested", 150), share("reply", 100)]
  assume.events = [share("bounce", 20)] + (away > 0 ? [share("out-of-office", away)] : [])
  assume.steps = [.init(name: "talk", shares: [share("connected", 6000)])]
  return assume
}

func exact(_ name: String, _ times: Int, _ assume: Assumptions) throws {
  let workflow = try compiled("chain.yaml", text: chain())
  // Often, for it takes less than the machine's other work may take in between; the median counts.
  let runs = (0..<max(1, times)).map { _ in timed { cohort(workflow, 1000, assume, [:]).exactFigures() } }
  let computed = runs.sorted { $0.processor < $1.processor }[runs.count / 2]
  // The largest p (1 - p) of all outcomes decides how many have to be drawn.
  let spread = computed.value.outcomes.map { $0.count / 1000 * (1 - $0.count / 1000) }.max() ?? 0.25
  let count = Int(spread / 1e-6)
  let sampled = timed { cohort(workflow, count, assume, [:]).figures() }
  let agreement = computed.value.outcomes.map { one in
    let counted = sampled.value.outcomes.first { $0.name == one.name }?.count ?? 0
    return "\(one.name) \(rounded(one.count / 10)) % against \(rounded(counted / Double(count) * 100)) %"
  }
  report(
    name,
    [
      ("computed in", rounded(computed.processor * 1000)), ("sampled", "\(count)"),
      ("sampled in", rounded(sampled.processor * 1000)), ("times", rounded(sampled.processor / computed.processor)),
    ])
  print(agreement.joined(separator: "\n"))
}

func agree(_ count: Int) throws -> Bool {
  var isGood = true
  for name in workflows {
    let workflow = try compiled("Workflows/\(name).yaml")
    for capacity in [[:], ["call": 5, "email": 12, "task": 3]] {
      let cohort = cohort(workflow, count, everything(of: workflow.graph), capacity)
      let (compiled, machine) = (cohort.followed(traced: true), cohort.followed(.machine, traced: true))
      let differ = zip(compiled.traces, machine.traces).count { $0 != $1 }
      isGood = isGood && differ == 0 && compiled.figures == machine.figures
      report(
        capacity.isEmpty ? name : "\(name), scarce",
        [
          ("contacts", "\(count)"), ("differ", "\(differ)"),
          ("walker", compiled.fallback ?? "compiled"),
        ])
    }
  }
  return isGood
}

/// What two forecasts count, by name.
func counts(_ figures: CohortFigures) -> [String: [String: Double]] {
  var all: [String: [String: Double]] = [:]
  for one in figures.outcomes { all["outcomes", default: [:]][one.name] = one.count }
  for (touches, count) in figures.touches.enumerated() { all["touches", default: [:]]["\(touches)"] = count }
  for (day, count) in figures.times.days.enumerated() { all["ended", default: [:]]["\(day)"] = count }
  for step in figures.steps {
    all["steps", default: [:]][step.name] = step.count
    for one in step.outcomes { all["work", default: [:]]["\(step.name) \(one.name)"] = one.count }
  }
  for load in figures.load {
    for day in load.days { all["days", default: [:]]["\(load.verb) \(day.date)"] = day.count }
    for (hour, count) in load.hours.enumerated() { all["hours", default: [:]]["\(load.verb) \(hour)"] = count }
  }
  return all
}

func apart(_ count: Int, _ starts: Int?) throws {
  for name in workflows {
    let workflow = try compiled("Workflows/\(name).yaml")
    let cohort = cohort(workflow, count, everything(of: workflow.graph), [:])
    let computed = timed { cohort.exactFigures(.init(starts: starts)) }
    let (ours, theirs) = (counts(computed.value), counts(cohort.figures()))
    let worst = ["outcomes", "touches", "ended", "steps", "work", "days", "hours"].map { kind in
      let (one, other) = (ours[kind] ?? [:], theirs[kind] ?? [:])
      let errors = Set(one.keys).union(other.keys).map { key in
        let expected = max(0, one[key] ?? 0)
        let counted = other[key] ?? 0
        return (
          abs(expected - counted) / max(1, expected).squareRoot(), "\(key): \(rounded(expected)), \(rounded(counted))"
        )
      }
      let most = errors.max { $0.0 < $1.0 } ?? (0, "")
      return (kind, "\(rounded(most.0)) (\(most.1))")
    }
    report(name, [("ms", rounded(computed.processor * 1000)), ("rounded", rounded(computed.value.rounded))] + worst)
  }
}

let arguments = CommandLine.arguments.dropFirst()
let number = arguments.dropFirst().first.flatMap { Int($0) }
let away = arguments.dropFirst(2).first.flatMap { Int($0) }
do {
  switch arguments.first {
  case "cohort": try cohorts(number ?? 1_000_000)
  case "exact":
    try exact("exact", number ?? 21, assumed(away: 0))
    try exact("exact, some away", number ?? 21, assumed(away: away ?? 200))
  case "computed":
    let workflow = try compiled("chain.yaml", text: chain())
    for _ in 0..<(number ?? 21) { _ = cohort(workflow, 1000, assumed(away: away ?? 200), [:]).exactFigures() }
  case "apart": try apart(number ?? 200_000, away)
  case "agree": if try !agree(number ?? 10_000) { exit(1) }
  default:
    print("usage: flow-forecast-bench cohort|exact|computed|apart|agree [N]")
    exit(2)
  }
} catch {
  print("\(error)")
  exit(1)
}
