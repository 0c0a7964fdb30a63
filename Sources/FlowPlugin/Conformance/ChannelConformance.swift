import FlowCore
import FlowTime

/// What every channel has to hold, whoever wrote it: `flow plugin check` prints it, tests assert it.
///
/// The suite hands over for real what it renders, so it is given settings with an `outbox` of its own; a
/// channel that delivers into it is counted there.
public struct ChannelConformance: Sendable {
  public struct Check: Hashable, Sendable {
    public enum Outcome: Hashable, Sendable {
      case passed
      /// It does not apply to this channel; why.
      case skipped(String)
      case failed(String)
    }
    public var name: String
    public var outcome: Outcome
    public init(_ name: String, _ outcome: Outcome) {
      self.name = name
      self.outcome = outcome
    }
    public var isFailure: Bool { if case .failed = outcome { true } else { false } }
  }

  public typealias Factory = @Sendable (ChannelSettings) async throws(ChannelError) -> any Channel

  let manifest: Manifest
  let settings: ChannelSettings
  let make: Factory
  /// How long one call may take.
  let limit: Swift.Duration

  /// `manifest`: as read from the channel's own bytes. `settings`: those of flow.yaml, with a scratch
  /// `outbox`.
  public init(
    manifest: Manifest, settings: ChannelSettings, limit: Swift.Duration = .seconds(60),
    make: @escaping Factory
  ) {
    self.manifest = manifest
    self.settings = settings
    self.limit = limit
    self.make = make
  }

  /// All checks, in a fixed order; a channel that cannot be made fails the first.
  public func run() async -> [Check] {
    var checks = [
      Check("the manifest is in order", ManifestRules.problem(manifest).map { .failed($0) } ?? .passed)
    ]
    let channel: any Channel
    do throws(ChannelError) {
      channel = try await make(settings)
    } catch {
      return checks + [Check("the channel can be made", .failed(error.text))]
    }
    checks.append(
      Check("the channel can be made", channel.manifest.isEmpty ? .failed("its manifest is empty") : .passed))
    for (name, check) in list { checks.append(Check(name, await check(channel))) }
    return checks
  }

  private typealias Test = @Sendable (any Channel) async -> Check.Outcome

  private var list: [(String, Test)] {
    [
      ("rendering twice gives the same bytes", rendersTwice),
      ("what is shown and sent is whole", rendersWhole),
      ("values are text, not markup", keepsValues),
      ("odd text is carried or refused", carriesOddText),
      ("long text is carried or refused", carriesLongText),
      ("a bad address is refused", refusesAddresses),
      ("a key used twice acts once", actsOnce),
      ("it is marked once, before it is gone", marksOnce),
      ("what may not leave any more stays", staysBack),
      ("polling answers in time", polls),
      ("an end in the middle ends every call", endsInTheMiddle),
    ]
  }

  var samples: SampleDeliveries { SampleDeliveries(manifest) }

  /// The call's result, or nil when it takes too long; it is not waited for after that.
  func timed<T: Sendable>(_ call: @escaping @Sendable () async -> T) async -> T? {
    let (results, result) = AsyncStream.makeStream(of: T?.self)
    let limit = limit
    let work = Task { result.yield(await call()) }
    let timer = Task {
      try? await Task.sleep(for: limit)
      result.yield(nil)
    }
    defer {
      timer.cancel()
      work.cancel()
    }
    for await first in results { return first }
    return nil
  }

  enum Rendered: Sendable {
    case rendering(Rendering)
    case refused(ChannelError)
    case tooLate
  }

  func render(_ delivery: Delivery, by channel: any Channel) async -> Rendered {
    let result = await timed { () -> Result<Rendering, ChannelError> in
      do throws(ChannelError) {
        return .success(try await channel.render(delivery))
      } catch {
        return .failure(error)
      }
    }
    switch result {
    case .success(let rendering)?: return .rendering(rendering)
    case .failure(let error)?: return .refused(error)
    case nil: return .tooLate
    }
  }

  var tooLate: Check.Outcome { .failed("no answer within \(limit)") }
}
