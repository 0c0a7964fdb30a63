import Dispatch

extension Array {
  /// The same as `map`, on all cores: what one element is made into must not depend on what another is.
  /// - Parameter few: so many are not worth it.
  func mapConcurrently<Result>(few: Int = 8, _ transform: (Element) -> Result) -> [Result] {
    guard count > few else { return map(transform) }
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
