import CSpawn
import Glibc

/// Why a program could not be started.
struct SpawnError: Error, Hashable, Sendable {
  var code: Int32
  var text: String { String(cString: strerror(code)) }
  /// Time may help: the program that is just being replaced, too.
  var isTemporary: Bool { [EAGAIN, ENOMEM, EMFILE, ENFILE, ETXTBSY].contains(code) }
}

/// What is needed to start a program.
struct ProgramStart: Sendable {
  var path: String
  var folder: String
  /// Names of variables that it gets beside the usual four.
  var environment: [String]
  var limits: ExecLimits
}

/// The pipes of a program, and one that wakes its thread; none is inherited by another program.
struct Pipes {
  private(set) var inputRead: Int32 = -1
  private(set) var inputWrite: Int32 = -1
  private(set) var outputRead: Int32 = -1
  private(set) var outputWrite: Int32 = -1
  private(set) var errorRead: Int32 = -1
  private(set) var errorWrite: Int32 = -1
  private(set) var wakeRead: Int32 = -1
  private(set) var wakeWrite: Int32 = -1

  init() throws(SpawnError) {
    do throws(SpawnError) {
      (inputRead, inputWrite) = try Pipes.make()
      (outputRead, outputWrite) = try Pipes.make()
      (errorRead, errorWrite) = try Pipes.make()
      (wakeRead, wakeWrite) = try Pipes.make()
      // Our ends only: a program expects its own to block.
      for end in [inputWrite, outputRead, errorRead, wakeRead, wakeWrite] {
        guard fcntl(end, F_SETFL, O_NONBLOCK) == 0 else { throw SpawnError(code: errno) }
      }
    } catch {
      closeAll()
      throw error
    }
  }

  private static func make() throws(SpawnError) -> (Int32, Int32) {
    var ends: [Int32] = [-1, -1]
    guard pipe2(&ends, O_CLOEXEC) == 0 else { throw SpawnError(code: errno) }
    return (ends[0], ends[1])
  }

  func closeAll() {
    let all = [inputRead, inputWrite, outputRead, outputWrite, errorRead, errorWrite, wakeRead, wakeWrite]
    for end in all where end >= 0 { close(end) }
  }
}

/// Starts a program in a process group of its own, in its folder, with a small environment, within its limits, no
/// signal blocked or ignored, and no file open but the three.
func spawn(_ start: ProgramStart, _ pipes: Pipes) throws(SpawnError) -> pid_t {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_adddup2(&actions, pipes.inputRead, 0)
  posix_spawn_file_actions_adddup2(&actions, pipes.outputWrite, 1)
  posix_spawn_file_actions_adddup2(&actions, pipes.errorWrite, 2)
  posix_spawn_file_actions_addclosefrom_np(&actions, 3)
  posix_spawn_file_actions_addchdir_np(&actions, start.folder)

  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  var none = sigset_t()
  sigemptyset(&none)
  var usual = sigset_t()
  sigemptyset(&usual)
  for signal in [SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD, SIGUSR1, SIGUSR2] {
    sigaddset(&usual, signal)
  }
  posix_spawnattr_setsigmask(&attributes, &none)
  posix_spawnattr_setsigdefault(&attributes, &usual)
  posix_spawnattr_setpgroup(&attributes, 0)
  posix_spawnattr_setflags(
    &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

  var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(start.path), nil]
  var environment: [UnsafeMutablePointer<CChar>?] = smallEnvironment(start.environment).map { strdup($0) } + [nil]
  defer { for text in arguments + environment { free(text) } }
  var pid = pid_t()
  let code = posix_spawn(&pid, start.path, &actions, &attributes, &arguments, &environment)
  guard code == 0 else { throw SpawnError(code: code) }
  flow_limit_program(pid, rlim_t(start.limits.memory), rlim_t(start.limits.files))
  return pid
}

/// Nothing of ours that could be a secret, but what flow.yaml names: settings travel in `describe`.
private func smallEnvironment(_ named: [String]) -> [String] {
  let kept = (["PATH", "HOME", "TMPDIR"] + named).compactMap { (name: String) -> String? in
    guard let value = getenv(name) else { return nil }
    return name + "=" + String(cString: value)
  }
  return kept + ["LANG=C.UTF-8"]
}
