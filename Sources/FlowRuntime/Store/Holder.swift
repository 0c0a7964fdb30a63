import Glibc

/// A process that holds a store, as the store's lock and its socket name it.
public struct Holder: Hashable, Sendable, CustomStringConvertible {
  /// `flow serve`, `flow event`; nil where it is not known.
  public var command: String?
  public var process: Int?

  /// This process.
  public init(command: String) {
    self.command = command
    process = Int(getpid())
  }

  /// As ``description`` writes it. Of anything else nothing is known.
  public init(_ text: String) {
    guard let cut = text.firstRange(of: Holder.between), let process = Int(text[cut.upperBound...]) else { return }
    command = String(text[..<cut.lowerBound])
    self.process = process
  }

  private static let between = ", process "

  /// `flow serve, process 4711`
  public var description: String {
    guard let command, let process else { return "another process" }
    return command + Holder.between + String(process)
  }

  public static let server = "flow serve"
  /// It goes on until somebody ends it; any other goes when it has done what it was asked.
  public var isServer: Bool { command == Holder.server }
}
