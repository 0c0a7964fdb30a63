import CWatch
import FlowPlugin
import FlowTime
import Glibc
import Synchronization

/// What a server waits for, with one thread that sleeps until something happens: an instant of the wall
/// clock, a signal, a file that changes, or somebody who rings.
public final class Watch: Sendable {
  public enum Wake: Hashable, Sendable {
    /// The instant of ``wake(at:)`` has come.
    case due
    /// The clock was set: whoever waits for an instant looks again.
    case clockSet
    /// SIGTERM or SIGINT. A second one ends the process at once.
    case stop
    /// SIGHUP.
    case reload
    /// A file in a folder that is watched has changed, and nothing more came for a while.
    case files
    /// The file of ``keep(_:)`` may be gone.
    case lost
    case rung
  }

  /// Ring for what has to be looked at.
  public let wakes: AsyncStream<Void>
  private let bell: AsyncStream<Void>.Continuation
  private let pending = Mutex<Set<Wake>>([])
  private let timer: Int32
  private let notices: Int32
  private let folders = Mutex<[String: Int32]>([:])
  private let kept = Mutex<Int32>(-1)
  private let isOfInterest: @Sendable (_ name: String) -> Bool

  /// From here on the process' SIGTERM, SIGINT and SIGHUP are this one's.
  /// - Parameter isOfInterest: whether a change of a file called so matters.
  /// - Throws: where the system gives no timer, no notices of files or no thread: it would wait for ever.
  public init(isOfInterest: @escaping @Sendable (_ name: String) -> Bool) throws(SocketError) {
    (wakes, bell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    timer = timerfd_create(CLOCK_REALTIME, flow_timer_make)
    let timerError = errno
    notices = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
    let noticesError = errno
    self.isOfInterest = isOfInterest
    guard timer >= 0 else { throw .failed("no timer: \(String(cString: strerror(timerError)))") }
    guard notices >= 0 else { throw .failed("no notices of files: \(String(cString: strerror(noticesError)))") }
    Signals.listen()
    guard OwnThread.startSmall({ self.watch() }) else { throw .failed("no thread can be started") }
  }

  /// Everything that has happened since the last call.
  public func take() -> Set<Wake> {
    pending.withLock { pending in
      defer { pending = [] }
      return pending
    }
  }

  public func ring(_ wake: Wake = .rung) {
    pending.withLock { _ = $0.insert(wake) }
    bell.yield()
  }

  /// The next `.due` comes at this instant of the wall clock, right away where it has passed; nil: never.
  public func wake(at instant: Instant?) {
    var setting = itimerspec()
    if let instant {
      let milliseconds = max(1, instant.milliseconds)
      setting.it_value = timespec(
        tv_sec: Int(milliseconds / 1000), tv_nsec: Int(milliseconds % 1000) * 1_000_000)
    }
    timerfd_settime(timer, flow_timer_flags, &setting, nil)
  }

  /// Looks at these folders, and no others any more.
  public func look(at wanted: Set<String>) {
    let mask = UInt32(
      IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_ONLYDIR)
    folders.withLock { folders in
      for (folder, number) in folders where !wanted.contains(folder) {
        inotify_rm_watch(notices, number)
        folders[folder] = nil
      }
      for folder in wanted {
        // Again, too: another folder may bear the name by now.
        let number = inotify_add_watch(notices, folder, mask)
        folders[folder] = number >= 0 ? number : nil
      }
    }
  }

  /// From here on this file, and no other any more, is one that must be there. It is known by itself, not by its
  /// folder, in which much else may happen.
  public func keep(_ path: String) {
    kept.withLock { kept in
      if kept >= 0 { inotify_rm_watch(notices, kept) }
      // Whose name is taken away has a link less.
      kept = inotify_add_watch(notices, path, UInt32(IN_ATTRIB | IN_MOVE_SELF))
    }
  }

  // MARK: The thread

  /// Editors write in several steps: a set of files is looked at when it has been quiet for so long.
  private static let quiet: Int32 = 200

  private func watch() {
    var hasChanges = false
    while true {
      var waited = [
        pollfd(fd: Signals.read, events: Int16(POLLIN), revents: 0),
        pollfd(fd: timer, events: Int16(POLLIN), revents: 0),
        pollfd(fd: notices, events: Int16(POLLIN), revents: 0),
      ]
      let count = poll(&waited, nfds_t(waited.count), hasChanges ? Watch.quiet : -1)
      if count == 0, hasChanges {
        hasChanges = false
        ring(.files)
      }
      guard count > 0 else { continue }
      if waited[0].revents != 0 { takeSignals() }
      if waited[1].revents != 0 { takeTimer() }
      if waited[2].revents != 0, takeNotices() { hasChanges = true }
    }
  }

  private func takeSignals() {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(Signals.read, &bytes, bytes.count)
    for number in bytes.prefix(max(0, count)) { ring(Int32(number) == SIGHUP ? .reload : .stop) }
  }

  private func takeTimer() {
    var count: UInt64 = 0
    let size = read(timer, &count, 8)
    ring(size < 0 && errno == ECANCELED ? .clockSet : .due)
  }

  /// Whether one of them is of interest.
  private func takeNotices() -> Bool {
    var bytes = [UInt8](repeating: 0, count: 16 << 10)
    var found = false
    while true {
      let count = read(notices, &bytes, bytes.count)
      guard count > 0 else { return found }
      var at = 0
      while at + 16 <= count {
        let (number, mask, length) = bytes.withUnsafeBytes {
          (
            $0.loadUnaligned(fromByteOffset: at, as: Int32.self),
            $0.loadUnaligned(fromByteOffset: at + 4, as: UInt32.self),
            Int($0.loadUnaligned(fromByteOffset: at + 12, as: UInt32.self))
          )
        }
        guard at + 16 + length <= count else { break }
        let name = String(decoding: bytes[(at + 16)..<(at + 16 + length)].prefix { $0 != 0 }, as: UTF8.self)
        let isFolder = mask & UInt32(IN_ISDIR | IN_DELETE_SELF | IN_Q_OVERFLOW) != 0
        // What has no number tells of all: some notices were left out.
        let isKept = number >= 0 && kept.withLock { $0 == number }
        if isKept || number < 0 { ring(.lost) }
        if !isKept, isFolder || !name.isEmpty && isOfInterest(name) {
          found = true
        }
        at += 16 + length
      }
    }
  }
}

/// The process' signals as bytes of a pipe: all that may be done where one comes is to write.
private enum Signals {
  private static let ends: (read: Int32, write: Int32) = {
    var ends: [Int32] = [-1, -1]
    pipe2(&ends, Int32(O_CLOEXEC | O_NONBLOCK))
    return (ends[0], ends[1])
  }()
  static var read: Int32 { ends.read }
  private static let write = Atomic<Int32>(-1)
  private static let asked = Atomic<Bool>(false)

  static func listen() {
    write.store(ends.write, ordering: .sequentiallyConsistent)
    // Who reads our messages may go away; we stay.
    signal(SIGPIPE, SIG_IGN)
    for number in [SIGTERM, SIGINT, SIGHUP] {
      signal(number) { number in
        if number != SIGHUP, Signals.asked.exchange(true, ordering: .relaxed) { _exit(128 + number) }
        let before = errno
        var byte = UInt8(truncatingIfNeeded: number)
        Glibc.write(Signals.write.load(ordering: .relaxed), &byte, 1)
        errno = before
      }
    }
  }
}
