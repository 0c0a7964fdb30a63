import FlowCore
import FlowTime

/// Which changes of a workflow its scenarios would not notice.
public enum MutationReport {
  /// For people: how many of how many, then each that is missed with its line and what would notice it.
  public static func text(_ results: [MutationResult], color: Bool = false) -> String {
    let paint = Paint(color: color)
    return results.map { text($0, paint) }.joined(separator: "\n")
  }

  private static func text(_ result: MutationResult, _ paint: Paint) -> String {
    let total = result.noticed + result.missed.count
    var lines = [
      paint(Printable.line(result.workflow), .bold),
      "  \(result.noticed) of \(Words.count(total, "change")) noticed by its scenarios"
        + (result.equal == 0 ? "" : "; \(result.equal) more that no run it tried shows"),
    ]
    // The same scenario may notice several: it is written once, below what it is for.
    var written: [String] = []
    for missed in result.missed {
      lines += ["", paint("  \(missed.span.file):\(missed.span.start.line): \(Printable.line(missed.what))", .yellow)]
      if let unlisted = missed.unlisted { lines.append("    for it to be noticed, expect lists \"\(unlisted)\"") }
      let name = missed.scenario.name
      if written.contains(name) {
        lines.append("    the scenario \"\(Printable.line(name))\" above would notice it")
        continue
      }
      written.append(name)
      lines.append("    a scenario that would notice it:")
      lines += ScenarioReport.yaml((missed.scenario, missed.zone)).split(separator: "\n").map { "    " + $0 }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// An array of `workflows`, each with `noticed`, `equal` and `missed`.
  public static func json(_ results: [MutationResult]) -> String {
    JSONText.tidy(
      .members([
        (
          "workflows",
          .array(
            results.map { result in
              .members([
                ("workflow", .string(result.workflow)), ("file", .string(result.file)),
                ("noticed", .int(result.noticed)), ("equal", .int(result.equal)),
                ("missed", .array(result.missed.map(missed))),
              ])
            })
        )
      ]))
  }

  private static func missed(_ one: MutationResult.Missed) -> JSONValue {
    .members(
      [("what", .string(one.what))] + FindingsReport.place(one.span) + [
        ("scenario", ScenarioReport.value((one.scenario, one.zone))), ("list", .optional(one.unlisted)),
      ])
  }
}
