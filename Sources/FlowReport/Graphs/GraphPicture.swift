import FlowCore

extension GraphReport {
  /// A picture of the graph: the story from top to bottom, what stands in `paths` and `anytime` beside it.
  /// One file, for light and dark pages.
  public static func svg(_ graph: Graph) -> String {
    var picture = GraphPicture(graph: graph)
    return picture.draw()
  }
}

private struct GraphPicture {
  var graph: Graph
  private var canvas = Canvas()
  private var parts: [GraphPart] = []

  init(graph: Graph) {
    self.graph = graph
    var owned: Set<NodeIndex> = []
    func add(_ heading: String, _ entry: Target, start: String?) {
      if case .node(let index) = entry, owned.contains(index) { return }
      var part = GraphPart(graph: graph, heading: heading, taken: owned)
      part.grow(from: entry, start: start)
      owned.formUnion(part.own)
      parts.append(part)
    }
    add("", graph.entry, start: graph.trigger.event)
    for path in graph.paths { add("path \(path.name)", .node(path.entry), start: nil) }
    for one in graph.anytime {
      if case .node = one.target { add("anytime: \(one.key)", one.target, start: nil) }
    }
    for index in graph.nodes.indices { add("not reached", .node(index), start: nil) }
  }

  private let margin = 28
  private let gap = 26

  mutating func draw() -> String {
    let top = 92
    var (x, height) = (margin, 0)
    if let main = parts.first {
      main.draw(at: (x, top), on: &canvas, framed: false)
      x += main.width + gap
      height = main.height
    }
    // What stands beside the story fills columns that are about as high as it.
    let limit = max(height, 700)
    var (y, column) = (0, 0)
    func next(_ width: Int, _ tall: Int) {
      if y > 0, y + tall > limit {
        x += column + gap
        (y, column) = (0, 0)
      }
      column = max(column, width)
    }
    if !graph.anytime.isEmpty {
      let table = AnytimeTable(graph: graph)
      next(table.width, table.height)
      table.draw(at: (x, top + y), on: &canvas)
      y += table.height + gap
      height = max(height, y - gap)
    }
    for part in parts.dropFirst() {
      next(part.width, part.height)
      part.draw(at: (x, top + y), on: &canvas, framed: true)
      y += part.height + gap
      height = max(height, y - gap)
    }
    let right = max(x + column + (column > 0 ? margin : 0), 420)
    canvas.text(margin, 42, graph.workflow, "title")
    canvas.text(margin, 66, TypeWidth.truncated(graph.about, to: right - 2 * margin, size: 13), "faint")
    return canvas.document(
      width: right, height: top + height + margin, title: "\(graph.workflow): graph",
      about: Words.count(graph.nodes.count, "step"), light: PictureStyle.graphLight,
      dark: PictureStyle.graphDark)
  }
}

/// Every case of `anytime` in a frame of its own: a key, and where it leads.
private struct AnytimeTable {
  var graph: Graph

  private let size = 12
  private let row = 26
  private var keys: Int { graph.anytime.map { TypeWidth.of($0.key, size: size, bold: true) }.max() ?? 0 }
  private var targets: Int {
    min(400, graph.anytime.map { TypeWidth.of(graph.words(for: $0.target), size: size) }.max() ?? 0)
  }

  private let heading = "whatever step the run is in"
  var width: Int { max(keys + targets + 78, TypeWidth.of(heading, size: 12, bold: true) + 32) }
  var height: Int { 44 + row * graph.anytime.count }

  func draw(at place: (x: Int, y: Int), on canvas: inout Canvas) {
    canvas.rect(place.x, place.y, width, height, "frame", radius: 10)
    canvas.text(place.x + 16, place.y + 24, heading, "heading")
    for (index, one) in graph.anytime.enumerated() {
      let y = place.y + 38 + row * index
      let left = place.x + 16 + keys + 14
      canvas.text(place.x + 16, y + 17, one.key, "key")
      canvas.line(left, y + 13, left + 16, y + 13, "edge")
      canvas.path("M\(left + 22) \(y + 13) l-8 -4 v8 z", "arrow")
      let words = TypeWidth.truncated(graph.words(for: one.target), to: targets, size: size)
      let kind = if case .end = one.target { "ending" } else { "fact" }
      canvas.text(left + 30, y + 17, words, kind)
    }
  }
}
