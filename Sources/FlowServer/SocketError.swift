/// Why no answer came over a server's socket.
public enum SocketError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Nobody listens there.
  case absent
  /// It was there, and went away before it answered: what was asked may have been done, or not.
  case gone
  case late(seconds: Int)
  /// A line is longer than this many bytes.
  case tooLong(limit: Int)
  /// Who listens speaks another version of these lines.
  case foreign(String)
  case failed(String)

  public var description: String {
    switch self {
    case .absent: "no server runs"
    case .gone: "the server went away before it answered"
    case .late(let seconds): "the server did not answer within \(seconds) seconds"
    case .tooLong(let limit): "a line is longer than \(limit) bytes"
    case .foreign(let what): "the server speaks another language: \(what)"
    case .failed(let what): what
    }
  }
}
