import FlowCore

/// `repeats`: over 70 % of a touch's 3-word sequences stand in an earlier touch.
struct Repeats: Rule {
  let code: Code = "repeats"

  func check(_ workflow: CompiledWorkflow, context: RuleContext) -> [Diagnostic] {
    let touches = workflow.touches(context)
    let triples = Repeats.numbered(touches.map { Wording.triples($0.texts) })
    let sets = triples.map { Set($0) }
    let later = Later(workflow.graph)
    return touches.indices.compactMap { index -> Diagnostic? in
      let own = triples[index]
      let earlier = touches.indices.filter { later.comes(touches[index].index, after: touches[$0].index) }
      let shares = earlier.map { other in (other, own.count { sets[other].contains($0) }) }
      // The first of those with the most in common.
      let most = shares.max { ($0.1, -$0.0) < ($1.1, -$1.0) }
      guard let (other, count) = most, count * 10 > own.count * 7 else { return nil }
      return Diagnostic(
        code, .warning, at: touches[index].node.span,
        "\(touches[index].quoted) says again what \(touches[other].quoted) has said: "
          + "\(count * 100 / own.count) % of its 3-word sequences stand there",
        label: "nothing new to read",
        notes: [Diagnostic.Note("\(touches[other].quoted) goes out earlier", at: touches[other].node.span)],
        help: "say something that the contact does not know yet, or leave the touch out")
    }
  }

  /// A number for each sequence, so that many texts are compared fast.
  private static func numbered(_ all: [[[Token]]]) -> [[Int]] {
    var numbers: [[Token]: Int] = [:]
    return all.map { triples in
      triples.map { triple in
        if let number = numbers[triple] { return number }
        numbers[triple] = numbers.count
        return numbers.count - 1
      }
    }
  }
}

/// Which step can come after which, also by what an answer leads to.
private struct Later {
  private var after: [NodeIndex: Set<NodeIndex>] = [:]

  init(_ graph: Graph) {
    let touches = graph.nodes.indices.filter { graph.nodes[$0].isTouch }
    let answers = graph.answers.map { ($0, graph.reachable(from: [$0]).union([$0])) }
    for index in touches {
      // An answer leads to no step that the run has come to before.
      let led = answers.filter { !$0.1.contains(index) }.reduce(into: Set<NodeIndex>()) { $0.formUnion($1.1) }
      after[index] = graph.reachable(from: [index]).union(led)
    }
  }

  /// Where each can come after the other, the order of the file decides.
  func comes(_ late: NodeIndex, after early: NodeIndex) -> Bool {
    guard late != early, after[early]?.contains(late) == true else { return false }
    return after[late]?.contains(early) != true || early < late
  }
}
