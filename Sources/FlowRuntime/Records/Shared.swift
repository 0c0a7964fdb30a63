/// A value that is shared, not copied: records are handed on far more often than they change.
final class Shared<Value: Hashable & Sendable>: Hashable, Sendable {
  let value: Value
  init(_ value: Value) { self.value = value }

  static func == (left: Shared, right: Shared) -> Bool { left === right || left.value == right.value }
  func hash(into hasher: inout Hasher) { value.hash(into: &hasher) }
}
