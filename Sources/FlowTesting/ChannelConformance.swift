import FlowCore
import FlowPlugin

/// The public conformance suite for a test of one's own channel: `#expect(await conformanceFailures(manifest,
/// settings) { … }.isEmpty)`. A sentence for each rule that is broken.
public func conformanceFailures(
  _ manifest: Manifest, _ settings: ChannelSettings, limit: Swift.Duration = .seconds(60),
  make: @escaping ChannelConformance.Factory
) async -> [String] {
  let checks = await ChannelConformance(manifest: manifest, settings: settings, limit: limit, make: make)
    .run()
  return checks.compactMap { check in
    if case .failed(let why) = check.outcome { "\(check.name): \(why)" } else { nil }
  }
}
