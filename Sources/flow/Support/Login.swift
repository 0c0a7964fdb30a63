import Glibc

/// Who runs the command.
enum Login {
  static var name: String { getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "user \(getuid())" }
}
