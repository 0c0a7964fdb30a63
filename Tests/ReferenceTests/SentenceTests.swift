import FlowCore
import FlowSimulation
import Testing

/// Every numbered sentence of the reference is carried by a scenario, a file that is refused, or a test.
struct SentenceTests {
  static let projects: [String] =
    ["Sentences"] + ((try? Corpus.names(in: "Projects")) ?? []).map { "Projects/\($0)" }

  @Test(arguments: projects)
  func `scenarios come out as the reference says`(folder: String) async throws {
    let corpus = try Corpus(folder)
    for error in corpus.errors {
      Issue.record("\(error.span.file):\(error.span.start.line) \(error.code.name): \(error.message)")
    }
    let runner = ScenarioRunner(corpus.simulator)
    #expect(!corpus.compilation.workflows.isEmpty)
    for workflow in corpus.compilation.workflows {
      #expect(!workflow.scenarios.isEmpty, "\(workflow.file) has no scenario")
      for scenario in workflow.scenarios {
        let result = try await runner.run(scenario, of: workflow.graph)
        for problem in result.problems {
          let line = problem.span.start.line
          Issue.record(
            """
            \(workflow.file):\(line) \(scenario.name)
              expected \(problem.expected ?? "nothing"), got \(problem.got ?? "nothing")
              \(problem.because ?? "")
            """)
        }
      }
    }
  }

  @Test(arguments: Refusal.all)
  func `a file is refused for the reason that its first line names`(refusal: Refusal) throws {
    #expect(!refusal.numbers.isEmpty, "\(refusal.file): the first line is # NUMBERS raises: CODE")
    let corpus = try Corpus("Refused", only: refusal.file)
    let errors = corpus.errors.map(\.code.name)
    if refusal.isError {
      #expect(errors == [refusal.code], "\(refusal.file): \(errors)")
    } else {
      let warnings = corpus.compilation.diagnostics.filter { $0.severity == .warning }.map(\.code.name)
      #expect(errors.isEmpty && warnings.contains(refusal.code), "\(refusal.file): \(errors) \(warnings)")
    }
  }

  @Test func `every number has somebody who carries it, and everybody carries a number there is`() throws {
    let sentences = try Numbers.sentences()
    #expect(sentences.count > 200)
    var carried = Set(try Numbers.ofTests() + Refusal.all.flatMap(\.numbers))
    for folder in Self.projects {
      for scenario in try Corpus(folder).compilation.workflows.flatMap(\.scenarios) {
        let numbers = Numbers.leading(scenario.name)
        #expect(!numbers.isEmpty, "\(scenario.name) begins with no number")
        carried.formUnion(numbers)
      }
    }
    for number in carried.sorted() where sentences[number] == nil {
      Issue.record("\(number) is carried, and no sentence has the number")
    }
    for number in sentences.keys.sorted() where !carried.contains(number) {
      Issue.record("nobody carries \(number): \(sentences[number] ?? "")")
    }
  }

  @Test func `numbers count up in each section without a hole`() throws {
    let numbers = try Numbers.sentences().keys.map { $0.split(separator: ".").compactMap { Int($0) } }
    for section in Set(numbers.compactMap(\.first)) {
      let own = numbers.filter { $0.first == section }.compactMap(\.last).sorted()
      #expect(own == Array(1...own.count), "section \(section)")
    }
  }
}
