/// Names under which runs are stored, and that have turned out since to be one contact's: each leads to another, until
/// one that leads to none. The store remembers each step by itself, and none is ever changed.
struct JoinedNames {
  private var next: [String: String] = [:]
  private var groups: [String: [String]] = [:]

  var isEmpty: Bool { next.isEmpty }

  /// Every name of the same contact, itself first.
  func all(_ name: String) -> [String] {
    guard let group = groups[last(of: name)] else { return [name] }
    return [name] + group.filter { $0 != name }
  }

  /// - Returns: the step that is to be remembered; nil where the two are one contact's already.
  mutating func join(_ name: String, with other: String) -> (from: String, to: String)? {
    let (from, to) = (last(of: other), last(of: name))
    guard from != to else { return nil }
    next[from] = to
    groups[to] = (groups[to] ?? [to]) + (groups.removeValue(forKey: from) ?? [from])
    return (from, to)
  }

  private func last(of name: String) -> String {
    var name = name
    while let next = next[name] { name = next }
    return name
  }
}
