import FlowCore
import FlowTime

/// Every path of a workflow as a tree.
public enum TreeReport {
  /// For a terminal: a branch for each thing that may come next, on it what is handed over, at its end the
  /// outcome; at the bottom how many paths lead to which. No line is wider than `width` (at least 50).
  public static func text(
    _ tree: TimelineTree, workflow: String, start: Instant, zone: Zone, width: Int = 80, color: Bool = false,
    ascii: Bool = false
  ) -> String {
    TreeText(
      start: start, zone: zone, width: max(50, width), paint: Paint(color: color), ascii: ascii
    ).text(tree, workflow)
  }

  /// The tree as it is: `label`, `timeline`, `outcome` at a leaf and `branches` elsewhere.
  public static func json(_ tree: TimelineTree, workflow: String, start: Instant, zone: Zone) -> String {
    let outcomes = counts(tree).map { JSONMember($0.outcome, .int($0.paths)) }
    return JSONText.tidy(
      .members([
        ("workflow", .string(workflow)), ("zone", .string(zone.name)), ("start", EntryJSON.time(start, zone)),
        ("paths", .int(tree.paths)), ("outcomes", .object(outcomes)), ("tree", node(tree, zone)),
      ]))
  }

  private static func node(_ tree: TimelineTree, _ zone: Zone) -> JSONValue {
    .members([
      ("label", .string(tree.label)), ("outcome", .optional(tree.outcome)),
      ("timeline", .array(tree.entries.map { EntryJSON.value($0, in: zone) })),
      ("branches", tree.children.isEmpty ? nil : .array(tree.children.map { node($0, zone) })),
    ])
  }

  /// The outcomes in the order of their names.
  static func counts(_ tree: TimelineTree) -> [(outcome: String, paths: Int)] {
    var counts: [String: Int] = [:]
    var open = [tree]
    while let next = open.popLast() {
      if next.children.isEmpty { counts[next.outcome ?? "", default: 0] += 1 }
      open += next.children
    }
    return counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}

private struct TreeText {
  var start: Instant
  var zone: Zone
  var width: Int
  var paint: Paint
  var ascii: Bool

  func text(_ tree: TimelineTree, _ workflow: String) -> String {
    let civil = zone.civil(at: start)
    var lines = [
      StyledLine(" " + Printable.line(workflow), .bold),
      StyledLine(
        " \(Words.longDay(civil.date)) \(Words.time(civil.time)), \(zone.name), "
          + Words.count(tree.paths, "path"), .dim), StyledLine(),
    ]
    grow(tree, margin: " ", isLast: true, isRoot: true, to: &lines)
    lines.append(StyledLine())
    lines += table(TreeReport.counts(tree), of: tree.paths)
    return lines.map { $0.fitted(width, ellipsis: ascii ? "..." : "…").rendered(paint) + "\n" }.joined()
  }

  private func grow(
    _ tree: TimelineTree, margin: String, isLast: Bool, isRoot: Bool, to lines: inout [StyledLine]
  ) {
    let branch = isRoot ? "" : ascii ? (isLast ? "`- " : "|- ") : (isLast ? "└─ " : "├─ ")
    let inner = isRoot ? margin : margin + (isLast ? "   " : ascii ? "|  " : "│  ")
    if !isRoot {
      var line = StyledLine(margin + branch, .dim)
      line.add(Printable.line(tree.label), .cyanText)
      if !tree.children.isEmpty { line.add("  \(Words.count(tree.paths, "path"))", .dim) }
      lines.append(line)
    }
    let stem = tree.children.isEmpty ? "   " : ascii ? "|  " : "│  "
    for entry in tree.entries where isShown(entry) { lines.append(row(entry, inner + stem)) }
    if tree.children.isEmpty, !tree.entries.contains(where: { $0.type == "ended" }),
      let outcome = tree.outcome
    {
      lines.append(StyledLine([(inner + stem, .dim), ((ascii ? "# " : "◆ ") + outcome, .bold)]))
    }
    for (index, child) in tree.children.enumerated() {
      grow(child, margin: inner, isLast: index == tree.children.count - 1, isRoot: false, to: &lines)
    }
  }

  /// What reaches somebody, what is put off, what is lost and the end; waits and their ends are the branches'
  /// labels.
  private func isShown(_ entry: Entry) -> Bool {
    switch entry.kind {
    case .started, .waiting, .received, .timeout, .chose: false
    default: true
    }
  }

  private func row(_ entry: Entry, _ margin: String) -> StyledLine {
    let happening = Happening(entry, in: zone)
    let civil = zone.civil(at: entry.at)
    let day = civil.date.days(since: zone.civil(at: start).date)
    var line = StyledLine(margin, .dim)
    let mark =
      switch happening.kind {
      case .touch: ascii ? "* " : "● "
      case .deferral: ascii ? "> " : "↷ "
      case .alarm: ascii ? "! " : "▲ "
      case .loss: ascii ? "x " : "× "
      case .end: ascii ? "# " : "◆ "
      default: ascii ? "o " : "○ "
      }
    line.add(mark, happening.kind == .end ? .green : .blue)
    if happening.kind == .end {
      line.add(happening.detail, .bold)
    } else {
      line.add(happening.title, .bold)
      line.add("  " + happening.detail)
    }
    // The time stands in a column of its own at the right.
    let time = "\(Words.day(civil.date)) \(Words.time(civil.time))"
    let when =
      width < 70 ? Width.padded(time, to: 16, right: true) : time + "  " + Width.padded("day \(day)", to: 7)
    let fits = line.fitted(width - Width.of(when) - 3, ellipsis: ascii ? "..." : "…")
    var out = fits
    out.pad(to: width - Width.of(when) - 1)
    out.add(when, .dim)
    return out
  }

  private func table(_ counts: [(outcome: String, paths: Int)], of all: Int) -> [StyledLine] {
    let names = counts.map { $0.outcome.isEmpty ? "still running" : Printable.line($0.outcome) }
    let column = names.map(Width.of).max() ?? 0
    let digits = String(all).count
    return counts.indices.map { index in
      StyledLine([
        (" " + (ascii ? "# " : "◆ "), .green), (Width.padded(names[index], to: column), .bold),
        ("  " + Width.padded(String(counts[index].paths), to: digits, right: true), .plain),
        (counts[index].paths == 1 ? " path" : " paths", .dim),
      ])
    }
  }
}
