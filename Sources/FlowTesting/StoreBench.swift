import FlowCompiler
import FlowCore
import FlowPlugin
import FlowRuntime
import FlowTime
import Synchronization

/// Five channels that nobody ships, and workflows written for them: for tests of stores and of the engine.
///
/// `letter` and `card` are touches, `errand` a person's task, `tell` tells a person something and is used by
/// `escalate`, `ring` calls a machine.
public enum Bench {
  public static let manifests = [
    Manifest(
      verb: "letter", touch: true,
      fields: [
        Manifest.Field(name: "body", kind: .template(markdown: false), required: true),
        Manifest.Field(name: "cc", kind: .expression(.person)),
      ],
      address: .name,
      main: "body"),
    Manifest(
      verb: "card", touch: true,
      fields: [Manifest.Field(name: "body", kind: .template(markdown: false), required: true)],
      address: .name,
      main: "body"),
    Manifest(
      verb: "errand", touch: false,
      fields: [
        Manifest.Field(name: "by", kind: .expression(.person), required: true),
        Manifest.Field(name: "say", kind: .template(markdown: false), required: true),
      ], outcomes: ["done", "declined"], main: "say"),
    Manifest(
      verb: "tell", touch: false,
      fields: [
        Manifest.Field(name: "to", kind: .expression(.person), required: true),
        Manifest.Field(name: "say", kind: .template(markdown: false), required: true),
      ], outcomes: ["ack"], address: .name, main: "say", escalates: true),
    Manifest(verb: "ring", touch: false, fields: [], outcomes: ["ok", "failed"]),
  ]

  public struct Broken: Error, CustomStringConvertible { public var description: String }

  /// Compiles workflow texts, each a file.
  /// - Throws: the findings, where one is an error.
  public static func graphs(_ texts: String..., zones: any ZoneSource) throws -> [Graph] {
    try workflows(texts, zones: zones).map(\.graph)
  }

  public static func workflows(_ texts: [String], zones: any ZoneSource) throws -> [CompiledWorkflow] {
    let files = Dictionary(uniqueKeysWithValues: texts.enumerated().map { ("\($0.offset).yaml", $0.element) })
    let compilation = Compiler.compile(
      CompilerInput(
        files: files.keys.sorted(), project: Project(timezone: "UTC"), manifests: manifests, zones: zones,
        source: MemoryFiles(files)))
    let errors = compilation.diagnostics.filter { $0.severity == .error }
    guard errors.isEmpty else { throw Broken(description: errors.map { "\($0)" }.joined(separator: "\n")) }
    return compilation.workflows
  }
}

/// A channel that keeps what it is handed, and answers as it is told to. It takes keys: a second delivery
/// with a known key is kept apart.
public final class LetterBox: Channel {
  public struct Letter: Hashable, Sendable {
    public var key: String
    public var text: String
  }

  private struct State {
    var letters: [Letter] = []
    var keys: [String: [UInt8]] = [:]
    var repeats = 0
    var changed = 0
    var receipts: [Receipt] = []
    var unrenderable: Set<String> = []
    var unreachable: Set<String> = []
  }

  private let state = Mutex(State())

  public init() {}

  public var manifest: [UInt8] { [] }

  /// What arrived, each key once, in order.
  public var letters: [Letter] { state.withLock { $0.letters } }
  public var texts: [String] { letters.map(\.text) }
  /// How often a known key came again.
  public var repeats: Int { state.withLock { $0.repeats } }
  /// How often a known key came with other bytes.
  public var changed: Int { state.withLock { $0.changed } }

  /// The next deliveries are answered so; after these they are accepted.
  public func answer(_ receipts: Receipt...) { state.withLock { $0.receipts += receipts } }

  /// Deliveries of this step cannot be rendered.
  public func refuseToRender(_ step: String) { state.withLock { _ = $0.unrenderable.insert(step) } }

  /// Nothing can be rendered for who has this address.
  public func refuseToRender(to address: String) { state.withLock { _ = $0.unreachable.insert(address) } }

  public func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering {
    if state.withLock({ $0.unreachable.contains(delivery.address) }) {
      throw ChannelError(.permanent, "\(delivery.address) is nowhere")
    }
    if state.withLock({ $0.unrenderable.contains(delivery.step) }) { throw ChannelError(.permanent, "no ink") }
    let texts = delivery.fields.compactMap { field -> String? in
      if case .text(let text) = field.content { text.plain } else { nil }
    }
    let text =
      "\(delivery.step) to \(delivery.to[path: ["name"]].text ?? ""): \(texts.joined(separator: " "))"
    let reference = delivery.touch ? "<\(delivery.step)>" : nil
    let before = delivery.thread.map { " after \($0.references.joined())" } ?? ""
    return Rendering(
      to: delivery.address, shown: [Entry.NamedText("text", text + before)],
      payload: Array((text + before).utf8),
      fileExtension: "txt", reference: reference)
  }

  public func deliver(_ rendering: Rendering, key: IdempotencyKey, marker: @escaping Marker) async -> Receipt {
    guard await marker() else { return .withheld }
    return state.withLock { state in
      let receipt = state.receipts.isEmpty ? .accepted(id: "post") : state.receipts.removeFirst()
      guard case .accepted = receipt else { return receipt }
      if let before = state.keys[key.text] {
        state.repeats += 1
        if before != rendering.payload { state.changed += 1 }
      } else {
        state.keys[key.text] = rendering.payload
        state.letters.append(Letter(key: key.text, text: String(decoding: rendering.payload, as: UTF8.self)))
      }
      return receipt
    }
  }
}

extension LetterBox {
  /// All the channels of ``Bench``, in this one box.
  public func outlets(areKeyed: Bool = true) -> [String: Outlet] {
    Dictionary(uniqueKeysWithValues: Bench.manifests.map { ($0.verb, Outlet(self, isKeyed: areKeyed)) })
  }
}
