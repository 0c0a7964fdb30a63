import FlowCompiler
import FlowCore
import FlowPlugin
import Testing

@Suite struct ConformanceTests {
  @Test(arguments: Manifests.shipped) func aShippedChannelKeepsTheContract(_ channel: Manifests.Shipped) async {
    let scratch = Scratch()
    let checks = await ChannelConformance(
      manifest: channel.manifest, settings: scratch.settings(name: channel.manifest.verb), make: channel.make
    ).run()
    #expect(checks.filter(\.isFailure) == [])
    #expect(checks.count == 13)
    // Three keys, one of them twice, and a fourth that was held back: three files.
    #expect(scratch.names(in: "outbox").count == 3)
  }

  /// The manifest that ships says what is written down by hand, but for the sentences.
  @Test(arguments: Manifests.shipped) func aManifestSaysWhatItShould(_ channel: Manifests.Shipped) throws {
    #expect(try read(channel.bytes) == channel.manifest)
  }

  @Test func theManifestOfTheExampleSaysWhatItShould() throws {
    let path = ExecTests.examples + "/fax.manifest.yaml"
    #expect(try read(bytes(of: path) ?? []) == Manifests.fax)
  }

  private func read(_ bytes: [UInt8]) throws -> Manifest {
    let (manifest, findings) = Compiler.manifest(SourceText(file: "manifest.yaml", utf8: bytes))
    #expect(findings.isEmpty)
    var read = try #require(manifest)
    #expect(!read.about.isEmpty)
    read.about = ""
    for index in read.fields.indices {
      #expect(!read.fields[index].about.isEmpty)
      read.fields[index].about = ""
    }
    return read
  }

  /// Channels that break the contract, one rule each: the suite must see it.
  struct Broken: Channel {
    enum Fault: String, CaseIterable, Sendable {
      case sound, random, empty, longName, addresses, twice, hangs, control, refusesAll, markup, sameID
      case marksTwice, neverMarks, leavesAllTheSame, unknownThough
    }
    let fault: Fault
    let counter: Counter
    var manifest: [UInt8] { [1] }

    actor Counter {
      var count = 0
      func next() -> Int {
        count += 1
        return count
      }
    }

    func render(_ delivery: Delivery) async throws(ChannelError) -> Rendering {
      let isAddress = EmailAddress(delivery.address) != nil
      if !isAddress, fault != .addresses { throw ChannelError(.permanent, "no address") }
      let said = delivery.text("body") ?? ""
      var body = PlainText.tidy(said) + "."
      switch fault {
      case .random: body += String(await counter.next())
      case .hangs: try? await Task.sleep(for: .seconds(3600))
      case .control: body += said
      case .refusesAll: throw ChannelError(.permanent, "no")
      case .markup: body = String(body.filter { $0 != "*" })
      default: break
      }
      return Rendering(
        to: HeaderText(delivery.address).text,
        shown: [Entry.NamedText(fault == .longName ? "to" : "body", body)],
        payload: fault == .empty ? [] : Array(body.utf8), fileExtension: "txt")
    }

    func deliver(_ rendering: Rendering, key: IdempotencyKey) async -> Receipt {
      switch fault {
      case .twice: .accepted(id: String(await counter.next()))
      case .sameID: .accepted(id: "1")
      default: .accepted(id: key.text)
      }
    }

    func deliver(_ rendering: Rendering, key: IdempotencyKey, marker: @escaping Marker) async -> Receipt {
      if fault == .neverMarks { return .accepted(id: key.text) }
      if fault == .marksTwice { _ = await marker() }
      let may = await marker()
      if may || fault == .leavesAllTheSame { return await deliver(rendering, key: key) }
      return fault == .unknownThough ? .unknown(because: "it may have") : .withheld
    }
  }

  @Test func everyFaultBreaksOneRule() async {
    // A channel without any fault passes, so that each is what is found below.
    let checks = await ChannelConformance(manifest: Self.plain, settings: Scratch().settings()) { _ in
      Broken(fault: .sound, counter: Broken.Counter())
    }.run()
    #expect(checks.filter(\.isFailure) == [])
  }

  private static var plain: Manifest {
    var manifest = Manifests.email
    manifest.keyed = true
    manifest.inbound = .none
    return manifest
  }

  @Test(arguments: Broken.Fault.allCases.filter { $0 != .sound }) func aBrokenChannelIsFound(_ fault: Broken.Fault)
    async
  {
    let checks = await ChannelConformance(
      manifest: Self.plain, settings: Scratch().settings(),
      limit: fault == .hangs ? .milliseconds(50) : .seconds(60)
    ) { _ in Broken(fault: fault, counter: Broken.Counter()) }.run()
    #expect(checks.contains { $0.isFailure }, "\(fault)")
  }

  @Test func aBrokenManifestIsFound() async {
    func problem(_ change: (inout Manifest) -> Void) async -> Bool {
      var manifest = Manifests.email
      change(&manifest)
      let checks = await ChannelConformance(manifest: manifest, settings: Scratch().settings()) {
        _ throws(ChannelError) in throw ChannelError(.ours, "not made")
      }.run()
      return checks[0].isFailure
    }
    #expect(await !problem { _ in })
    #expect(await problem { $0.verb = "wait" })
    #expect(await problem { $0.verb = "E-Mail" })
    #expect(await problem { $0.maxBytes = 0 })
    #expect(await problem { $0.main = "to" })
    #expect(await problem { $0.address = .none })
    #expect(await problem { $0.outcomes = ["timeout"] })
    #expect(await problem { $0.outcomes = ["ok", "ok"] })
    #expect(await problem { $0.fields.append($0.fields[0]) })
    for name in ["if", "within", "note", "name", "email", "ask", "Ä", ""] {
      #expect(await problem { $0.fields.append(Manifest.Field(name: name, kind: .literal)) }, "\(name)")
    }
    #expect(await problem { $0.fields.append(Manifest.Field(name: "x", kind: .word([]))) })
    #expect(await problem { $0.fields.append(Manifest.Field(name: "x", kind: .word(["a"]), fallback: "b")) })
    #expect(await problem { $0.fields.append(Manifest.Field(name: "x", kind: .literal, file: true)) })
    #expect(
      await problem {
        $0.fields.append(Manifest.Field(name: "x", kind: .literal, required: true, fallback: "a"))
      })
    #expect(
      await problem {
        $0.fields.append(
          Manifest.Field(
            name: "x", kind: .literal, required: true, unless: .init(field: "thread", word: "old")))
      })
  }
}
