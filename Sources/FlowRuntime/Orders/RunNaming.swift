/// Why a name means no run, or not one alone.
public struct NoRun: Error, Hashable, Sendable {
  /// A sentence without a full stop, with what may have been meant.
  public var because: String
}

extension Store {
  /// The id of the run that people mean: its id, or the beginning of it where no other run begins so.
  public func idOfRun(named name: String) throws(StoreError) -> Result<String, NoRun> {
    if try run(name) != nil { return .success(name) }
    let found = name.isEmpty ? [] : try runIDs(prefix: name, limit: 4)
    if found.count == 1 { return .success(found[0]) }
    if found.count > 1 {
      let some = found.prefix(3).joined(separator: ", ") + (found.count > 3 ? " …" : "")
      return .failure(NoRun(because: "several runs begin with \"\(name)\": \(some)"))
    }
    return .failure(NoRun(because: "there is no run \"\(name)\"; " + (try meant(by: name))))
  }

  private func meant(by name: String) throws(StoreError) -> String {
    // A subject is no id, and people have it at hand.
    if !name.isEmpty, let last = try runs(RunFilter(subject: name)).last {
      return "\(last.id) is the last with the key \"\(name)\""
    }
    // The one whose id agrees the longest.
    var beginning = name.dropLast()
    while beginning.count >= 4 {
      let found = try runIDs(prefix: String(beginning), limit: 2)
      if found.count == 1 { return "did you mean \(found[0])?" }
      if !found.isEmpty { break }
      beginning = beginning.dropLast()
    }
    return "`flow runs` lists them"
  }
}
