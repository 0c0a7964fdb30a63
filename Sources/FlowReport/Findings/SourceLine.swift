import FlowCore

/// One line of a source as it is shown: tabs as four blanks, nothing that a terminal would obey, and of a
/// very long line only the part around what matters.
struct SourceLine {
  private(set) var text = ""
  /// The display column (from 0) of each scalar of the line, from `first` on, and of the end.
  private var columns: [Int] = []
  private var first = 0

  /// Wider lines are cut.
  static let widest = 140

  /// `focus`: the column (from 1, in scalars) that must be seen.
  init(_ line: String, focus: Int) {
    var scalars = Array(line.unicodeScalars.prefix(focus + 2 * Self.widest))
    // A line that fits is shown from its beginning; of a long one, a little of what stands before.
    if focus > Self.widest - 20 {
      first = min(scalars.count, focus - 1 - 40)
      scalars.removeFirst(first)
      text = "…"
    }
    var shown = Self.display(scalars)
    let room = Self.widest - Width.of(text)
    let isCut = shown.width > room || line.unicodeScalars.count > first + scalars.count
    if isCut {
      while shown.width > room - 1, let last = shown.pieces.popLast() { shown.width -= Width.of(last.text) }
    }
    for piece in shown.pieces {
      columns += [Int](repeating: Width.of(text), count: piece.scalars)
      text += piece.text
    }
    columns.append(Width.of(text))
    if isCut { text += "…" }
  }

  private struct Shown {
    var pieces: [(text: String, scalars: Int)] = []
    var width = 0
  }

  private static func display(_ scalars: [Unicode.Scalar]) -> Shown {
    var view = String.UnicodeScalarView()
    for scalar in scalars { view.append(Printable.scalar(scalar, keepingTabs: true)) }
    var out = Shown()
    for character in String(view) {
      let piece = character == "\t" ? "    " : String(character)
      out.pieces.append((piece, character.unicodeScalars.count))
      out.width += Width.of(piece)
    }
    return out
  }

  /// Display column (from 0) of a column of the source (from 1); beyond what is shown, the end.
  func column(_ source: Int) -> Int {
    let index = source - 1 - first
    return index < 0 ? 0 : index < columns.count ? columns[index] : columns.last ?? 0
  }

  /// Whether nothing but blanks stands before a column.
  func isBlank(before source: Int) -> Bool {
    var column = column(source)
    for character in text {
      if column <= 0 { break }
      if character != " " { return false }
      column -= 1
    }
    return true
  }
}
