import FlowCore
import FlowTime

extension Compiler {
  /// Reads flow.yaml. What is wrong is found; what could be read stands in the project.
  public static func project(
    _ source: SourceText, files: any ProjectFiles, zones: any ZoneSource
  ) -> (Project, [Diagnostic]) {
    let around = Environment(project: Project(), manifests: [], zones: zones, files: files)
    let bench = Bench(file: source.file, around: around)
    let (document, findings) = YAMLReader.read(source)
    bench.report(findings)
    var project = Project(file: source.file)
    if let root = document.root, let fields = bench.fields(root, of: Grammar.project) {
      project = ProjectBinder(bench: bench, fields: fields).bind()
    }
    let kept = Severities.applied(bench.findings, project.severity)
    return (project, Ignores.applied(kept, [document]).sorted())
  }
}

/// The keys of flow.yaml (language, section 8).
private struct ProjectBinder {
  let bench: Bench
  let fields: Fields

  func bind() -> Project {
    var project = Project(file: bench.file)
    if let node = fields["language"] { _ = bench.word(node, of: ["1"], wanted: "a version of the language") }
    if let node = fields["timezone"], let text = bench.text(node, wanted: "a time zone") {
      project.timezone = bench.zone(text)?.name
    }
    project.calendars = calendars()
    if let node = fields["policy"], let policy = bench.fields(node, of: Grammar.policy) {
      project.policy = PolicyBinder(bench: bench, fields: policy, calendars: project.calendars).bind()
      let defaults = project.policy
      PolicyBinder.checkDays(
        Policy(
          window: defaults.window, business: defaults.business ?? .workweek,
          holidays: defaults.holidays ?? .none),
        at: policy, bench)
    }
    project.caps = caps()
    project.capacity = capacity()
    if let node = fields["store"], let text = bench.text(node, wanted: "a file") { project.store = text.text }
    project.severity = severities()
    if let node = fields["guarantees"] { project.guarantees = GuaranteeReader(bench: bench).lines(node) }
    project.channels = channels()
    return project
  }

  private func named(_ key: String, wanted: String) -> [YAMLEntry] {
    fields[key].flatMap { $0.isPlainEmpty ? [] : bench.entries($0, wanted: wanted) } ?? []
  }

  private func calendars() -> [String: HolidayCalendar] {
    var calendars: [String: HolidayCalendar] = [:]
    for entry in named("calendars", wanted: "a mapping from names to iCalendar files") {
      // A calendar that cannot be read has its finding here; files that name it have none.
      calendars[entry.keyText] = HolidayCalendar.none
      guard let path = bench.text(entry.value, wanted: "an iCalendar file"), let file = bench.bytes(of: path)
      else {
        continue
      }
      do throws(ICalendarError) {
        let calendar = try HolidayCalendar.parse(icalendar: file.bytes)
        calendars[entry.keyText] = calendar
        if calendar.isEmpty { bench.report(.emptyCalendar(path)) }
      } catch {
        bench.report(.badCalendar(path, error))
      }
    }
    return calendars
  }

  private func caps() -> Caps? {
    guard let node = fields["caps"], let fields = bench.fields(node, of: Grammar.caps) else { return nil }
    var caps = Caps()
    if let node = fields["touches"], let text = bench.text(node, wanted: "N in DURATION") {
      if let (count, span) = text.split(at: " in "), let number = Bench.number(count.text), number > 0 {
        (caps.touches, caps.span) = (number, bench.duration(span))
      } else {
        bench.report(.badForm(text, form: "N in DURATION", example: "3 in 7 days"))
      }
    }
    if let node = fields["gap"] { caps.gap = bench.duration(node) }
    if let node = fields["then"], let text = bench.text(node, wanted: "delay, skip or end OUTCOME") {
      switch text.text {
      case "delay": caps.then = .delay
      case "skip": caps.then = .skip
      default:
        if let outcome = text.after("end"), Bench.isName(outcome.text) {
          caps.then = .end(outcome.text)
        } else {
          bench.report(
            .unknownWord(text, wanted: "what happens at a cap", known: ["delay", "skip", "end OUTCOME"]))
        }
      }
    }
    return caps
  }

  /// `40 a day`
  private func capacity() -> [String: Int] {
    var capacity: [String: Int] = [:]
    for entry in named("capacity", wanted: "a mapping from verbs to numbers a day") {
      guard let text = bench.text(entry.value, wanted: "N a day") else { continue }
      let words = text.words.map(\.text)
      if words.count == 3, words[1...] == ["a", "day"], words[0].utf8.count < 10, let number = Int(words[0]),
        number > 0
      {
        capacity[entry.keyText] = number
      } else {
        bench.report(.badForm(text, form: "N a day", example: "40 a day"))
      }
    }
    return capacity
  }

  private func severities() -> [String: Severity] {
    var severities: [String: Severity] = [:]
    for entry in named("severity", wanted: "a mapping from codes to severities") {
      let code = Located(entry.key)
      let known = Catalogue.all.map(\.code.name) + Rules.all.map(\.code.name)
      if !known.contains(code.text) { bench.report(.unknownCode(code, known: known)) }
      let word = bench.word(entry.value, of: Grammar.severities, wanted: "a severity")
      if let word, word != "error", known.contains(code.text), Severities.isFixed(Code(code.text)) {
        bench.report(.fixedSeverity(code))
      }
      severities[entry.keyText] = word.flatMap { Severity(rawValue: $0) }
    }
    return severities
  }

  private func channels() -> [Project.Channel] {
    named("channels", wanted: "a mapping from names to settings").compactMap { entry in
      let name = Located(entry.key)
      if !Bench.isName(name.text) { bench.report(.badName(name, wanted: "the name of a channel")) }
      var channel = Project.Channel(name: name.text, span: entry.keySpan)
      if entry.value.isPlainEmpty { return channel }
      guard let settings = bench.entries(entry.value, wanted: "the channel's settings") else { return nil }
      for setting in settings {
        guard let text = secretFile(setting.value) ?? bench.text(setting.value, wanted: "a text") else { continue }
        switch setting.keyText {
        case "plugin": channel.plugin = text.text
        case "exec": channel.exec = bench.resolve(text)
        default:
          channel.settings.append(
            Project.Setting(name: setting.keyText, text: text.text, span: setting.value.span))
        }
      }
      return channel
    }
  }

  /// `{ file: PATH }`, where a secret stands in a file of its own: the same as the text `file: PATH`.
  private func secretFile(_ node: YAMLNode) -> Located? {
    guard let entries = node.entries, entries.count == 1, let entry = entries.first, entry.keyText == "file",
      let path = bench.text(entry.value, wanted: "a file with a secret")
    else { return nil }
    return Located("file: " + path.text, at: node.span)
  }
}
