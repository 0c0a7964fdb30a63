import FlowPlugin
import FlowTransport
import Glibc

/// `notify-send` of the machine it runs on.
struct Desktop: Sendable {
  private let worker = Worker()
  private let program: String

  /// `program`: another than `notify-send`, for tests.
  init(program: String = "notify-send") { self.program = program }

  func deliver(title: String, text: String, marker: @escaping Marker) async -> Receipt {
    guard await marker() else { return .withheld }
    return await worker.run { [program] in
      Desktop.run([program, "--app-name=flow", "--", title, text])
    }
  }

  /// The program's verdict; it is given ten seconds.
  private static func run(_ arguments: [String]) -> Receipt {
    var list: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for text in list { free(text) } }
    var pid = pid_t()
    let code = posix_spawnp(&pid, arguments[0], nil, nil, &list, environ)
    if code != 0 {
      let because = "\(arguments[0]): \(String(cString: strerror(code)))"
      let isPassing = [EAGAIN, ENOMEM, EMFILE, ENFILE, ETXTBSY].contains(code)
      return isPassing ? .temporary(after: nil, because: because) : .ours(because: because)
    }
    var status: Int32 = 0
    for _ in 0..<1000 {
      if waitpid(pid, &status, WNOHANG) == pid {
        return status == 0 ? .accepted(id: "") : .temporary(after: nil, because: "\(arguments[0]) could not show it")
      }
      usleep(10_000)
    }
    kill(pid, SIGKILL)
    waitpid(pid, &status, 0)
    return .temporary(after: nil, because: "\(arguments[0]) did not end")
  }
}
