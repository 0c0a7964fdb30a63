/// JUnit's XML, in the form that CI servers agree on (the schema of Jenkins' xUnit plugin, `junit-10.xsd`):
/// no times, no host, no timestamp.
enum JUnit {
  struct Failure {
    var type: String
    var message: String
    var text: String
  }

  struct Case {
    var name: String
    var file: String
    var line: Int?
    var failure: Failure?
    var output: String?
  }

  struct Suite {
    var name: String
    var cases: [Case]
    var failures: Int { cases.filter { $0.failure != nil }.count }
  }

  static func text(name: String, _ suites: [Suite]) -> String {
    let tests = suites.reduce(0) { $0 + $1.cases.count }
    let failures = suites.reduce(0) { $0 + $1.failures }
    let head = XML.attributes([
      ("name", name), ("tests", String(tests)), ("failures", String(failures)), ("errors", "0"),
    ])
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites\(head)>\n"
      + suites.map(suite).joined() + "</testsuites>\n"
  }

  private static func suite(_ suite: Suite) -> String {
    let head = XML.attributes([
      ("name", suite.name), ("tests", String(suite.cases.count)), ("failures", String(suite.failures)),
      ("errors", "0"), ("skipped", "0"),
    ])
    return "  <testsuite\(head)>\n" + suite.cases.map(testCase).joined() + "  </testsuite>\n"
  }

  private static func testCase(_ one: Case) -> String {
    var pairs = [("name", one.name), ("classname", one.file), ("file", one.file)]
    if let line = one.line { pairs.append(("line", String(line))) }
    let head = "    <testcase\(XML.attributes(pairs))"
    var inner = ""
    if let failure = one.failure {
      let attributes = XML.attributes([("type", failure.type), ("message", failure.message)])
      inner += "      <failure\(attributes)>\(XML.escaped(failure.text))</failure>\n"
    }
    if let output = one.output { inner += "      <system-out>\(XML.escaped(output))</system-out>\n" }
    return inner.isEmpty ? head + "/>\n" : head + ">\n" + inner + "    </testcase>\n"
  }
}
