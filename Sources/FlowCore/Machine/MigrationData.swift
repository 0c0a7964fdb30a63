import FlowTime

extension Machine {
  /// Why a run's data are not what another version's input wants, where that wants more or other things than the
  /// version that it goes by: a step would find nothing, or something of another type. Nil where they are. Machine's
  /// own ``migrate(_:from:to:at:_:)`` does not ask: what was moved once is the same when it is reckoned anew.
  public static func lack(_ run: Run, from old: Graph, to new: Graph, zones: any ZoneSource) -> String? {
    lack(run.data, old.input, new.input, at: [], unread: new.trigger.unread, zones)
  }

  /// - Parameters:
  ///   - path: where the fields stand.
  ///   - unread: a list that no run keeps.
  private static func lack(
    _ values: [String: Value], _ old: [Field], _ new: [Field], at path: [String], unread: [String]?,
    _ zones: any ZoneSource
  ) -> String? {
    for field in new {
      let place = path + [field.name]
      let before = old.first { $0.name == field.name }?.type
      if place == unread || before.map(field.type.accepts) == true { continue }
      let (value, type) = (values[field.name] ?? .absent, field.type.present)
      let name = place.joined(separator: ".")
      if value.isAbsent {
        if field.type.isOptional { continue }
        return "its data have no \(name), which the input wants"
      }
      if case .record(let inner) = value, let fields = type.fields {
        let lack = lack(inner, before?.present.fields ?? [], fields, at: place, unread: unread, zones)
        if let lack { return lack }
        continue
      }
      let (read, problems) = readValue(json(of: value, zone: .utc), as: type, zones: zones)
      if !problems.isEmpty || read != value { return "its \(name) is no \(type)" }
    }
    return nil
  }
}

extension Trigger {
  /// The list from which `each` takes the items, where no run keeps it.
  fileprivate var unread: [String]? {
    guard let each, !each.isRead, let (field, path) = each.list.place else { return nil }
    return [field] + path
  }
}
