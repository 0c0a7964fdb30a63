import FlowCore

/// The compiled state graph of a workflow.
public enum GraphReport {
  /// Steps and edges with their places, in the order of the file. A target is a step's name, an outcome, a
  /// hold in its own words, or `resume`.
  public static func json(_ graph: Graph) -> String {
    JSONText.write(
      .members([
        ("workflow", .string(graph.workflow)), ("version", .string(graph.fingerprint)),
        ("file", .string(graph.file)), ("event", .string(graph.trigger.event)),
        ("nodes", .array(graph.nodes.map(node))),
        (
          "paths",
          .array(
            graph.paths.map { path in
              .members([("name", .string(path.name)), ("step", .string(graph.words(for: .node(path.entry))))])
            })
        ),
        ("edges", .array(graph.edges.map { edge($0, graph) })),
      ]), open: 2)
  }

  private static func node(_ node: Node) -> JSONValue {
    let words = NodeWords(node)
    return .members(
      [
        ("name", .string(node.name)), ("verb", .string(node.verb)), ("touch", .bool(node.isTouch)),
        ("shape", .string(words.shape.rawValue)), ("at", node.due.map { .string($0.text) }),
        ("if", node.condition.map { .string($0.text) }), ("note", .optional(node.note)),
      ] + FindingsReport.place(node.span))
  }

  private static func edge(_ edge: Edge, _ graph: Graph) -> JSONValue {
    var to: [(String, JSONValue?)]
    switch edge.to {
    case .node: to = [("to", .string(graph.words(for: edge.to)))]
    case .end(let outcome): to = [("outcome", .string(outcome))]
    case .hold(let hold): to = [("hold", .string(NodeWords.hold(hold)))]
    case .resume: to = [("resume", .bool(true))]
    }
    let from = edge.from.map { graph.words(for: .node($0)) }
    return .members(
      [("from", from.map { .string($0) })] + to + [
        ("kind", .string(edge.kind.rawValue)), ("label", edge.label.isEmpty ? nil : .string(edge.label)),
        ("written", .bool(edge.isWritten)),
      ] + FindingsReport.place(edge.span))
  }

  /// A flowchart for Markdown pages.
  public static func mermaid(_ graph: Graph) -> String {
    let plot = Plot(graph)
    var lines = ["flowchart TD"]
    for vertex in plot.vertices where !vertex.isAnytime { lines.append("  " + mermaid(vertex)) }
    let anytime = plot.vertices.filter(\.isAnytime)
    if !anytime.isEmpty {
      lines.append("  subgraph anytime[\"whatever step the run is in\"]")
      lines += anytime.map { "    " + mermaid($0) }
      lines.append("  end")
    }
    for link in plot.links {
      let label = link.label.isEmpty ? "" : "|\"\(mermaid(link.label))\"|"
      lines.append("  \(link.from) \(link.isWritten ? "-->" : "-.->")\(label) \(link.to)")
    }
    lines += [
      "  classDef touch fill:#ddf4ff,stroke:#0969da,color:#1f2328",
      "  classDef task fill:#fff8c5,stroke:#9a6700,color:#1f2328",
      "  classDef action fill:#f6f8fa,stroke:#59636e,color:#1f2328",
      "  classDef wait fill:#ffffff,stroke:#59636e,stroke-dasharray:4 3,color:#1f2328",
      "  classDef choice fill:#fbefff,stroke:#8250df,color:#1f2328",
      "  classDef alarm fill:#ffebe9,stroke:#cf222e,color:#1f2328",
      "  classDef end_ fill:#dafbe1,stroke:#1a7f37,color:#1f2328",
    ]
    return lines.map { $0 + "\n" }.joined()
  }

  private static func mermaid(_ vertex: Plot.Vertex) -> String {
    let text = ([vertex.words.name] + vertex.words.facts).map(mermaid).joined(separator: "<br/>")
    let (left, right) =
      switch vertex.words.shape {
      case .touch, .alarm: ("(\"", "\")")
      case .task, .action: ("[\"", "\"]")
      case .wait, .end: ("([\"", "\"])")
      case .choice: ("{{\"", "\"}}")
      }
    // `end` is a word of mermaid's own.
    let style = vertex.words.shape == .end ? "end_" : vertex.words.shape.rawValue
    return "\(vertex.id)\(left)\(text)\(right):::\(style)"
  }

  /// Entities, as mermaid reads them, for what its own grammar or its HTML would take.
  private static func mermaid(_ text: String) -> String {
    Printable.line(text).reduce(into: "") { out, character in
      switch character {
      case "\"": out += "#quot;"
      case "#": out += "#35;"
      case "<": out += "#lt;"
      case ">": out += "#gt;"
      case "&": out += "#amp;"
      case "`": out += "#96;"
      default: out.append(character)
      }
    }
  }

  /// For Graphviz.
  public static func dot(_ graph: Graph) -> String {
    let plot = Plot(graph)
    var lines = [
      "digraph \(dot(graph.workflow)) {", "  rankdir=TB;",
      "  node [fontname=\"sans-serif\", fontsize=11, style=filled, fillcolor=\"#f6f8fa\", color=\"#59636e\"];",
      "  edge [fontname=\"sans-serif\", fontsize=10, color=\"#59636e\"];",
    ]
    for vertex in plot.vertices where !vertex.isAnytime { lines.append("  " + dot(vertex)) }
    let anytime = plot.vertices.filter(\.isAnytime)
    if !anytime.isEmpty {
      lines += ["  subgraph cluster_anytime {", "    label=\"whatever step the run is in\";"]
      lines += anytime.map { "    " + dot($0) }
      lines.append("  }")
    }
    for link in plot.links {
      let label = link.label.isEmpty ? [] : ["label=\(dot(link.label))"]
      let list = (label + (link.isWritten ? [] : ["style=dashed"])).joined(separator: ", ")
      lines.append("  \(link.from) -> \(link.to)\(list.isEmpty ? "" : " [\(list)]");")
    }
    return (lines + ["}"]).map { $0 + "\n" }.joined()
  }

  private static func dot(_ vertex: Plot.Vertex) -> String {
    let text = ([vertex.words.name] + vertex.words.facts).joined(separator: "\n")
    let look =
      switch vertex.words.shape {
      case .touch: "shape=box, style=\"rounded,filled\", fillcolor=\"#ddf4ff\", color=\"#0969da\""
      case .task: "shape=box, fillcolor=\"#fff8c5\", color=\"#9a6700\""
      case .action: "shape=box"
      case .wait: "shape=box, style=\"rounded,dashed,filled\", fillcolor=\"#ffffff\""
      case .choice: "shape=hexagon, fillcolor=\"#fbefff\", color=\"#8250df\""
      case .alarm: "shape=box, style=\"rounded,filled\", fillcolor=\"#ffebe9\", color=\"#cf222e\""
      case .end: "shape=ellipse, fillcolor=\"#dafbe1\", color=\"#1a7f37\""
      }
    return "\(vertex.id) [label=\(dot(text)), \(look)];"
  }

  /// A quoted string of DOT: only the quote and the backslash mean something in it, and `\n` a new line.
  private static func dot(_ text: String) -> String {
    let inner = text.unicodeScalars.reduce(into: "") { out, scalar in
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      default: out.unicodeScalars.append(Printable.scalar(scalar))
      }
    }
    return "\"\(inner)\""
  }
}

/// The graph as vertices and links with names, for the languages that lay it out themselves.
struct Plot {
  struct Vertex {
    var id: String
    var words: NodeWords
    var isAnytime = false
  }

  struct Link {
    var from: String
    var to: String
    var label: String
    var isWritten: Bool
  }

  private(set) var vertices: [Vertex] = []
  private(set) var links: [Link] = []

  init(_ graph: Graph) {
    vertices = [
      Vertex(id: "start", words: NodeWords(.action, graph.trigger.event, ["starts \(graph.workflow)"]))
    ]
    for (index, node) in graph.nodes.enumerated() {
      vertices.append(Vertex(id: "n\(index)", words: NodeWords(node)))
    }
    var ends: [String: String] = [:]
    var others = 0
    for (number, edge) in graph.edges.enumerated() {
      let from: String
      if let node = edge.from {
        from = "n\(node)"
        // An `end` step is the end itself.
        if case .end = graph.nodes[node].action { continue }
        if case .hold = graph.nodes[node].action, edge.to.isHold { continue }
      } else if edge.kind == .anytime {
        from = "a\(number)"
        vertices.append(Vertex(id: from, words: NodeWords(.wait, edge.label, []), isAnytime: true))
      } else {
        from = "start"
      }
      var to: String
      switch edge.to {
      case .node(let index): to = "n\(index)"
      case .end(let outcome):
        to = ends[outcome] ?? "e\(ends.count)"
        if ends.updateValue(to, forKey: outcome) == nil {
          vertices.append(Vertex(id: to, words: NodeWords(.end, "end \(outcome)", [])))
        }
      case .hold, .resume:
        to = "w\(others)"
        others += 1
        vertices.append(Vertex(id: to, words: NodeWords(.wait, graph.words(for: edge.to), [])))
      }
      let label = edge.kind == .anytime || edge.kind == .start ? "" : edge.label
      if let same = links.firstIndex(where: { $0.from == from && $0.to == to }) {
        links[same].isWritten = links[same].isWritten || edge.isWritten
        if !label.isEmpty, !links[same].label.isEmpty { links[same].label += ", \(label)" }
        if links[same].label.isEmpty { links[same].label = label }
      } else {
        links.append(Link(from: from, to: to, label: label, isWritten: edge.isWritten || edge.kind == .next))
      }
    }
  }
}

extension NodeWords {
  init(_ shape: Shape, _ name: String, _ facts: [String]) {
    self.shape = shape
    self.name = Printable.line(name)
    self.facts = facts
  }
}
