import FlowCore
import FlowTime

/// `flow replay`: whether journals give, once more, what is stored.
public enum ReplayReport {
  public struct Line: Sendable, Hashable {
    public var run: String
    public var workflow: String
    public var zone: Zone
    public var verdict: Replayed
    public init(run: String, workflow: String, zone: Zone, verdict: Replayed) {
      self.run = run
      self.workflow = workflow
      self.zone = zone
      self.verdict = verdict
    }

    public var isSame: Bool { if case .same = verdict { true } else { false } }
  }

  public static func text(_ lines: [Line]) -> String {
    var out = ""
    for line in lines {
      let name = "\(line.run) (\(Printable.line(line.workflow)))"
      switch line.verdict {
      case .same(let count): out += "\(name): same, \(Words.count(count, "transition"))\n"
      case .unknown(let because): out += "\(name): cannot be told: \(because)\n"
      case .differs(let difference):
        guard let sequence = difference.sequence else {
          out += "\(name): differs in the state at the end\n"
          continue
        }
        out += "\(name): differs at transition \(sequence)\n"
        let (old, new) = first(difference.stored, difference.replayed, line.zone)
        out += "  stored:   \(old ?? "nothing more")\n  replayed: \(new ?? "nothing more")\n"
      }
    }
    let different = lines.filter { !$0.isSame }.count
    let total = Words.count(lines.count, "run")
    return out + (different == 0 ? "\(total), all the same\n" : "\(different) of \(total) not the same\n")
  }

  public static func json(_ lines: [Line], damaged: [DamagedRun] = []) -> String {
    let runs = lines.map { line -> JSONValue in
      var members: [(String, JSONValue?)] = [("run", .string(line.run)), ("workflow", .string(line.workflow))]
      switch line.verdict {
      case .same(let count): members += [("verdict", .string("same")), ("transitions", .int(count))]
      case .unknown(let because): members += [("verdict", .string("unknown")), ("because", .string(because))]
      case .differs(let difference):
        let entries = { (all: [Entry]) in JSONValue.array(all.map { EntryJSON.value($0, in: line.zone) }) }
        members += [
          ("verdict", .string("differs")), ("transition", difference.sequence.map { .int($0) } ?? .null),
          ("stored", entries(difference.stored)), ("replayed", entries(difference.replayed)),
        ]
      }
      return .members(members)
    }
    return JSONText.write(
      .members([("runs", .array(runs)), ("damaged", DamagedRun.json(damaged))]), open: 3)
  }

  /// The first entry that is another.
  private static func first(_ stored: [Entry], _ replayed: [Entry], _ zone: Zone) -> (String?, String?) {
    func written(_ entries: [Entry], _ index: Int) -> String? {
      index < entries.count ? EntryJSON.value(entries[index], in: zone).write() : nil
    }
    let index = (0..<max(stored.count, replayed.count)).first { written(stored, $0) != written(replayed, $0) } ?? 0
    return (written(stored, index), written(replayed, index))
  }
}
