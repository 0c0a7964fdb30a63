import Glibc

/// What the program says: on standard error, as libFuzzer does.
package enum Said {
  package static func line(_ text: String) {
    let bytes = Array((text + "\n").utf8)
    _ = bytes.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
  }

  /// A promise is broken: said, then the process ends the way a crash does, so that the input is kept.
  package static func broken(_ promise: String) -> Never {
    line("BROKEN: " + promise)
    abort()
  }
}
