import FlowCore

/// Rows of values under named columns: `flow runs`, `flow tasks`.
public struct Table: Sendable, Hashable {
  public struct Column: Sendable, Hashable {
    /// The key in JSON and CSV, and the heading.
    public var name: String
    /// Numbers stand at the right of their column.
    public var isNumber: Bool
    /// Words with blanks between them: a list in JSON.
    public var isList: Bool
    public init(_ name: String, isNumber: Bool = false, isList: Bool = false) {
      self.name = name
      self.isNumber = isNumber
      self.isList = isList
    }
  }

  public var columns: [Column]
  /// As many cells a row as there are columns; a missing one has no value.
  public var rows: [[String?]]

  public init(columns: [Column], rows: [[String?]]) {
    self.columns = columns
    self.rows = rows
  }

  func cell(_ row: [String?], _ column: Int) -> String? { column < row.count ? row[column] : nil }
}

public enum TableReport {
  /// For a terminal, in at most `width` columns (nil, for a pipe: as wide as need be): the widest columns
  /// give way first. `empty` is said where there are no rows.
  public static func text(
    _ table: Table, width: Int? = nil, color: Bool = false, ascii: Bool = false, empty: String = "nothing"
  ) -> String {
    guard !table.rows.isEmpty, !table.columns.isEmpty else { return empty + "\n" }
    let paint = Paint(color: color)
    var cells = table.rows.map { row in
      table.columns.indices.map { Printable.cell(table.cell(row, $0) ?? "", ascii: ascii) }
    }
    var widths = Self.widths(table, cells, nil)
    if let width { (cells, widths) = fitted(table, cells, to: width) }
    let ellipsis = ascii ? "..." : "…"
    func line(_ cells: [String], _ style: Style) -> String {
      var line = StyledLine()
      for (index, cell) in cells.enumerated() {
        if index > 0 { line.add("  ") }
        let text = Width.truncated(cell, to: widths[index], ellipsis: ellipsis)
        line.add(Width.padded(text, to: widths[index], right: table.columns[index].isNumber), style)
      }
      return line.rendered(paint) + "\n"
    }
    return line(table.columns.map(\.name), .dim) + cells.map { line($0, .plain) }.joined()
  }

  /// Where there is no room for them as they are, instants keep the day and the hour, and give way to nothing.
  private static func fitted(_ table: Table, _ cells: [[String]], to limit: Int) -> ([[String]], [Int]) {
    let room = limit - 2 * (table.columns.count - 1)
    var (fitted, widths) = (cells, widths(table, cells, nil))
    let instants = Set(
      table.columns.indices.filter { column in
        cells.contains { !$0[column].isEmpty } && cells.allSatisfy { $0[column].isEmpty || isInstant($0[column]) }
      })
    // `2026-11-22 23:31`; where that is still too much, without the year.
    for (form, least) in [(0..<16, 6), (5..<16, 6), (5..<16, 5)] where widths.reduce(0, +) > room {
      fitted = cells.map { row in
        row.indices.map { column in
          guard instants.contains(column), !row[column].isEmpty else { return row[column] }
          return String(row[column].prefix(form.upperBound).dropFirst(form.lowerBound)).replacing("T", with: " ")
        }
      }
      widths = self.widths(table, fitted, limit, least: least, besides: instants)
    }
    return (fitted, widths)
  }

  /// `2026-11-22T23:31:16+01:00`
  private static func isInstant(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.count >= 20 && bytes[4] == 0x2D && bytes[10] == 0x54 && bytes[13] == 0x3A
  }

  private static func widths(
    _ table: Table, _ cells: [[String]], _ limit: Int?, least: Int = 6, besides kept: Set<Int> = []
  ) -> [Int] {
    var widths = table.columns.indices.map { column in
      ([table.columns[column].name] + cells.map { $0[column] }).map(Width.of).max() ?? 0
    }
    guard let limit else { return widths }
    let room = limit - 2 * (widths.count - 1)
    // No column is made narrower than a short word.
    let yielding = widths.indices.filter { !kept.contains($0) }
    while widths.reduce(0, +) > room, let widest = yielding.map({ widths[$0] }).max(), widest > least,
      let index = yielding.last(where: { widths[$0] == widest })
    {
      widths[index] -= 1
    }
    return widths
  }

  /// An object with one list, `name`: an object a row, numbers as numbers.
  public static func json(_ table: Table, name: String) -> String {
    let rows = table.rows.map { row in
      JSONValue.members(
        table.columns.enumerated().map { index, column in
          (column.name, value(table.cell(row, index), column))
        })
    }
    return JSONText.write(.members([(name, .array(rows))]), open: 2)
  }

  private static func value(_ cell: String?, _ column: Table.Column) -> JSONValue {
    guard let cell else { return .null }
    if column.isList { return .array(cell.split(separator: " ").map { .string(String($0)) }) }
    if column.isNumber, let number = try? Decimal.parse(cell) { return .number(number.description) }
    return .string(cell)
  }

  /// RFC 4180: a header, CRLF, quotes where a cell needs them. A text that a spreadsheet would take for a
  /// formula is kept one by an apostrophe before it.
  public static func csv(_ table: Table) -> String {
    func record(_ cells: [String]) -> String { cells.joined(separator: ",") + "\r\n" }
    return record(table.columns.map { quoted($0.name, isNumber: false) })
      + table.rows.map { row in
        record(
          table.columns.enumerated().map { quoted(table.cell(row, $0) ?? "", isNumber: $1.isNumber) })
      }.joined()
  }

  private static func quoted(_ cell: String, isNumber: Bool) -> String {
    var bytes = Array(cell.utf8)
    if !isNumber, let first = bytes.first, formula.contains(first) { bytes.insert(0x27, at: 0) }
    guard bytes.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }) else {
      return String(decoding: bytes, as: UTF8.self)
    }
    var out: [UInt8] = [0x22]
    for byte in bytes { out += byte == 0x22 ? [0x22, 0x22] : [byte] }
    return String(decoding: out + [0x22], as: UTF8.self)
  }

  /// `= + - @`, tab and carriage return (OWASP, CSV injection).
  private static let formula: Set<UInt8> = [0x3D, 0x2B, 0x2D, 0x40, 0x09, 0x0D]
}
