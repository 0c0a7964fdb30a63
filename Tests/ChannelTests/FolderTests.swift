import FlowCore
import FlowPlugin
import Testing

private func rendering(_ text: String, ending: String = "txt") -> Rendering {
  Rendering(to: "", shown: [], payload: Array(text.utf8), fileExtension: ending)
}

@Suite struct FolderTests {
  @Test func aKeyLeavesOneFile() {
    let scratch = Scratch()
    let folder = FolderDelivery(scratch.settings())
    #expect(folder.deliver(rendering("a"), key: .init("k1")) == .accepted(id: "k1.txt"))
    #expect(folder.deliver(rendering("a"), key: .init("k1")) == .accepted(id: "k1.txt"))
    #expect(folder.deliver(rendering("a"), key: .init("k2")) == .accepted(id: "k2.txt"))
    #expect(scratch.names(in: "outbox") == ["k1.txt", "k2.txt"])
    #expect(bytes(of: scratch.path + "/outbox/k1.txt") == Array("a".utf8))
  }

  @Test func theSameKeyWithAnotherTextIsOurMistake() {
    let scratch = Scratch()
    let folder = FolderDelivery(scratch.settings(["outbox": "sent"]))
    _ = folder.deliver(rendering("a"), key: .init("k1"))
    #expect(
      folder.deliver(rendering("b"), key: .init("k1"))
        == .permanent(because: "k1.txt is in the outbox already, with another text"))
    #expect(bytes(of: scratch.path + "/sent/k1.txt") == Array("a".utf8))
  }

  @Test func whatAKilledProcessLeftIsWrittenAnew() {
    let scratch = Scratch()
    let folder = FolderDelivery(scratch.settings(["outbox": scratch.path + "/o"]))
    _ = folder.deliver(rendering("a"), key: .init("k0"))
    scratch.write("o/k1.txt.part", "half of something longer")
    #expect(folder.deliver(rendering("a"), key: .init("k1")) == .accepted(id: "k1.txt"))
    #expect(scratch.names(in: "o") == ["k0.txt", "k1.txt"])
    #expect(bytes(of: scratch.path + "/o/k1.txt") == Array("a".utf8))
  }

  @Test func noKeyLeavesTheFolder() {
    let folder = FolderDelivery(Scratch().settings())
    for key in ["", "../x", "a/b", ".hidden", "a\nb", "ä", String(repeating: "a", count: 201)] {
      guard case .permanent = folder.deliver(rendering("a"), key: .init(key)) else {
        Issue.record("\(key) was taken")
        continue
      }
    }
    for ending in ["", "a/b", ".."] {
      guard case .permanent = folder.deliver(rendering("a", ending: ending), key: .init("k")) else {
        Issue.record("\(ending) was taken")
        continue
      }
    }
  }

  @Test func aFolderThatIsNoneIsOurMistake() {
    let scratch = Scratch()
    scratch.write("outbox", "a file")
    guard
      case .ours(let because) = FolderDelivery(scratch.settings()).deliver(rendering("a"), key: .init("k"))
    else {
      Issue.record("it was taken")
      return
    }
    #expect(because.contains(" outbox/") && !because.contains(scratch.path), "\(because)")
  }

  @Test func encodings() {
    // RFC 4648 section 10.
    for (plain, coded) in [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
      ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ] {
      #expect(Encodings.base64(Array(plain.utf8)) == coded)
      #expect(Encodings.bytes(base64: coded) == Array(plain.utf8))
    }
    for bad in ["Z", "Zg", "Zg=", "Zh==", "Zg==Zg==", "Z===", "====", "Zm9\n", "Zm 9"] {
      #expect(Encodings.bytes(base64: bad) == nil, "\(bad)")
    }
    #expect(hexadecimal([0, 15, 160, 255]) == "000fa0ff")
    #expect(Encodings.percent("aZ9-._~ /ä%") == "aZ9-._~%20%2F%C3%A4%25")
  }
}
