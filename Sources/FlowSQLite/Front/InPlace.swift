/// An element of an array where it lies. Handed on by itself it would be copied, with a reference counted for each of
/// its parts, since whoever gets it might change the array.
struct InPlace<Element>: ~Copyable {
  let value: Element
}

extension Array {
  func withInPlace<Failure: Error>(
    _ body: (UnsafeBufferPointer<InPlace<Element>>) throws(Failure) -> Void
  ) throws(Failure) {
    try withUnsafeBufferPointer { (all) throws(Failure) in
      // A structure of one value is laid out as that.
      let start = all.baseAddress.map { UnsafeRawPointer($0).assumingMemoryBound(to: InPlace<Element>.self) }
      try body(UnsafeBufferPointer(start: start, count: all.count))
    }
  }

  /// - Parameter body: for each element, in their order.
  func forEachInPlace<Failure: Error>(
    _ body: (borrowing InPlace<Element>) throws(Failure) -> Void
  ) throws(Failure) {
    try withInPlace { (all) throws(Failure) in
      for index in 0..<all.count { try body(all[index]) }
    }
  }
}
