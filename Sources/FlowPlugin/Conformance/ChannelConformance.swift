import FlowCore
import FlowTime

/// What every channel has to hold, whoever wrote it: `flow plugin check` prints it, tests assert it.
///
/// The suite hands over for real what it renders, three messages of its own making, so it is given settings with an
/// `outbox` of its own; a channel that delivers into it is counted there. Where that is not wanted, ``Handover/none``
/// leaves those checks out.
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

  /// Whether the channel is asked to deliver.
  public enum Handover: Hashable, Sendable {
    case real
    /// It is not, and why: the checks that need it are skipped with this sentence.
    case none(because: String)
  }

  /// Under which the suite hands over; each comes once, the first twice.
  public static let keys = ["conformance-1", "conformance-2", "conformance-3"].map(IdempotencyKey.init)

  public typealias Factory = @Sendable (ChannelSettings) async throws(ChannelError) -> any Channel

  let manifest: Manifest
  let settings: ChannelSettings
  let make: Factory
  /// How long one call may take.
  let limit: Swift.Duration
  let handover: Handover

  /// `manifest`: as read from the channel's own bytes. `settings`: those of flow.yaml, with a scratch
  /// `outbox`.
  public init(
    manifest: Manifest, settings: ChannelSettings, handover: Handover = .real,
    limit: Swift.Duration = .seconds(60), make: @escaping Factory
  ) {
    self.handover = handover
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
    for (name, check, delivers) in list {
      if delivers, case .none(let because) = handover {
        checks.append(Check(name, .skipped(because)))
      } else {
        checks.append(Check(name, await check(channel)))
      }
    }
    return checks
  }

  private typealias Test = @Sendable (any Channel) async -> Check.Outcome

  private var list: [(name: String, check: Test, delivers: Bool)] {
    [
      ("rendering twice gives the same bytes", rendersTwice, false),
      ("what is shown and sent is whole", rendersWhole, false),
      ("values are text, not markup", keepsValues, false),
      ("odd text is carried or refused", carriesOddText, false),
      ("long text is carried or refused", carriesLongText, false),
      ("a bad address is refused", refusesAddresses, false),
      ("a key used twice acts once", actsOnce, true),
      ("it is marked once, before it is gone", marksOnce, true),
      ("what may not leave any more stays", staysBack, true),
      ("polling answers in time", polls, false),
      ("an end in the middle ends every call", endsInTheMiddle, false),
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
