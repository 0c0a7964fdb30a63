import Carried
import FuzzKit
import Glibc

// Changed workflow files, as the fuzzer has them, by what ships: a trap ends a release build, too, and it takes a fifth
// of the time that the address sanitizer does.
//
//     flow-mutants --mutants N [--seed S] [--only I] [--write FOLDER]   changed files, checked and carried through
//     flow-mutants --replay FILE ...                                   workflow files that the fuzzer has kept
//
// The working directory is the repository.
let words = Array(CommandLine.arguments.dropFirst())
if words.first == "--replay" {
  Watch.begin()
  for file in words.dropFirst() {
    guard let bytes = Shipped.bytes(of: file) else {
      Said.line("\(file) cannot be read")
      exit(2)
    }
    Watch.look("\(file): Tests/Fuzz/run --repeat workflow \(file)")
    Workflows.read(bytes)
  }
  Said.line("\(words.count - 1) kept workflow files")
  exit(0)
}
guard let mutants = Mutants(words) else {
  Said.line("--mutants N [--seed S] [--only I] [--write FOLDER], or --replay FILE ...")
  exit(2)
}
exit(mutants.run())
