import FlowCompiler
import FlowCore
import FlowPlugin
import Testing

/// A channel that nobody has seen, in Swift: what a stranger writes, and no more than is public.
private struct FaxChannel: Channel {
  let manifest = Array(
    """
    verb: fax
    touch: true
    address: phone
    main: body
    keyed: true
    fields:
      to: contact
      body: { type: text, template: true, required: true }
    """.utf8)
  let folder: FolderDelivery

  func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering {
    guard let number = PhoneNumber(delivery.address) else { throw ChannelError(.permanent, "no fax number") }
    let body = PlainText.tidy(delivery.template("body")?.plain ?? "")
    return Rendering(
      to: number.text, shown: [Entry.NamedText("body", body)],
      payload: Array("TO \(number)\n\n\(body)\n".utf8), fileExtension: "txt")
  }

  func deliver(_ rendering: Rendering, key: IdempotencyKey, marker: @escaping Marker) async -> Receipt {
    await folder.deliver(rendering, key: key, marker: marker)
  }
}

@Suite struct NewChannelTests {
  @Test func aStrangersChannelKeepsTheContract() async throws {
    let settings = Scratch().settings(name: "fax")
    let channel = FaxChannel(folder: FolderDelivery(settings))
    let (manifest, findings) = Compiler.manifest(
      SourceText(file: "fax.manifest.yaml", utf8: channel.manifest))
    #expect(findings.isEmpty)
    let checks = await ChannelConformance(manifest: try #require(manifest), settings: settings) { _ in channel
    }
    .run()
    #expect(checks.filter(\.isFailure) == [])
  }
}
