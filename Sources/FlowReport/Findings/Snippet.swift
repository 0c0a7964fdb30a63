import FlowCore

/// The lines of a source around a span, with a mark under it, as compilers show them.
struct Snippet {
  var source: SourceText?
  var span: Span
  var label: String
  var style: Style
  var paint: Paint
  /// Width of the line numbers.
  var gutter: Int

  /// More lines than this between a span's ends are left out.
  private static let most = 6

  var lines: [String] {
    let place = "\(Printable.line(span.file)):\(span.start.line):\(span.start.column)"
    var out = [String(repeating: " ", count: gutter) + paint("--> ", .blue) + place]
    guard let source, !source.utf8.isEmpty, span.start.line <= source.lineCount else { return out }
    out.append(bar())
    let end = Snippet.lastLine(span, in: source)
    out += end.line > span.start.line ? several(source, to: end) : one(source)
    return out
  }

  /// Where a span ends for the eye: an end at the beginning of a line is the end of the line before.
  static func lastLine(_ span: Span, in source: SourceText?) -> (line: Int, column: Int) {
    guard span.end.line > span.start.line else { return (span.end.line, span.end.column) }
    var (line, column) = (span.end.line, span.end.column)
    while line > span.start.line, column <= 1 || source?.line(line).allSatisfy({ $0 == " " }) == true {
      line -= 1
      column = (source?.line(line).unicodeScalars.count ?? 0) + 1
    }
    return (line, column)
  }

  private func bar(_ number: Int? = nil, _ rest: String = "") -> String {
    let head = Width.padded(number.map(String.init) ?? "", to: gutter, right: true)
    return paint(head + " |", .blue) + (rest.isEmpty ? "" : " " + rest)
  }

  private func marked(_ blanks: Int, _ marks: String) -> String {
    let text = label.isEmpty ? marks : marks + " " + Printable.line(label)
    return String(repeating: " ", count: blanks) + paint(text, style)
  }

  private func one(_ source: SourceText) -> [String] {
    let line = SourceLine(source.line(span.start.line), focus: span.start.column)
    let start = line.column(span.start.column)
    let ends = span.end.line > span.start.line ? Int.max : span.end.column
    let end = max(start + 1, line.column(ends))
    return [
      bar(span.start.line, line.text),
      bar(nil, marked(start, String(repeating: "^", count: end - start))),
    ]
  }

  private func several(_ source: SourceText, to end: (line: Int, column: Int)) -> [String] {
    let first = SourceLine(source.line(span.start.line), focus: span.start.column)
    let start = first.column(span.start.column)
    var out: [String] = []
    // Where the span begins its line, a slash says so; else a line leads to its first column.
    if first.isBlank(before: span.start.column) {
      out.append(bar(span.start.line, paint("/", style) + " " + first.text))
    } else {
      out.append(bar(span.start.line, "  " + first.text))
      out.append(bar(nil, " " + paint(String(repeating: "_", count: start + 1) + "^", style)))
    }
    var shown = Array((span.start.line + 1)...end.line)
    let isElided = shown.count > Self.most
    if isElided { shown = Array(shown.prefix(2)) + [0] + Array(shown.suffix(2)) }
    for number in shown {
      if number == 0 {
        out.append(
          paint("...", .blue) + String(repeating: " ", count: max(0, gutter - 1)) + paint("|", style))
      } else {
        let line = SourceLine(source.line(number), focus: number == end.line ? end.column : 1)
        out.append(bar(number, paint("|", style) + " " + line.text))
      }
    }
    let last = SourceLine(source.line(end.line), focus: end.column)
    let column = max(1, last.column(end.column))
    out.append(bar(nil, paint("|", style) + marked(0, String(repeating: "_", count: column) + "^")))
    return out
  }
}
