import FlowCore

/// `flow doctor`: what of a set-up is in order.
public enum ChecksReport {
  public enum Level: String, Sendable, Hashable, CaseIterable { case ok, warning, problem }

  public struct Check: Sendable, Hashable {
    /// What is looked at: `store`, `channel email`.
    public var name: String
    public var level: Level
    public var text: String
    /// The way out; nil where nothing is wrong.
    public var help: String?
    public init(_ name: String, _ level: Level, _ text: String, help: String? = nil) {
      self.name = name
      self.level = level
      self.text = text
      self.help = help
    }
  }

  public static func text(_ checks: [Check], color: Bool = false) -> String {
    let paint = Paint(color: color)
    let width = checks.map { Width.of($0.name) }.max() ?? 0
    var out = ""
    for check in checks {
      let style: Style = check.level == .ok ? .greenText : check.level == .warning ? .yellowText : .redText
      let level = paint(Width.padded(check.level.rawValue, to: 7), style)
      out += "\(level)  \(Width.padded(Printable.line(check.name), to: width))  \(Printable.line(check.text))\n"
      if let help = check.help {
        out += String(repeating: " ", count: 11 + width) + "help: \(Printable.line(help))\n"
      }
    }
    return out + summary(checks) + "\n"
  }

  private static func summary(_ checks: [Check]) -> String {
    let problems = checks.filter { $0.level == .problem }.count
    let warnings = checks.filter { $0.level == .warning }.count
    if problems + warnings == 0 { return "everything is in order" }
    let parts = [(problems, "problem"), (warnings, "warning")].filter { $0.0 > 0 }
    return parts.map { Words.count($0.0, $0.1) }.joined(separator: ", ")
  }

  public static func json(_ checks: [Check]) -> String {
    func count(_ level: Level) -> JSONValue { .int(checks.filter { $0.level == level }.count) }
    return JSONText.write(
      .members([
        ("problems", count(.problem)), ("warnings", count(.warning)),
        (
          "checks",
          .array(
            checks.map { check in
              .members([
                ("name", .string(check.name)), ("level", .string(check.level.rawValue)),
                ("text", .string(check.text)), ("help", .optional(check.help)),
              ])
            })
        ),
      ]), open: 2)
  }
}
