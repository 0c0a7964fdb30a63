import EmailChannel
import FlowCompiler
import FlowCore
import FlowPlugin
import FlowRuntime
import FlowSimulation
import FlowTime
import Glibc
import NotificationChannel
import TasksChannel

// Contacts of the shipped proposal process through the engine, over the store in memory and a virtual clock, as fast as
// it goes: flow-bench [CONTACTS] [--no-render]. Everything is as in production but the channels' far side: mails, calls
// and notices are rendered to their bytes, planned, committed and handed over to a folder that does not exist.
//
// The working directory is the repository.

let arguments = CommandLine.arguments.dropFirst()
let count = arguments.first.flatMap { Int($0) } ?? 10_000
let isRendering = !arguments.contains("--no-render")
guard count > 0 else {
  print("usage: flow-bench [CONTACTS] [--no-render]")
  exit(2)
}

do {
  let began = Stopwatch.now
  let workload = try Workload(isRendering: isRendering)
  let compiled = Stopwatch.now
  let store = MemoryStore()
  try await workload.run(count, over: store)
  let ended = Stopwatch.now
  let seconds = ended - compiled
  let tally = Tally(store, expecting: count)
  print(
    """
    contacts        \(count)
    compile         \(rounded((compiled - began) * 1000)) ms
    engine          \(rounded(seconds)) s
    contacts/s      \(Int(Double(count) / seconds))
    transitions     \(tally.transitions)
    deliveries      \(tally.deliveries)\(isRendering ? "" : " (not rendered)")
    peak memory     \(Stopwatch.peakMegabytes) MB
    outcomes        \(tally.outcomes)
    digest          \(tally.digest)
    """)
  if let problem = tally.problem {
    print("WRONG: \(problem)")
    exit(1)
  }
} catch {
  print("flow-bench: \(error)")
  exit(3)
}

func rounded(_ number: Double) -> String {
  let thousandths = Int((number * 1000).rounded())
  let digits = String(thousandths % 1000)
  return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - digits.count) + digits
}

enum Stopwatch {
  /// Seconds of the monotonic clock.
  static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  static var peakMegabytes: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss / 1024
  }
}
