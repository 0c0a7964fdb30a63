import FlowCompiler
import FlowCore
import FlowPlugin
import FlowReport
import FlowRuntime
import FlowTime
import FlowTransport
import Glibc

/// What `flow doctor` looks at, one thing after the other. Secrets are looked for, and never shown.
struct Examination {
  typealias Check = ChecksReport.Check
  let workspace: Workspace
  let clock: any Clock
  let now: Instant

  init(_ workspace: Workspace, clock: any Clock) {
    self.workspace = workspace
    self.clock = clock
    now = clock.now()
  }

  private var today: CivilDate { Zone.utc.civil(at: now).date }

  // MARK: Files

  func project() -> [Check] {
    let compilation = workspace.compile()
    let errors = compilation.diagnostics.filter { $0.severity == .error }
    var checks = [Check("flow", .ok, "version \(Flow.configuration.version)")]
    // One that cannot be read is there all the same.
    let own = errors.filter { $0.span.file.split(separator: "/").last == "flow.yaml" }
    if !own.isEmpty {
      checks.append(
        Check("flow.yaml", .problem, Examination.told(own), help: "`flow check` says what is to be done about it"))
    } else if let file = workspace.project.file {
      checks.append(Check("flow.yaml", .ok, file))
    } else {
      checks.append(
        Check(
          "flow.yaml", .warning, "there is none: everything has a default that sends nothing",
          help: "`flow init` writes one; the reference says what may stand in it"))
    }
    if workspace.files.isEmpty {
      checks.append(Check("workflows", .problem, "no workflow found", help: "name a file or a folder"))
    } else if errors.count > own.count {
      let others = errors.filter { !own.contains($0) }
      checks.append(
        Check("workflows", .problem, Examination.told(others), help: "`flow check` prints all of them"))
    } else {
      let count = compilation.workflows.count
      checks.append(Check("workflows", .ok, count == 1 ? "1 compiles" : "\(count) compile"))
    }
    return checks
  }

  /// - Parameter errors: at least one.
  private static func told(_ errors: [Diagnostic]) -> String {
    let place = "\(errors[0].span.file):\(errors[0].span.start.line)"
    return errors.count == 1 ? "\(place): \(errors[0].message)" : "\(errors.count) errors, the first in \(place)"
  }

  func secrets() -> [Check] {
    workspace.project.channels.flatMap { channel in
      channel.settings.compactMap { setting in
        guard let keeping = Keeping(setting.text) else { return nil }
        let name = "secret \(channel.name).\(setting.name)"
        guard let lack = keeping.lack(root: workspace.root) else { return Check(name, .ok, "is set") }
        let help =
          switch keeping {
          case .environment(let variable): "set \(variable) in the environment of `flow serve`"
          case .file: "write the secret into it, readable by who runs `flow serve`"
          }
        return Check(name, .problem, lack, help: help)
      }
    }
  }

  // MARK: Time

  func zones() -> [Check] {
    let zones = workspace.zones
    guard zones.zone(named: "Europe/Berlin") != nil else {
      return [Check("zones", .problem, "no zone data in \(zones.folder)", help: "install tzdata, or set TZDIR")]
    }
    let year = Int(zones.version.prefix(4)) ?? 0
    guard year > 0 else {
      return [Check("zones", .warning, "their version is not known", help: "install tzdata with its tzdata.zi")]
    }
    // Rules change several times a year.
    return year < today.year - 1
      ? [Check("zones", .warning, "version \(zones.version) is old", help: "update the package tzdata")]
      : [Check("zones", .ok, "version \(zones.version)")]
  }

  func calendars() -> [Check] {
    workspace.project.calendars.sorted { $0.key < $1.key }.map { name, calendar in
      let title = "calendar \(name)"
      guard let last = calendar.dates.last else {
        return Check(title, .warning, "holds no day", help: "put the holidays into its .ics file")
      }
      let left = last.days(since: today)
      if left < 0 {
        return Check(
          title, .warning, "its last day, \(last), has passed", help: "put the coming years' holidays into it")
      }
      return left < 90
        ? Check(title, .warning, "ends on \(last)", help: "put the coming years' holidays into it")
        : Check(title, .ok, "holds days until \(last)")
    }
  }

  // MARK: Machine

  func machine(_ path: String) -> [Check] {
    var checks: [Check] = []
    var status = statvfs()
    if statvfs(Paths.folder(of: path), &status) == 0 {
      let free = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue >> 20
      checks.append(
        free < 100
          ? Check("disk", .problem, "less than 100 MB are free", help: "without a commit nothing is sent: make room")
          : free < 1024
            ? Check("disk", .warning, "less than 1 GB is free", help: "make room before it is full")
            : Check("disk", .ok, "1 GB or more is free"))
    } else {
      checks.append(
        Check("disk", .problem, "the store's folder is not there", help: "make it, or set store: in flow.yaml"))
    }
    checks.append(
      today.year < 2025
        ? Check("clock", .problem, "says that it is \(today.year)", help: "set the clock: runs are due by it")
        : Check("clock", .ok, "is set"))
    return checks
  }

  // MARK: Channels

  func channels(connect: Bool) async -> [Check] {
    let channels: [String: any Channel]
    do { channels = try Channels.make(project: workspace.project, root: workspace.root, clock: FixedClock(now)) } catch
    {
      let text = (error as? Failure)?.text ?? "\(error)"
      return [
        Check(
          "channels", .problem, text.hasPrefix("error: ") ? String(text.dropFirst(7)) : text,
          help: "`flow plugin check NAME` tries it")
      ]
    }
    var checks: [Check] = []
    for (verb, channel) in channels.sorted(by: { $0.key < $1.key }) {
      let name = "channel \(verb)"
      if let destination = channel.destination { checks.append(Check(name, .ok, "sends for real: \(destination)")) }
      guard connect else { continue }
      for server in channel.servers { checks.append(await reached(server, by: verb)) }
      if channel.servers.isEmpty, channel.destination != nil {
        checks.append(Check(name, .ok, "has no server that could be tried before a step names one"))
      }
    }
    if checks.isEmpty { checks.append(Check("channels", .ok, "none sends: all write into the folder outbox/")) }
    for channel in channels.values { await channel.close() }
    return checks
  }

  /// Web servers are asked for their root, which changes nothing and needs no secret, and any answer will do; with
  /// others a connection is made, and nothing is said on it.
  private func reached(_ server: String, by verb: String) async -> Check {
    guard let place = Server(server) else { return Check("channel \(verb)", .ok, "\(server) cannot be tried") }
    let problem: String?
    if server.hasPrefix("http") {
      problem = await webProblem(server, by: verb)
    } else {
      problem = Reach.problem(host: place.host, port: place.port, seconds: 5)
    }
    let shown = "\(place.host):\(place.port)"
    return problem.map {
      Check(
        "channel \(verb)", .problem, "\(shown) cannot be reached: \($0)",
        help: "look at the name, the port and the firewall")
    } ?? Check("channel \(verb)", .ok, "\(shown) answers")
  }

  private func webProblem(_ server: String, by verb: String) async -> String? {
    var limits = HTTPLimits()
    (limits.seconds, limits.connectSeconds) = (10, 5)
    let entry = Channels.entry(of: verb, workspace.project, root: workspace.root)
    limits.proxy = Channels.settings(entry, root: workspace.root)["proxy"]
    let client = HTTPClient(limits)
    let outcome = await client.send(HTTPRequest("GET", server + "/"))
    await client.close()
    switch outcome {
    case .answered: return nil
    case .notSent(let because), .refused(let because), .noAddress(let because), .ours(let because),
      .lost(let because):
      return because
    case .withheld: return "it was not asked"
    }
  }

  /// `smtp://mail.acme.test:587`, `https://api.acme.test`.
  private struct Server {
    var host: String
    var port: Int

    init?(_ address: String) {
      guard let range = address.firstRange(of: "://") else { return nil }
      let rest = address[range.upperBound...]
      let standard = ["http": 80, "https": 443][String(address[..<range.lowerBound])]
      let colon = rest.hasSuffix("]") ? nil : rest.lastIndex(of: ":")
      let name = rest[..<(colon ?? rest.endIndex)]
      guard let port = colon.flatMap({ Int(rest[rest.index(after: $0)...]) }) ?? standard, !name.isEmpty else {
        return nil
      }
      host = name.hasPrefix("[") && name.hasSuffix("]") ? String(name.dropFirst().dropLast()) : String(name)
      self.port = port
    }
  }
}
