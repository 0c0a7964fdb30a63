import FlowCompiler
import FlowCore
import FlowPlugin
import FlowRuntime
import FlowSimulation

/// A dry run's parts: nothing leaves the machine, and no store is opened.
struct Dry {
  let workspace: Workspace
  let compilation: Compilation
  let channels: [String: any Channel]

  init(_ workspace: Workspace, _ compilation: Compilation) throws {
    self.workspace = workspace
    self.compilation = compilation
    channels = try Channels.make(
      project: workspace.project, root: workspace.root, clock: FixedClock(.epoch))
  }

  var simulator: Simulator {
    Simulator(
      graphs: compilation.workflows.map(\.graph), channels: channels, caps: workspace.project.caps,
      zones: workspace.zones)
  }

  func close() async {
    for channel in channels.values { await channel.close() }
  }
}
