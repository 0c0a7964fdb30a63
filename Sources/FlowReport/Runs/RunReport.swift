import FlowCore
import FlowTime

/// What the dry run of a project found out.
public enum RunReport {
  /// For people: a line a scenario, what was expected beside what came where they differ, and the coverage
  /// with what no scenario has walked. Paths may be longer than `width`; nothing else is.
  public static func text(
    _ result: RunResult, width: Int = 80, color: Bool = false, ascii: Bool = false
  ) -> String {
    let paint = Paint(color: color)
    var lines: [String] = []
    var workflow: String?
    for scenario in result.scenarios {
      if scenario.workflow != workflow {
        if workflow != nil { lines.append("") }
        workflow = scenario.workflow
        lines.append(paint(Printable.line(scenario.workflow), .bold))
      }
      lines += ScenarioText(result: scenario, width: width, paint: paint, ascii: ascii).lines
    }
    if !result.scenarios.isEmpty { lines.append("") }
    let coverage = CoverageText(result: result, width: width, paint: paint).lines
    if !coverage.isEmpty { lines += coverage + [""] }
    lines.append(summary(result, paint))
    return lines.map { $0 + "\n" }.joined()
  }

  private static func summary(_ result: RunResult, _ paint: Paint) -> String {
    let failed = result.scenarios.filter { !$0.passed }.count
    let passed = result.scenarios.count - failed
    if result.scenarios.isEmpty { return "no scenarios" }
    let good = "\(passed) of \(Words.count(result.scenarios.count, "scenario")) met"
    return failed == 0 ? paint(good, .green) : paint(good + ", \(failed) unmet", .red)
  }

  /// `scenarios` with their problems and timelines, `coverage` a workflow, `passed` and `failed`.
  public static func json(_ result: RunResult) -> String {
    let failed = result.scenarios.filter { !$0.passed }.count
    return JSONText.tidy(
      .members([
        ("scenarios", .array(result.scenarios.map(scenario))),
        ("coverage", .array(result.coverage.map(coverage))),
        ("minCoverage", result.minimum.map(percent)), ("passed", .int(result.scenarios.count - failed)),
        ("failed", .int(failed)),
      ]))
  }

  private static func scenario(_ one: ScenarioResult) -> JSONValue {
    let problems = one.problems.map { problem in
      JSONValue.members(
        [
          ("expected", problem.expected.map { .string($0) } ?? .null),
          ("got", problem.got.map { .string($0) } ?? .null),
          ("because", .optional(problem.because)),
        ] + FindingsReport.place(problem.span))
    }
    // The run stands in the scenario itself, so that `timeline` is where every other output has it.
    var run: [JSONMember] = []
    if case .object(let members) = one.timeline.map(TimelineReport.value) {
      run = members.filter { $0.key != "workflow" }
    }
    return .members(
      [
        ("workflow", .string(one.workflow)), ("file", .string(one.file)), ("line", .int(one.span.start.line)),
        ("name", .string(one.name)), ("passed", .bool(one.passed)), ("problems", .array(problems)),
      ] + run.map { ($0.key, $0.value) })
  }

  private static func coverage(_ one: Coverage) -> JSONValue {
    .members(
      [("workflow", .string(one.workflow)), ("file", .string(one.file))]
        + one.counts.map { name, count in
          let missing = count.missing.map {
            JSONValue.members([("name", .string($0.name))] + FindingsReport.place($0.span))
          }
          return (
            name,
            .members([
              ("covered", .int(count.covered)), ("total", .int(count.total)),
              ("percent", percent(count.share)),
              ("missing", .array(missing)),
            ])
          )
        })
  }

  /// Hundredths of a percent as a number of JSON: `87.5`.
  static func percent(_ share: Int) -> JSONValue { .number(percentText(share)) }

  static func percentText(_ share: Int) -> String {
    let (whole, rest) = (share / 100, share % 100)
    if rest == 0 { return String(whole) }
    return rest % 10 == 0 ? "\(whole).\(rest / 10)" : "\(whole).\(Words.two(rest))"
  }

  /// JUnit: a suite a file, a case a scenario; coverage below its minimum is a failed case of its own.
  public static func junit(_ result: RunResult) -> String {
    var suites: [JUnit.Suite] = []
    for one in result.scenarios {
      if suites.last?.name != one.file { suites.append(JUnit.Suite(name: one.file, cases: [])) }
      var test = JUnit.Case(name: one.name, file: one.file, line: one.span.start.line)
      if let first = one.problems.first {
        test.failure = JUnit.Failure(
          type: "unmet", message: sentence(first),
          text: one.problems.map { "\($0.span.file):\($0.span.start.line): \(sentence($0))" }.joined(
            separator: "\n"))
      }
      suites[suites.count - 1].cases.append(test)
    }
    if !result.short.isEmpty {
      let cases = result.short.map { workflow, name, count in
        var test = JUnit.Case(name: "\(workflow): \(name)", file: "coverage", line: nil)
        let message = shortfall(name, count, result.minimum ?? 0)
        let missing = count.missing.map { "\($0.span.file):\($0.span.start.line): \($0.name)" }
        test.failure = JUnit.Failure(
          type: "coverage", message: message, text: ([message] + missing).joined(separator: "\n"))
        return test
      }
      suites.append(JUnit.Suite(name: "coverage", cases: cases))
    }
    return JUnit.text(name: "flow run", suites)
  }

  /// Annotations of a pull request; nothing where all is met.
  public static func github(_ result: RunResult) -> String {
    let unmet = result.scenarios.flatMap { one in
      one.problems.map {
        GitHub.annotation("error", at: $0.span, title: "scenario: \(one.name)", sentence($0))
      }
    }
    let short = result.short.flatMap { workflow, name, count in
      count.missing.map {
        GitHub.annotation(
          "error", at: $0.span, title: "coverage of \(workflow)",
          "no scenario covers \($0.name); \(shortfall(name, count, result.minimum ?? 0))")
      }
    }
    return (unmet + short).joined()
  }

  static func sentence(_ problem: ScenarioResult.Problem) -> String {
    let words =
      switch (problem.expected, problem.got) {
      case (let expected?, let got?): "expected \"\(expected)\", got \"\(got)\""
      case (let expected?, nil): "expected \"\(expected)\", which never came"
      case (nil, let got?): "got \"\(got)\", which was not expected"
      case (nil, nil): "unmet"
      }
    return problem.because.map { problem.expected == nil && problem.got == nil ? $0 : "\(words): \($0)" }
      ?? words
  }

  static func shortfall(_ name: String, _ count: Coverage.Count, _ minimum: Int) -> String {
    "\(count.covered) of \(count.total) \(name) covered (\(percentText(count.share))%), "
      + "at least \(percentText(minimum))% demanded"
  }
}
