import FlowCore
enum FlowChecks {
  static func run(_ graph: inout Graph, _ outline: Outline, _ header: Header, _ bench: Bench) {}
}
enum FactChecks {
  static func run(_ graph: Graph, _ bench: Bench, _ outline: Outline) {}
}
