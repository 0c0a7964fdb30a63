import FlowCore

/// One finding for a terminal.
struct FindingText {
  var diagnostic: Diagnostic
  var sources: [String: SourceText]
  var paint: Paint

  /// Columns of a note and of a help; a program's words and the author's lines are as long as they are.
  static let width = 80

  private var style: Style {
    switch diagnostic.severity {
    case .error: .red
    case .warning: .yellow
    case .hint: .cyan
    }
  }

  /// One for the whole finding, so that its bars stand under each other.
  private var gutter: Int {
    var last = Snippet.lastLine(diagnostic.span, in: sources[diagnostic.span.file]).line
    for span in diagnostic.notes.compactMap(\.span) + [diagnostic.fix?.span].compactMap({ $0 }) {
      last = max(last, Snippet.lastLine(span, in: sources[span.file]).line)
    }
    return String(last).utf8.count
  }

  var lines: [String] {
    let head = "\(diagnostic.severity.rawValue)[\(diagnostic.code)]"
    var out = [paint(head, style) + paint(": " + Printable.line(diagnostic.message), .bold)]
    out += snippet(diagnostic.span, label: diagnostic.label, style)
    let margin = String(repeating: " ", count: gutter)
    let loose = diagnostic.notes.filter { $0.span == nil }
    // A help that shows the text as it should be says more than the same in a line.
    let change = changed
    if !loose.isEmpty || change.isEmpty {
      out.append(margin + paint(" |", .blue))
    }
    for note in loose { out += remark("note", note.text) }
    if change.isEmpty { out += remark("help", diagnostic.help) }
    for note in diagnostic.notes {
      guard let span = note.span else { continue }
      out.append(paint("note", .green) + ": " + Printable.line(note.text))
      out += snippet(span, label: "", .blue)
    }
    if !change.isEmpty {
      let help = Width.wrapped(Printable.line(diagnostic.help), to: Self.width - 6)
      out += help.enumerated().map { $0 == 0 ? paint("help", .cyan) + ": " + $1 : "      " + $1 }
      out.append(margin + paint(" |", .blue))
      out += change
    }
    return out
  }

  /// A secret that stands in the open is not copied into the log of whoever checks it (guarantee 25).
  private func snippet(_ span: Span, label: String, _ style: Style) -> [String] {
    let source = diagnostic.code == "plain-secret" ? nil : sources[span.file]
    return Snippet(
      source: source, span: span, label: label, style: style, paint: paint, gutter: gutter
    ).lines
  }

  /// Columns of a line of a note, where the finding has no other place than its own.
  static func room(_ place: Span) -> Int {
    // The line's number, " = ", "note: "; files of nine lines look as those of ten.
    min(69, width - String(place.start.line).utf8.count - 9)
  }

  private func remark(_ word: String, _ text: String) -> [String] {
    let margin = String(repeating: " ", count: gutter)
    let indent = margin + String(repeating: " ", count: 3 + word.count + 2)
    let lines = Printable.lines(text).flatMap { filled($0, to: Self.width - Width.of(indent)) }
    return lines.enumerated().map { index, line in
      index == 0 ? margin + paint(" = ", .blue) + paint(word, .bold) + ": " + line : indent + line
    }
  }

  /// A line that begins with a blank or a mark has its columns already.
  private func filled(_ line: String, to width: Int) -> [String] {
    Width.of(line) <= width || line.hasPrefix(" ") || line.hasPrefix(">") ? [line] : Width.wrapped(line, to: width)
  }

  /// The lines that the fix changes, before and after.
  private var changed: [String] {
    guard let fix = diagnostic.fix, let source = sources[fix.span.file] else { return [] }
    let (start, end) = (fix.span.start.offset, fix.span.end.offset)
    guard start >= 0, end >= start, end <= source.utf8.count else { return [] }
    let from = (source.utf8[..<start].lastIndex(of: 0x0A) ?? -1) + 1
    let to = source.utf8[end...].firstIndex(of: 0x0A) ?? source.utf8.count
    guard to - from <= 2000, fix.replacement.utf8.count <= 2000 else { return [] }
    let before = Array(source.utf8[from..<to])
    let after = Array(source.utf8[from..<start]) + Array(fix.replacement.utf8) + Array(source.utf8[end..<to])
    var line = source.position(at: from).line
    var (old, new) = (Self.lines(before), Self.lines(after))
    while let last = old.last, last == new.last {
      old.removeLast()
      new.removeLast()
    }
    while let first = old.first, first == new.first {
      old.removeFirst()
      new.removeFirst()
      line += 1
    }
    // A line of which nothing is left is not there.
    if new.allSatisfy({ $0.allSatisfy { $0 == " " } }) { new = [] }
    return numbered(old, from: line, "-", .red) + numbered(new, from: line, "+", .green)
  }

  private static func lines(_ bytes: [UInt8]) -> [String] {
    bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
      var line = line
      while let last = line.last, last == 0x0D || last == 0x20 { line.removeLast() }
      return String(decoding: line, as: UTF8.self)
    }
  }

  private func numbered(_ lines: [String], from line: Int, _ sign: String, _ style: Style) -> [String] {
    lines.enumerated().map { index, text in
      let number = Width.padded(String(line + index), to: gutter, right: true)
      return paint(number, .blue) + " " + paint("\(sign) \(SourceLine(text, focus: 1).text)", style)
    }
  }
}
