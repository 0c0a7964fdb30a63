import FlowCore
import FlowPlugin

/// What is left of what was erased with a person, so that it does nothing when it is told again: digests of ids, and no
/// word of the person's. There is no secret in them: whoever holds the file can try out what he thinks of.
public enum Erased {
  /// There wherever anything was erased: who has none is asked for no digest.
  public static let mark = "store/erased"

  /// The name of the fact that this event was erased (guarantee 5).
  public static func event(_ key: InboxKey) -> String { fact("event", key.source, key.id) }

  /// The name of the fact that a run of this workflow with this key was erased.
  public static func key(_ subject: String, workflow: String) -> String { fact("key", workflow, subject) }

  private static func fact(_ parts: String...) -> String {
    Fact.erased + hexadecimal(sha256(parts.flatMap { Array($0.utf8) + [0] }), digits: 32)
  }
}
