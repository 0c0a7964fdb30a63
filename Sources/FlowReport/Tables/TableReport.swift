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
    let cells = table.rows.map { row in
      table.columns.indices.map { Printable.cell(table.cell(row, $0) ?? "", ascii: ascii) }
    }
    let widths = Self.widths(table, cells, width)
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

  private static func widths(_ table: Table, _ cells: [[String]], _ limit: Int?) -> [Int] {
    var widths = table.columns.indices.map { column in
      ([table.columns[column].name] + cells.map { $0[column] }).map(Width.of).max() ?? 0
    }
    guard let limit else { return widths }
    let room = limit - 2 * (widths.count - 1)
    // No column is made narrower than a short word.
    while widths.reduce(0, +) > room, let widest = widths.max(), widest > 6,
      let index = widths.lastIndex(of: widest)
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
