// swift-tools-version: 6.1
import PackageDescription

// The rooms that read foreign bytes, without network or store, so that a build with sanitizers takes a minute. The
// folders under Sources/ are links to the rooms themselves.
//
// FLOW_FUZZ_READERS: only what reads foreign bytes, which is half of it, without what carries a workflow through
// proofs, drawings and reports.
let readersOnly = Context.environment["FLOW_FUZZ_READERS"] != nil
let carried: [Target] = [
  .target(name: "FlowAnalysis", dependencies: ["FlowCore", "FlowTime"]),
  .target(name: "FlowReport", dependencies: ["FlowCore", "FlowTime"]),
  .target(
    name: "Carried", dependencies: ["FuzzKit", "FlowCompiler", "FlowAnalysis", "FlowReport", "FlowCore", "FlowTime"]),
]
let package = Package(
  name: "fuzz",
  targets: [
    .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .target(name: "FlowTime"),
    .systemLibrary(name: "CSHA256"),
    .target(name: "FlowCore", dependencies: ["FlowTime", "CSHA256"]),
    .target(name: "FlowCompiler", dependencies: ["FlowCore", "FlowTime", "CLibYAML"]),
    .target(name: "FlowPlugin", dependencies: ["FlowCore", "FlowTime"]),
    // Of email only what reads a mail: pure functions, beside nothing of the channel.
    .target(name: "EmailChannel", dependencies: ["FlowPlugin", "FlowCore", "FlowTime"], packageAccess: false),
    .target(name: "FuzzKit", dependencies: ["FlowCompiler", "FlowCore", "FlowTime"]),
    .executableTarget(
      name: "Fuzz",
      dependencies: ["FuzzKit", "FlowCompiler", "FlowPlugin", "EmailChannel", "FlowCore", "FlowTime"]
        + (readersOnly ? [] : ["Carried"])),
  ] + (readersOnly ? [] : carried)
)
