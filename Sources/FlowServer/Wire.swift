import FlowCore
import FlowRuntime

/// The lines between a command and the server: the server says hello, then each order has its answer. JSON, a
/// value a line.
enum Wire {
  /// Grows when a line changes its meaning.
  static let version: Int64 = 1
  /// What a line may hold beside the object of an order.
  static let json = JSONReader.Limits(bytes: 24 << 20, depth: 64)

  /// - Parameter project: the folder whose flow.yaml names the store that is served.
  static func hello(_ holder: Holder, project: String? = nil) -> [UInt8] {
    var members = [JSONMember("flow", .number(String(version))), JSONMember("holder", .string("\(holder)"))]
    if let project { members.append(JSONMember("project", .string(project))) }
    return bytes(.object(members))
  }

  /// - Returns: who serves, and which project.
  static func readHello(_ line: [UInt8]) throws(SocketError) -> (Holder, project: String?) {
    guard let value = try? JSONReader.read(line, limit: json), case .string(let holder) = value["holder"],
      case .number(let number) = value["flow"]
    else { throw .foreign("it is no server of flow") }
    guard number == String(version) else { throw .foreign("version \(number), and here it is \(version)") }
    guard case .string(let project)? = value["project"] else { return (Holder(holder), nil) }
    return (Holder(holder), project)
  }

  static func bytes(_ value: JSONValue) -> [UInt8] { Array(value.write().utf8) }

  static func refusal(_ because: String) -> [UInt8] { bytes(Answer.refused(because).json) }

  static func readOrder(_ line: [UInt8]) throws(UnreadableOrder) -> Order {
    try Order(json: try read(line))
  }

  static func readAnswer(_ line: [UInt8]) throws(SocketError) -> Answer {
    do throws(UnreadableOrder) {
      return try Answer(json: try read(line))
    } catch {
      throw .foreign("\(error)")
    }
  }

  private static func read(_ line: [UInt8]) throws(UnreadableOrder) -> JSONValue {
    do throws(JSONError) {
      return try JSONReader.read(line, limit: json)
    } catch {
      throw UnreadableOrder("no JSON: \(error)")
    }
  }
}
