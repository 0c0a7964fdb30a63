// swift-tools-version: 6.1
import PackageDescription

let plugins = ["Email", "Tasks", "SMS", "Messenger", "Notification", "Webhook", "Exec"]

/// A channel lives like a stranger's: it sees what is public, and nothing of the package's own.
func channel(
  _ name: String, manifests: [String] = ["manifest.yaml"], exclude: [String] = [], _ more: [Target.Dependency] = []
) -> Target {
  .target(
    name: "\(name)Channel", dependencies: ["FlowPlugin", "FlowCore", "FlowTime"] + more,
    path: "Plugins/\(name)", exclude: ["README.md"] + exclude, sources: ["Sources"],
    resources: manifests.map { .embedInCode($0) }, packageAccess: false)
}

/// jemalloc in place of the C library's `malloc`: a contact makes a thousand small allocations, on
/// two threads, and takes a fifth fewer cycles with it (Benchmarks/README.md).
let allocator: [LinkerSetting] = [.linkedLibrary("jemalloc")]

let package = Package(
  name: "flow",
  products: [
    .executable(name: "flow", targets: ["flow"]),
    .library(name: "FlowPlugin", targets: ["FlowPlugin", "FlowCore", "FlowTime"]),
    .library(name: "FlowTesting", targets: ["FlowTesting"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .target(name: "FlowTime"),
    .systemLibrary(name: "CSHA256"),
    .target(name: "FlowCore", dependencies: ["FlowTime", "CSHA256"]),
    .target(name: "FlowCompiler", dependencies: ["FlowCore", "FlowTime", "CLibYAML"]),
    .target(name: "FlowAnalysis", dependencies: ["FlowCore", "FlowTime"]),
    .target(name: "FlowReport", dependencies: ["FlowCore", "FlowTime"]),
    .target(name: "FlowPlugin", dependencies: ["FlowCore", "FlowTime"]),
    .target(
      name: "FlowRuntime",
      dependencies: [
        "FlowPlugin", "FlowCore", "FlowTime", .product(name: "Logging", package: "swift-log"),
      ]),
    .systemLibrary(name: "CSQLite"),
    .target(
      name: "FlowSQLite",
      dependencies: [
        "FlowRuntime", "FlowPlugin", "FlowCore", "FlowTime", "CSQLite", .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ],
      exclude: ["README.md"]),
    .target(
      name: "FlowSimulation", dependencies: ["FlowRuntime", "FlowPlugin", "FlowCore", "FlowTime"]),
    .target(
      name: "FlowTesting",
      dependencies: [
        "FlowTime", "FlowCore", "FlowCompiler", "FlowAnalysis", "FlowReport", "FlowPlugin",
        "FlowRuntime", "FlowSimulation",
      ]),
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .target(name: "FlowTransport", dependencies: ["CCurl", "FlowPlugin", "FlowCore", "FlowTime"]),
    .systemLibrary(name: "CWatch"),
    .target(name: "FlowServer", dependencies: ["FlowRuntime", "FlowPlugin", "FlowCore", "FlowTime", "CWatch"]),
    .systemLibrary(name: "CCMark", pkgConfig: "libcmark", providers: [.apt(["libcmark-dev"])]),
    channel("Email", ["CCMark", "FlowTransport"]), channel("Tasks", manifests: ["call.yaml", "task.yaml"]),
    channel("SMS", ["FlowTransport"]), channel("Messenger", ["FlowTransport"]),
    channel("Notification", ["FlowTransport"]), channel("Webhook", ["FlowTransport"]),
    .systemLibrary(name: "CSpawn"),
    channel("Exec", manifests: [], exclude: ["Examples"], ["CSpawn"]),
    .executableTarget(
      name: "flow",
      dependencies: [
        "FlowTime", "FlowCore", "FlowCompiler", "FlowAnalysis", "FlowReport", "FlowPlugin",
        "FlowRuntime", "FlowSQLite", "FlowSimulation", "FlowServer",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ] + plugins.map { .target(name: "\($0)Channel") }, linkerSettings: allocator),
    // Figures (Benchmarks/run); no product names it, so that nothing else builds it.
    .executableTarget(
      name: "flow-bench",
      dependencies: [
        "FlowCompiler", "FlowRuntime", "FlowSimulation", "FlowPlugin", "FlowCore", "FlowTime", "EmailChannel",
        "NotificationChannel", "TasksChannel", "FlowSQLite",
      ],
      path: "Benchmarks/Engine", linkerSettings: allocator),
    .executableTarget(
      name: "flow-forecast-bench", dependencies: ["FlowAnalysis", "FlowCompiler", "FlowCore", "FlowTime"],
      path: "Benchmarks/Forecast", exclude: ["simpy_follow_up.py"]),
    // Seeds of faults (Tests/Faults/run); no product names them.
    .target(
      name: "FaultKit",
      dependencies: ["FlowCompiler", "FlowSimulation", "FlowRuntime", "FlowPlugin", "FlowCore", "FlowTime"],
      path: "Tests/Faults/Kit"),
    .executableTarget(name: "flow-faults", dependencies: ["FaultKit"], path: "Tests/Faults/Program"),
    // Generated workflows tried by brute force against what is proved of them (make proofs); no product names them.
    .target(
      name: "ProofKit", dependencies: ["FaultKit", "FlowAnalysis", "FlowCompiler", "FlowCore", "FlowTime"],
      path: "Tests/Proofs/Kit"),
    .executableTarget(name: "flow-proofs", dependencies: ["ProofKit"], path: "Tests/Proofs/Program"),
    // Changed workflow files (Tests/Fuzz/run); the rest of that folder is a package of its own.
    .target(
      name: "FuzzKit", dependencies: ["FlowCompiler", "FlowCore", "FlowTime"], path: "Tests/Fuzz/Sources/FuzzKit"),
    .target(
      name: "Carried",
      dependencies: ["FuzzKit", "FlowCompiler", "FlowAnalysis", "FlowReport", "FlowCore", "FlowTime"],
      path: "Tests/Fuzz/Sources/Carried"),
    .executableTarget(name: "flow-mutants", dependencies: ["Carried", "FuzzKit"], path: "Tests/Fuzz/Program"),
    .executableTarget(
      name: "flow-mail", dependencies: ["FlowTransport", "FlowPlugin"], path: "Benchmarks/Mail", exclude: ["run"]),
    // Drives the built command with what is found.
    .testTarget(
      name: "ProofTests", dependencies: ["flow", "ProofKit", "FlowAnalysis", "FlowReport", "FlowCore", "FlowTime"]),
    .testTarget(
      name: "FaultTests", dependencies: ["FaultKit", "FlowRuntime", "FlowCore", "FlowTime"]),
    .testTarget(name: "FlowTimeTests", dependencies: ["FlowTime"]),
    .testTarget(name: "FlowCoreTests", dependencies: ["FlowCore", "FlowTime"]),
    .testTarget(
      name: "FlowCompilerTests", dependencies: ["FlowCompiler", "FlowCore", "FlowTime", "FlowTesting"],
      exclude: ["Kept"]),
    .testTarget(
      name: "ChannelTests",
      dependencies: ["FlowPlugin", "FlowTransport", "FlowCompiler", "FlowCore", "FlowTime"]
        + plugins.map { .target(name: "\($0)Channel") },
      exclude: ["Mails"]),
    // Drives the built command, and so needs no module of it.
    .testTarget(
      name: "CommandTests", dependencies: ["flow", .product(name: "GRDB", package: "GRDB.swift")],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "FlowReportTests", dependencies: ["FlowReport", "FlowCore", "FlowTime"], exclude: ["Snapshots"]),
    .testTarget(
      name: "FlowRuntimeTests",
      dependencies: ["FlowRuntime", "FlowPlugin", "FlowCore", "FlowTime", "FlowTesting", "FlowSimulation"]),
    .testTarget(
      name: "FlowSQLiteTests",
      dependencies: [
        "FlowSQLite", "FlowRuntime", "FlowCore", "FlowTime", "FlowTesting",
        .product(name: "GRDB", package: "GRDB.swift"),
      ], exclude: ["Fixtures"]),
    .testTarget(
      name: "FlowSimulationTests",
      dependencies: [
        "FlowSimulation", "FlowRuntime", "FlowPlugin", "FlowCompiler", "FlowCore", "FlowTime", "FlowTesting",
      ]),
    .testTarget(name: "FlowTransportTests", dependencies: ["FlowTransport", "FlowPlugin", "FlowTime"]),
    .testTarget(name: "WorkflowTests", dependencies: ["flow"]),
    // Every numbered sentence of the reference, carried by what runs; the guide, by what the command prints.
    .testTarget(
      name: "ReferenceTests",
      dependencies: [
        "flow", "FlowCompiler", "FlowSimulation", "FlowRuntime", "FlowPlugin", "FlowCore", "FlowTime",
      ] + plugins.filter { $0 != "Exec" }.map { .target(name: "\($0)Channel") },
      exclude: ["Sentences", "Refused", "Projects"]),
    .testTarget(name: "HouseTests"),
    .testTarget(
      name: "FlowAnalysisTests",
      dependencies: [
        "FlowAnalysis", "FlowCompiler", "FlowRuntime", "FlowSimulation", "FlowPlugin", "FlowCore", "FlowTime",
        "FlowTesting",
      ]),
    .testTarget(
      name: "ToldTests",
      dependencies: ["FlowAnalysis", "FlowCompiler", "FlowReport", "FlowCore", "FlowTime", "FlowTesting"],
      exclude: ["Broken"]),
  ]
)

// `-c release` optimises what is tested (Tests/run), and not the tests: that would take longer than they run. Rooms are
// optimised into each other: 4 in 100 more contacts (Benchmarks/README.md). SwiftPM refuses such flags to whoever
// depends on the package by its version, and so they are left out of what it has checked out for them.
let isDependency = Context.packageDirectory.contains("/checkouts/")
for target in package.targets where !isDependency && target.type != .system {
  let flag = target.type == .test ? "-Onone" : "-cross-module-optimization"
  target.swiftSettings = [.unsafeFlags([flag], .when(configuration: .release))]
}
