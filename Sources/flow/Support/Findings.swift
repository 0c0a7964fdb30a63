import ArgumentParser
import FlowCompiler
import FlowCore
import FlowReport

enum FindingsFormat: String, ExpressibleByArgument, CaseIterable { case text, json, sarif, junit, github }

enum Findings {
  static func text(_ compilation: Compilation, errorsOnly: Bool = false, color: Bool) -> String {
    FindingsReport.text(
      errorsOnly ? compilation.diagnostics.filter { $0.severity == .error } : compilation.diagnostics,
      sources: masked(compilation), color: color)
  }

  /// The files, with asterisks for secrets that stand there in the open: whatever is said of their lines, they are not
  /// copied into the log of whoever checks them (guarantee 25).
  private static func masked(_ compilation: Compilation) -> [String: SourceText] {
    var sources = compilation.sources
    for secret in compilation.diagnostics where secret.code == "plain-secret" {
      guard let source = sources[secret.span.file] else { continue }
      var bytes = source.utf8
      for index in secret.span.start.offset..<secret.span.end.offset where bytes.indices.contains(index) {
        if bytes[index] != 0x0A { bytes[index] = UInt8(ascii: "*") }
      }
      sources[secret.span.file] = SourceText(file: source.file, utf8: bytes)
    }
    return sources
  }

  static func print(
    _ compilation: Compilation, _ proved: [ProofReport.ProvedFile], in workspace: Workspace, as format: FindingsFormat,
    color: Bool
  ) {
    let files = workspace.files
    switch format {
    case .text: Output.write(text(compilation, color: color))
    case .json:
      Output.line(
        FindingsReport.json(compilation.diagnostics, files: files, proofs: proved, zones: workspace.zones))
    case .sarif:
      Output.line(
        FindingsReport.sarif(
          compilation.diagnostics, explanations: Catalogue.all, files: files, version: Flow.configuration.version))
    case .junit: Output.line(FindingsReport.junit(compilation.diagnostics, files: files))
    case .github: Output.write(FindingsReport.github(compilation.diagnostics))
    }
  }

  /// An error, or a warning under `--strict`.
  static func fail(_ diagnostics: [Diagnostic], strict: Bool) -> Bool {
    diagnostics.contains { $0.severity == .error || (strict && $0.severity == .warning) }
  }
}
