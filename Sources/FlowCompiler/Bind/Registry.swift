import FlowCore

/// What the files of a project know of one another.
struct Registry {
  /// The input of each workflow, by its name.
  private(set) var inputs: [String: [Field]] = [:]

  init(_ files: [FileDraft], _ around: Environment) {
    var first: [String: Span] = [:]
    for file in files {
      guard let name = file.name, let header = file.header else { continue }
      if let other = first[name.text] {
        file.bench.report(.duplicateWorkflow(name, other: other))
      } else {
        first[name.text] = name.whole
        inputs[name.text] = header.declared
      }
    }
    addNeighbours(files, around)
  }

  /// A workflow that is enrolled may stand beside the files that are compiled: its input is read all the
  /// same.
  private mutating func addNeighbours(_ files: [FileDraft], _ around: Environment) {
    let known = Set(files.map(\.bench.file))
    var looked: Set<String> = []
    for file in files {
      let wanted = file.enrolled.filter { inputs[$0] == nil }
      guard !wanted.isEmpty, looked.insert(file.bench.folder).inserted else { continue }
      for name in around.files.list(file.bench.folder)
      where name.hasSuffix(".yaml") && !name.hasSuffix(".scenarios.yaml") && name != "flow.yaml" {
        let path = file.bench.folder.isEmpty ? name : file.bench.folder + "/" + name
        if known.contains(path) { continue }
        let other = FileDraft(reading: path, around).bound()
        if let name = other.name, let header = other.header, inputs[name.text] == nil {
          inputs[name.text] = header.declared
        }
      }
    }
  }
}
