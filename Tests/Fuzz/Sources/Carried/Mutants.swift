import FuzzKit
import Glibc

/// Thousands of changed workflow files, each compiled, reported on, drawn and carried to its end. Every one is known by
/// (seed, number), so that what is found can be had again without keeping it.
package struct Mutants {
  private var count = 0
  private var seed: UInt64 = 2026
  /// The one that is wanted again.
  private var only: Int?
  /// Where each is written, for programs that read files.
  private var folder: String?

  /// A mutant costs no more processor time than this, in milliseconds: many times what the slowest costs here, since
  /// the machine may be slow. What grows beyond all bounds costs more.
  private static let limit = 10_000

  package init?(_ words: [String]) {
    var rest = words[...]
    while let option = rest.popFirst() {
      guard let value = rest.popFirst() else { return nil }
      switch (option, Int(value)) {
      case ("--mutants", let number?): count = number
      case ("--seed", let number?) where number >= 0: seed = UInt64(number)
      case ("--only", let number?): only = number
      case ("--write", _): folder = value
      default: return nil
      }
    }
  }

  package func run() -> CInt {
    Watch.begin()
    let originals = Shipped.files.contents.keys.filter { $0.hasSuffix(".yaml") && !$0.hasSuffix("/flow.yaml") }.sorted()
    let mutator = Mutator(originals.compactMap { Shipped.files.contents[$0] })
    var (compiled, slow, slowest) = (0, 0, (number: 0, milliseconds: 0))
    for number in only.map({ $0..<$0 + 1 }) ?? 0..<count {
      var dice = Dice(seed: seed &* 1_000_003 &+ UInt64(number))
      guard let file = dice.one(of: originals), let bytes = Shipped.files.contents[file] else { return 2 }
      let mutant = mutator.mutate(bytes, &dice)
      if let folder {
        guard write(mutant, of: file, number, to: folder) else { return 2 }
        continue
      }
      Watch.look("seed \(seed), mutant \(number) (\(file)): Tests/Fuzz/run --mutant \(number) --seed \(seed)")
      let began = Watch.spent
      if Carried(file: workflow(of: file), files: Shipped.files.with(file, mutant)).through() { compiled += 1 }
      let milliseconds = Watch.spent - began
      if milliseconds > slowest.milliseconds { slowest = (number, milliseconds) }
      if milliseconds > Mutants.limit {
        slow += 1
        Said.line("SLOW: mutant \(number) of \(file) took \(milliseconds) ms")
      }
    }
    if folder != nil { return 0 }
    let rate = "\(compiled) still compile, the slowest (\(slowest.number)) took \(slowest.milliseconds) ms"
    Said.line("\(only == nil ? count : 1) mutants with seed \(seed): \(rate), \(slow) over \(Mutants.limit) ms")
    return slow == 0 ? 0 : 1
  }

  /// Scenarios in a file of their own belong to the workflow beside it.
  private func workflow(of file: String) -> String {
    file.hasSuffix(".scenarios.yaml") ? String(file.dropLast(15)) + ".yaml" : file
  }

  private func write(_ bytes: [UInt8], of file: String, _ number: Int, to folder: String) -> Bool {
    let name = file.split(separator: "/").last.map(String.init) ?? file
    guard let stream = fopen("\(folder)/\(number)-\(name)", "w") else { return false }
    defer { fclose(stream) }
    return bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, stream) } == bytes.count
  }
}

/// Says which mutant it was when the process dies or hangs.
package enum Watch {
  /// What the handler writes: it may neither allocate nor lock.
  nonisolated(unsafe) private static let line = UnsafeMutablePointer<UInt8>.allocate(capacity: 400)
  nonisolated(unsafe) private static var length = 0
  private static let mostSeconds: UInt32 = 120

  /// Processor time of this process, in milliseconds: what else runs here does not count.
  static var spent: Int {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
  }

  package static func begin() {
    for signal in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGALRM, SIGFPE] {
      Glibc.signal(signal) { number in
        _ = Glibc.write(2, Watch.line, Watch.length)
        Glibc.signal(number, SIG_DFL)
        raise(number)
      }
    }
  }

  package static func look(_ text: String) {
    let bytes = Array("DIED OR HUNG: \(text)\n".utf8.prefix(400))
    for (index, byte) in bytes.enumerated() { line[index] = byte }
    length = bytes.count
    alarm(mostSeconds)
  }
}
