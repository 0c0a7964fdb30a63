import FlowCore
import FlowPlugin
import FuzzKit

/// What a program in another language answers, in pieces of any size.
enum Frames {
  static func read(_ bytes: [UInt8]) {
    // The first byte says how the rest is cut: the lines must not depend on it.
    guard let size = bytes.first else { return }
    let stream = bytes.dropFirst()
    guard let whole = try? lines(stream, Int.max), let cut = try? lines(stream, Int(size) + 1) else { return }
    if whole != cut { Said.broken("lines depend on the pieces in which they come") }
    for line in whole { read(line: line) }
  }

  private static func lines(_ stream: ArraySlice<UInt8>, _ size: Int) throws(FrameError) -> [[UInt8]] {
    var (reader, rest, lines) = (FrameReader(), stream, [[UInt8]]())
    while !rest.isEmpty {
      let piece = rest.prefix(size)
      rest = rest.dropFirst(piece.count)
      lines += try reader.read(piece)
    }
    return lines
  }

  private static func read(line: [UInt8]) {
    if let request = try? Frame.Request(line: line) {
      guard let text = try? request.line(), let again = try? Frame.Request(line: text.dropLast()), again == request
      else { Said.broken("a request is not read as it is written") }
    }
    guard let answer = try? Frame.Answer(line: line) else { return }
    guard let text = try? answer.line(), (try? Frame.Answer(line: text.dropLast())) == answer else {
      Said.broken("an answer is not read as it is written")
    }
    guard case .success(let ok) = answer.result else { return }
    _ = try? Frame.inbound(ok)
    _ = try? Frame.rendering(ok)
    _ = try? Frame.acceptedID(ok)
  }
}

extension Frame.Request {
  fileprivate init(line: ArraySlice<UInt8>) throws(FrameError) { try self.init(line: Array(line)) }
}

extension Frame.Answer {
  fileprivate init(line: ArraySlice<UInt8>) throws(FrameError) { try self.init(line: Array(line)) }
}
