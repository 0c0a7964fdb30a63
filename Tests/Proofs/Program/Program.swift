import Dispatch
import FlowAnalysis
import FlowCompiler
import FlowCore
import Foundation
import ProofKit
import Synchronization

/// `flow-proofs --seeds 1-2000`: as many generated workflows, each proved and tried by brute force.
/// Seeds beyond 10,000 write more of the language.
/// `--shipped`: the processes that ship, at most 100 ms each; with `--caps` where a contact gets two touches in 7 days
/// at most.
/// `--seed N` one, with its text; `--budget N` steps of the machine for brute force, `--steps N` for the search for
/// each witness (0: none); `--most P` undecided claims in a thousand that are still fine.
struct Program {
  private var options: [String: String] = [:]

  private static let usage = """
    usage: flow-proofs [--seeds FIRST-LAST | --seed N] [--budget N] [--steps N] [--most P]
           flow-proofs --shipped [--caps] [--only WORKFLOW]
    """
  private static let flags = ["--shipped", "--caps"]
  private static let valued = ["--seeds", "--seed", "--budget", "--steps", "--most", "--only"]

  init(_ arguments: [String]) throws {
    var rest = arguments[...]
    while let name = rest.popFirst() {
      if Self.flags.contains(name) {
        options[name] = ""
      } else if Self.valued.contains(name), let value = rest.popFirst() {
        options[name] = value
      } else {
        throw Wrong(description: "flow-proofs does not know \(name)\n\(Self.usage)")
      }
    }
  }

  struct Wrong: Error, CustomStringConvertible { var description: String }

  func run() throws -> Int32 {
    let workshop = try Workshop(root: FileManager.default.currentDirectoryPath)
    if options["--shipped"] != nil { return try shipped(workshop) }
    let budget = try number("--budget") ?? 4_000
    let steps = try number("--steps") ?? 1_000
    if let seed = try number("--seed").map({ UInt64($0) }) {
      let generated = Generated(seed: seed)
      print(generated.text, generated.project ?? "", separator: "\n")
      if case .failure(let broken) = workshop.compile(generated) {
        throw Wrong(description: "seed \(seed) does not compile: \(broken)")
      }
      guard let agreement = Agreement(seed: seed, workshop, budget: budget, steps: steps) else { return 1 }
      for line in agreement.undecided + agreement.disagreements { print(line) }
      print(agreement.counts)
      return agreement.disagreements.isEmpty ? 0 : 1
    }
    let bounds = (options["--seeds"] ?? "1-2000").split(separator: "-").map { UInt64($0) }
    guard bounds.count == 2, let first = bounds[0], let last = bounds[1], first <= last else {
      throw Wrong(description: "--seeds is FIRST-LAST\n\(Self.usage)")
    }
    return agree(first...last, workshop, budget: budget, steps: steps, most: try number("--most") ?? 200)
  }

  /// What is proved of the processes that ship, and how long that takes.
  private func shipped(_ workshop: Workshop) throws -> Int32 {
    var isFast = true
    let caps = options["--caps"] != nil ? Caps(touches: 2, span: .days(7), gap: .days(1)) : nil
    let clock = ContinuousClock()
    for workflow in try workshop.shipped(root: FileManager.default.currentDirectoryPath)
    where options["--only"].map({ $0 == workflow.graph.workflow }) ?? true {
      let claims = Claims.standard(for: workflow.graph) + workflow.guarantees
      let begin = clock.now
      let prover = Prover(graph: workflow.graph, zones: workshop.zones, caps: caps)
      let proofs = prover.prove(claims)
      let time = clock.now - begin
      isFast = isFast && time <= .milliseconds(100)
      print(workflow.graph.workflow, time)
      for proof in proofs { print("  ", proof.claim, proof.verdict) }
    }
    return isFast ? 0 : 1
  }

  /// A whole number from 0; nil where the option is not given.
  private func number(_ name: String) throws -> Int? {
    guard let text = options[name] else { return nil }
    guard let number = Int(text), number >= 0 else {
      throw Wrong(description: "\(name) takes a whole number, not \(text)\n\(Self.usage)")
    }
    return number
  }

  private func agree(_ seeds: ClosedRange<UInt64>, _ workshop: Workshop, budget: Int, steps: Int, most: Int) -> Int32 {
    let next = Atomic<UInt64>(seeds.lowerBound)
    let total = Mutex((counts: Agreement.Counts(), failed: 0, undecided: [String: Int]()))
    DispatchQueue.concurrentPerform(iterations: ProcessInfo.processInfo.activeProcessorCount) { _ in
      while true {
        let seed = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard seed <= seeds.upperBound else { return }
        guard let agreement = Agreement(seed: seed, workshop, budget: budget, steps: steps) else { continue }
        total.withLock { total in
          total.counts = total.counts + agreement.counts
          for one in agreement.undecided {
            total.undecided[String(one.prefix { $0 != "(" && $0 != ":" }), default: 0] += 1
          }
          if agreement.disagreements.isEmpty { return }
          total.failed += 1
          if total.failed <= 20, let first = agreement.disagreements.first { print(first) }
        }
      }
    }
    let (counts, failed, undecided) = total.withLock { $0 }
    let kinds = undecided.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) \($0.key)" }
    let claims = max(1, counts.proved + counts.broken + counts.undecided)
    print(
      """
      \(counts.workflows) workflows, \(counts.runs) runs, \(claims) claims: \(counts.proved) proved, \
      \(counts.broken) broken, \(counts.undecided) undecided, of which brute force broke \(counts.missed)
      undecided: \(kinds.joined(separator: ", "))
      \(counts.reached) bounds said to be reached, \(counts.met) of them met; \(counts.arguable) witnesses arguable
      \(counts.workflows - failed) passed, \(failed) failed
      """)
    if counts.undecided * 1_000 > most * claims {
      print("more than \(most) in a thousand claims are undecided")
      return 1
    }
    return failed == 0 && counts.workflows > 0 ? 0 : 1
  }
}
