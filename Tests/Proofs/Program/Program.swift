import Dispatch
import FlowAnalysis
import FlowCompiler
import FlowCore
import Foundation
import ProofKit
import Synchronization

/// `flow-proofs --seeds 1-2000`: as many generated workflows, each proved and tried by brute force.
/// `--shipped`: the processes that ship, at most 100 ms each; with `--caps` where a contact gets two touches in 7 days
/// at most.
/// `--seed N` one, with its text; `--budget N` steps of the machine for brute force, `--steps N` for the search for
/// each witness (0: none); `--most P` undecided claims in a thousand that are still fine.
struct Program {
  private let arguments: [String]

  init(_ arguments: [String]) { self.arguments = arguments }

  struct Wrong: Error, CustomStringConvertible { var description: String }

  func run() throws -> Int32 {
    let workshop = try Workshop(root: FileManager.default.currentDirectoryPath)
    if arguments.contains("--shipped") { return try shipped(workshop) }
    let budget = option("--budget").flatMap { Int($0) } ?? 4_000
    let steps = option("--steps").flatMap { Int($0) } ?? 1_000
    if let seed = option("--seed").flatMap({ UInt64($0) }) {
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
    let bounds = (option("--seeds") ?? "1-2000").split(separator: "-").compactMap { UInt64($0) }
    guard bounds.count == 2, bounds[0] <= bounds[1] else { throw Wrong(description: "--seeds FIRST-LAST") }
    return agree(bounds[0]...bounds[1], workshop, budget: budget, steps: steps)
  }

  /// What is proved of the processes that ship, and how long that takes.
  private func shipped(_ workshop: Workshop) throws -> Int32 {
    var isFast = true
    let caps = arguments.contains("--caps") ? Caps(touches: 2, span: .days(7), gap: .days(1)) : nil
    let clock = ContinuousClock()
    for workflow in try workshop.shipped(root: FileManager.default.currentDirectoryPath)
    where option("--only") == nil || option("--only") == workflow.graph.workflow {
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

  private func option(_ name: String) -> String? {
    guard let place = arguments.firstIndex(of: name), place + 1 < arguments.count else { return nil }
    return arguments[place + 1]
  }

  private func agree(_ seeds: ClosedRange<UInt64>, _ workshop: Workshop, budget: Int, steps: Int) -> Int32 {
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
    let most = option("--most").flatMap { Int($0) } ?? 200
    if counts.undecided * 1_000 > most * claims {
      print("more than \(most) in a thousand claims are undecided")
      return 1
    }
    return failed == 0 && counts.workflows > 0 ? 0 : 1
  }
}
