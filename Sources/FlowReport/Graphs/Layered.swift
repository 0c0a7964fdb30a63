/// A drawing of a graph without cycles in layers, from top to bottom (K. Sugiyama's four steps: layers,
/// dummies, order, places). Everything is deterministic: ties are broken by the order in which vertices came.
struct Layered {
  struct Vertex {
    var width: Int
    var height: Int
    /// A place on the way of a long edge, or the edge's label: edges pass through it.
    var isPassage = false
    fileprivate(set) var layer = 0
    /// The middle of the vertex, and its upper edge.
    fileprivate(set) var x = 0
    fileprivate(set) var y = 0
  }

  struct Link {
    var from: Int
    var to: Int
    /// The vertices on the way, `from` and `to` included.
    fileprivate(set) var way: [Int] = []
    /// The label's vertex, if it has one.
    fileprivate(set) var label: Int?
  }

  private(set) var vertices: [Vertex] = []
  private(set) var links: [Link] = []
  private(set) var width = 0
  private(set) var height = 0
  /// Upper and lower edge of each layer.
  private(set) var bands: [(top: Int, bottom: Int)] = []

  private var labels: [(link: Int, width: Int, height: Int)] = []
  private var layers: [[Int]] = []

  private static let gapX = 22
  private static let gapY = 16

  mutating func addVertex(width: Int, height: Int) -> Int {
    vertices.append(Vertex(width: width, height: height))
    return vertices.count - 1
  }

  /// The links must make no cycle.
  mutating func addLink(from: Int, to: Int, label: (width: Int, height: Int)?) -> Int {
    links.append(Link(from: from, to: to))
    if let label { labels.append((links.count - 1, label.width, label.height)) }
    return links.count - 1
  }

  mutating func arrange() {
    assignLayers()
    addPassages()
    order()
    place()
  }

  /// Vertices stand in even layers, as low as their predecessors want; labels in odd ones.
  private mutating func assignLayers() {
    for _ in 0...vertices.count {
      var changed = false
      for link in links where vertices[link.to].layer < vertices[link.from].layer + 2 {
        vertices[link.to].layer = vertices[link.from].layer + 2
        changed = true
      }
      if !changed { break }
    }
  }

  private mutating func addPassages() {
    let sizes = Dictionary(
      labels.map { ($0.link, ($0.width, $0.height)) }, uniquingKeysWith: { first, _ in first })
    for index in links.indices {
      let (from, to) = (links[index].from, links[index].to)
      var way = [from]
      for layer in (vertices[from].layer + 1)..<max(vertices[from].layer + 1, vertices[to].layer) {
        var passage = Vertex(width: 2, height: 0, isPassage: true)
        if layer == vertices[from].layer + 1, let size = sizes[index] {
          (passage.width, passage.height) = size
          links[index].label = vertices.count
        }
        passage.layer = layer
        vertices.append(passage)
        way.append(vertices.count - 1)
      }
      links[index].way = way + [to]
    }
    layers = Array(repeating: [], count: (vertices.map(\.layer).max() ?? -1) + 1)
    for index in vertices.indices { layers[vertices[index].layer].append(index) }
  }

  private var neighbours: (up: [[Int]], down: [[Int]]) {
    var up = [[Int]](repeating: [], count: vertices.count)
    var down = up
    for link in links {
      for (a, b) in zip(link.way, link.way.dropFirst()) {
        down[a].append(b)
        up[b].append(a)
      }
    }
    return (up, down)
  }

  /// Barycentres, downwards and upwards by turns; the order with the fewest crossings stays.
  private mutating func order() {
    let (up, down) = neighbours
    // At first in the order of a walk from the top, so that what belongs together stands together.
    var seen = Set<Int>()
    var walk: [Int] = []
    var stack = Array((layers.first ?? []).reversed())
    while let next = stack.popLast() {
      guard seen.insert(next).inserted else { continue }
      walk.append(next)
      stack += down[next].reversed()
    }
    for index in vertices.indices where !seen.contains(index) { walk.append(index) }
    var rank = [Int](repeating: 0, count: vertices.count)
    for (number, index) in walk.enumerated() { rank[index] = number }
    for layer in layers.indices { layers[layer].sort { rank[$0] < rank[$1] } }
    var best = layers
    var fewest = crossings(down)
    for round in 0..<12 where fewest > 0 {
      let isDown = round % 2 == 0
      let rows = isDown ? Array(layers.indices) : layers.indices.reversed()
      for row in rows { sort(row, by: isDown ? up : down) }
      let now = crossings(down)
      if now < fewest { (best, fewest) = (layers, now) }
    }
    layers = best
  }

  private mutating func sort(_ row: Int, by neighbours: [[Int]]) {
    var place = [Int](repeating: 0, count: vertices.count)
    for layer in layers { for (number, index) in layer.enumerated() { place[index] = number * 1000 } }
    let keyed = layers[row].enumerated().map { number, index in
      let near = neighbours[index]
      let mean = near.isEmpty ? number * 1000 : near.reduce(0) { $0 + place[$1] } / near.count
      return (mean, number, index)
    }
    layers[row] = keyed.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
  }

  private func crossings(_ down: [[Int]]) -> Int {
    var place = [Int](repeating: 0, count: vertices.count)
    for layer in layers { for (number, index) in layer.enumerated() { place[index] = number } }
    var count = 0
    for layer in layers {
      let pairs = layer.flatMap { index in down[index].map { (place[index], place[$0]) } }
      for (number, a) in pairs.enumerated() {
        for b in pairs[(number + 1)...] where (a.0 - b.0) * (a.1 - b.1) < 0 { count += 1 }
      }
    }
    return count
  }

  private mutating func place() {
    let (up, down) = neighbours
    for layer in layers {
      var x = 0
      for index in layer {
        vertices[index].x = x + vertices[index].width / 2
        x += vertices[index].width + Self.gapX
      }
    }
    for round in 0..<24 {
      let isDown = round % 2 == 0
      for row in isDown ? Array(layers.indices) : layers.indices.reversed() {
        settle(row, isDown ? up : down, isDown ? down : up)
      }
    }
    let left = vertices.map { $0.x - $0.width / 2 }.min() ?? 0
    for index in vertices.indices { vertices[index].x -= left }
    width = vertices.map { $0.x + ($0.width + 1) / 2 }.max() ?? 0
    var y = 0
    for layer in layers {
      let tallest = layer.map { vertices[$0].height }.max() ?? 0
      for index in layer { vertices[index].y = y }
      bands.append((y, y + tallest))
      y += tallest + Self.gapY
    }
    height = max(0, y - Self.gapY)
  }

  /// Moves one layer as near to its neighbours as order and distances let it (isotonic regression by
  /// pooling). Passages weigh most, so that long edges are straight.
  private mutating func settle(_ row: Int, _ near: [[Int]], _ far: [[Int]]) {
    let layer = layers[row]
    var offsets: [Int] = []
    for (number, index) in layer.enumerated() {
      let before =
        number == 0 ? 0 : (vertices[layer[number - 1]].width + vertices[index].width) / 2 + Self.gapX
      offsets.append((offsets.last ?? 0) + before)
    }
    var pools: [(sum: Int, weight: Int, count: Int)] = []
    for (number, index) in layer.enumerated() {
      let own = near[index].isEmpty ? far[index] : near[index]
      let sorted = own.map { vertices[$0].x }.sorted()
      let middle = sorted.count / 2
      let wish =
        sorted.isEmpty
        ? vertices[index].x
        : sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
      let weight = vertices[index].isPassage ? 4 : near[index].isEmpty ? 1 : 2
      pools.append(((wish - offsets[number]) * weight, weight, 1))
      while pools.count > 1 {
        let (last, before) = (pools[pools.count - 1], pools[pools.count - 2])
        guard before.sum * last.weight > last.sum * before.weight else { break }
        pools.removeLast(2)
        pools.append((before.sum + last.sum, before.weight + last.weight, before.count + last.count))
      }
    }
    var number = 0
    for pool in pools {
      for _ in 0..<pool.count {
        vertices[layer[number]].x = pool.sum / pool.weight + offsets[number]
        number += 1
      }
    }
  }
}
