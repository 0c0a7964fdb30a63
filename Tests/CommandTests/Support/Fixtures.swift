import Foundation

/// What lies in the folder Fixtures.
enum Fixtures {
  static let folder = Program.project + "/Tests/CommandTests/Fixtures"

  static func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)), as: UTF8.self)
  }

  /// A project of its own with the proposal process of the language's description.
  static func proposal() throws -> Folder {
    let folder = try Folder()
    try folder.copy(Fixtures.folder + "/proposal", to: "Workflows")
    return folder
  }

  static let start = "2026-03-25 16:40 Europe/Berlin"

  /// Every workflow that ships, by path.
  static var shipped: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: Program.workflows)) ?? []
    return names.filter { $0.hasSuffix(".yaml") && !$0.hasSuffix(".scenarios.yaml") && $0 != "flow.yaml" }
      .sorted()
  }
}

/// A folder with one workflow, its input beside it as `input.json`, and scenarios added at its end.
func nudge(scenarios: String = "") throws -> Folder {
  let folder = try Folder()
  try folder.write(Nudge.workflow + scenarios, to: "nudge.yaml")
  try folder.write(Nudge.input, to: "input.json")
  return folder
}
