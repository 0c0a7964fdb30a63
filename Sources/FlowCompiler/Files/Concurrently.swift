import Dispatch

extension Array {
  /// The same as `map`, on all cores: what one element is made into must not depend on what another is.
  func mapConcurrently<Result>(_ transform: (Element) -> Result) -> [Result] {
    guard count > 8 else { return map(transform) }
    return withoutActuallyEscaping(transform) { transform in
      nonisolated(unsafe) let transform = transform
      nonisolated(unsafe) let elements = self
      return [Result](unsafeUninitializedCapacity: count) { results, made in
        nonisolated(unsafe) let start = results.baseAddress
        DispatchQueue.concurrentPerform(iterations: elements.count) { index in
          start.map { ($0 + index).initialize(to: transform(elements[index])) }
        }
        made = elements.count
      }
    }
  }
}
