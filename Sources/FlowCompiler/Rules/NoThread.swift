import FlowCore

/// `no-thread`: a touch that leaves out what it would take from the one before (`subject` with `thread: same`) can be
/// the first by its channel.
struct NoThread: Rule {
  let code: Code = "no-thread"

  func check(_ workflow: CompiledWorkflow, context: RuleContext) -> [Diagnostic] {
    let touches = workflow.touches(context)
    let first = Dictionary(grouping: touches, by: \.action.verb).mapValues { touches in
      Set(workflow.graph.firstTouches(by: touches[0].action.verb))
    }
    return touches.compactMap { touch in
      guard first[touch.action.verb]?.contains(touch.index) == true,
        let (field, unless) = NoThread.leftOut(touch)
      else { return nil }
      return Diagnostic(
        code, .hint, at: StepSource(touch.node, in: workflow.root).value(unless.field),
        "\(touch.quoted) can be the first \(touch.action.verb) of its run, with nothing whose \(field) it could take",
        label: "of which?",
        help: "let one go before it in every case, or give it a \(field): of its own, which it then has in every case")
    }
  }

  /// The field that is left out because of another one's word.
  private static func leftOut(_ touch: Touch) -> (String, Manifest.Field.Condition)? {
    for field in touch.manifest?.fields ?? [] {
      guard let unless = field.unless, touch.action.field(field.name) == nil,
        case .word(unless.word)? = touch.action.field(unless.field)?.content
      else { continue }
      return (field.name, unless)
    }
    return nil
  }
}
