import ArgumentParser
import FlowCore
import FlowRuntime
import FlowTime
import Glibc
import Synchronization

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
  static func write(_ text: String) {
    // Behind a hole nothing is of use.
    guard failure == nil, let code = write(text, to: STDOUT_FILENO) else { return }
    lost.withLock { $0 = $0 ?? code }
  }

  /// The same with a line break at the end, if there is none.
  static func line(_ text: String) { write(text.utf8.last == 0x0A ? text : text + "\n") }

  static func json(_ value: JSONValue) { line(value.write(pretty: true)) }

  static func complain(_ text: String) { complainOnLine(text.utf8.last == 0x0A ? text : text + "\n") }

  /// Without a line break.
  static func complainOnLine(_ text: String) { _ = write(text, to: STDERR_FILENO) }

  /// What kept standard output from being written whole: an errno.
  private static let lost = Mutex<Int32?>(nil)
  private static var failure: Int32? { lost.withLock { $0 } }

  /// Before anything else is opened: a standard descriptor that is closed is no place for a file of ours. What is
  /// written to it fails as before.
  static func reserve() {
    for descriptor in 0...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 && errno == EBADF {
      _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// The end of all output: what a file system tells only then is asked for.
  /// - Returns: why what was printed did not get there whole; nil where it did.
  static func close() -> Failure? {
    if failure == nil, Glibc.close(STDOUT_FILENO) != 0, errno != EINTR, errno != EBADF {
      let code = errno
      lost.withLock { $0 = code }
    }
    // Whoever reads no further has what they want (`flow runs | head`).
    return failure.flatMap { $0 == EPIPE ? nil : $0 }.map {
      Failure.broken("what was printed is not whole: \(String(cString: strerror($0)))")
    }
  }

  /// - Returns: the errno of what kept it from being written whole; nil where it was.
  private static func write(_ text: String, to descriptor: Int32) -> Int32? {
    var text = text
    return text.withUTF8 { bytes in
      var start = 0
      while start < bytes.count {
        let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + start }, bytes.count - start)
        if count < 0 {
          if errno == EINTR { continue }
          return errno
        }
        start += count
      }
      return nil
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
