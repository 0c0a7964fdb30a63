import FlowCore

extension Target {
  var isHold: Bool { if case .hold = self { true } else { false } }
}

/// What can be reached from one step, drawn together; what belongs to another part is named, not drawn again.
struct GraphPart {
  private var graph: Graph
  private var heading: String
  /// Steps of the parts before.
  private var taken: Set<NodeIndex>
  /// Steps of this part.
  private(set) var own: Set<NodeIndex> = []

  private enum Look {
    case step(NodeWords)
    case start(String)
    case end(String)
    /// A hold, a step drawn elsewhere, the next round.
    case pill(String)
  }

  private var layout = Layered()
  private var looks: [Look] = []
  private var labels: [Int: [String]] = [:]
  private var dashed: Set<Int> = []
  private var vertexOf: [NodeIndex: Int] = [:]
  /// Steps in the order in which they were come to.
  private var open: [NodeIndex] = []

  private static let nameSize = 13
  private static let factSize = 12
  private static let widest = 240
  private static let padding = 16

  init(graph: Graph, heading: String, taken: Set<NodeIndex>) {
    self.graph = graph
    self.heading = heading
    self.taken = taken
  }

  private var top: Int { heading.isEmpty ? 0 : 38 }
  private var frame: Int { heading.isEmpty ? 0 : 16 }
  var width: Int {
    max(layout.width, TypeWidth.of(heading, size: 12, bold: true)) + 2 * frame
  }
  var height: Int { layout.height + top + frame }

  mutating func grow(from entry: Target, start: String?) {
    var first: Int?
    if let start {
      first = vertex(.start(start), [start], bold: true)
    }
    let root = reach(entry, from: nil)
    if let first, let root { link(first, root, "", isDashed: false) }
    var next = 0
    while next < open.count {
      expand(open[next])
      next += 1
    }
    layout.arrange()
  }

  /// The vertex of a target; a step that is new is left to be expanded.
  private mutating func reach(_ target: Target, from: NodeIndex?) -> Int? {
    switch target {
    case .end(let outcome): return vertex(.end(outcome), [outcome], bold: true)
    case .hold(let hold): return vertex(.pill(NodeWords.hold(hold)), [NodeWords.hold(hold)])
    case .resume: return vertex(.pill("go on"), ["go on"])
    case .node(let given):
      guard graph.nodes.indices.contains(given) else { return nil }
      let index = passed(given)
      // What a repeat holds leads back to it.
      if let from, graph.nodes[from].repeats.contains(index) {
        return vertex(.pill("next round"), ["next round"])
      }
      if taken.contains(index) {
        let words = "to \(graph.nodes[index].name)"
        return vertex(.pill(words), [words])
      }
      return vertexOf[index] ?? step(index)
    }
  }

  /// A `go` without a name says no more than the edge that leads through it.
  private mutating func passed(_ index: NodeIndex) -> NodeIndex {
    var index = index
    for _ in graph.nodes.indices {
      let node = graph.nodes[index]
      guard case .go(.node(let next)) = node.action, !node.isNamed, node.condition == nil, node.due == nil,
        graph.nodes.indices.contains(next)
      else { break }
      own.insert(index)
      index = next
    }
    return index
  }

  private mutating func step(_ index: NodeIndex) -> Int {
    let node = graph.nodes[index]
    own.insert(index)
    let isEnd = node.condition == nil && node.due == nil
    let made: Int
    if case .end(let outcome) = node.action, isEnd {
      made = vertex(.end(outcome), [outcome], bold: true)
    } else {
      var words = NodeWords(node)
      words.facts = words.facts.flatMap {
        TypeWidth.filled([$0], to: Self.widest, size: Self.factSize).prefix(3)
      }
      made = vertex(.step(words), [words.name] + words.facts, bold: true)
      open.append(index)
    }
    vertexOf[index] = made
    return made
  }

  private mutating func expand(_ index: NodeIndex) {
    guard let vertex = vertexOf[index] else { return }
    var edges = graph.edges(from: index)
    // A `hold` step says itself what it does.
    if case .hold = graph.nodes[index].action { edges.removeAll { $0.to.isHold } }
    for group in grouped(edges) {
      guard let to = reach(group.target, from: index) else { continue }
      link(vertex, to, group.label, isDashed: !group.isWritten)
    }
  }

  /// Edges to one target as one, with all their labels.
  private func grouped(_ edges: [Edge]) -> [(target: Target, label: String, isWritten: Bool)] {
    var out: [(target: Target, label: String, isWritten: Bool)] = []
    for edge in edges {
      if let same = out.firstIndex(where: { $0.target == edge.to }) {
        if !edge.label.isEmpty {
          out[same].label += (out[same].label.isEmpty ? "" : ", ") + edge.label
        }
        out[same].isWritten = out[same].isWritten || edge.isWritten
      } else {
        out.append((edge.to, edge.label, edge.isWritten || edge.kind == .next))
      }
    }
    // Where everything that may come leads on to the same, its names say nothing.
    if out.count == 1, edges.count > 3, !out[0].isWritten { out[0].label = "whatever comes of it" }
    return out
  }

  private mutating func vertex(_ look: Look, _ lines: [String], bold: Bool = false) -> Int {
    var width = 0
    for (index, line) in lines.enumerated() {
      let size = index == 0 && bold ? Self.nameSize : Self.factSize
      width = max(width, TypeWidth.of(line, size: size, bold: index == 0 && bold))
    }
    looks.append(look)
    var padding = 2 * Self.padding
    if case .step(let words) = look, words.shape == .choice { padding += 20 }
    return layout.addVertex(
      width: max(70, min(width, Self.widest) + padding), height: 30 + 17 * (lines.count - 1))
  }

  private mutating func link(_ from: Int, _ to: Int, _ label: String, isDashed: Bool) {
    let words = label.split(separator: ",").map { $0.drop { $0 == " " } }
    let parts = words.enumerated().map {
      $0.offset == words.count - 1 ? String($0.element) : $0.element + ","
    }
    let lines = Array(TypeWidth.filled(parts, to: 170, size: 11).prefix(4))
    let width = lines.map { TypeWidth.of($0, size: 11) }.max() ?? 0
    let index = layout.addLink(from: from, to: to, label: lines.isEmpty ? nil : (width + 8, 16 * lines.count))
    labels[index] = lines
    if isDashed { dashed.insert(index) }
  }

  // MARK: Drawing

  func draw(at place: (x: Int, y: Int), on canvas: inout Canvas, framed: Bool) {
    if framed {
      canvas.rect(place.x, place.y, width, height, "frame", radius: 10)
      canvas.text(
        place.x + 16, place.y + 24, TypeWidth.truncated(heading, to: width - 32, size: 12), "heading")
    }
    let inner = (width - 2 * frame - layout.width) / 2
    let origin = (x: place.x + frame + inner, y: place.y + top)
    for (index, link) in layout.links.enumerated() { draw(link, index, origin, &canvas) }
    for index in looks.indices { draw(index, origin, &canvas) }
  }

  private func draw(_ link: Layered.Link, _ index: Int, _ origin: (x: Int, y: Int), _ canvas: inout Canvas) {
    let kind = dashed.contains(index) ? "edge soft" : "edge"
    var data = ""
    var isOpen = false
    // Between two layers of steps that have no label in between, there is nothing to pass.
    let way = link.way.filter { index in
      let band = layout.bands[layout.vertices[index].layer]
      return !layout.vertices[index].isPassage || band.bottom > band.top
    }
    for (a, b) in zip(way, way.dropFirst()) {
      let (from, to) = (layout.vertices[a], layout.vertices[b])
      let (x1, x2) = (origin.x + from.x, origin.x + to.x)
      let (y1, y2) = (origin.y + from.y + from.height, origin.y + to.y)
      let lower = origin.y + layout.bands[from.layer].bottom
      if !isOpen { data += "M\(x1) \(y1) " }
      if lower > y1 { data += "V\(lower) " }
      let middle = (lower + y2) / 2
      let tip = b == way.last ? y2 - 5 : y2
      data += x1 == x2 ? "V\(tip) " : "C\(x1) \(middle + 2) \(x2) \(middle - 2) \(x2) \(tip) "
      isOpen = true
      if b == link.label {
        // The line stops above its label and goes on below it.
        data += "M\(x2) \(y2 + to.height) "
        let lines = labels[index] ?? []
        for (number, line) in lines.enumerated() {
          canvas.text(x2, y2 + 12 + 16 * number, line, "label", anchor: "middle")
        }
      } else if to.isPassage, to.height == 0 {
        let bottom = origin.y + layout.bands[to.layer].bottom
        if bottom > y2 { data += "V\(bottom) " }
      }
    }
    while data.last == " " { data.removeLast() }
    canvas.path(data, kind)
    let end = layout.vertices[link.to]
    canvas.path("M\(origin.x + end.x) \(origin.y + end.y) l-4 -8 h8 z", "arrow")
  }

  private func draw(_ index: Int, _ origin: (x: Int, y: Int), _ canvas: inout Canvas) {
    let vertex = layout.vertices[index]
    let (x, y, w, h) = (
      origin.x + vertex.x - vertex.width / 2, origin.y + vertex.y, vertex.width, vertex.height
    )
    func words(_ lines: [String], _ first: String) {
      for (number, line) in lines.enumerated() {
        let isName = number == 0 && first != "fact"
        let size = isName ? Self.nameSize : Self.factSize
        let text = TypeWidth.truncated(line, to: w - 20, size: size, bold: isName)
        canvas.text(x + w / 2, y + 20 + 17 * number, text, number == 0 ? first : "fact", anchor: "middle")
      }
    }
    switch looks[index] {
    case .start(let event):
      canvas.rect(x, y, w, h, "start", radius: h / 2)
      words([event], "light")
    case .end(let outcome):
      canvas.rect(x, y, w, h, "end", radius: h / 2)
      words([outcome], "name")
    case .pill(let text):
      canvas.rect(x, y, w, h, "pill", radius: h / 2)
      words([text], "fact")
    case .step(let step):
      switch step.shape {
      case .choice:
        let half = h / 2
        let side = w - 24
        canvas.path(
          "M\(x + 12) \(y) h\(side) l12 \(half) l-12 \(h - half) h-\(side) l-12 -\(h - half) z", "choice")
      case .wait: canvas.rect(x, y, w, h, "wait", radius: 14)
      case .task: canvas.rect(x, y, w, h, "task", radius: 2)
      case .action: canvas.rect(x, y, w, h, "action", radius: 2)
      case .touch, .alarm, .end: canvas.rect(x, y, w, h, step.shape.rawValue, radius: 8)
      }
      words([step.name] + step.facts, "name")
    }
  }
}
