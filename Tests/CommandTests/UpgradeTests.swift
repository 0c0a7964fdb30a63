import Foundation
import Testing

/// Runs that live while something else than their files makes another graph of these: as a later program would, the
/// manifest of a channel does.
@Suite struct UpgradeTests {
  private static let begun = "2026-03-25 10:00 Europe/Berlin"
  private static let later = "2026-03-25 12:00 Europe/Berlin"

  /// A run that has faxed, and waits for what comes of it until 14:00.
  /// - Parameter isBare: what only a touch is asked for is not said.
  private func waiting(isBare: Bool = false) throws -> (folder: Folder, run: String) {
    let folder = try Fax.project()
    if isBare {
      try folder.write(folder.text("flow.yaml") + "severity: { no-purpose: warning }\n", to: "flow.yaml")
      try bare(folder)
    }
    let ran = try folder.flow("event", "offer.sent", "--data", "input.json", "--id", "e-1", "--start", Self.begun)
    #expect(ran.code == 0, "\(ran.errors)")
    return (folder, try folder.onlyRun())
  }

  private func bare(_ folder: Folder) throws {
    let text = try folder.text("Workflows/fax.yaml")
    let bare = text.replacing("    purpose: confirm\n", with: "").replacing("    ask: Did it arrive?\n", with: "")
    try folder.write(bare, to: "Workflows/fax.yaml")
  }

  private func change(_ old: String, _ new: String, in folder: Folder) throws {
    let text = try folder.text("plugins/fax.manifest.yaml")
    #expect(text.contains(old))
    try folder.write(text.replacing(old, with: new), to: "plugins/fax.manifest.yaml")
  }

  @Test func `guarantee 4: a run goes on where its journal comes out the same`() throws {
    let (folder, run) = try waiting()
    try change("[delivered, busy]", "[delivered, busy, jammed]", in: folder)
    let doctor = try folder.flow("doctor")
    #expect(doctor.code == 0 && doctor.output.contains("1 live run is on a version that this program reads otherwise"))
    #expect(try folder.flow("replay").output.hasPrefix("\(run) (fax-offer): same"))
    let served = try folder.flow("serve", "--once", "--start", "2026-03-25 14:00 Europe/Berlin")
    #expect(served.code == 0 && !served.errors.contains("stands still"), "\(served.errors)")
    #expect(try folder.flow("why", run).output.contains("until"))
    // The call that follows stands a day after the fax.
    #expect(try folder.runs().first?["until"].text == "2026-03-26T10:00:00+01:00")
  }

  @Test(arguments: [false, true])
  func
    `guarantee 4: a run whose journal comes out otherwise, or whose text has an error, is named, and moved by a plan`(
      hasError: Bool
    ) throws
  {
    let (folder, run) = try waiting(isBare: !hasError)
    // A fax reaches nobody any more, and the file heeds it.
    try change("touch: true", "touch: false", in: folder)
    if hasError { try bare(folder) }
    let words = hasError ? "its version" : "this program reads its version"
    let doctor = try folder.flow("doctor")
    #expect(doctor.code == 1, "\(doctor.output)")
    let why = hasError ? "Workflows/fax.yaml:14, as it was then: " : "transition 1 of its journal is another, at page"
    let named = "run \(run) (fax-offer, O-1) stands still: \(words)"
    #expect(doctor.output.contains(named) && doctor.output.contains("`flow migrate \(run)`"), "\(doctor.output)")
    let served = try folder.flow("serve", "--once", "--start", "2026-03-25 14:00 Europe/Berlin")
    #expect(served.errors.contains(named), "\(served.errors)")
    #expect(try folder.runs().first?["state"].text == "stuck")
    #expect(try folder.flow("why", run).output.contains(why))
    #expect(try folder.flow("resume", run).errors.contains("error: the run \(run) stands still: \(words)"))
    #expect(try folder.flow("replay").code == 1)

    let plan = try folder.flow("migrate", run, "--start", Self.later)
    #expect(
      plan.code == 0 && plan.output.contains("    stands still: \(words)"), "\(plan.output)")
    let json = try JSON(parsing: folder.flow("migrate", run, "--format", "json", "--start", Self.later).output)
    #expect(json["applied"].value as? Bool == false)
    #expect(json["runs"][0]["stands-still"].text?.hasPrefix(words) == true)
    let moved = try folder.flow("migrate", run, "--yes", "--start", Self.later)
    #expect(moved.code == 0 && moved.output.hasSuffix("moved 1 run\n"), "\(moved.output)\(moved.errors)")
    #expect(try folder.flow("doctor").code == 0)
    #expect(try folder.flow("serve", "--once", "--start", "2026-03-25 14:00 Europe/Berlin").code == 0)
    #expect(try folder.flow("show", run, "--format", "jsonl").output.contains("\"type\":\"timeout\",\"step\":\"page\""))
  }

  @Test(arguments: [true, false]) func `guarantee 1: what comes meanwhile is told when the version can be read again`(
    withServer: Bool
  ) throws {
    let (folder, run) = try waiting()
    let settings = try folder.text("flow.yaml")
    let workflow = try folder.text("Workflows/fax.yaml")
    // Nobody faxes any more.
    try folder.write("language: 1\n", to: "flow.yaml")
    try FileManager.default.removeItem(atPath: folder.path + "/Workflows/fax.yaml")
    try folder.write(Nudge.workflow, to: "Workflows/other.yaml")
    let doctor = try folder.flow("doctor")
    #expect(doctor.code == 1 && doctor.output.contains("Workflows/fax.yaml:"), "\(doctor.output)")
    #expect(doctor.output.contains("cannot be read any more") && doctor.output.contains("`flow cancel \(run)`"))
    let server = withServer ? try Serving(folder) : nil
    try folder.write(#"{"text":"Yes"}"#, to: "reply.json")
    let told = try folder.flow("event", "reply", "--subject", "O-1", "--data", "reply.json", "--id", "r-1")
    #expect(told.code == 0 && told.output.contains(run), "\(told.output)\(told.errors)")
    try server?.endsWell()
    #expect(try folder.runs().first?["state"].text == "stuck")
    #expect(try folder.flow("contact", "export", "c-1").output.contains("Yes"))

    try folder.write(settings, to: "flow.yaml")
    try folder.write(workflow, to: "Workflows/fax.yaml")
    let served = try folder.flow("serve", "--once", "--start", Self.later)
    #expect(served.code == 0, "\(served.errors)")
    #expect(try folder.runs().first?["state"].text == "replied")
  }
}
