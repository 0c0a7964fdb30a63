import FlowCompiler
import FlowCore
import FlowTesting
import FlowTime
import Foundation
import Testing

/// A workflow file for the tests of rules: what stands above the steps, and the steps as given, with their
/// marks.
struct RuleFile {
  var category = "service"
  var trigger = "{ event: deal.sent, key: deal.id }"
  var policy = "{ gap: 1 day }"
  var anytime = ""
  var paths = ""
  var steps: String
  /// flow.yaml; none where empty.
  var project = ""

  init(
    _ steps: String, category: String = "service", policy: String = "{ gap: 1 day }", anytime: String = "",
    paths: String = "", project: String = "", trigger: String = "{ event: deal.sent, key: deal.id }"
  ) {
    self.steps = steps
    self.category = category
    self.policy = policy
    self.anytime = anytime
    self.paths = paths
    self.project = project
    self.trigger = trigger
  }

  var text: String {
    var text = """
      workflow: rule-test
      about: A text for the test of a rule.
      category: \(category)
      trigger: \(trigger)
      input:
        contact: contact
        owner: person
        deal:
          id: text
          title: text
          amount: number
          page: url
          video: url
          due: date
          sent: instant
          by: contact
      events:
        deal.won: {}
        deal.moved: { due: date }
      replies:
        declined: ["no thanks"]
      policy: \(policy)
      anytime:
        declined: end lost
        deal.moved:
          - set: { deal.due: event.due }

      """
    if !anytime.isEmpty { text += indented(anytime) }
    text += "steps:\n" + indented(steps)
    if !paths.isEmpty { text += "paths:\n" + indented(paths) }
    return text
  }

  private func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "\n" : "  \($0)\n" }
      .joined()
  }
}

/// Compiles the file and compares everything that is found, by mark and code, in the order of the file: a
/// rule that speaks up unasked fails as loudly as one that keeps silent.
func expectRules(
  _ file: RuleFile, _ expected: String..., sourceLocation: SourceLocation = #_sourceLocation
) {
  let source = MarkedSource(file.text)
  let findings = compiled(source.text, project: file.project).diagnostics
  #expect(source.located(findings) == expected, "\(findings.map(\.message))", sourceLocation: sourceLocation)
}

/// The messages of all findings.
func messages(_ file: RuleFile) -> [String] {
  compiled(MarkedSource(file.text).text, project: file.project).diagnostics.map(\.message)
}

func compiled(_ text: String, project: String = "", files: [String: String] = [:]) -> Compilation {
  var all = files
  all["test.yaml"] = text
  let memory = MemoryFiles(all)
  var settings = Project()
  if !project.isEmpty {
    let source = SourceText(file: "flow.yaml", utf8: Array(project.utf8))
    settings = Compiler.project(source, files: memory, zones: Plugins.zones).0
  }
  return Compiler.compile(
    CompilerInput(
      files: ["test.yaml"], project: settings, manifests: Plugins.manifests, zones: Plugins.zones,
      source: memory))
}

/// The shipped channels, by their own manifests.
enum Plugins {
  static let zones = SystemZones()
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static let manifests: [Manifest] = [
    "Email/manifest", "SMS/manifest", "Messenger/manifest", "Notification/manifest", "Webhook/manifest",
    "Tasks/call",
    "Tasks/task",
  ].compactMap { name in
    let file = root.appendingPathComponent("Plugins/\(name).yaml")
    guard let data = try? Data(contentsOf: file) else { return nil }
    return Compiler.manifest(SourceText(file: name, utf8: Array(data))).0
  }
}

/// A mail in which nothing is wrong but what a test says.
func mail(
  _ name: String, _ options: String = "", purpose: String = "request",
  greeting: String = "{{ contact.name }}",
  says: String? = nil, ask: String = "Shall we talk?", mark: String = ""
) -> String {
  let says = says ?? "this is what \(name) says about {{ deal.title }}"
  let lines = options.split(separator: "\n").map { "  \($0)\n" }.joined()
  return """
    - \(mark)email: \(name)
    \(lines)  purpose: \(purpose)
      subject: "About {{ deal.title }}: \(name)"
      body: "Dear \(greeting), \(says)."
      ask: "\(ask)"

    """
}

/// A wait for an answer.
func answer(_ within: String = "within 3 business days") -> String { "- await: reply \(within)\n" }
