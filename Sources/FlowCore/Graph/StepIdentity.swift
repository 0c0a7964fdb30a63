/// Which step of one version is which of another: those with the same identity.
///
/// A step is known by its name where the author gave one. A step without one is the first, second … of its verb after
/// the named step before it in its list, so that another `await` elsewhere in the file does not make it another; where
/// that leaves two that bear the same name, they are the same.
public struct StepPairs: Sendable {
  /// One a node.
  public let old: [String]
  public let new: [String]

  public init(_ old: Graph, _ new: Graph) {
    self.old = old.identities
    var after = new.identities
    let (before, there) = (Set(self.old), Set(after))
    var left: [String: String] = [:]
    for (node, identity) in zip(old.nodes, self.old) where !node.isNamed && !there.contains(identity) {
      left[node.name] = identity
    }
    for index in after.indices where !new.nodes[index].isNamed && !before.contains(after[index]) {
      if let identity = left[new.nodes[index].name] { after[index] = identity }
    }
    self.new = after
  }

  /// The step of the new version that this one of the old is; nil where there is none.
  public func counterpart(of step: NodeIndex) -> NodeIndex? {
    old.indices.contains(step) ? new.firstIndex(of: old[step]) : nil
  }
}

extension Graph {
  fileprivate var identities: [String] {
    var known: [NodeIndex: String] = [:]
    var listNames: [Int: String] = [:]
    var anchors: [Int: String] = [:]
    var counts: [String: Int] = [:]
    // In the order of the file a step comes before the lists inside it.
    for index in nodes.indices {
      let node = nodes[index]
      let list = node.place.list
      if listNames[list] == nil { listNames[list] = name(ofList: list, first: index, known) }
      if node.isNamed {
        known[index] = node.name
        anchors[list] = node.name
        continue
      }
      let place = "\(node.verb) in \(listNames[list] ?? "") after \(anchors[list] ?? "its start")"
      counts[place, default: 0] += 1
      known[index] = "\(place), \(counts[place] ?? 1)"
    }
    return nodes.indices.map { known[$0] ?? nodes[$0].name }
  }

  private func name(ofList list: Int, first: NodeIndex, _ known: [NodeIndex: String]) -> String {
    guard lists.indices.contains(list) else { return "" }
    switch lists[list] {
    case .steps: return "steps"
    case .path(let name): return "path \(name)"
    case .anytime(let key): return "anytime \(key)"
    case .nested(let owner):
      let way = edges(from: owner).first { $0.to == .node(first) && $0.kind != .next }
      let label = way.map { "\($0.kind.rawValue) \($0.label)" } ?? ""
      return "\(label) of \(known[owner] ?? "")"
    }
  }
}
