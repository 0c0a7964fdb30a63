import FlowRuntime
import FlowTesting
import Testing

struct MemoryStoreTests {
  @Test(arguments: StoreConformance.checks)
  func `the store in memory keeps its promises`(check: StoreConformance.Check) throws {
    #expect(try check.violations(of: MemoryStore()) == [])
  }
}
