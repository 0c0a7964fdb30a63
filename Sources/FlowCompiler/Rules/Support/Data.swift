import FlowCore

/// Which values of the run's data are the contact's, and what type each has.
struct RunData {
  let graph: Graph

  /// A name and the fields after it.
  struct Place: Hashable {
    var name: Name
    var path: [String]

    init(_ use: Use) {
      name = use.name
      path = use.path
    }

    init(_ name: Name) {
      self.name = name
      path = []
    }

    func holds(_ use: Use) -> Bool { use.name == name && use.path.starts(with: path) }
  }

  /// `contact`, and whatever the trigger calls so (`contact: item.owner`).
  var contact: [Place] {
    [Place(.input("contact"))] + (graph.trigger.contact?.uses ?? []).map { Place($0) }
  }

  func isContact(_ use: Use) -> Bool { contact.contains { $0.holds(use) } }

  /// The type of what is read; nil for what only a run knows.
  func type(of use: Use) -> ValueType? {
    switch use.name {
    case .input(let name): graph.input.first { $0.name == name }.flatMap { type($0.type, use.path) }
    case .owner: type(.person, use.path)
    case .replyDate: .date
    case .eventTime, .runStarted, .step: .instant
    case .eventField(_, let name): eventField(name).flatMap { type($0, use.path) }
    case .replyText, .replyClass, .taskNote, .runTouches, .runDay, .ask: nil
    }
  }

  private func type(_ type: ValueType, _ path: [String]) -> ValueType? {
    var type = type.present
    for name in path {
      guard let field = type.field(name) else { return nil }
      type = field.type.present
    }
    return type
  }

  /// Which event led here is not asked: of the declared ones with such a field, a date or link counts as one.
  private func eventField(_ name: String) -> ValueType? {
    let types = graph.events.flatMap(\.fields).filter { $0.name == name }.map(\.type.present)
    return types.first { $0 == .date || $0 == .instant || $0 == .url } ?? types.first
  }
}

extension Expression {
  /// A value of one of these types is what it gives, or what it gives one of.
  func yields(_ types: [ValueType], in data: RunData) -> Bool {
    types.contains(type.present) || uses.contains { data.type(of: $0).map(types.contains) ?? false }
  }
}
