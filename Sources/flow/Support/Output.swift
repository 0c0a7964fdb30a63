import ArgumentParser
import FlowCore
import FlowRuntime
import FlowTime
import Glibc

enum ColorChoice: String, ExpressibleByArgument, CaseIterable { case auto, always, never }

struct ColorOptions: ParsableArguments {
  @Option(help: "Colours: auto (a terminal without NO_COLOR), always, never.")
  var color: ColorChoice = .auto

  var isOn: Bool {
    switch color {
    case .always: true
    case .never: false
    case .auto:
      isatty(STDOUT_FILENO) == 1 && (Output.environment("NO_COLOR") ?? "").isEmpty
        && Output.environment("TERM") != "dumb"
    }
  }
}

enum Output {
  /// Writes all of a text to standard output.
  static func write(_ text: String) { write(text, to: STDOUT_FILENO) }

  /// The same with a line break at the end, if there is none.
  static func line(_ text: String) { write(text.utf8.last == 0x0A ? text : text + "\n") }

  static func json(_ value: JSONValue) { line(value.write(pretty: true)) }

  static func complain(_ text: String) { write(text.utf8.last == 0x0A ? text : text + "\n", to: STDERR_FILENO) }

  /// Without a line break.
  static func complainOnLine(_ text: String) { write(text, to: STDERR_FILENO) }

  private static func write(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { bytes in
      var start = 0
      while start < bytes.count {
        let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + start }, bytes.count - start)
        if count < 0 {
          if errno == EINTR { continue }
          return
        }
        start += count
      }
    }
  }

  static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  /// Columns of the terminal; 80 where there is none, so that a pipe gets the same bytes everywhere.
  static var width: Int {
    guard isatty(STDOUT_FILENO) == 1 else { return 80 }
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col >= 40 else { return 80 }
    return min(Int(size.ws_col), 200)
  }
}

extension Output {
  /// Nil into a pipe: a table there is as wide as it need be.
  static var tableWidth: Int? { isatty(STDOUT_FILENO) == 1 ? width : nil }
}

/// A line on a terminal for what takes longer than a second; nothing into a pipe.
struct Progress {
  private let isOn = isatty(STDERR_FILENO) == 1
  private let clock = SystemClock()
  private let began: Instant
  private var shown = 0

  init() { began = clock.now() }

  mutating func show(_ text: String) {
    guard isOn, clock.now().milliseconds(since: began) >= 1000 else { return }
    let padding = String(repeating: " ", count: max(0, shown - text.count))
    shown = text.count
    Output.complainOnLine("\r" + text + padding)
  }

  mutating func clear() {
    guard shown > 0 else { return }
    Output.complainOnLine("\r" + String(repeating: " ", count: shown) + "\r")
    shown = 0
  }
}
