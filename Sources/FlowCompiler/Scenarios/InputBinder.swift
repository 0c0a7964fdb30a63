import FlowCore
import FlowTime

/// The data of a scenario: a JSON file, or a mapping whose texts are read by the types of the input.
struct InputBinder {
  let bench: Bench
  let graph: Graph

  func input(_ node: YAMLNode) -> [String: Value]? {
    let type = ValueType.record(graph.triggerFields)
    if node.entries != nil { return record(node, type) }
    guard let path = bench.text(node, wanted: "the path of a JSON file, or a mapping") else { return nil }
    if let known = bench.inputs[path.text] { return known }
    guard let file = bench.bytes(of: path) else { return nil }
    do throws(JSONError) {
      let data = read(try JSONReader.read(file.bytes), type, at: path.whole)
      bench.inputs[path.text] = data
      return data
    } catch {
      bench.report(.badJSON(path, error))
      return nil
    }
  }

  /// A mapping in the file itself, as a record of these fields.
  func record(_ node: YAMLNode, _ type: ValueType) -> [String: Value]? {
    let before = bench.errorCount
    let json = json(node, type)
    return bench.errorCount == before ? read(json, type, at: node.span.firstLine) : nil
  }

  private func read(_ json: JSONValue, _ type: ValueType, at span: Span) -> [String: Value]? {
    let (value, problems) = readValue(json, as: type, zones: bench.around.zones)
    for problem in problems { bench.report(.badInput(span, problem)) }
    guard problems.isEmpty, case .record(let fields) = value else { return nil }
    return fields
  }

  /// YAML as JSON, each text read by the type of its place.
  private func json(_ node: YAMLNode, _ type: ValueType) -> JSONValue {
    let type = type.present
    switch node.kind {
    case .scalar(let scalar):
      if node.isPlainEmpty { return .null }
      switch type {
      case .integer, .number: return .number(scalar.text)
      case .boolean where scalar.text == "true" || scalar.text == "false": return .bool(scalar.text == "true")
      default: return .string(scalar.text)
      }
    case .sequence(let items):
      var element = ValueType.none
      if case .list(let inner) = type { element = inner }
      return .array(items.map { json($0, element) })
    case .mapping(let entries):
      return .object(
        entries.map { entry in
          let field = type.field(entry.keyText)
          if let fields = type.fields, field == nil {
            bench.report(.unknownDataField(entry.key, of: "the data", known: fields.map(\.name)))
          }
          return JSONMember(entry.keyText, json(entry.value, field?.type ?? .none))
        })
    }
  }
}
