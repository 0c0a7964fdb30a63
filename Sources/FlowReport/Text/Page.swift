/// One HTML file with everything in it: no script, no link, no font of ours; for light and for dark screens.
enum Page {
  /// - Parameter body: HTML.
  static func html(title: String, body: String) -> String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(XML.escaped(Printable.line(title)))</title>
    <style>
    \(style)
    </style>
    </head>
    <body>
    <main>
    \(body)</main>
    </body>
    </html>

    """
  }

  /// A table; cells of numbers stand at the right.
  static func table(_ table: Table, caption: String) -> String {
    func cells(_ tag: String, _ texts: [String]) -> String {
      texts.enumerated().map { index, text in
        let kind = table.columns[index].isNumber ? " class=\"number\"" : ""
        return "<\(tag)\(kind)>\(escaped(text))</\(tag)>"
      }.joined()
    }
    let head = cells("th", table.columns.map(\.name))
    let rows = table.rows.map { row in
      "<tr>" + cells("td", table.columns.indices.map { table.cell(row, $0) ?? "" }) + "</tr>\n"
    }.joined()
    return """
      <div class="table"><table>
      <caption>\(escaped(caption))</caption>
      <thead><tr>\(head)</tr></thead>
      <tbody>
      \(rows)</tbody>
      </table></div>

      """
  }

  static func escaped(_ text: String) -> String { XML.escaped(Printable.line(text)) }

  private static let style = """
    :root { color-scheme: light dark; --page: #ffffff; --text: #1f2328; --faint: #59636e; --line: #d1d9e0;
      --card: #f6f8fa; --one: #0969da; --two: #1a7f37; --three: #bf8700; --bad: #cf222e; }
    @media (prefers-color-scheme: dark) { :root { --page: #0d1117; --text: #e6edf3; --faint: #9198a1;
      --line: #3d444d; --card: #151b23; --one: #4493f8; --two: #3fb950; --three: #d29922; --bad: #f85149; } }
    body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
    main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
    h1 { font-size: 1.6rem; margin: 0 0 .25rem; }
    h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; }
    h3 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
    p { margin: .25rem 0; }
    .faint, caption { color: var(--faint); }
    .cards { display: flex; flex-wrap: wrap; gap: .75rem; margin: .75rem 0; padding: 0; list-style: none; }
    .cards li { background: var(--card); border-radius: 8px; padding: .5rem 1rem; }
    .cards b { display: block; font-size: 1.25rem; }
    .table { overflow-x: auto; margin: 1rem 0; }
    table { border-collapse: collapse; font-size: .875rem; min-width: 100%; }
    caption { text-align: left; padding-bottom: .25rem; }
    th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
    th { color: var(--faint); font-weight: 600; white-space: nowrap; }
    td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
    svg { max-width: 100%; height: auto; }
    figure { margin: 1.5rem 0; }
    pre { background: var(--card); border-radius: 8px; padding: .75rem 1rem; margin: .25rem 0; white-space: pre-wrap;
      overflow-wrap: anywhere; font: .875rem/1.5 ui-monospace, monospace; }
    .plot { overflow-x: auto; }
    svg.plot { min-width: 34rem; }
    svg.plot text { font: 12px system-ui, sans-serif; fill: var(--text); }
    svg.plot .value { fill: var(--faint); }
    svg.plot .one { fill: var(--one); } svg.plot .two { fill: var(--two); } svg.plot .three { fill: var(--three); }
    svg.plot .axis { stroke: var(--line); }
    .key span { display: inline-block; width: .75rem; height: .75rem; border-radius: 2px; margin: 0 .35rem 0 1rem; }
    .key span:first-child { margin-left: 0; }
    .key .one { background: var(--one); } .key .two { background: var(--two); } \
    .key .three { background: var(--three); }
    """
}

/// Bars from left to right, several a row, in thousandths of what they count.
struct BarPlot {
  struct Row {
    var label: String
    /// Each with what stands behind its bar.
    var bars: [(value: Int, text: String)]
  }

  var title: String
  /// What each bar of a row is.
  var names: [String]
  var rows: [Row]

  private static let kinds = ["one", "two", "three"]

  var html: String {
    guard !rows.isEmpty else { return "" }
    let most = max(1, rows.flatMap { $0.bars.map(\.value) }.max() ?? 1)
    let left = 10 + min(240, rows.map { TypeWidth.of($0.label, size: 12) }.max() ?? 0)
    let room = 700 - left - 90
    var canvas = Canvas()
    var y = 6
    for row in rows {
      let height = 13 * row.bars.count
      canvas.text(
        left - 8, y + height / 2 + 4, TypeWidth.truncated(row.label, to: 236, size: 12), "label", anchor: "end")
      for (index, bar) in row.bars.enumerated() {
        let width = bar.value <= 0 ? 0 : max(2, bar.value * room / most)
        canvas.rect(left, y + 13 * index, width, 11, Self.kinds[index % 3], radius: 2)
        canvas.text(left + width + 6, y + 13 * index + 10, bar.text, "value")
      }
      y += height + 9
    }
    canvas.line(left, 2, left, y - 4, "axis")
    let key =
      names.count < 2
      ? ""
      : "<p class=\"key\">"
        + names.enumerated().map { "<span class=\"\(Self.kinds[$0 % 3])\"></span>\(Page.escaped($1))" }.joined()
        + "</p>\n"
    return """
      <h3>\(Page.escaped(title))</h3>
      \(key)<div class="plot"><svg class="plot" viewBox="0 0 700 \(y)" width="700" height="\(y)" role="img" \
      aria-label="\
      \(XML.escaped(Printable.line(title), attribute: true))">
      \(canvas.body)</svg></div>

      """
  }
}
