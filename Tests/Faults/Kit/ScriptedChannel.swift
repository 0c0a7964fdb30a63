import FlowCore
import FlowPlugin
import FlowRuntime

/// A channel whose far side keeps a ledger, and which answers by chance. It belongs to one process, and is
/// gone with it.
final class ScriptedChannel: Channel, @unchecked Sendable {
  private unowned let world: World
  private let process: FlakyStore
  private let verb: String

  init(_ verb: String, _ world: World, _ process: FlakyStore) {
    (self.verb, self.world, self.process) = (verb, world, process)
  }

  var manifest: [UInt8] { [] }
  var destination: String? { world.features.contains(.live) ? "far.test" : nil }

  /// Every second channel can tell: one of three, by the length.
  func server(of rendering: Rendering) -> String? {
    guard verb.utf8.count % 2 == 0 else { return nil }
    return "server \(rendering.payload.count % 3)"
  }

  var pollSeconds: Int? { world.mailboxes.messages[verb] == nil ? nil : 300 }

  func poll(since cursor: String?) async throws(ChannelError) -> Inbound {
    if process.isDead { throw ChannelError(.temporary, "the process has ended") }
    return try world.read(verb, since: cursor)
  }

  func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering {
    // Its run, and a proof of 16 digits.
    if let token = delivery.token { world.mailboxes.tokens[String(token.dropLast(16))] = token }
    if world.cannotRender(delivery) { throw ChannelError(.permanent, "cannot be rendered") }
    let name = delivery.contact[path: ["name"]].text ?? ""
    var text =
      "\(delivery.verb) \(delivery.step) \(delivery.occurrence) \(name) \(delivery.thread?.references ?? [])\n"
    for field in delivery.fields {
      switch field.content {
      case .text(let rendered): text += rendered.plain
      case .value(let value): text += "\(value)"
      case .word(let word): text += word
      case .files(let files): text += files.joined()
      }
    }
    return Rendering(
      to: delivery.address, shown: [], payload: Array(text.utf8), fileExtension: "txt",
      reference: delivery.touch ? "<\(delivery.workflow).\(delivery.step).\(delivery.occurrence)>" : nil)
  }

  func deliver(_ rendering: Rendering, key: IdempotencyKey) async -> Receipt {
    // Nobody would be asked: an answer in between would have come too late.
    await deliver(rendering, key: key, isAsking: false) { true }
  }

  func deliver(_ rendering: Rendering, key: IdempotencyKey, marker: Marker) async -> Receipt {
    await deliver(rendering, key: key, isAsking: true, marker: marker)
  }

  private func deliver(
    _ rendering: Rendering, key: IdempotencyKey, isAsking: Bool, marker: Marker
  ) async -> Receipt {
    if process.isDead { return .unknown(because: "the process has ended") }
    var rendering = rendering
    var key = key.text
    world.plant?.change(&rendering, &key, world.calls[key] ?? 0)
    world.calls[key, default: 0] += 1
    let fate = world.fateOfHandover(verb, key)
    world.note("  \(verb) \(key.prefix(6)): \(fate)")
    if isAsking { await world.beNasty(key, process) }
    switch fate {
    case .refused(let receipt): return receipt
    case .crashAtOnce: return gone()
    default: break
    }
    // Without a marker it is in the channel's hands from the claim on.
    let marked = isAsking ? world.shadow.batches : 0
    if world.plant == .markerAfterByte { world.effect(rendering, key, verb, marked: marked) }
    guard await marker() else {
      // That was no attempt.
      world.calls[key, default: 1] -= 1
      return .temporary(after: 0, because: "stopped before it left")
    }
    if process.isDead { return .unknown(because: "the process has ended") }
    if fate == .crashAfterMarker { return gone() }
    if fate != .lost, world.plant != .markerAfterByte { world.effect(rendering, key, verb, marked: marked) }
    if fate == .crashAfterByte { return gone() }
    if !process.isDead { await world.beNasty(key, process) }
    if fate == .lost || fate == .unknown {
      if world.plant == .unknownTriedAgain { return .temporary(after: nil, because: "it may have arrived") }
      return .unknown(because: "the line died")
    }
    return .accepted(id: key)
  }

  private func gone() -> Receipt {
    process.die()
    return .unknown(because: "the process has ended")
  }
}

/// What the far side makes of a hand-over.
enum Fate: Hashable {
  case accepted
  /// Before anything left.
  case refused(Receipt)
  case crashAtOnce
  case crashAfterMarker
  case crashAfterByte
  /// It arrived, or did not, and nobody knows.
  case unknown, lost
}

enum FateOfCommit { case done, refused, crashBefore, crashAfter }
