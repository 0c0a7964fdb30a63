import FuzzKit

#if canImport(Carried)
  import Carried
#endif

/// One program for all readers.
///
///     FLOW_FUZZ=yaml Fuzz [options of libFuzzer] [folders]     FLOW_FUZZ says which reader gets the bytes
///     Fuzz --mutants N [--seed S] [--only I] [--write FOLDER]  changed workflow files, as `flow-mutants` has them
///
/// The working directory is the repository: the shipped manifests, calendars and workflows are read from it.
///
/// SwiftPM calls the entry of an executable by the module's name, and libFuzzer's own `main` must not be taken.
@_cdecl("Fuzz_main")
public func fuzzMain(_ count: CInt, _ arguments: Arguments) -> CInt {
  let words = (1..<max(1, Int(count))).compactMap { arguments[$0].map { String(cString: $0) } }
  #if canImport(Carried)
    if words.first == "--mutants" { return Mutants(words)?.run() ?? usage() }
  #endif
  guard Readers.chosen != nil else { return usage() }
  var count = count
  var arguments = arguments
  return runDriver(&count, &arguments) { start, count in
    Readers.chosen?(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
  }
}

public typealias Arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<Arguments>,
  _ one: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

private func usage() -> CInt {
  Said.line("FLOW_FUZZ is one of \(Readers.all.keys.sorted().joined(separator: ", ")); or: --mutants N [--seed S]")
  return 2
}
