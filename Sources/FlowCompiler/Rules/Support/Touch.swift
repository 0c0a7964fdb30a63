import FlowCore

/// A step that reaches the contact, as the rules look at it.
struct Touch {
  var index: NodeIndex
  var node: Node
  var action: ChannelAction
  var manifest: Manifest?

  /// All that it says: every template in the order of the file, then the `ask`.
  var texts: [Template] { templates + [action.ask].compactMap { $0 } }

  /// What the contact reads: the template that `ask` closes. A step that a person carries out has none; its
  /// text tells that person what to do.
  var body: Template? { action.isTask ? nil : main }

  /// Names for messages.
  var quoted: String { Words.quoted(node.name) }

  private var main: Template? { action.main.flatMap { action.field($0) }.flatMap(Touch.template) }
  private var templates: [Template] { action.fields.compactMap(Touch.template) }

  static func template(_ field: ChannelAction.Field) -> Template? {
    if case .template(let template) = field.content { template } else { nil }
  }
}

extension CompiledWorkflow {
  /// In the order of the file.
  func touches(_ context: RuleContext) -> [Touch] {
    graph.nodes.enumerated().compactMap { index, node in
      guard case .channel(let action) = node.action, action.touch else { return nil }
      return Touch(index: index, node: node, action: action, manifest: context.manifest(action.verb))
    }
  }
}

/// Where a touch's parts stand in its file.
struct StepSource {
  private let entries: [YAMLEntry]
  private let whole: Span

  init(_ node: Node, in root: YAMLNode) {
    whole = node.span
    entries = StepSource.mapping(of: node.span, in: root) ?? []
  }

  /// The value of a key; the step where it has none.
  func value(_ key: String) -> Span { entries.first { $0.keyText == key }?.value.span ?? whole }

  /// The key itself; the step where it has none.
  func key(_ key: String) -> Span { entries.first { $0.keyText == key }?.keySpan ?? whole }

  /// The mapping that has a key at this place.
  private static func mapping(of key: Span, in node: YAMLNode) -> [YAMLEntry]? {
    switch node.kind {
    case .scalar: return nil
    case .sequence(let items):
      for item in items { if let found = mapping(of: key, in: item) { return found } }
    case .mapping(let entries):
      if entries.contains(where: { $0.keySpan == key }) { return entries }
      for entry in entries { if let found = mapping(of: key, in: entry.value) { return found } }
    }
    return nil
  }
}
