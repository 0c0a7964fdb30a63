import EmailChannel
import FlowCompiler
import FlowCore
import FlowPlugin
import FlowRuntime
import FlowSQLite
import FlowSimulation
import FlowTime
import Foundation
import Glibc
import NotificationChannel
import TasksChannel

// Contacts of the shipped proposal process through the engine, over the store in memory and a virtual clock, as fast as
// it goes: flow-bench [CONTACTS] [--no-render] [--bulk] [--comparison] [--file FOLDER]. With a folder the store is a
// file in it, as in production. Everything is as in production but the channels' far side: mails, calls and notices are
// rendered to their bytes, planned, committed and handed over to a folder that does not exist.
//
// flow-bench 1 --comparison --waiting N --file FOLDER --fill makes a file in which N runs wait; without --fill it opens
// that file and sends it answers: [--replies N] [--first NUMBER] [--rate A_SECOND], 0 for one after the other. With
// --ask STORE in place of --file it sends them to the server that has such a file.
//
// The working directory is the repository.

let arguments = CommandLine.arguments.dropFirst()
let count = arguments.first.flatMap { Int($0) } ?? 10_000
let isRendering = !arguments.contains("--no-render")
let folder = text(after: "--file")
guard count > 0 else {
  print("usage: flow-bench [CONTACTS] [--no-render] [--bulk] [--file FOLDER]")
  exit(2)
}

do {
  let began = Stopwatch.now
  let process = arguments.contains("--comparison") ? Workload.Process.comparison : .proposal
  let workload = try Workload(process, isRendering: isRendering, isBulk: arguments.contains("--bulk"))
  let compiled = Stopwatch.now
  let story = workload.story(count)
  if let waiting = number(after: "--waiting"), let folder = folder ?? text(after: "--ask") {
    let runs = Waiting(workload: workload, folder: folder, count: waiting)
    let (replies, first, rate) = (
      number(after: "--replies") ?? 1000, number(after: "--first") ?? 0, number(after: "--rate") ?? 500
    )
    if arguments.contains("--fill") {
      try await runs.fill()
    } else if let store = text(after: "--ask") {
      print(try runs.ask(store, replies: replies, from: first, perSecond: rate).joined(separator: "\n"))
    } else {
      print(try await runs.measure(replies: replies, from: first, perSecond: rate).joined(separator: "\n"))
    }
    exit(0)
  }
  let file = try folder.map { try StoreFile(folder: $0) }
  let store: any Store = file?.store ?? MemoryStore()
  let before = Stopwatch.written
  let processorBefore = Stopwatch.processor
  let started = Stopwatch.now
  try await workload.run(story, over: store)
  try store.flush()
  let ended = Stopwatch.now
  let written = Stopwatch.written - before
  let processor = Stopwatch.processor - processorBefore
  let seconds = ended - started
  let tally = try Tally(store, process, expecting: count)
  print(
    """
    contacts        \(count)
    compile         \(rounded((compiled - began) * 1000)) ms
    engine          \(rounded(seconds)) s
    contacts/s      \(Int(Double(count) / seconds))
    processor       \(Int(processor / Double(count) * 1_000_000)) µs a contact
    transitions     \(tally.transitions)
    deliveries      \(tally.deliveries)\(isRendering ? "" : " (not rendered)")
    peak memory     \(Stopwatch.peakMegabytes) MB
    outcomes        \(tally.outcomes)
    digest          \(tally.digest)
    """)
  if let file { print(try file.report(count, written: written)) }
  if let problem = tally.problem {
    print("WRONG: \(problem)")
    exit(1)
  }
} catch {
  print("flow-bench: \(error)")
  exit(3)
}

func text(after option: String) -> String? {
  arguments.firstIndex(of: option).flatMap { arguments.dropFirst($0 - arguments.startIndex + 1).first }
}

func number(after option: String) -> Int? { text(after: option).flatMap { Int($0) } }

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

  /// Bytes that this process has given to `write`, as the kernel counts them.
  static var written: Int {
    guard let text = try? String(contentsOfFile: "/proc/self/io", encoding: .utf8) else { return 0 }
    let line = text.split(separator: "\n").first { $0.hasPrefix("wchar: ") }
    return line.flatMap { Int($0.dropFirst(7)) } ?? 0
  }

  /// Seconds of processor that this process has used.
  static var processor: Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }

  static var peakMegabytes: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss / 1024
  }
}
