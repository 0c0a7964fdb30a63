import ArgumentParser
import FlowCompiler
import FlowCore
import FlowPlugin
import FlowTime
import Glibc

/// Which files or folders are meant, in the same way for every command: `--workflows`.
struct ProjectOptions: ParsableArguments {
  @Option(
    name: [.customLong("workflows"), .customLong("project")],
    help: "A workflow file or a folder, as often as need be; Workflows/ by default.")
  var workflows: [String] = []

  func open() throws -> Workspace { try Workspace.open(workflows) }
}

/// Of a command whose arguments they are as well.
struct FileArguments: ParsableArguments {
  @Argument(help: "Workflow files or folders; Workflows/ by default.")
  var named: [String] = []
  @OptionGroup var project: ProjectOptions

  var paths: [String] { named + project.workflows }

  func open() throws -> Workspace { try Workspace.open(paths) }
}

/// A project as a command sees it: where it stands, what flow.yaml says, which workflows are meant.
struct Workspace {
  /// Folder that all shown paths are relative to: the working directory where it holds the project.
  let base: String
  /// The project's folder, absolute: flow.yaml's, or the first file's.
  let root: String
  /// Workflow files relative to `base`, sorted.
  let files: [String]
  let project: Project
  /// Findings in flow.yaml and in manifests.
  let diagnostics: [Diagnostic]
  let manifests: [Manifest]
  /// A manifest could not be read: by which verb its channel is called nobody knows.
  let lacksVerbs: Bool
  let zones: SystemZones
  let disk: DiskFiles
  /// The same for the compiler: what it reads belongs to the version that it makes.
  let recording: RecordingFiles
  let sources: [String: SourceText]

  /// - Parameter paths: none: Workflows/.
  static func open(_ paths: [String]) throws -> Workspace {
    let zones = SystemZones()
    let named = paths.isEmpty ? ["Workflows"] : paths
    var found: [String] = []
    var walked: [Paths.Found] = []
    for path in named {
      guard let real = Paths.real(path) else {
        if paths.isEmpty { break }
        throw Failure.usage("there is no \"\(path)\"")
      }
      if real.hasSuffix("/flow.yaml") {
        throw Failure.usage(
          "flow.yaml is the project, no workflow: it is read with each; name workflow files, or a folder of them")
      }
      if Paths.isFolder(real) {
        walked += Paths.workflows(in: real)
      } else if let workflow = Paths.workflow(ofScenarios: real) {
        walked.append(Paths.Found(path: Paths.exists(workflow) ? workflow : real, real: Paths.real(workflow) ?? real))
      } else {
        found.append(real)
      }
    }
    let here = Paths.real(".") ?? "/"
    let anchor = named.compactMap(Paths.real).first.map { Paths.isFolder($0) ? $0 : Paths.folder(of: $0) } ?? here
    let projectFile = Paths.upwards("flow.yaml", from: anchor)
    let root = projectFile.map(Paths.folder(of:)) ?? (Paths.isInside(anchor, here) ? here : anchor)
    let base = Paths.isInside(root, here) ? here : root
    for file in found where !Paths.isInside(file, root) {
      throw Failure.usage(
        "\"\(file)\" lies outside the project of \(projectFile ?? root); check it in a call of its own")
    }
    let (inside, outside) = sorted(walked, root: root, base: base)
    return open(
      base: base, root: root, projectFile: projectFile,
      files: Set(found + inside).sorted().map { Paths.relative($0, to: base) }, findings: outside, zones: zones)
  }

  /// What a folder holds, and a finding for each link that leads nowhere or out of the project.
  private static func sorted(
    _ walked: [Paths.Found], root: String, base: String
  ) -> (inside: [String], outside: [Diagnostic]) {
    var inside: [String] = []
    var outside: [Diagnostic] = []
    for file in walked {
      let place = Span.file(Paths.relative(file.path, to: base))
      guard let real = file.real else {
        outside.append(
          Paths.isFolder(file.path)
            ? Diagnostic(
              "file-problem", at: place, "the folder cannot be read", help: "let whoever calls flow read it")
            : Diagnostic(
              "file-problem", at: place, "a link that leads nowhere",
              help: "take it away, or mend what it leads to"))
        continue
      }
      if let workflow = Paths.workflow(ofScenarios: real) {
        outside.append(
          Diagnostic(
            "no-workflow", at: place, "no workflow stands beside these scenarios",
            help: "\"\(Paths.relative(workflow, to: base))\" is not there: is one of the names misspelt?"))
      } else if Paths.isInside(real, root) {
        inside.append(real)
      } else {
        outside.append(
          Diagnostic(
            "file-outside", at: place, "a link that leads out of the project's folder",
            help: "put the file itself into the project"))
      }
    }
    return (inside, outside)
  }

  private static func open(
    base: String, root: String, projectFile: String?, files: [String], findings: [Diagnostic], zones: SystemZones
  ) -> Workspace {
    let disk = DiskFiles(root: base, boundary: root)
    let recording = RecordingFiles(disk)
    var project = Project()
    var diagnostics = findings
    var sources: [String: SourceText] = [:]
    if let projectFile {
      let path = Paths.relative(projectFile, to: base)
      switch disk.read(path) {
      case .failure(let problem):
        diagnostics.append(
          Diagnostic(
            problem == .outside ? "file-outside" : "file-problem", at: .file(path),
            problem == .outside ? "a link that leads out of the project's folder" : "the file cannot be read",
            help: problem == .outside
              ? "put the file itself into the project" : "let whoever calls flow read it; it is at most 1 MiB of text"))
      case .success(let bytes):
        let source = SourceText(file: path, utf8: bytes)
        sources[path] = source
        let (read, problems) = Compiler.project(source, files: recording, zones: zones)
        project = read
        // As the binder resolves it, it is told from `base`.
        for index in project.channels.indices {
          guard let exec = project.channels[index].exec else { continue }
          project.channels[index].exec = Paths.relative(Paths.joined(base, exec), to: root)
        }
        diagnostics += problems
        // What is said of a channel already needs no second finding.
        diagnostics += read.channels.filter { channel in
          !problems.contains { $0.span.start.offset >= channel.span.start.offset }
        }.compactMap(unknownPlugin)
      }
    }
    var manifests: [Manifest] = []
    let (texts, unread) = Channels.manifests(project: project, disk: disk)
    var lacksVerbs = !unread.isEmpty
    diagnostics += unread + Channels.problems(project: project, root: root)
    for source in texts {
      let (manifest, findings) = Compiler.manifest(source)
      if let manifest { manifests.append(manifest) } else { lacksVerbs = true }
      if !findings.isEmpty { sources[source.file] = source }
      diagnostics += findings
    }
    return Workspace(
      base: base, root: root, files: files, project: project, diagnostics: diagnostics, manifests: manifests,
      lacksVerbs: lacksVerbs, zones: zones, disk: disk, recording: recording, sources: sources)
  }

  /// A channel of flow.yaml that is neither built in nor a program.
  private static func unknownPlugin(_ channel: Project.Channel) -> Diagnostic? {
    let plugin = channel.plugin ?? channel.name
    guard channel.exec == nil, Channels.named(plugin) == nil else { return nil }
    let known = Channels.all.map(\.plugin).sorted()
    let nearest = Spelling.nearest(to: plugin, in: known).map { "did you mean \"\($0)\"? " } ?? ""
    return Diagnostic(
      "unknown-word", at: channel.span, "there is no plugin \"\(plugin)\"",
      help: "\(nearest)plugin: is one of \(known.joined(separator: ", ")); a program is named by exec:")
  }

  /// - Parameters:
  ///   - proving: proves what is claimed of each workflow, and of all together; takes longer.
  ///   - findingsAlone: the proofs themselves are not shown.
  func compile(proving: Bool = false, findingsAlone: Bool = true) -> Compilation {
    var compilation = Compiler.compile(
      CompilerInput(
        files: files, project: project, manifests: manifests, zones: zones, source: recording,
        prove: proving ? Proving.closure(project, zones, findingsAlone: findingsAlone) : nil,
        cross: proving ? Proving.crossing(project, zones) : nil))
    compilation.sources.merge(sources) { mine, _ in mine }
    compilation.sources.merge(recording.texts) { mine, _ in mine }
    let unnamed = Channels.unnamed(in: compilation.workflows.map(\.graph), project: project, root: root)
    compilation.diagnostics = (compilation.diagnostics + diagnostics + unnamed).sorted()
    // What these files do not have, another of the project may.
    if compilation.diagnostics.contains(where: { $0.code == "unused-guarantee" }), !isWhole {
      compilation.diagnostics.removeAll { $0.code == "unused-guarantee" }
    }
    // It may be the channel's of which that is told already.
    if lacksVerbs { compilation.diagnostics.removeAll { $0.code == "unknown-verb" } }
    if files.isEmpty {
      compilation.diagnostics.append(
        Diagnostic(
          "no-workflow", at: .file(Paths.relative(root, to: base)), "no workflow found",
          help: "name a file or a folder with workflow files, or start with `flow init`"))
    }
    return compilation
  }

  /// flow.yaml's, for instants that belong to no run.
  var zone: Zone { project.timezone.flatMap { zones.zone(named: $0) } ?? .utc }

  /// What flow.yaml says is not known for sure.
  var isProjectBroken: Bool {
    diagnostics.contains { $0.severity == .error && $0.span.file.split(separator: "/").last == "flow.yaml" }
  }

  /// Whether no workflow of the project is left out.
  private var isWhole: Bool {
    let all = Paths.workflows(in: root).compactMap(\.real).filter { Paths.isInside($0, root) }
    return Set(all.map { Paths.relative($0, to: base) }).isSubset(of: files)
  }

  /// The same with every workflow of the first file's folder: those that it enrols, or that what it emits starts.
  func withNeighbours() -> Workspace {
    guard let first = files.first else { return self }
    let folder = Paths.folder(of: base + "/" + first)
    let beside = Paths.workflows(in: folder).compactMap(\.real).filter { Paths.isInside($0, root) }
    let all = Set(files + beside.map { Paths.relative($0, to: base) })
    return Workspace(
      base: base, root: root, files: all.sorted(), project: project, diagnostics: diagnostics, manifests: manifests,
      lacksVerbs: lacksVerbs, zones: zones, disk: disk, recording: recording, sources: sources)
  }

  /// A file as it was read when the workflows were compiled: what findings and spans count in.
  func source(_ file: String) -> SourceText? { recording.text(file) }

  /// Puts other bytes in the place of a file.
  /// - Throws: where it is not on the disk any more what it was when it was compiled.
  func replace(_ source: SourceText, with bytes: [UInt8]) throws {
    guard case .success(source.utf8) = disk.read(source.file) else {
      throw Failure.broken("\"\(source.file)\" has changed since it was read, and stays as it is; try again")
    }
    try Recorder.write(bytes, to: base + "/" + source.file)
  }

  /// Compiles, and leaves with the findings where there are errors.
  func compiled(color: Bool) throws -> Compilation {
    let compilation = compile()
    if compilation.diagnostics.contains(where: { $0.severity == .error }) {
      Output.complain(Findings.text(compilation, errorsOnly: true, color: color))
      throw ExitCode(ExitStatus.finding)
    }
    return compilation
  }

  /// The one workflow of a command that takes one file.
  func single(color: Bool) throws -> CompiledWorkflow {
    guard files.count == 1 else {
      throw Failure.usage(
        files.isEmpty ? "no workflow found: name a workflow file" : "name one workflow file, not \(files.count)")
    }
    guard let workflow = try compiled(color: color).workflows.first else { throw Failure.finding("no workflow found") }
    return workflow
  }
}

enum Paths {
  static func real(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  static func isWritable(_ path: String) -> Bool { access(path, W_OK) == 0 }

  static func folder(of path: String) -> String {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    return folder.isEmpty ? "/" : folder
  }

  static func joined(_ folder: String, _ path: String) -> String {
    path.hasPrefix("/") ? path : folder == "/" ? "/" + path : folder + "/" + path
  }

  static func isInside(_ path: String, _ folder: String) -> Bool {
    path == folder || path.hasPrefix(folder == "/" ? "/" : folder + "/")
  }

  static func relative(_ path: String, to folder: String) -> String {
    if path == folder { return "." }
    return isInside(path, folder) ? String(path.dropFirst(folder == "/" ? 1 : folder.count + 1)) : path
  }

  /// The nearest file of that name in a folder or above it.
  static func upwards(_ name: String, from folder: String) -> String? {
    var folder = folder
    while true {
      let candidate = folder == "/" ? "/" + name : folder + "/" + name
      if exists(candidate), !isFolder(candidate) { return candidate }
      if folder == "/" { return nil }
      folder = Paths.folder(of: folder)
    }
  }

  /// A file as it is called, and without links: nil where one leads nowhere, and for a folder that cannot be read.
  struct Found {
    var path: String
    var real: String?
  }

  /// Workflow files below a folder: all YAML but flow.yaml, scenarios of their own, manifests, and what is hidden.
  static func workflows(in folder: String, depth: Int = 0) -> [Found] {
    guard depth < 16 else { return [] }
    guard let names = DiskFiles.names(in: folder) else { return [Found(path: folder, real: nil)] }
    var found: [Found] = []
    for name in names where !name.hasPrefix(".") {
      let path = folder + "/" + name
      if isFolder(path) {
        found += workflows(in: path, depth: depth + 1)
      } else if isWorkflow(name) || isOrphan(path) {
        found.append(Found(path: path, real: real(path)))
      }
    }
    return found
  }

  /// A folder and all below it, without what is hidden.
  static func folders(in folder: String, depth: Int = 0) -> [String] {
    guard depth < 16, let names = DiskFiles.names(in: folder) else { return [] }
    var found = [folder]
    for name in names where !name.hasPrefix(".") {
      let path = folder + "/" + name
      if isFolder(path) { found += folders(in: path, depth: depth + 1) }
    }
    return found
  }

  /// The workflow that a file of scenarios belongs to: `NAME.yaml` beside `NAME.scenarios.yaml`; nil for other files.
  static func workflow(ofScenarios path: String) -> String? {
    ["yaml", "yml"].first { path.hasSuffix(".scenarios.\($0)") }.map {
      "\(path.dropLast(".scenarios.".count + $0.count)).\($0)"
    }
  }

  /// Scenarios that nobody would ever run.
  private static func isOrphan(_ path: String) -> Bool { workflow(ofScenarios: path).map { !exists($0) } ?? false }

  private static func isWorkflow(_ name: String) -> Bool {
    guard name.hasSuffix(".yaml") || name.hasSuffix(".yml"), name != "flow.yaml" else { return false }
    return !["scenarios", "manifest"].contains { name.hasSuffix(".\($0).yaml") || name.hasSuffix(".\($0).yml") }
  }
}
