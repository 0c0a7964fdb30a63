import FlowCore

/// `flow store export`: everything that a store holds, a line each.
public enum StoreReport {
  public enum Line: Sendable {
    case run(ContactReport.Run)
    case event(ContactReport.Event)
    case task(ContactReport.Task)
    case suppression(ContactReport.Suppressed)
    case version(workflow: String, fingerprint: String, files: [String])
    case fact(name: String, value: String)
    /// Behind the run, of which this lacks what cannot be read.
    case damaged(DamagedRun)
  }

  /// One JSON object, whose first key, `type`, says what it is.
  public static func jsonl(_ line: Line) -> String {
    switch line {
    case .run(let run): write("run", ContactReport.members(run, true))
    case .event(let event): write("event", ContactReport.members(event, true))
    case .task(let task): write("task", ContactReport.members(task))
    case .suppression(let suppressed): write("suppression", ContactReport.members(suppressed))
    case .version(let workflow, let fingerprint, let files):
      write(
        "version",
        [
          ("workflow", .string(workflow)), ("version", .string(fingerprint)),
          ("files", .array(files.map { .string($0) })),
        ])
    case .damaged(let one): write("damaged", [("run", .string(one.run)), ("because", .string(one.because))])
    case .fact(let name, let value): write("fact", [("name", .string(name)), ("value", .string(value))])
    }
  }

  private static func write(_ type: String, _ members: [(String, JSONValue?)]) -> String {
    JSONValue.members([("type", .string(type))] + members).write()
  }
}
