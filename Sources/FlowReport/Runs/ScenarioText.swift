import FlowCore
import FlowTime

/// One scenario for a terminal.
struct ScenarioText {
  var result: ScenarioResult
  var width: Int
  var paint: Paint
  var ascii: Bool

  var lines: [String] {
    let mark = result.passed ? paint(ascii ? "ok  " : "✓", .green) : paint(ascii ? "FAIL" : "✗", .red)
    let room = max(20, width) - (ascii ? 7 : 4)
    let name = Width.wrapped(Printable.line(result.name), to: room)
    let indent = String(repeating: " ", count: ascii ? 7 : 4)
    var out = ["  \(mark) \(name[0])"] + name.dropFirst().map { indent + $0 }
    guard !result.passed else { return out }
    out.append(indent + paint("\(Printable.line(result.file)):\(result.span.start.line)", .dim))
    return out + table.map { indent + $0 } + reasons.map { indent + $0 }
  }

  private var rows: [ScenarioResult.Problem] {
    result.problems.filter { $0.expected != nil || $0.got != nil }
  }

  /// What was expected on the left, what came on the right, each under its heading.
  private var table: [String] {
    guard !rows.isEmpty else { return [] }
    let left = rows.map { Printable.line($0.expected ?? "") }
    let right = rows.map { Printable.line($0.got ?? "") }
    let number = rows.map { String($0.span.start.line).count }.max() ?? 0
    let room = max(20, width) - (ascii ? 7 : 4) - number - 4
    let want = max(8, left.map(Width.of).max() ?? 0)
    let column = min(want, max(8, room / 2))
    let other = max(8, room - column)
    let dash = ascii ? "-" : "—"
    let ellipsis = ascii ? "..." : "…"
    var out = [
      String(repeating: " ", count: number + 2) + paint(Width.padded("expected", to: column) + "  got", .dim)
    ]
    for (index, problem) in rows.enumerated() {
      let wanted = left[index].isEmpty ? dash : Width.truncated(left[index], to: column, ellipsis: ellipsis)
      let came = right[index].isEmpty ? dash : Width.truncated(right[index], to: other, ellipsis: ellipsis)
      out.append(
        paint(Width.padded(String(problem.span.start.line), to: number, right: true), .blue) + "  "
          + paint(Width.padded(wanted, to: column), .greenText) + "  " + paint(came, .redText))
    }
    return out
  }

  private var reasons: [String] {
    let room = max(20, width) - (ascii ? 7 : 4)
    return result.problems.compactMap(\.because).flatMap { Width.wrapped(Printable.line($0), to: room) }
  }
}

/// The coverage of all workflows as a table, and what is missing under it.
struct CoverageText {
  var result: RunResult
  var width: Int
  var paint: Paint

  var lines: [String] {
    guard !result.coverage.isEmpty else { return [] }
    let names = result.coverage[0].counts.map(\.name)
    let heads = ["coverage"] + names
    let rows = result.coverage.map { one in
      [Printable.line(one.workflow)] + one.counts.map { "\($0.count.covered)/\($0.count.total)" }
    }
    let widths = heads.indices.map { column in
      ([heads[column]] + rows.map { $0[column] }).map(Width.of).max() ?? 0
    }
    func row(_ cells: [String], _ style: (Int) -> Style) -> String {
      cells.enumerated().map { index, cell in
        paint(Width.padded(cell, to: widths[index], right: index > 0), style(index))
      }.joined(separator: "  ")
    }
    var out = [row(heads) { _ in .dim }]
    for (index, one) in result.coverage.enumerated() {
      out.append(row(rows[index]) { $0 == 0 ? .bold : self.style(one.counts[$0 - 1].count) })
    }
    let missing = result.coverage.flatMap { one in one.counts.flatMap { $0.count.missing } }
    if !missing.isEmpty { out += ["", paint("no scenario covers", .yellow)] + places(missing) }
    for (workflow, name, count) in result.short {
      let words = Printable.line(workflow) + ": " + RunReport.shortfall(name, count, result.minimum ?? 0)
      let parts = Width.wrapped(words, to: max(20, width) - 7)
      out.append(paint("error", .red) + ": " + parts[0])
      out += parts.dropFirst().map { "       " + $0 }
    }
    return out
  }

  private func style(_ count: Coverage.Count) -> Style {
    count.share >= (result.minimum ?? 0) ? (count.share == 10_000 ? .greenText : .yellowText) : .redText
  }

  private func places(_ missing: [Coverage.Missing]) -> [String] {
    let places = missing.map { "\(Printable.line($0.span.file)):\($0.span.start.line)" }
    let column = places.map(Width.of).max() ?? 0
    return missing.indices.map {
      "  " + paint(Width.padded(places[$0], to: column), .dim) + "  " + Printable.line(missing[$0].name)
    }
  }
}
