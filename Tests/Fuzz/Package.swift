// swift-tools-version: 6.1
import PackageDescription

// The rooms that read foreign bytes, without network or store, so that a build with sanitizers takes a minute. The
// folders under Sources/ are links to the rooms themselves.
let package = Package(
  name: "fuzz",
  targets: [
    .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .target(name: "FlowTime"),
    .target(name: "FlowCore", dependencies: ["FlowTime"]),
    .target(name: "FlowCompiler", dependencies: ["FlowCore", "FlowTime", "CLibYAML"]),
    .target(name: "FlowAnalysis", dependencies: ["FlowCore", "FlowTime"]),
    .target(name: "FlowReport", dependencies: ["FlowCore", "FlowTime"]),
    .target(name: "FlowPlugin", dependencies: ["FlowCore", "FlowTime"]),
    // Of email only what reads a mail: pure functions, beside nothing of the channel.
    .target(name: "EmailChannel", dependencies: ["FlowPlugin", "FlowCore", "FlowTime"], packageAccess: false),
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        "FlowCompiler", "FlowAnalysis", "FlowReport", "FlowPlugin", "EmailChannel", "FlowCore", "FlowTime",
      ]),
  ]
)
