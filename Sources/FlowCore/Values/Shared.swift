/// A value that is shared, not copied: for what is handed on far more often than it changes.
package final class Shared<Value: Hashable & Sendable>: Hashable, Sendable {
  package let value: Value
  package init(_ value: consuming Value) { self.value = value }

  package static func == (left: Shared, right: Shared) -> Bool { left === right || left.value == right.value }
  package func hash(into hasher: inout Hasher) { value.hash(into: &hasher) }
}
