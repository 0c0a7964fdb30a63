import ArgumentParser
import FlowCompiler
import FlowCore
import FlowReport

enum FindingsFormat: String, ExpressibleByArgument, CaseIterable { case text, json, sarif, junit, github }

enum Findings {
  static func text(_ compilation: Compilation, errorsOnly: Bool = false, color: Bool) -> String {
    FindingsReport.text(
      errorsOnly ? compilation.diagnostics.filter { $0.severity == .error } : compilation.diagnostics,
      sources: compilation.sources, color: color)
  }

  static func print(_ compilation: Compilation, files: [String], as format: FindingsFormat, color: Bool) {
    switch format {
    case .text: Output.write(text(compilation, color: color))
    case .json: Output.line(FindingsReport.json(compilation.diagnostics, files: files))
    case .sarif: Output.line(FindingsReport.sarif(compilation.diagnostics, explanations: Catalogue.all, files: files, version: Flow.configuration.version))
    case .junit: Output.line(FindingsReport.junit(compilation.diagnostics, files: files))
    case .github: Output.write(FindingsReport.github(compilation.diagnostics))
    }
  }

  /// An error, or a warning under `--strict`.
  static func fail(_ diagnostics: [Diagnostic], strict: Bool) -> Bool {
    diagnostics.contains { $0.severity == .error || (strict && $0.severity == .warning) }
  }
}
