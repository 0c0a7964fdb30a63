import FlowCompiler
import FlowCore
import FlowPlugin
import FlowTime
import FuzzKit
import Glibc

#if canImport(Carried)
  import Carried
#endif

/// Everything that reads foreign bytes, by the name of its corpus.
enum Readers {
  typealias Reader = @Sendable ([UInt8]) -> Void

  static let chosen: Reader? = getenv("FLOW_FUZZ").flatMap { all[String(cString: $0)] }

  static let all: [String: Reader] = {
    var all: [String: Reader] = [
      "yaml": yaml, "expression": { Expressions.read($0) }, "time": { Times.read($0) }, "zone": { Times.readZone($0) },
      "json": json, "manifest": manifest, "frames": { Frames.read($0) }, "project": project, "mail": { Mails.read($0) },
    ]
    #if canImport(Carried)
      all["workflow"] = { Workflows.read($0) }
    #endif
    return all
  }()

  private static let yaml: Reader = { bytes in
    let source = SourceText(file: "fuzz.yaml", utf8: bytes)
    let (document, findings) = YAMLReader.read(source)
    Promises.hold(findings, in: ["fuzz.yaml": source])
    Promises.explained(document.root, findings, "the YAML reader")
  }

  /// Data of an event: read, read as a type, written, read again.
  private static let json: Reader = { bytes in
    guard let value = try? JSONReader.read(bytes) else { return }
    for isPretty in [false, true] {
      guard let again = try? JSONReader.read(value.write(pretty: isPretty)), again == value else {
        Said.broken("JSON that was written is not what was read")
      }
    }
    let (record, problems) = readValue(value, as: Samples.type, zones: Shipped.zones)
    let (again, more) = readValue(FlowCore.json(of: record, zone: .utc), as: Samples.type, zones: Shipped.zones)
    if problems.isEmpty, !more.isEmpty || again != record {
      Said.broken("a value that was written is not what was read: \(more)")
    }
  }

  private static let manifest: Reader = { bytes in
    let source = SourceText(file: "manifest.yaml", utf8: bytes)
    let (manifest, findings) = Compiler.manifest(source)
    Promises.hold(findings, in: ["manifest.yaml": source])
    Promises.explained(manifest, findings, "the reader of manifests")
  }

  private static let project: Reader = { bytes in
    let source = SourceText(file: "Workflows/flow.yaml", utf8: bytes)
    let (_, findings) = Compiler.project(source, files: fewDays, zones: Shipped.zones)
    Promises.hold(findings, in: [source.file: source])
  }

  /// Reading all days of the shipped calendars each time would cost more than everything else.
  private static let fewDays = Overlay(contents: [
    "Workflows/calendars/de.ics": Array(
      "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260101\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n".utf8)
  ])
}
