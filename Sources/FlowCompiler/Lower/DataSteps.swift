import FlowCore

/// `set`, `emit`, `enroll`: data, typed against what takes them.
extension Lowering {
  func set(_ node: YAMLNode, _ options: Options) -> [Assignment]? {
    guard let entries = bench.entries(node, wanted: "a mapping from fields to expressions") else {
      return nil
    }
    if entries.isEmpty { bench.report(.emptyList(node.span, wanted: "a field to change")) }
    return entries.compactMap { entry in
      let path = entry.keyText.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      guard let type = fieldType(path, entry.key) else { return nil }
      return bench.expression(entry.value, as: type, options.naming).map { Assignment(path: path, value: $0) }
    }
  }

  /// The type of a field of the input, found part by part.
  private func fieldType(_ path: [String], _ key: YAMLScalar) -> ValueType? {
    var fields = header.input
    var type = ValueType.none
    for (depth, name) in path.enumerated() {
      guard let field = fields.first(where: { $0.name == name }) else {
        let owner = path[..<depth].joined(separator: ".")
        bench.report(
          .unknownDataField(
            key, of: owner.isEmpty ? "the input" : "\"\(owner)\"",
            known: fields.map {
              owner.isEmpty ? $0.name : owner + "." + $0.name
            }))
        return nil
      }
      type = field.type
      fields = type.present.fields ?? []
      if type == .none { return ValueType.none }
    }
    return type
  }

  func emit(_ node: YAMLNode, _ step: StepDraft, _ options: Options) -> Action? {
    guard let name = bench.text(node, wanted: "the name of an event") else { return nil }
    guard let declaration = header.event(name.text) else {
      bench.report(.unknownEvent(name, known: header.events.map(\.name)))
      return nil
    }
    let data = named(
      step.fields["data"], fields: declaration.fields, of: "the event \"\(name.text)\"", at: name.whole,
      options)
    return data.map { .emit(event: name.text, data: $0) }
  }

  func enroll(_ node: YAMLNode, _ step: StepDraft, _ options: Options) -> Action? {
    guard let name = bench.name(node, wanted: "the name of a workflow") else { return nil }
    guard let fields = workflows[name.text] else {
      bench.report(.unknownWorkflow(name, known: workflows.keys.sorted()))
      return nil
    }
    let input = named(
      step.fields["input"], fields: fields, of: "the workflow \"\(name.text)\"", at: name.whole, options)
    return input.map { .enroll(workflow: name.text, input: $0) }
  }

  /// A mapping from fields to expressions, each of its field's type, none that is needed missing.
  private func named(
    _ node: YAMLNode?, fields: [Field], of what: String, at span: Span, _ options: Options
  ) -> [NamedExpression]? {
    let before = bench.errorCount
    var out: [NamedExpression] = []
    var given: [String] = []
    if let node, !node.isPlainEmpty {
      guard let entries = bench.entries(node, wanted: "a mapping from fields to expressions") else {
        return nil
      }
      for entry in entries {
        guard let field = fields.first(where: { $0.name == entry.keyText }) else {
          bench.report(.unknownDataField(entry.key, of: what, known: fields.map(\.name)))
          if let nearest = Spelling.nearest(to: entry.keyText, in: fields.map(\.name)) {
            given.append(nearest)
          }
          continue
        }
        given.append(field.name)
        if let value = bench.expression(entry.value, as: field.type, options.naming) {
          out.append(NamedExpression(name: field.name, value: value))
        }
      }
    }
    for field in fields where !given.contains(field.name) && !field.type.isOptional && field.type != .none {
      bench.report(.missingDataField(field, of: what, at: span))
    }
    return bench.errorCount == before ? out : nil
  }
}
