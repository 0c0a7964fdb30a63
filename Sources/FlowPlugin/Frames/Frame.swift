import FlowCore

/// What travels between the engine and a channel's program in another language: one JSON object a line,
/// UTF-8, at most 1 MiB with its line end, on standard input and output. Unknown fields are ignored on both
/// sides.
public enum Frame {
  /// The most bytes of one line, its LF included.
  public static let limit = 1 << 20
  /// The version of these frames, told in `describe`.
  public static let version = 1

  public enum Operation: String, Hashable, Sendable, CaseIterable {
    /// Version, settings and the project's folder; answers with the program's own version and verb.
    case describe
    /// Whether the settings will do.
    case check
    case render, deliver, poll
  }

  /// From the engine: `{"op": "render", "id": 7, …}`.
  public struct Request: Hashable, Sendable {
    public var operation: Operation
    public var id: Int
    /// What else stands in the object, in this order; neither `op` nor `id`.
    public var fields: [JSONMember]

    public init(_ operation: Operation, id: Int, fields: [JSONMember] = []) {
      self.operation = operation
      self.id = id
      self.fields = fields
    }

    public subscript(name: String) -> JSONValue? { fields.first { $0.key == name }?.value }

    /// The line, its LF included; too long is an error.
    public func line() throws(FrameError) -> [UInt8] {
      let head = [JSONMember("op", .string(operation.rawValue)), JSONMember("id", .number(String(id)))]
      return try Frame.line(.object(head + fields))
    }

    /// Reads a line without its LF.
    public init(line: [UInt8]) throws(FrameError) {
      let object = try Frame.object(line)
      guard let id = object["id"].flatMap(Frame.id) else { throw .noID }
      guard case .string(let name)? = object["op"] else { throw .noOperation }
      guard let operation = Operation(rawValue: name) else { throw .unknownOperation(name, id: id) }
      var fields: [JSONMember] = []
      if case .object(let members) = object { fields = members.filter { $0.key != "op" && $0.key != "id" } }
      self.init(operation, id: id, fields: fields)
    }
  }

  /// From the program: `{"id": 7, "ok": …}` or `{"id": 7, "error": {"kind": …, "text": …}}`.
  public struct Answer: Hashable, Sendable {
    public struct Failure: Error, Hashable, Sendable {
      public var kind: ChannelError.Kind
      public var text: String
      /// Whole seconds after which it may be tried again; only of use where the kind is `temporary`.
      public var after: Int?
      public init(_ kind: ChannelError.Kind, _ text: String, after: Int? = nil) {
        self.kind = kind
        self.text = text
        self.after = after
      }
    }

    public var id: Int
    public var result: Result<JSONValue, Failure>

    public init(id: Int, _ result: Result<JSONValue, Failure>) {
      self.id = id
      self.result = result
    }

    public func line() throws(FrameError) -> [UInt8] {
      let value: JSONMember
      switch result {
      case .success(let ok): value = JSONMember("ok", ok)
      case .failure(let failure):
        var members = [
          JSONMember("kind", .string(failure.kind.rawValue)), JSONMember("text", .string(failure.text)),
        ]
        if let after = failure.after { members.append(JSONMember("after", .number(String(after)))) }
        value = JSONMember("error", .object(members))
      }
      return try Frame.line(.object([JSONMember("id", .number(String(id))), value]))
    }

    /// Reads a line without its LF. An answer that is both `ok` and `error`, or neither, does not fit.
    public init(line: [UInt8]) throws(FrameError) {
      let object = try Frame.object(line)
      guard let id = object["id"].flatMap(Frame.id) else { throw .noID }
      switch (object["ok"], object["error"]) {
      case (let ok?, nil): self.init(id: id, .success(ok))
      case (nil, let error?): self.init(id: id, .failure(try Answer.failure(error)))
      default: throw .neitherOkNorError
      }
    }

    private static func failure(_ error: JSONValue) throws(FrameError) -> Failure {
      guard case .string(let word)? = error["kind"], let kind = ChannelError.Kind(rawValue: word),
        case .string(let text)? = error["text"]
      else { throw .badError }
      guard let after = error["after"] else { return Failure(kind, text) }
      guard let seconds = Frame.id(after) else { throw .badError }
      return Failure(kind, text, after: seconds)
    }
  }

  private static func line(_ value: JSONValue) throws(FrameError) -> [UInt8] {
    let line = Array(value.write().utf8) + [0x0A]
    guard line.count <= limit else { throw .tooLong }
    return line
  }

  private static func object(_ line: [UInt8]) throws(FrameError) -> JSONValue {
    guard line.count < limit else { throw .tooLong }
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONReader.read(line, limit: JSONReader.Limits(bytes: limit, depth: 64))
    } catch {
      throw .notJSON(error)
    }
    guard case .object = value else { throw .noObject }
    return value
  }

  /// A whole number from 0.
  private static func id(_ value: JSONValue) -> Int? {
    guard case .number(let digits) = value, let id = Int(digits), id >= 0 else { return nil }
    return id
  }
}

/// Why a line is no frame.
public enum FrameError: Error, Hashable, Sendable, CustomStringConvertible {
  case tooLong
  case notJSON(JSONError)
  case noObject
  case noID
  case noOperation
  case unknownOperation(String, id: Int)
  case neitherOkNorError
  case badError
  /// The object lacks this, or has something else there.
  case wanted(String)
  /// The address of one message is not one plain line (a line break, a tab, another control character, a blank at an
  /// end): that is wrong with the message, and with nothing else.
  case brokenAddress

  public var description: String {
    switch self {
    case .tooLong: "a line is longer than 1 MiB"
    case .notJSON(let error): "a line is no JSON: \(error)"
    case .noObject: "a line is no JSON object"
    case .noID: "\"id\" should be a whole number from 0"
    case .noOperation: "\"op\" should be a text"
    case .unknownOperation(let name, _): "unknown op \"\(HeaderText(name))\""
    case .neitherOkNorError: "an answer has either \"ok\" or \"error\""
    case .badError:
      "\"error\" should be {\"kind\": \"temporary\", \"permanent\", \"ours\" or \"unknown\", \"text\": …}"
    case .wanted(let what): "\(what) should stand in the answer"
    case .brokenAddress: "\"to\" is not one plain line"
    }
  }
}
