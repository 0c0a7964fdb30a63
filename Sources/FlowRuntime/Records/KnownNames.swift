/// What a store remembers of names that are one contact's: an event has told them together, whether or not a run was
/// started by it.
public struct KnownNames: Sendable {
  /// How the facts begin that tell so. After it stands a name; the value is another of the same contact.
  public static let facts = [Engine.Facts.contact, Engine.Facts.joined]

  private let pairs: [(String, String)]

  public init(in store: any Store) throws(StoreError) {
    var found: [Fact] = []
    for prefix in Self.facts { found += try store.remembered(prefix: prefix) }
    self.init(found)
  }

  /// - Parameter facts: those of all that begin as ``facts``.
  public init(_ facts: [Fact]) {
    pairs = facts.map { (String($0.name.drop { $0 != "/" }.dropFirst()), $0.value) }
  }

  /// All names of the contacts that have one of these, these included.
  public func all(_ names: Set<String>) -> Set<String> {
    var names = names
    var known = 0
    while known < names.count {
      known = names.count
      for (name, other) in pairs where names.contains(name) || names.contains(other) { names.formUnion([name, other]) }
    }
    return names
  }
}
