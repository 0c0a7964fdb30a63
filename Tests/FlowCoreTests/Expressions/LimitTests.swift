import FlowCore
import Testing

/// Whatever somebody writes ends in a finding, in less than a second, and overflows no stack.
@Suite struct LimitTests {
  private func codes(_ text: String) -> [Code] {
    let start = processorSeconds()
    let problems = Expression.compile(text, as: nil, in: Fixture.naming()).1
    #expect(processorSeconds() - start < 5)
    return problems.map(\.code)
  }

  @Test(arguments: [
    "(", "not ", "-", "- ", "[", "length(", "x ?? (", "any(proposal.items, ", "1 + (", "not (",
  ])
  func depth(_ opening: String) {
    #expect(codes(String(repeating: opening, count: 1_000) + "1") == ["expression-depth"])
    let most = min(10_000, 65_000 / opening.utf8.count)
    #expect(codes(String(repeating: opening, count: most) + "1") == ["expression-depth"])
  }

  @Test func depthIsMarkedWhereItIsTooMuch() {
    let text = String(repeating: "(", count: 101) + "1" + String(repeating: ")", count: 101)
    let problems = Expression.compile(text, as: nil, in: Fixture.naming()).1
    #expect(problems.map(\.code) == ["expression-depth"])
    #expect(problems.first?.range == 100..<101)
    let hundred = String(repeating: "(", count: 100) + "1" + String(repeating: ")", count: 100)
    #expect(codes(hundred) == [])
  }

  @Test(arguments: [" + ", " - ", " * ", " and ", " or ", " ?? ", " == ", " in ", ", "])
  func chains(_ sign: String) {
    let long = "true" + String(repeating: sign + "true", count: 8_000)
    #expect(codes(long).count == 1)
    #expect(codes(String(repeating: long, count: 20)) == ["expression-size"])
  }

  @Test func aLongChainThatIsTakenEvaluates() throws {
    let text = "1" + String(repeating: " + 1", count: 900)
    let (expression, problems) = Expression.compile(text, as: .integer, in: Fixture.naming())
    #expect(problems == [])
    #expect(try expression?.evaluate(FixtureScope()) == .integer(901))
    #expect(
      expression?.hashValue == Expression.compile(text, as: .integer, in: Fixture.naming()).0?.hashValue)
  }

  /// Every operator in every level of parentheses: the deepest tree that the limits let through.
  @Test func theDeepestTreeEvaluates() throws {
    let text =
      String(repeating: "(false or true and not (", count: 33) + "true" + String(repeating: "))", count: 33)
    let (expression, problems) = Expression.compile(text, as: .boolean, in: Fixture.naming())
    #expect(problems == [])
    // Each round negates: 33 of them make true false.
    #expect(try expression?.evaluate(FixtureScope()) == .boolean(false))
  }

  /// Two levels of operators in each level of parentheses are taken; every operator in every level is too much.
  @Test func operatorsInEveryLevel() throws {
    let level = "false or true and not ("
    let text = String(repeating: level, count: 49) + "true" + String(repeating: ")", count: 49)
    let (expression, problems) = Expression.compile(text, as: .boolean, in: Fixture.naming())
    #expect(problems == [])
    #expect(try expression?.evaluate(FixtureScope()) == .boolean(false))
    #expect(expression == Expression.compile(text, as: .boolean, in: Fixture.naming()).0)
    #expect(expression?.canonical.isEmpty == false)
    let sums = String(repeating: "1 + 1 * (", count: 100) + "1" + String(repeating: ")", count: 100)
    let (number, more) = Expression.compile(sums, as: .integer, in: Fixture.naming())
    #expect(more == [])
    #expect(try number?.evaluate(FixtureScope()) == .integer(101))
    let mixed = String(repeating: "true or true and 1 == 1 ?? 1 + 1 * (", count: 100)
    #expect(codes(mixed + "1" + String(repeating: ")", count: 100)) == ["expression-depth"])
  }

  @Test func aMegabyte() {
    #expect(codes(String(repeating: "a", count: 1 << 20)) == ["expression-size"])
    #expect(codes("\"" + String(repeating: "a", count: 1 << 20) + "\"") == ["expression-size"])
    #expect(codes(String(repeating: "(", count: 1 << 20)) == ["expression-size"])
    #expect(codes(String(repeating: " ", count: 1 << 20)) == ["expression-size"])
    #expect(codes(String(repeating: "9", count: 60_000)) == ["expression-syntax"])
    #expect(codes(String(repeating: "a.", count: 30_000) + "a") == ["unknown-name"])
    #expect(codes(String(repeating: "é", count: 30_000)) == ["unknown-name"])
    #expect(codes(String(repeating: "1 day ", count: 10_000)) == ["bad-duration"])
    #expect(codes(String(repeating: "§", count: 30_000)).count <= 2_001)
  }

  @Test func templates() {
    func codes(_ text: String) -> Set<Code> {
      let start = processorSeconds()
      let problems = Template.compile(text, in: Fixture.naming()).1
      #expect(processorSeconds() - start < 5)
      return Set(problems.map(\.code))
    }
    #expect(codes(String(repeating: "{{", count: 500_000)) == ["unclosed-template"])
    #expect(codes(String(repeating: "{{ contact.name }}", count: 20_000)) == [])
    #expect(
      codes("{{ " + String(repeating: "a | ", count: 100_000) + "}}").isSubset(of: [
        "unknown-name", "unknown-filter", "expression-syntax",
      ]))
    #expect(codes(String(repeating: "{{ 'a ", count: 100_000)) == ["unclosed-template"])
    #expect(codes(String(repeating: "{{ \\' }} ", count: 50_000)) == ["expression-syntax"])
    // `' }} {{ '` is a text.
    #expect(codes(String(repeating: "{{ ' }} ", count: 20_000)) == [])
    #expect(codes(String(repeating: "{{ ' }}\n", count: 20_000)) == ["expression-syntax"])
    #expect(codes("{{ " + String(repeating: "(", count: 30_000) + " }}") == ["expression-depth"])
    #expect(codes("{{ " + String(repeating: "(", count: 1 << 20) + " }}") == ["expression-size"])
    #expect(codes("{{ '" + String(repeating: "' '", count: 300_000)) == ["unclosed-template"])
  }

  @Test func survivesMutations() {
    let seeds = [
      "proposal.amount > 1 and (reply.date is present or \"é\" in [\"a\", 'b\\n'])",
      "any(proposal.items, due is present and due + 3 days > 2026-04-01) ?? -1.5 * round(proposal.amount, 2)",
      "Hi {{ contact.first_name ?? contact.name | upper }}, {{ proposal.sent | date }} {{ ask }} }} {",
    ].map { Array($0.utf8) }
    var state: UInt64 = 7
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for round in 0..<6_000 {
      var bytes = seeds[round % seeds.count]
      for _ in 0...random(5) {
        switch random(4) {
        case 0: bytes[random(bytes.count)] = UInt8(random(256))
        case 1: bytes.remove(at: random(bytes.count))
        case 2: bytes.insert(Array("()[]{}|'\"-?.0 \n".utf8)[random(15)], at: random(bytes.count))
        default: bytes += bytes[random(bytes.count)...].prefix(12)
        }
      }
      let text = String(decoding: bytes, as: UTF8.self)
      let naming = Fixture.naming(allowsAsk: true)
      let (expression, problems) = Expression.compile(text, as: nil, in: naming)
      #expect((expression == nil) == !problems.isEmpty)
      let (template, more) = Template.compile(text, in: naming)
      #expect((template == nil) == !more.isEmpty)
      for problem in problems + more {
        #expect(problem.range.lowerBound >= 0 && problem.range.upperBound <= text.utf8.count)
      }
      _ = try? expression?.evaluate(FixtureScope())
      _ = try? template?.render(FixtureScope(), .init(zone: .utc))
    }
  }
}
