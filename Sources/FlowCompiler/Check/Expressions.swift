import FlowCore

/// Expressions, templates and patterns: FlowCore compiles them, and what it finds is put at its place.
extension Bench {
  func expression(_ node: YAMLNode, as type: ValueType?, _ naming: Naming) -> Expression? {
    text(node, wanted: "an expression").flatMap { expression($0, as: type, naming) }
  }

  func expression(_ text: Located, as type: ValueType?, _ naming: Naming) -> Expression? {
    let (expression, problems) = Expression.compile(text.text, as: type, in: naming)
    report(problems.map { meantText($0, text, type) }, text)
    note(expression?.uses ?? [], text)
    return problems.isEmpty ? expression : nil
  }

  /// The quotes around a whole value are YAML's: what is left of a text of its own reads as a name.
  private func meantText(_ problem: ExpressionProblem, _ text: Located, _ type: ValueType?) -> ExpressionProblem {
    let words = text.trimmed.text
    guard type?.isText == true, problem.fix == nil, ["unknown-name", "expression-syntax"].contains(problem.code),
      words.count <= 40, words.first?.isLetter == true,
      words.allSatisfy({ $0.isLetter || $0.isNumber || $0 == " " || $0 == "_" })
    else { return problem }
    var problem = problem
    problem.help = "for the text itself write '\"\(words)\"', its own quotes inside; " + problem.help
    return problem
  }

  func template(_ text: Located, _ naming: Naming) -> Template? {
    let (template, problems) = Template.compile(text.text, in: naming)
    report(problems, text)
    note(template?.uses ?? [], text)
    return problems.isEmpty ? template : nil
  }

  private func note(_ uses: [Use], _ text: Located) {
    note(uses)
    guard let site else { return }
    for use in uses {
      note(UseSite(place: site, name: use.name, span: text.span(use.range), text: text.part(use.range).text))
    }
  }

  private func report(_ problems: [ExpressionProblem], _ text: Located) {
    for problem in problems {
      let span = text.span(problem.range)
      report(
        Diagnostic(
          problem.code, at: span, problem.message, help: problem.help,
          fix: problem.fix.map { Diagnostic.Fix(replace: span, with: $0) }))
    }
  }

  func pattern(_ text: Located) -> ReplyPattern? {
    do throws(ReplyPatternError) {
      return try ReplyPattern.parse(text.text)
    } catch {
      report(.badPattern(text, error))
      return nil
    }
  }
}
