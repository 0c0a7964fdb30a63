import FaultKit
import Foundation

// flow-faults [--seeds FIRST-LAST] [--seed SEED [--trace] [--until STEP]] [--plant NAME] [--without
// FEATURE,…]
// The working directory is the repository.

do {
  exit(try Program(CommandLine.arguments).run())
} catch {
  print("flow-faults: \(error)")
  exit(3)
}
