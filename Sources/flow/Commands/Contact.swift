import ArgumentParser
import FlowCore
import FlowPlugin
import FlowReport
import FlowRuntime
import FlowSQLite
import FlowTime

struct ContactCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "contact", abstract: "One person: everything known, do-not-contact, data export, erasure.",
    subcommands: [Show.self, Suppress.self, Allow.self, Export.self, Erase.self])

  struct Person: ParsableArguments {
    @Argument(help: "The contact's id, email address or phone number.") var who: String
    @OptionGroup var project: ProjectOptions
    @OptionGroup var store: StoreOptions
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "What is known of a person.")
    @OptionGroup var person: Person
    @Option(help: "text or json.") var format: TextOrJSON = .text

    func run() async throws {
      let found = try await person.found(isWhole: false)
      switch format {
      case .text: Output.line(ContactReport.text(found, width: Output.tableWidth))
      case .json: Output.line(ContactReport.json(found, isWhole: false))
      }
      try DamagedRun.tell(found.damaged)
    }
  }

  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Everything that is stored of a person, as JSON: data, messages with their bytes, events, tasks.")
    @OptionGroup var person: Person
    @Option(help: "json.") var format: JSONOnly = .json

    func run() async throws {
      let found = try await person.found(isWhole: true)
      Output.line(ContactReport.json(found, isWhole: true))
      try DamagedRun.tell(found.damaged)
    }
  }

  struct Erase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take a person out of the store for good: prints what is known of them; --yes carries it out.",
      discussion: "Live runs end with it. That they must not be written to is kept, though not who they are.")
    @OptionGroup var person: Person
    @Flag(help: "Carry it out; nothing brings it back.") var yes = false
    @Option(help: "text or json.") var format: TextOrJSON = .text
    @OptionGroup var color: ColorOptions

    func run() async throws {
      guard yes else { return try await showPlan() }
      let (runs, events, suppressions, naming) = try await erase(try person.project.open())
      if (runs, events, suppressions) == (0, 0, 0), naming.isEmpty {
        throw Failure.finding("nothing is known of \"\(person.who)\"")
      }
      switch format {
      case .text:
        Output.line("erased: \(counted(runs, "run")), \(counted(events, "event"))")
        for run in naming { Output.line("still named in the data of run \(run), which is of somebody else") }
      case .json: tell(runs, events, suppressions, naming)
      }
    }

    private func showPlan() async throws {
      let workspace = try person.project.open()
      let (found, erasure) = try await Storage.use(person.store, workspace, .reading) { store in
        let found = try PersonSearch(workspace, store).person(person.who, isWhole: false)
        return (found, try (store as? SQLiteStore)?.erasure(of: person.who) ?? Erasure())
      }
      if found.isUnknown, erasure == Erasure() { throw Failure.finding("nothing is known of \"\(person.who)\"") }
      switch format {
      case .text:
        let live = found.runs.count { $0.history.run.outcome == nil }
        let ending = live == 0 ? "" : ", and ends \(counted(live, "live run"))"
        Output.line(ContactReport.text(found, width: Output.tableWidth))
        let more = erasure.events - found.events.count
        if more > 0 { Output.line("named besides in \(counted(more, "event")) of others, which would be taken out") }
        for run in erasure.naming.sorted() {
          Output.line("named in the data of run \(run), which is of somebody else and would keep them")
        }
        Output.line("nothing is erased yet; --yes takes all of it out of the store for good\(ending)")
      case .json:
        tell(erasure.runs.count, erasure.events, found.suppressions.count, erasure.naming.sorted())
      }
    }

    private func tell(_ runs: Int, _ events: Int, _ suppressions: Int, _ naming: [String]) {
      let counts = [("runs", runs), ("events", events), ("suppressions", suppressions)]
      var members = counts.map { JSONMember($0.0, .number("\($0.1)")) } + [JSONMember("erased", .bool(yes))]
      members.append(JSONMember("naming", .array(naming.map(JSONValue.string))))
      Output.json(.object(members))
    }

    private func counted(_ number: Int, _ one: String) -> String { "\(number) \(number == 1 ? one : one + "s")" }

    /// A server that runs does it; else nothing but the store is needed, whatever the workflows say.
    private func erase(_ workspace: Workspace) async throws
      -> (runs: Int, events: Int, suppressions: Int, naming: [String])
    {
      let door = Door(workspace: workspace, store: person.store, command: "flow contact", color: color)
      switch try door.askServer(.erase(contact: person.who)) {
      case .erased(let runs, let events, let suppressions, let naming): return (runs, events, suppressions, naming)
      case .refused(let because): throw Failure.finding(because)
      default: break
      }
      return try await Storage.use(person.store, workspace, .changing("flow contact")) { store in
        let erased = try store.erase(person.who)
        return (erased.runs.count, erased.events, erased.suppressions, erased.naming.sorted())
      }
    }
  }

  struct Suppress: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Never again to this person, on one channel or any; it lasts until a person says `flow contact allow`.")
    @OptionGroup var person: Person
    @Option(help: "A verb, such as email; any channel by default.") var channel = "all"
    @Option(help: "Why, for whoever asks later.") var because = "by hand"
    @Option(help: "When it is: `2026-03-25 16:40 Europe/Berlin` or RFC 3339; now, where it is left out.")
    var start: String?
    @Option(help: "text or json.") var format: TextOrJSON = .text
    @OptionGroup var color: ColorOptions

    func run() async throws {
      let because = ReasonOptions.told(because) ?? "by hand"
      let workspace = try person.project.open()
      let touching = workspace.manifests.filter(\.touch).map(\.verb).sorted()
      guard channel == "all" || touching.contains(channel) else {
        let nearest = Spelling.nearest(to: channel, in: touching).map { "; did you mean \"\($0)\"?" } ?? ""
        throw Failure.finding(
          "\"\(channel)\" is no channel that reaches a contact: "
            + "\((touching + ["all"]).joined(separator: ", "))\(nearest)")
      }
      let now = try Input.start(start, zones: workspace.zones)
      let who = ContactIdentity.canonical(person.who)
      guard !who.isEmpty else { throw ValidationError("name the contact: an id, an email address or a phone number") }
      var (identities, known, near) = ([who], false, "")
      if Paths.exists(person.store.path(workspace)) {
        (identities, known, near) = try await Storage.use(person.store, workspace, .reading) { store in
          let search = PersonSearch(workspace, store)
          return (try search.identities(who), try search.isKnown(who), try search.nearest(to: who) ?? "")
        }
      }
      let isKnown = known
      let note = near.isEmpty ? "" : "; did you mean \"\(near)\"?"
      let door = Door(
        workspace: workspace, store: person.store, command: "flow contact", makesStore: true, start: start,
        color: color)
      let orders = identities.map { identity in
        Order.receive(
          Incoming(
            source: "flow", id: "suppress.\(channel).\(identity).\(now.milliseconds)", at: now,
            body: .suppress(contact: identity, channel: channel, because: because)))
      }
      try await door.carryOut(orders) { _ in
        switch format {
        case .text: Output.line("\(person.who): never again\(channel == "all" ? ", on any channel" : " by \(channel)")")
        case .json:
          Output.json([
            "contact": .string(person.who), "channel": .string(channel), "because": .string(because),
            "known": .bool(isKnown),
          ])
        }
        if !isKnown { Output.complain("note: nobody is known by the name \"\(person.who)\" so far\(note)") }
      }
    }
  }

  struct Allow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take back that a person must not be written to: who did it and why stays with them.",
      discussion: """
        For somebody who has consented anew, or whose mailbox is mended. What was withheld meanwhile stays so. After a
        complaint it wants --even-complaints.
        """)
    @OptionGroup var person: Person
    @Option(help: "A verb, such as email; everything that is suppressed by default.") var channel: String?
    @Option(help: "Why, for whoever asks later: what the person has said, where and when.") var because: String
    @Option(help: "Who allows it; by default the login that runs this.") var by: String?
    @Flag(help: "Also what a complaint has led to.") var evenComplaints = false
    @Option(help: "When it is: `2026-03-25 16:40 Europe/Berlin` or RFC 3339; now, where it is left out.")
    var start: String?
    @Option(help: "text or json.") var format: TextOrJSON = .text
    @OptionGroup var color: ColorOptions

    func validate() throws {
      if because.allSatisfy(\.isWhitespace) { throw ValidationError("--because says why: it is kept") }
    }

    func run() async throws {
      let workspace = try person.project.open()
      let identities = try await Storage.use(person.store, workspace, .reading) { store in
        try PersonSearch(workspace, store).identities(person.who)
      }
      let by = by ?? Login.name
      let orders = identities.map {
        Order.allow(contact: $0, channel: channel, by: by, because: because, evenComplaints: evenComplaints)
      }
      let door = Door(workspace: workspace, store: person.store, command: "flow contact", start: start, color: color)
      try await door.carryOut(orders) { answers in
        for case .refused(let because) in answers { throw Failure.finding(because) }
        let isNew = answers.contains { if case .done(_, isNew: true) = $0 { true } else { false } }
        guard isNew else {
          throw Failure.finding("nothing is suppressed for \(person.who)\(channel.map { " by \($0)" } ?? "")")
        }
        switch format {
        case .text: Output.line("\(person.who): may be written to again\(channel.map { " by \($0)" } ?? "")")
        case .json:
          Output.json([
            "contact": .string(person.who), "channel": channel.map { .string($0) } ?? .null, "by": .string(by),
            "because": .string(because),
          ])
        }
      }
    }
  }
}

extension ContactCommand.Person {
  /// - Parameter isWhole: with the bytes of what was handed over.
  fileprivate func found(isWhole: Bool) async throws -> ContactReport.Person {
    let workspace = try project.open()
    return try await Storage.use(store, workspace, .reading) { store in
      let person = try PersonSearch(workspace, store).person(who, isWhole: isWhole)
      if person.isUnknown {
        throw Failure.finding("nothing is known of \"\(who)\"")
      }
      return person
    }
  }
}

extension ContactReport.Person {
  fileprivate var isUnknown: Bool { runs.isEmpty && suppressions.isEmpty && allowed.isEmpty && events.isEmpty }
}
