import CCurl
import Glibc

/// Whether a server answers at all: a connection is made and given up, and nothing is said on it.
public enum Reach {
  /// Why no connection came about, in a few words; nil where one did. Asks the system's resolver, and tries each
  /// address for at most `seconds`.
  public static func problem(host: String, port: Int, seconds: Int) -> String? {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, String(port), &hints, &list)
    guard code == 0 else { return String(cString: gai_strerror(code)) }
    defer { freeaddrinfo(list) }
    var reason = "there is no address"
    var next = list
    while let address = next?.pointee {
      guard let problem = connect(address, seconds) else { return nil }
      reason = problem
      next = address.ai_next
    }
    return reason
  }

  private static func connect(_ address: addrinfo, _ seconds: Int) -> String? {
    let kind = address.ai_socktype | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = socket(address.ai_family, kind, address.ai_protocol)
    guard descriptor >= 0 else { return reason(errno) }
    defer { close(descriptor) }
    if Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 { return nil }
    guard errno == EINPROGRESS else { return reason(errno) }
    var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    guard poll(&waiting, 1, Int32(min(max(seconds, 0), 600)) * 1000) > 0 else { return "no answer within \(seconds) s" }
    var failure: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &failure, &length) == 0 else { return reason(errno) }
    return failure == 0 ? nil : reason(failure)
  }

  private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
