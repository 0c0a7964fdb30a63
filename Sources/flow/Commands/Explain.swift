import ArgumentParser
import FlowCore
import FlowReport

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Say why a finding is one, with an example and its correction.")

  @Argument(help: "The code of a finding, such as `no-purpose`; none lists them all.") var code: String?
  @Option(help: "text or json.") var format: TextOrJSON = .text
  @OptionGroup var color: ColorOptions

  func run() throws {
    guard let code else {
      let pages = Catalogue.all.sorted(by: { $0.code < $1.code })
      if format == .json { return Output.json(["findings": .array(pages.map(ExplainReport.json))]) }
      let width = Catalogue.all.map { $0.code.name.count }.max() ?? 0
      for page in pages {
        let name = page.code.name + String(repeating: " ", count: width - page.code.name.count)
        Output.line("\(name)  \(page.title)")
      }
      return
    }
    guard let page = Catalogue.all.first(where: { $0.code.name == code }) else {
      let nearest = Spelling.nearest(to: code, in: Catalogue.all.map(\.code.name))
      throw Failure.usage(
        "there is no finding \"\(code)\""
          + (nearest.map { "; did you mean \"\($0)\"?" } ?? "; `flow explain` lists them"))
    }
    if format == .json { return Output.json(ExplainReport.json(page)) }
    Output.line(ExplainReport.text(page, width: min(Output.width, 100), color: color.isOn))
  }
}
