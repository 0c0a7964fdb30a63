import ArgumentParser
import FlowCore
import Glibc

struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Start a project: flow.yaml, a first workflow with scenarios, its input.")

  @Argument(help: "The folder; it is made where it is missing.") var folder = "."
  @Option(help: "text or json.") var format: TextOrJSON = .text

  func run() throws {
    guard !folder.isEmpty else { throw Failure.usage("no folder is named: say which, or nothing for this one") }
    guard !Paths.exists(folder) || Paths.isFolder(folder) else {
      throw Failure.usage("\"\(folder)\" is a file, and a folder is wanted; nothing was written")
    }
    let files = ProjectTemplate.files
    for (path, _) in files where Paths.exists("\(folder)/\(path)") {
      throw Failure.usage("\"\(folder)/\(path)\" is there already; nothing was written")
    }
    for (path, text) in files {
      let target = "\(folder)/\(path)"
      try makeFolders(Paths.folder(of: target))
      try NewFile.write(text, to: target)
      if format == .text { Output.line("wrote \(target)") }
    }
    if format == .json {
      return Output.json(["wrote": .array(files.map { .string("\(folder)/\($0.0)") })])
    }
    let at = folder == "." ? "" : " \(folder)/Workflows"
    Output.line(
      "\nNext:\n  flow run\(at)\n  flow simulate \(folder == "." ? "" : folder + "/")Workflows/follow-up.yaml")
  }

  private func makeFolders(_ path: String) throws {
    var made = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      made += (made.isEmpty || made.hasSuffix("/") ? "" : "/") + part
      if mkdir(made, 0o755) != 0, errno != EEXIST {
        throw Failure.broken("cannot make \"\(made)\": \(String(cString: strerror(errno)))")
      }
    }
  }
}
