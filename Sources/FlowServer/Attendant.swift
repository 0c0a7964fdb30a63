import FlowCore
import FlowRuntime

/// Answers the orders of other commands while one that holds the store without a server hands over what it planned:
/// whoever wants to stop it need not wait until the last channel has answered.
public struct Attendant: Sendable {
  private let socket: SocketServer

  /// - Parameters:
  ///   - store: the store's file, whose lock the caller holds.
  ///   - holder: as others name this process.
  /// - Throws: where nobody can be listened to; the caller does his work all the same.
  public init(store: String, holder: Holder, engine: Engine) throws(SocketError) {
    socket = try SocketServer(store: store, hello: Wire.hello(holder)) { line in
      do throws(UnreadableOrder) {
        return Wire.bytes(await engine.carryOut(try Wire.readOrder(line)).json)
      } catch {
        return Wire.refusal("\(error)")
      }
    }
  }

  /// Nobody is let in any more; when this returns, all orders that came are carried out and answered. What they planned
  /// is left to whoever hands over next.
  public func end() async {
    socket.close()
    await socket.lastAnswers()
  }
}
